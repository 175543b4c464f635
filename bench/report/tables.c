// SPDX-License-Identifier: GPL-2.0
/* The tables that a bench describes: a row per point, a column per number. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "labels.h"
#include "number.h"
#include "report.h"

#define MAX_COLUMNS 16

/* The columns and rows of a table that are shown. */
struct shown {
	const struct column *v[MAX_COLUMNS];
	size_t n;
	bool *points; /* by point: whether it has a row */
	size_t n_points;
};

int column_spread(const struct point *p, const struct column *c, struct spread *s)
{
	int err = point_spread(p, c->offered ? sample_offered : sample_metric, c->metric, s);

	/* Only if all invocations have it: those that can support a percentile would be a choice. */
	if (!err && s->n < json_array_size(p->samples))
		*s = (struct spread){ .median = NAN };
	return err;
}

static void add_row(struct table *t, const struct rows *r, size_t point)
{
	const struct point *p = &r->section->points[point];
	const struct shown *shown = r->arg;
	char text[SPREAD_MAX];
	struct spread s;
	size_t i;

	labels_cells(t, r, point, false);
	snprintf(text, sizeof(text), "%zu", json_array_size(p->samples));
	table_cell(t, text);
	for (i = 0; i < shown->n; i++) {
		const struct column *c = shown->v[i];
		int err = column_spread(p, c, &s);

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
	const struct shown *shown = r->arg;
	size_t i;

	labels_cols(t, r);
	table_col(t, ALIGN_RIGHT, "n");
	for (i = 0; i < shown->n; i++) {
		table_col(t, ALIGN_RIGHT, shown->v[i]->head);
		if (shown->v[i]->spread)
			table_col(t, ALIGN_LEFT, shown->v[i]->spread);
	}
	for (i = 0; i < r->section->n; i++)
		if (shown->points[i])
			add_row(t, r, i);
}

/* A row without a number, and an optional column without one, only cost room. */
static int choose(const struct section *s, const struct column *columns, const bool *chosen,
		  struct shown *out)
{
	const struct column *c;
	struct spread x;
	size_t i;

	for (c = columns; c->head && out->n < MAX_COLUMNS; c++) {
		bool known = false;

		for (i = 0; i < s->n; i++) {
			int err = column_spread(&s->points[i], c, &x);

			if (err)
				return err;
			known |= x.n > 0;
			out->points[i] |= x.n > 0 && (!chosen || chosen[i]);
		}
		if (known || !c->optional)
			out->v[out->n++] = c;
	}
	for (i = 0; i < s->n; i++)
		out->n_points += out->points[i];
	return 0;
}

int report_table(const struct report *r, const struct section *s, const char *title,
		 const struct column *columns, const bool *chosen)
{
	struct shown shown = { .points = calloc(s->n, sizeof(*shown.points)) };
	int err = shown.points ? choose(s, columns, chosen, &shown) : -ENOMEM;

	if (!err && shown.n_points)
		err = report_rows(r, title, s, &shown, build);
	free(shown.points);
	return err;
}

/* Metrics that the bench describes: they are in its tables, or a reader at first does not need them. */
static bool described(const struct section *s, const char *name)
{
	const struct metric *m;

	for (m = s->bench->metrics; m->name; m++) {
		size_t n = strlen(m->name);

		if (!strncmp(name, m->name, n) && (!name[n] || name[n] == '_'))
			return true;
	}
	return false;
}

int report_tables(const struct report *r, const struct section *s)
{
	const struct table_desc *t;
	int err = 0;

	for (t = s->bench->tables; t->title && !err; t++) {
		err = report_table(r, s, t->title, t->columns, NULL);
		if (!err)
			err = report_offered(r, s, t);
	}
	return err ?: report_generic(r, s, r->all ? NULL : described);
}
