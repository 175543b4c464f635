/* SPDX-License-Identifier: GPL-2.0 */
/* The headline: how long delivery takes, by point; of what was served and of what was offered. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "labels.h"
#include "number.h"
#include "report.h"
#include "text.h"

struct column {
	const char *head, *metric;
	scalar_fn fn;
	const char *spread; /* head of a column with the spread, which follows; NULL: none */
};

#define MAX_COLUMNS 8

struct columns {
	const struct column *v;
	size_t n;
	const bool *chosen; /* by point: whether it has a row; NULL: all have */
};

static const struct column served[] = {
	{ "accepted\n_per_s", "accepted_per_s", sample_metric, NULL },
	{ "ebusy\n_ratio", "ebusy_ratio", sample_metric, NULL },
	{ "p50", "delivery_ns_p50", sample_metric, "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99", sample_metric, NULL },
	{ "p99.9", "delivery_ns_p99_9", sample_metric, NULL },
};

static const struct column offered[] = {
	{ "ebusy\n_ratio", "ebusy_ratio", sample_metric, NULL },
	{ "p50", "delivery_ns_p50", sample_offered, "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99", sample_offered, NULL },
	{ "p99.9", "delivery_ns_p99_9", sample_offered, NULL },
};

static const struct column parts[] = {
	{ "call_ns\np50", "call_ns_p50", sample_metric, NULL },
	{ "service_ns\np50", "service_ns_p50", sample_metric, NULL },
	{ "p50", "latency_ns_p50", sample_metric, "latency_ns\nspread" },
	{ "p99", "latency_ns_p99", sample_metric, NULL },
	{ "p99.9", "latency_ns_p99_9", sample_metric, NULL },
};

/* Only if all invocations have the number: those that can support a percentile would be a choice. */
static int spread_of_all(const struct point *p, const struct column *c, struct spread *s)
{
	int err = point_spread(p, c->fn, c->metric, s);

	if (!err && s->n < json_array_size(p->samples))
		*s = (struct spread){ .median = NAN };
	return err;
}

static void add_row(struct table *t, const struct rows *r, size_t point)
{
	const struct point *p = &r->section->points[point];
	const struct columns *columns = r->arg;
	char text[SPREAD_MAX];
	struct spread s;
	size_t i;

	labels_cells(t, r, point, false);
	snprintf(text, sizeof(text), "%zu", json_array_size(p->samples));
	table_cell(t, text);
	for (i = 0; i < columns->n; i++) {
		const struct column *c = &columns->v[i];
		int err = spread_of_all(p, c, &s);

		if (err) {
			t->err = err;
			return;
		}
		table_cell(t, number_text(text, s.median, c->metric));
		if (c->spread)
			table_cell(t, number_spread(text, &s, c->metric));
	}
}

static void build(struct table *t, const struct rows *r)
{
	const struct columns *columns = r->arg;
	size_t i;

	labels_cols(t, r);
	table_col(t, ALIGN_RIGHT, "n");
	for (i = 0; i < columns->n; i++) {
		table_col(t, ALIGN_RIGHT, columns->v[i].head);
		if (columns->v[i].spread)
			table_col(t, ALIGN_LEFT, columns->v[i].spread);
	}
	for (i = 0; i < r->section->n; i++)
		if (!columns->chosen || columns->chosen[i])
			add_row(t, r, i);
}

static int print_table(const struct report *r, const struct section *s, const char *title,
		       const struct columns *columns)
{
	fprintf(r->out, "\n%s\n\n", title);
	return labels_table(r->out, s, columns, build);
}

/* ---- offered ---- */

/* In the digits that would be shown. */
static int differs(const struct point *p, const struct column *o, bool *out)
{
	const struct column c = { .metric = o->metric, .fn = sample_metric };
	char a[NUMBER_MAX], b[NUMBER_MAX];
	struct spread x, y;
	int err = spread_of_all(p, &c, &x) ?: spread_of_all(p, o, &y);

	if (!err &&
	    strcmp(number_text(a, x.median, o->metric), number_text(b, y.median, o->metric)))
		*out = true;
	return err;
}

static bool all_served(const struct point *p)
{
	const json_t *sample;
	size_t i;

	json_array_foreach(p->samples, i, sample)
		if (sample_infinite(sample))
			return false;
	return true;
}

/* Points of which the two kinds of percentile do not say the same. */
static int choose(const struct section *s, bool *chosen, size_t *n)
{
	size_t i, k;
	int err = 0;

	*n = 0;
	for (i = 0; i < s->n && !err; i++) {
		for (k = 0; k < sizeof(offered) / sizeof(offered[0]); k++)
			if (offered[k].fn == sample_offered && !all_served(&s->points[i]))
				err = err ?: differs(&s->points[i], &offered[k], &chosen[i]);
		*n += chosen[i];
	}
	return err;
}

static int print_offered(const struct report *r, const struct section *s)
{
	struct columns columns = { offered, sizeof(offered) / sizeof(offered[0]), NULL };
	bool *chosen = calloc(s->n, sizeof(*chosen));
	char title[192];
	size_t n;
	int err = chosen ? choose(s, chosen, &n) : -ENOMEM;

	if (err || (!n && !r->all))
		goto out;
	columns.chosen = r->all ? NULL : chosen;
	snprintf(title, sizeof(title),
		 "Offered: as served, but what failed with EBUSY or else, was lost or cancelled,\n"
		 "or was still in flight at the end counts as infinite.%s",
		 r->all || n == s->n ? "" : " Other points: as served.");
	err = print_table(r, s, title, &columns);
out:
	free(chosen);
	return err;
}

/* ---- parts ---- */

/* A column in which nothing is known only costs width. */
static int known_columns(const struct section *s, struct column *out, size_t *n)
{
	struct spread x;
	size_t i, k;
	int err;

	*n = 0;
	for (k = 0; k < sizeof(parts) / sizeof(parts[0]); k++) {
		for (i = 0; i < s->n; i++) {
			err = spread_of_all(&s->points[i], &parts[k], &x);
			if (err)
				return err;
			if (x.n) {
				out[(*n)++] = parts[k];
				break;
			}
		}
	}
	return 0;
}

/* What the tables above show, or leave out because a reader at first does not need it. */
static bool shown(const char *name)
{
	static const char *const names[] = {
		"latency_ns",	   "delivery_ns", "call_ns",  "service_ns",    "accepted_per_s",
		"completed_per_s", "ebusy_ratio", "clock_ns", "offered_per_s",
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (!strncmp(name, names[i], n) && (!name[n] || name[n] == '_'))
			return true;
	}
	return false;
}

static int print_parts(const struct report *r, const struct section *s)
{
	struct column known[MAX_COLUMNS];
	struct columns columns = { known, 0, NULL };
	int err = known_columns(s, known, &columns.n);

	if (err || !columns.n)
		return err;
	return print_table(r, s, "Parts: cost of the call, time the element is busy, due to run.",
			   &columns);
}

int report_latency(const struct report *r, const struct section *s)
{
	struct columns columns = { served, sizeof(served) / sizeof(served[0]), NULL };
	int err = print_table(r, s, "Served: requests that the kernel accepted.", &columns);

	err = err ?: print_offered(r, s);
	err = err ?: print_parts(r, s);
	return err ?: report_generic(r, s, r->all ? NULL : shown);
}
