// SPDX-License-Identifier: GPL-2.0
/* Implementations of the kfuncs next to each other, and how many times one is the other. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "labels.h"
#include "number.h"
#include "report.h"

#define MAX_IMPLS 8
#define MAX_RATIOS 8

/* Points that are alike but for the implementation; NULL where one was not measured. */
struct group {
	const struct point *of[MAX_IMPLS];
};

struct side {
	const struct report *report;
	const struct side_by_side *desc;
	struct section shared; /* a point per group, and no parameter `impl` */
	struct group *groups;
	const char *impl[MAX_IMPLS];
	size_t n_impls;
	struct {
		size_t of, to; /* indexes of impl */
	} ratio[MAX_RATIOS];
	size_t n_ratios;
};

/* ---- who there is ---- */

static const char *impl_of(const struct point *p)
{
	return json_string_value(json_object_get(p->first, "impl"));
}

static bool is_measured(const struct section *s, const char *impl)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(impl_of(&s->points[i]), impl))
			return true;
	return false;
}

/* MAX_IMPLS if it is not there. */
static size_t find_impl(const struct side *x, const char *impl)
{
	for (size_t i = 0; i < x->n_impls; i++)
		if (!strcmp(x->impl[i], impl))
			return i;
	return MAX_IMPLS;
}

static void add_impl(struct side *x, const struct section *s, const char *impl)
{
	if (x->n_impls < MAX_IMPLS && is_measured(s, impl) && find_impl(x, impl) == MAX_IMPLS)
		x->impl[x->n_impls++] = impl;
}

static void add_ratio(struct side *x, size_t of, size_t to)
{
	if (of < MAX_IMPLS && to < MAX_IMPLS && of != to && x->n_ratios < MAX_RATIOS) {
		x->ratio[x->n_ratios].of = of;
		x->ratio[x->n_ratios++].to = to;
	}
}

/* The columns: the first denominator, then those that the bench names, then the others. */
static void name_impls(struct side *x, const struct section *s)
{
	const struct impl_ratio *r = x->desc->ratios;
	size_t named;

	add_impl(x, s, r->to);
	for (; r->of; r++) {
		add_impl(x, s, r->to);
		add_impl(x, s, r->of);
	}
	named = x->n_impls;
	for (size_t i = 0; i < s->n; i++)
		add_impl(x, s, impl_of(&s->points[i]));
	for (r = x->desc->ratios; r->of; r++)
		add_ratio(x, find_impl(x, r->of), find_impl(x, r->to));
	for (size_t i = named; i < x->n_impls; i++)
		add_ratio(x, i, find_impl(x, x->desc->ratios[0].to));
}

/* ---- what belongs together ---- */

static int group_points(struct side *x, const struct section *s)
{
	x->groups = calloc(s->n, sizeof(*x->groups));
	x->shared.points = calloc(s->n, sizeof(*x->shared.points));
	if (!x->groups || !x->shared.points)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		const struct point *p = &s->points[i];
		const json_t *params = json_object_get(p->first, "params");
		size_t g = 0, k = find_impl(x, impl_of(p));

		while (g < x->shared.n &&
		       !json_equal(json_object_get(x->shared.points[g].first, "params"), params))
			g++;
		if (g == x->shared.n)
			x->shared.points[x->shared.n++] = *p;
		if (k < MAX_IMPLS)
			x->groups[g].of[k] = p;
	}
	return 0;
}

static int share_params(struct side *x, const struct section *s)
{
	json_t *v;
	size_t i;

	x->shared.name = s->name;
	x->shared.bench = s->bench;
	x->shared.params = json_array();
	json_array_foreach(s->params, i, v)
		if (strcmp(json_string_value(v), "impl") && json_array_append(x->shared.params, v))
			return -ENOMEM;
	return x->shared.params ? 0 : -ENOMEM;
}

/* ---- ratios ---- */

/* The sample of point p in journal j that has this pair number; NULL: none. */
static const json_t *partner(const struct journal *j, const struct point *p, const json_t *pair)
{
	const json_t *sample, *own;
	size_t i, k;

	json_array_foreach(j->samples, i, sample) {
		if (!json_equal(json_object_get(sample, "pair"), pair))
			continue;
		json_array_foreach(p->samples, k, own)
			if (own == sample)
				return sample;
	}
	return NULL;
}

