// SPDX-License-Identifier: GPL-2.0
/* The rows of a cover letter, as a table or a line each. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "choose.h"
#include "cover.h"
#include "median.h"
#include "number.h"
#include "points.h"
#include "table.h"
#include "text.h"

int cover_figure(const double *v, size_t n, const struct compare_row *r, struct cover_figure *out)
{
	double *copy = malloc((n + 1) * sizeof(*copy));
	struct spread s;

	if (!copy)
		return -ENOMEM;
	memcpy(copy, v, n * sizeof(*v));
	spread_of(copy, n, &s);
	free(copy);
	number_text(out->median, s.median, r->metric);
	out->half = (s.hi - s.lo) / 2;
	out->shown = out->half;
	if (s.n < 2) {
		strcpy(out->spread, "-");
	} else if (scalar_is_ratio(r->metric) || s.median == 0) {
		number_text(out->spread, out->half, r->metric);
	} else {
		out->shown = 100 * out->half / fabs(s.median);
		snprintf(out->spread, sizeof(out->spread), "%.1f%%", out->shown);
	}
	return 0;
}

const char *cover_verdict(const struct compare_row *r)
{
	static const char *const words[] = { "worse", "better", "differs", "same", "?", "?" };

	return words[r->d.verdict];
}

static bool is_single(const struct comparison *c)
{
	return !c->head.n_journals;
}

static bool is_of(const struct compare_row *r, const struct section *s, size_t point)
{
	return r->base->id == s->points[point].first;
}

/* ---- box ---- */

/* "[-0.0003, +0.0001]" -> "[-.0003,+.0001]": every column counts. */
static void squeeze(char *s)
{
	char *to = s;

	for (const char *from = s; *from; from++) {
		bool zero = from > s && *from == '0' && from[1] == '.' && strchr("+-[,", from[-1]);

		if (*from != ' ' && !zero)
			*to++ = *from;
	}
	*to = '\0';
}

struct box {
	const struct comparison *c;
	const struct section *s;
	bool narrow; /* without the spread: the change has an interval */
	size_t metric_max;
};

static void head_box(struct table *t, const struct box *b)
{
	char level[32];

	t->gap = 1;
	snprintf(level, sizeof(level), "%g%% interval", 100 * b->c->opts.decide.level);
	if (b->s->n > 1)
		table_col(t, ALIGN_RIGHT, "#");
	table_col(t, ALIGN_LEFT, "");
	table_col(t, ALIGN_RIGHT, is_single(b->c) ? "median" : "base");
	if (!is_single(b->c))
		table_col(t, ALIGN_RIGHT, "head");
	if (!b->narrow)
		table_col(t, ALIGN_RIGHT, "+-");
	if (is_single(b->c))
		return;
	table_col(t, ALIGN_RIGHT, "change");
	table_col(t, ALIGN_LEFT, level);
	table_col(t, ALIGN_LEFT, "");
}

/* One spread for both sides, the greater one. */
static int figure_cells(struct table *t, const struct box *b, const struct compare_row *r)
{
	struct cover_figure base, head = { .shown = 0 };
	int err = cover_figure(r->data.base, r->data.n_base, r, &base);

	if (!err && !is_single(b->c))
		err = cover_figure(r->data.head, r->data.n_head, r, &head);
	if (err)
		return err;
	table_cell(t, base.median);
	if (!is_single(b->c))
		table_cell(t, head.median);
	if (!b->narrow)
		table_cell(t, head.shown > base.shown ? head.spread : base.spread);
	return 0;
}

static int row_box(struct table *t, const struct box *b, const struct compare_row *r, size_t point,
		   bool again)
{
	char text[FIGURE_MAX];
	int err;

	snprintf(text, sizeof(text), "%zu", point + 1);
	if (b->s->n > 1)
		table_cell(t, again ? "" : text);
	table_cell(t, figure_name(text, r->metric, b->metric_max));
	err = figure_cells(t, b, r);
	if (err || is_single(b->c))
		return err;
	table_cell(t, figure_change(text, r, r->d.shift));
	figure_interval(text, r);
	squeeze(text);
	table_cell(t, text);
	table_cell(t, cover_verdict(r));
	return err;
}

