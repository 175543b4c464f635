// SPDX-License-Identifier: GPL-2.0
/* Which rows there are: what both sides have, in the order of a report. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "choose.h"
#include "claim.h"
#include "compare.h"
#include "noise_floor.h"
#include "points.h"

static bool word_in(const char *words, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = words; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
		if (!strncmp(at, name, n) && (!at[n] || at[n] == ','))
			return true;
	return !words;
}

static const char *bench_of(const struct side_point *p)
{
	return json_string_value(json_object_get(p->id, "bench"));
}

static size_t n_of(const struct side_point *p, const char *metric)
{
	const double *v = p ? side_column(p, metric) : NULL;
	size_t n = 0;

	for (size_t i = 0; v && i < p->n; i++)
		n += !isnan(v[i]);
	return n;
}

/* ---- what is left out ---- */

static int leave_out(struct comparison *c, const struct side_point *p, const char *metric,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
static int leave_out(struct comparison *c, const struct side_point *p, const char *metric,
		     const char *fmt, ...)
{
	json_t *o = json_copy(p->id), *reason;
	va_list ap;

	va_start(ap, fmt);
	reason = json_vsprintf(fmt, ap);
	va_end(ap);
	if (!o || json_object_set_new(o, "reason", reason) ||
	    json_object_set_new(o, "metric", metric ? json_string(metric) : json_null()) ||
	    json_array_append(c->left_out, o)) {
		json_decref(o);
		return -ENOMEM;
	}
	json_decref(o);
	return 0;
}

/* Of one side only. */
static int leave_out_points(struct comparison *c, const struct side *of, const struct side *other,
			    const char *name)
{
	int err = 0;

	for (size_t i = 0; i < of->n_points && !err; i++)
		if (word_in(c->opts.benches, bench_of(&of->points[i])) &&
		    !side_find(other, &of->points[i]))
			err = leave_out(c, &of->points[i], NULL, "only in %s", name);
	return err;
}

/* ---- rows ---- */

static int add_row(struct comparison *c, const struct side_point *base,
		   const struct side_point *head, const char *metric)
{
	struct compare_row *r = reallocarray(c->rows, c->n_rows + 1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	c->rows = r;
	r += c->n_rows++;
	*r = (struct compare_row){ .base = base,
				   .head = head,
				   .metric = metric,
				   .bench = bench_by_name(bench_of(base)),
				   .control = !strcmp(bench_of(base), "nop") };
	return 0;
}

/* All invocations of both sides, or the lucky ones would be compared. */
static int consider(struct comparison *c, const struct side_point *base,
		    const struct side_point *head, const char *metric)
{
	size_t n = n_of(base, metric), m = n_of(head, metric);

	if (n == base->n && m == head->n)
		return add_row(c, base, head, metric);
	if (!n || !m)
		return leave_out(c, base, metric, "only in %s", n ? "BASE" : "HEAD");
	return leave_out(c, base, metric, "in %zu of %zu invocations of BASE, %zu of %zu of HEAD",
			 n, base->n, m, head->n);
}

/* 1, 0 or -ENOMEM */
static int is_wanted(const struct comparison *c, const struct side *s, const struct side_point *p,
		     const char *metric)
{
	char id[SHORT_HASH_SIZE];
	int err;

	if (!c->opts.only)
		return scalar_is_wanted(bench_by_name(bench_of(p)), metric, c->opts.metrics);
	err = row_id(id, s, p, metric);
	return err ? err : json_object_get(c->opts.only, id) != NULL;
}

static int rows_of_point(struct comparison *c, const struct side_point *base,
			 const struct side_point *head)
{
	int wanted = 0;

	for (size_t i = 0; i < base->n_columns && wanted >= 0; i++) {
		wanted = is_wanted(c, &c->base, base, base->names[i]);
		if (wanted > 0)
			wanted = consider(c, base, head, base->names[i]);
	}
	for (size_t i = 0; i < head->n_columns && wanted >= 0; i++) {
		if (side_column(base, head->names[i]))
			continue;
		wanted = is_wanted(c, &c->head, head, head->names[i]);
		if (wanted > 0)
			wanted = consider(c, base, head, head->names[i]);
	}
	if (wanted >= 0 && !bench_by_name(bench_of(base)) && !c->opts.metrics && !c->opts.only)
		wanted = leave_out(c, base, NULL,
				   "this twbench does not know the bench: name its --metrics");
	return wanted < 0 ? wanted : 0;
}

/* A journal of one sample for each point is grouped and sorted as that of a report. */
int compare_sort(const struct side *s, bool (*has)(const void *arg, const struct side_point *p),
		 const void *arg, struct sections *out)
{
	struct journal j = { .samples = json_array() };
	const struct journal *list = &j;
	int err = j.samples ? 0 : -ENOMEM;

	for (size_t i = 0; i < s->n_points && !err; i++)
		if (has(arg, &s->points[i]))
			err = json_array_append(j.samples, s->points[i].id);
	err = err ? -ENOMEM : sections_build(&list, 1, out);
	json_decref(j.samples);
	return err;
}

const struct side_point *compare_point(const struct side *s, const struct point *p)
{
	size_t i = 0;

	while (s->points[i].id != p->first)
		i++;
	return &s->points[i];
}

static bool in_both(const void *arg, const struct side_point *p)
{
	const struct comparison *c = arg;

	return word_in(c->opts.benches, bench_of(p)) && side_find(&c->head, p);
}

static int add_rows(struct comparison *c, const struct sections *sorted)
{
	int err = 0;

	for (size_t i = 0; i < sorted->n; i++) {
		for (size_t k = 0; k < sorted->v[i].n && !err; k++) {
			const struct side_point *base =
				compare_point(&c->base, &sorted->v[i].points[k]);

			err = rows_of_point(c, base, side_find(&c->head, base));
		}
	}
	return err;
}

/* ---- scale, floor, values ---- */

static double median_of(const double *v, size_t n)
{
	double *copy = malloc((n + 1) * sizeof(*copy)), median;

	if (!copy)
		return NAN;
	memcpy(copy, v, n * sizeof(*v));
	sort_doubles(copy, n);
	median = median_sorted(copy, n);
	free(copy);
	return median;
}

static bool all_positive(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(v[i] > 0))
			return false;
	return true;
}

static double floor_given(const struct comparison *c, const struct compare_row *r)
{
	char id[SHORT_HASH_SIZE];
	const json_t *v =
		row_id(id, &c->base, r->base, r->metric) ? NULL : json_object_get(c->opts.only, id);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

/* A thousandth of a ratio for each percent; the rest in percent of what it is. */
static void set_floor(const struct comparison *c, struct compare_row *r)
{
	struct decide_row *d = &r->data;

	d->scale = DECIDE_LOG;
	d->floor = c->opts.floor * scalar_floor_factor(r->metric);
	if (scalar_is_ratio(r->metric)) {
		d->scale = DECIDE_DIFFERENCE;
		d->floor = c->opts.floor / 10;
	} else if (!all_positive(d->base, d->n_base) || !all_positive(d->head, d->n_head)) {
		d->scale = DECIDE_DIFFERENCE;
		d->floor *= fabs(r->base_median);
	}
	r->floor_asked = d->floor;
	r->floor_measured = c->opts.only ? floor_given(c, r) : noise_floor_of(c->opts.noise, r);
	if (r->floor_measured > d->floor)
		d->floor = r->floor_measured;
}

int compare_complete_row(const struct comparison *c, struct compare_row *r)
{
	int err = compare_fill_row(c, r);

	if (err)
		return err;
	r->data.worse = c->opts.self ? 0 : scalar_worse(r->bench, r->metric);
	r->base_median = median_of(r->data.base, r->data.n_base);
	r->head_median = median_of(r->data.head, r->data.n_head);
	set_floor(c, r);
	return 0;
}

/* A row whose invocations are all without the other half of their pair has nothing to say. */
static int fill_rows(struct comparison *c)
{
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err; i++) {
		struct compare_row *r = &c->rows[i];

		err = compare_complete_row(c, r);
		if (r->data.n_base && !err) {
			c->rows[n++] = *r;
			continue;
		}
		free((double *)r->data.base);
		free((double *)r->data.head);
		err = err ? err
			  : leave_out(c, r->base, r->metric,
				      "no invocation of BASE is paired with one of HEAD");
		r->data.base = r->data.head = NULL;
	}
	c->n_rows = n;
	return err;
}

int compare_make_rows(struct comparison *c)
{
	struct sections sorted;
	int err = compare_sort(&c->base, in_both, c, &sorted);

	if (err)
		return err;
	err = add_rows(c, &sorted);
	sections_free(&sorted);
	err = err ? err : leave_out_points(c, &c->base, &c->head, "BASE");
	err = err ? err : leave_out_points(c, &c->head, &c->base, "HEAD");
	err = err ? err : fill_rows(c);
	return err ? err : c->n_rows ? 0 : -ENOENT;
}

/* ---- one side ---- */

static bool is_chosen(const void *arg, const struct side_point *p)
{
	return word_in(((const struct comparison *)arg)->opts.benches, bench_of(p));
}

static int describe_point(struct comparison *c, const struct side_point *p)
{
	int err = 0, wanted;

	for (size_t i = 0; i < p->n_columns && !err; i++) {
		wanted = is_wanted(c, &c->base, p, p->names[i]);
		if (wanted <= 0)
			err = wanted;
		else if (n_of(p, p->names[i]) < p->n)
			err = leave_out(c, p, p->names[i], "in %zu of %zu invocations",
					n_of(p, p->names[i]), p->n);
		else
			err = add_row(c, p, NULL, p->names[i]);
	}
	return err;
}

int compare_make_single(struct comparison *c)
{
	struct sections sorted;
	int err = compare_sort(&c->base, is_chosen, c, &sorted);

	if (err)
		return err;
	for (size_t i = 0; i < sorted.n; i++)
		for (size_t k = 0; k < sorted.v[i].n && !err; k++)
			err = describe_point(c, compare_point(&c->base, &sorted.v[i].points[k]));
	sections_free(&sorted);
	for (size_t i = 0; i < c->n_rows && !err; i++)
		err = compare_fill_single(&c->rows[i]);
	return err ? err : c->n_rows ? 0 : -ENOENT;
}