/* Pair numbers are a journal's own: two journals in one report are paired each for itself. */
static int ratio_spread(const struct report *r, const struct point *of, const struct point *to,
			const char *metric, struct spread *out)
{
	const json_t *sample, *other, *pair;
	size_t n = 0, i;
	double *v;

	*out = (struct spread){ .median = NAN };
	if (!of || !to)
		return 0;
	v = calloc(json_array_size(of->samples) + 1, sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t j = 0; j < r->n; j++) {
		json_array_foreach(r->journals[j]->samples, i, sample) {
			double x;

			pair = json_object_get(sample, "pair");
			if (!pair || partner(r->journals[j], of, pair) != sample)
				continue;
			other = partner(r->journals[j], to, pair);
			x = other ? sample_metric(sample, metric) / sample_metric(other, metric)
				  : NAN;
			if (isfinite(x))
				v[n++] = x;
		}
	}
	spread_of(v, n, out);
	free(v);
	return 0;
}

/* ---- the table ---- */

/* A ratio of ratios says little, and one of nothings nothing. */
static bool has_ratios(const char *metric)
{
	size_t len = strlen(metric);

	return len < 6 || strcmp(metric + len - 6, "_ratio");
}

static const char *ratio_text(char buf[NUMBER_MAX], double v)
{
	snprintf(buf, NUMBER_MAX, v < 0.1 ? "%.3f" : "%.2f", v);
	return buf;
}

static int ratio_cell(struct table *t, const struct side *x, const struct group *g, size_t i,
		      const char *metric)
{
	char a[NUMBER_MAX], lo[NUMBER_MAX], hi[NUMBER_MAX], text[4 * NUMBER_MAX];
	struct spread s;
	int err = ratio_spread(x->report, g->of[x->ratio[i].of], g->of[x->ratio[i].to], metric, &s);

	if (err)
		return err;
	ratio_text(a, s.median);
	ratio_text(lo, s.lo);
	ratio_text(hi, s.hi);
	if (!has_ratios(metric) || !s.n)
		strcpy(text, "-");
	else if (s.n == 1)
		strcpy(text, a);
	else
		snprintf(text, sizeof(text), s.coverage > 0 ? "%s [%s, %s]" : "%s (%s .. %s)", a,
			 lo, hi);
	table_cell(t, text);
	return 0;
}

/* Nothing if none of them has the metric. */
static int add_row(struct table *t, const struct rows *r, size_t group, const char *metric,
		   bool *again)
{
	const struct side *x = r->arg;
	const struct group *g = &x->groups[group];
	struct spread s[MAX_IMPLS] = { 0 };
	char text[SPREAD_MAX];
	size_t n = 0;
	int err = 0;

	for (size_t i = 0; i < x->n_impls; i++) {
		s[i].median = NAN;
		if (g->of[i])
			err = err ?: point_spread(g->of[i], sample_metric, metric, &s[i]);
		n = s[i].n > n ? s[i].n : n;
	}
	if (err || !n)
		return err;
	labels_cells(t, r, group, *again);
	*again = true;
	table_cell(t, metric);
	snprintf(text, sizeof(text), "%zu", n);
	table_cell(t, text);
	for (size_t i = 0; i < x->n_impls; i++)
		table_cell(t, number_text(text, s[i].median, metric));
	for (size_t i = 0; i < x->n_ratios; i++)
		err = err ?: ratio_cell(t, x, g, i, metric);
	return err;
}

static void build(struct table *t, const struct rows *r)
{
	const struct side *x = r->arg;
	char head[128];

	labels_cols(t, r);
	table_col(t, ALIGN_LEFT, "metric");
	table_col(t, ALIGN_RIGHT, "n");
	for (size_t i = 0; i < x->n_impls; i++)
		table_col(t, ALIGN_RIGHT, x->impl[i]);
	for (size_t i = 0; i < x->n_ratios; i++) {
		snprintf(head, sizeof(head), "%.50s\n/ %.50s", x->impl[x->ratio[i].of],
			 x->impl[x->ratio[i].to]);
		table_col(t, ALIGN_LEFT, head);
	}
	for (size_t g = 0; g < x->shared.n; g++) {
		bool again = false;

		for (const char *const *m = x->desc->metrics; *m; m++) {
			int err = add_row(t, r, g, *m, &again);

			t->err = t->err ?: err;
		}
	}
}

int report_side_by_side(const struct report *r, const struct section *s, bool *shown)
{
	struct side x = { .report = r, .desc = s->bench->side_by_side };
	int err;

	name_impls(&x, s);
	*shown = x.n_impls > 1;
	if (!*shown)
		return 0;
	err = group_points(&x, s) ?: share_params(&x, s);
	if (!err)
		err = report_rows(r, x.desc->title, &x.shared, &x, build);
	json_decref(x.shared.params);
	free(x.shared.points);
	free(x.groups);
	return err;
}