static int build_box(struct table *t, const struct box *b)
{
	int err = 0;

	head_box(t, b);
	for (size_t p = 0; p < b->s->n; p++) {
		bool again = false;

		for (size_t i = 0; i < b->c->n_rows && !err; i++) {
			if (!is_of(&b->c->rows[i], b->s, p))
				continue;
			err = row_box(t, b, &b->c->rows[i], p, again);
			again = true;
		}
	}
	return err ? err : t->err;
}

/* The names of metrics are foreign; cut as a last resort. */
static int rebuild(struct table *t, struct box *b, bool narrow, size_t metric_max)
{
	table_fini(t);
	b->narrow = narrow;
	b->metric_max = metric_max;
	return build_box(t, b);
}

int cover_box(FILE *out, const struct comparison *c, const struct section *s)
{
	struct box b = { .c = c, .s = s, .metric_max = SIZE_MAX };
	struct table t = { 0 };
	int err = build_box(&t, &b);

	if (!err && table_width(&t) > COVER_WIDTH)
		err = rebuild(&t, &b, !is_single(c), SIZE_MAX);
	if (!err && table_width(&t) > COVER_WIDTH)
		err = rebuild(&t, &b, !is_single(c), 16);
	/* Figures of 300 digits: a line each, that always fits. */
	if (!err && table_width(&t) > COVER_WIDTH)
		err = cover_trigger(out, c, s);
	else
		err = err ? err : table_print(&t, out);
	table_fini(&t);
	return err;
}

/* ---- trigger ---- */

/* "1 234 +- 1.2% -> 1 198 +- 0.9%", or without the spreads where that does not fit. */
static void figures(FILE *f, const struct cover_figure *base, const struct cover_figure *head,
		    bool spreads)
{
	fprintf(f, "%7s", base->median);
	if (spreads)
		fprintf(f, head ? " +-%6s" : " +- %s", base->spread);
	if (head)
		fprintf(f, " -> %7s", head->median);
	if (head && spreads)
		fprintf(f, " +-%6s", head->spread);
}

/* A new line of text. */
static char *tell_trigger(const struct comparison *c, const struct compare_row *r,
			  const struct cover_figure *base, const struct cover_figure *head,
			  bool spreads)
{
	char name[FIGURE_MAX], change[FIGURE_MAX], *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%-18s: ", figure_name(name, r->metric, 18));
	figures(f, base, is_single(c) ? NULL : head, spreads);
	if (!is_single(c))
		fprintf(f, " %7s %s", figure_change(change, r, r->d.shift), cover_verdict(r));
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	text_clean(text);
	return text;
}

static int row_trigger(FILE *out, const struct comparison *c, const struct compare_row *r)
{
	struct cover_figure base, head = { .half = 0 };
	int err = cover_figure(r->data.base, r->data.n_base, r, &base);
	char *text;

	if (!err && !is_single(c))
		err = cover_figure(r->data.head, r->data.n_head, r, &head);
	if (err)
		return err;
	text = tell_trigger(c, r, &base, &head, true);
	if (text && strlen(text) > COVER_WIDTH) {
		free(text);
		text = tell_trigger(c, r, &base, &head, false);
	}
	if (!text)
		return -ENOMEM;
	fprintf(out, "%s\n", text);
	free(text);
	return 0;
}

int cover_trigger(FILE *out, const struct comparison *c, const struct section *s)
{
	int err = 0;

	for (size_t p = 0; p < s->n; p++) {
		if (s->n > 1)
			fprintf(out, "%s%zu\n", p ? "\n#" : "#", p + 1);
		for (size_t i = 0; i < c->n_rows && !err; i++)
			if (is_of(&c->rows[i], s, p))
				err = row_trigger(out, c, &c->rows[i]);
	}
	return err;
}
