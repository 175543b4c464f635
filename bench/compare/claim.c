// SPDX-License-Identifier: GPL-2.0
#include "claim.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "median.h"

/* ---- which row ---- */

static const json_t *cpus_of(const struct side_point *p)
{
	return json_object_get(json_object_get(p->id, "params"), "cpus");
}

static bool cpus_vary(const struct side *s, const struct side_point *p)
{
	const json_t *bench = json_object_get(p->id, "bench");

	for (size_t i = 0; i < s->n_points; i++)
		if (json_equal(json_object_get(s->points[i].id, "bench"), bench) &&
		    !json_equal(cpus_of(&s->points[i]), cpus_of(p)))
			return true;
	return false;
}

int row_id(char id[SHORT_HASH_SIZE], const struct side *s, const struct side_point *p,
	   const char *metric)
{
	json_t *params = json_copy(json_object_get(p->id, "params")), *key;
	char *text;

	if (params && cpus_of(p) && !cpus_vary(s, p))
		json_object_del(params, "cpus");
	key = json_pack("[O O? o s]", json_object_get(p->id, "bench"),
			json_object_get(p->id, "impl"), params, metric);
	text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
	json_decref(key);
	if (!text)
		return -ENOMEM;
	short_hash(id, text, strlen(text));
	free(text);
	return 0;
}

/* ---- what is claimed ---- */

int claim_fill_median(struct compare_row *r)
{
	double *copy = malloc((r->data.n_base + 1) * sizeof(*copy));
	struct spread s;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, r->data.base, r->data.n_base * sizeof(*copy));
	spread_of(copy, r->data.n_base, &s);
	free(copy);
	r->d.shift = s.median;
	r->d.lo = s.lo;
	r->d.hi = s.hi;
	r->d.level = s.coverage;
	return 0;
}

int claim_of_row(const struct comparison *c, const struct compare_row *r, struct claim *out)
{
	static const char kinds[] = { CLAIM_REGRESSION, CLAIM_IMPROVEMENT, CLAIM_CHANGED,
				      CLAIM_EQUIVALENT };
	struct compare_row copy = *r;
	bool single = !c->head.n_journals;
	int err = single ? claim_fill_median(&copy) : 0;

	if (r->control || (!single && r->d.verdict > VERDICT_EQUIVALENT))
		return 0;
	*out = (struct claim){
		.kind = single ? CLAIM_MEDIAN : kinds[r->d.verdict],
		.difference = !single && r->data.scale == DECIDE_DIFFERENCE,
		.value = copy.d.shift,
		.lo = copy.d.lo,
		.hi = copy.d.hi,
		.floor = !single && r->data.floor == r->floor_measured ? r->data.floor : NAN,
	};
	err = err ? err : row_id(out->id, &c->base, r->base, r->metric);
	return err ? err : 1;
}

/* ---- text ---- */

static double factor(const struct claim *c)
{
	return c->difference || c->kind == CLAIM_MEDIAN ? 1 : 100;
}

void claim_text(char buf[CLAIM_MAX], const struct claim *c)
{
	int digits = c->kind == CLAIM_MEDIAN ? 6 : CLAIM_DIGITS;
	double f = factor(c);
	size_t used = snprintf(buf, CLAIM_MAX, "%s:%c%s:%.*g:%.*g:%.*g", c->id, c->kind,
			       c->difference ? "d" : "", digits, f * c->value, digits, f * c->lo,
			       digits, f * c->hi);

	if (!isnan(c->floor))
		snprintf(buf + used, CLAIM_MAX - used, ":%.4g", f * c->floor);
}

/* ":NUMBER" */
static int parse_number(const char **at, double f, double *out)
{
	char *end;

	if (**at != ':')
		return -EINVAL;
	*out = strtod(*at + 1, &end) / f;
	if (end == *at + 1 || !isfinite(*out))
		return -EINVAL;
	*at = end;
	return 0;
}

int claim_parse(struct claim *c, const char *text)
{
	size_t n = strspn(text, "0123456789abcdef");
	const char *at = text + n + 2;
	int err;

	*c = (struct claim){ .floor = NAN };
	if (n != SHORT_HASH_SIZE - 1 || text[n] != ':' || !text[n + 1] ||
	    !strchr("RICEM", text[n + 1]))
		return -EINVAL;
	memcpy(c->id, text, n);
	c->kind = text[n + 1];
	c->difference = *at == 'd';
	at += c->difference;
	err = parse_number(&at, factor(c), &c->value);
	err = err ? err : parse_number(&at, factor(c), &c->lo);
	err = err ? err : parse_number(&at, factor(c), &c->hi);
	if (!err && *at)
		err = parse_number(&at, factor(c), &c->floor);
	if (err || *at || !(c->lo <= c->value && c->value <= c->hi) || c->floor < 0)
		return -EINVAL;
	return 0;
}
