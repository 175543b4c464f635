/* SPDX-License-Identifier: GPL-2.0 */
/* Any bench, also one of another twbench: a row per metric. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "labels.h"
#include "number.h"
#include "report.h"
#include "text.h"

#define NAME_MAX_SHOWN 31

struct names {
	json_t *v; /* array of strings, each once */
	const struct report *report;
	const struct section *section;
	bool (*skip)(const struct section *s, const char *name);
	int err;
};

static bool is_hist_scalar(const struct section *s, const char *hist)
{
	const struct metric *m;

	for (m = s->bench ? s->bench->metrics : NULL; m && m->name; m++)
		if (!strcmp(m->name, hist))
			return m->kind == METRIC_HIST;
	return json_object_get(json_object_get(s->points[0].first, "hist"), hist) != NULL;
}

/* A histogram's median and p99 are enough at first sight. */
static bool wanted(const struct names *n, const char *name)
{
	size_t len = strlen(name);
	char hist[64];
	double q;

	if (n->skip && n->skip(n->section, name))
		return false;
	if (n->report->all)
		return true;
	if (split_percentile(name, hist, sizeof(hist), &q) && is_hist_scalar(n->section, hist))
		return q == 0.5 || q == 0.99;
	if (len > 5 && len < sizeof(hist) && !strcmp(name + len - 5, "_mean")) {
		snprintf(hist, sizeof(hist), "%.*s", (int)len - 5, name);
		return !is_hist_scalar(n->section, hist);
	}
	return true;
}

static void add_name(struct names *n, const char *name)
{
	const json_t *v;
	size_t i;

	if (n->err || !wanted(n, name))
		return;
	json_array_foreach(n->v, i, v)
		if (!strcmp(json_string_value(v), name))
			return;
	if (json_array_append_new(n->v, json_string(name)))
		n->err = -ENOMEM;
}

static void add_described(struct names *n)
{
	const struct bench *bench = n->section->bench;
	const struct quantile *q;
	const struct metric *m;
	char name[128];

	for (m = bench ? bench->metrics : NULL; m && m->name; m++) {
		if (m->kind == METRIC_GAUGE) {
			add_name(n, m->name);
			continue;
		}
		snprintf(name, sizeof(name), "%s_mean", m->name);
		add_name(n, name);
		for (q = quantiles; q->key; q++) {
			snprintf(name, sizeof(name), "%s_%s", m->name, q->key);
			add_name(n, name);
		}
	}
}

/* Metrics that this twbench does not know come last, in the order of the journal. */
static void add_found(struct names *n)
{
	const json_t *sample;
	const char *name;
	size_t i, k;
	json_t *v;

	for (i = 0; i < n->section->n; i++)
		json_array_foreach(n->section->points[i].samples, k, sample)
			json_object_foreach(json_object_get(sample, "metrics"), name, v)
				add_name(n, name);
}

static const char *unit_of(const struct section *s, const char *name)
{
	const struct metric *m;

	for (m = s->bench ? s->bench->metrics : NULL; m && m->name; m++) {
		size_t len = strlen(m->name);

		if (!strcmp(m->name, name) ||
		    (m->kind == METRIC_HIST && !strncmp(name, m->name, len) && name[len] == '_'))
			return m->unit;
	}
	return number_unit(name);
}

static void add_rows(struct table *t, const struct rows *r, size_t point)
{
	const struct names *names = r->arg;
	char text[SPREAD_MAX];
	struct spread s;
	const json_t *v;
	bool again = false;
	size_t i;

	json_array_foreach(names->v, i, v) {
		const char *name = json_string_value(v);
		int err = point_spread(&r->section->points[point], sample_metric, name, &s);

		if (err) {
			t->err = err;
			return;
		}
		if (!s.n)
			continue;
		labels_cells(t, r, point, again);
		table_cell(t, text_value(text, NAME_MAX_SHOWN, v));
		table_cell(t, unit_of(r->section, name));
		snprintf(text, sizeof(text), "%zu", s.n);
		table_cell(t, text);
		table_cell(t, number_text(text, s.median, name));
		table_cell(t, number_spread(text, &s, name));
		again = true;
	}
}

static void build(struct table *t, const struct rows *r)
{
	size_t i;

	labels_cols(t, r);
	table_col(t, ALIGN_LEFT, "metric");
	table_col(t, ALIGN_LEFT, "unit");
	table_col(t, ALIGN_RIGHT, "n");
	table_col(t, ALIGN_RIGHT, "median");
	table_col(t, ALIGN_LEFT, "spread");
	for (i = 0; i < r->section->n; i++)
		add_rows(t, r, i);
}

int report_generic(const struct report *r, const struct section *s,
		   bool (*skip)(const struct section *s, const char *name))
{
	struct names names = { json_array(), r, s, skip, 0 };

	if (!names.v)
		return -ENOMEM;
	add_described(&names);
	add_found(&names);
	if (!names.err && json_array_size(names.v))
		names.err = report_rows(r, NULL, s, &names, build);
	json_decref(names.v);
	return names.err;
}
