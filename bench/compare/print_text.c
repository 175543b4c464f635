// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "change_text.h"
#include "labels.h"
#include "number.h"
#include "print.h"
#include "text.h"

/* Names of metrics are foreign, too; shorter than this says nothing. */
#define METRIC_LEAST 12

struct table_arg {
	const struct comparison *c;
	bool verbose;
	bool compact; /* the change alone, not from what to what */
	size_t metric_max; /* columns for its name */
};

/* ---- head ---- */

static int print_owned(FILE *out, const char *label, char *text)
{
	int err = text ? text_item(out, label, "%s", text) : -ENOMEM;

	free(text);
	return err;
}

static int print_head(FILE *out, const struct comparison *c)
{
	const json_t *env = json_object_get(c->base.journals[0].header, "env");
	char model[128], kernel[128], virtual[64];
	int err = print_owned(out, "base", compare_tell_side(c, &c->base));

	err = err ? err : print_owned(out, "head", compare_tell_side(c, &c->head));
	if (c->fresh.spec && !err)
		err = print_owned(out, "fresh", compare_tell_side(c, &c->fresh));
	err = err ? err
		  : text_item(out, "machine", "%s, hypervisor %s, kernel %s",
			      text_value(model, sizeof(model), json_object_get(env, "cpu_model")),
			      text_value(virtual, sizeof(virtual),
					 json_object_get(env, "hypervisor")),
			      text_value(kernel, sizeof(kernel),
					 json_object_get(env, "kernel_release")));
	return err ? err : compare_print_differs(out, c, "%s: %s, %s (--treatment)");
}

/* ---- table ---- */

static void head_cols(struct table *t, const struct table_arg *a)
{
	char level[32];

	snprintf(level, sizeof(level), "%g%% interval", 100 * a->c->opts.decide.level);
	table_col(t, ALIGN_LEFT, "metric");
	if (!a->verbose && !a->compact) {
		table_col(t, ALIGN_RIGHT, "base");
		table_col(t, ALIGN_RIGHT, "head");
	}
	table_col(t, ALIGN_RIGHT, "change");
	table_col(t, ALIGN_LEFT, level);
	if (!(a->verbose && a->compact))
		table_col(t, ALIGN_RIGHT, a->c->opts.self ? "noise" : "detects");
	if (a->verbose) {
		table_col(t, ALIGN_RIGHT, "floor");
		table_col(t, ALIGN_RIGHT, "p");
		table_col(t, ALIGN_RIGHT, "adjusted");
		table_col(t, ALIGN_RIGHT, "Welch's");
	}
	table_col(t, ALIGN_LEFT, a->verbose ? "" : "verdict");
}

/* So short that all fit into 100 columns with everything else. */
static const char *short_verdict(const struct compare_row *r)
{
	static const char *const words[] = { "REGR",  "IMPR",	 "CHANGED",
					     "EQUIV", "INCONCL", "UNREACH" };

	return words[r->d.verdict];
}

static void row_cells(struct table *t, const struct table_arg *a, const struct compare_row *r)
{
	char text[FIGURE_MAX], n[NUMBER_MAX];

	table_cell(t, figure_name(text, r->metric, a->metric_max));
	if (!a->verbose && !a->compact) {
		table_cell(t, number_text(n, r->base_median, r->metric));
		table_cell(t, number_text(n, r->head_median, r->metric));
	}
	table_cell(t, figure_change(text, r, r->d.shift));
	table_cell(t, figure_interval(text, r));
	if (!(a->verbose && a->compact))
		table_cell(t, a->c->opts.self ? figure_noise(text, r) : figure_detectable(text, r));
	if (a->verbose) {
		table_cell(t, figure_floor(text, r));
		table_cell(t, figure_p(text, r->d.p));
		table_cell(t, figure_p(text, r->d.p_adjusted));
		table_cell(t, figure_p(text, r->d.welch_p));
	}
	table_cell(t, a->verbose ? short_verdict(r) : figure_verdict(text, r));
}

static void build(struct table *t, const struct rows *rows)
{
	const struct table_arg *a = rows->arg;

	labels_cols(t, rows);
	head_cols(t, a);
	for (size_t p = 0; p < rows->section->n; p++) {
		bool again = false;

		for (size_t i = 0; i < a->c->n_rows; i++) {
			const struct compare_row *r = &a->c->rows[i];

			if (r->base->id != rows->section->points[p].first)
				continue;
			labels_cells(t, rows, p, again);
			row_cells(t, a, r);
			again = true;
		}
	}
}

static size_t width_of(const struct section *s, const struct table_arg *a)
{
	const struct rows rows = { .section = s, .numbered = true, .arg = a };
	struct table t = { 0 };
	size_t width;

	build(&t, &rows);
	width = table_width(&t);
	table_fini(&t);
	return width;
}

/* What is left out if the table is too wide even with numbers for its points. */
static void make_fit(const struct section *s, struct table_arg *a)
{
	size_t width;

	a->metric_max = SIZE_MAX;
	a->compact = width_of(s, a) > TABLE_WIDTH;
	if (!a->compact || width_of(s, a) <= TABLE_WIDTH)
		return;
	a->metric_max = METRIC_LEAST;
	width = width_of(s, a);
	if (width < TABLE_WIDTH)
		a->metric_max += TABLE_WIDTH - width;
}

static int print_section(FILE *out, const struct section *s, struct table_arg *a)
{
	int err;

	make_fit(s, a);

	fputc('\n', out);
	err = text_item(out, !strcmp(s->name, "nop") ? "control" : "bench", "%s: %s", s->name,
			s->bench ? s->bench->question : "(this twbench does not know it)");
	err = err ? err : labels_constants(out, s);
	fputc('\n', out);
	return err ? err : labels_table(out, s, a, build);
}

static int print_tables(FILE *out, struct table_arg *a)
{
	struct sections s;
	int err = compare_sort(&a->c->base, compare_has_rows, a->c, &s);

	if (err)
		return err;
	for (size_t i = 0; i < s.n && !err; i++)
		err = print_section(out, &s.v[i], a);
	sections_free(&s);
	return err;
}

/* ---- below ---- */

static int print_verdict(FILE *out, const struct comparison *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	if (c->opts.self)
		fputs(c->count[VERDICT_CHANGED]			   ? "THE HALVES DIFFER"
		      : c->count[VERDICT_UNREACHABLE] == c->n_rows ? "TOO FEW TO TELL"
								   : "NO DIFFERENCE FOUND",
		      f);
	else
		fputs(overall_name(compare_overall(c)), f);
	fputs("  ", f);
	compare_tell_counts(f, c);
	if (fclose(f)) {
		free(text);
		text = NULL;
	}
	return print_owned(out, "verdict", text);
}

static int print_candidate(FILE *out, const char *label, const struct comparison *c,
			   const struct compare_row *r)
{
	char *row = compare_tell_row(c, r), *said = compare_tell_confirm(r);
	int err = row && said ? text_item(out, label, "%s: %s", row, said) : -ENOMEM;

	free(row);
	free(said);
	return err;
}

static int print_candidates(FILE *out, const struct comparison *c)
{
	const char *label = "fresh";
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err; i++) {
		if (!c->rows[i].confirm)
			continue;
		err = print_candidate(out, label, c, &c->rows[i]);
		label = "";
	}
	return err;
}

static bool any_measured_floor(const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (!isnan(c->rows[i].floor_measured))
			return true;
	return false;
}

static int print_notes(FILE *out, const struct comparison *c, bool verbose)
{
	const struct decide_opts *o = &c->opts.decide;
	char numbers[FIGURE_MAX];
	int err;

	err = text_item(
		out, "notes",
		"%s; base, head: medians. change: Hodges-Lehmann shift of the logs (ratios: of the"
		" values), with its %g %% interval from the same rank test (%s).",
		figure_numbers(numbers, c), 100 * o->level,
		c->unit == COMPARE_PAIRS ? "signed ranks" : "Mann-Whitney");
	err = err ? err
		  : text_item(out, "",
			      "A row is worse or better if p < %g after Holm over %zu row%s and the"
			      " interval lies beyond the floor, equivalent if it lies within: %g %%"
			      " for medians, means and rates, %g %% for p99, %g %% from p99.9 on,"
			      " %g for ratios.",
			      o->alpha, c->n_rows, c->n_rows == 1 ? "" : "s", 100 * c->opts.floor,
			      200 * c->opts.floor, 500 * c->opts.floor, c->opts.floor / 10);
	if (c->opts.self)
		return err ? err
			   : text_item(out, "",
				       "noise: half the width of the interval, the floor of later"
				       " comparisons.");
	err = err ? err
		  : text_item(out, "",
			      "detects: the smallest change found with a chance of %g %%. +n:"
			      " further %s that a verdict may take.",
			      100 * o->power,
			      c->unit == COMPARE_PAIRS	 ? "pairs"
			      : c->unit == COMPARE_BOOTS ? "boots per side"
							 : "invocations per side");
	if (!err && c->fresh.spec)
		err = text_item(out, "",
				"What is a regression in HEAD is judged again from fresh data, with"
				" Holm over these candidates alone; it stands only if it is one"
				" again.");
	if (!err && any_measured_floor(c))
		err = text_item(
			out, "",
			"Floors of some rows are those that `compare --self` measured here%s.",
			verbose ? " (*)" : "");
	return err;
}

static int print_left_out(FILE *out, const struct comparison *c)
{
	const char *label = "left out";
	const json_t *o;
	size_t i;
	int err = 0;

	json_array_foreach(c->left_out, i, o) {
		err = err ? err : print_owned(out, label, compare_tell_left_out(o));
		label = "";
	}
	return err;
}

static int print_warnings(FILE *out, const struct comparison *c)
{
	const char *label = "warnings";
	const json_t *w;
	size_t i;
	int err = 0;

	json_array_foreach(c->warnings, i, w) {
		err = err ? err : text_item(out, label, "%s", json_string_value(w));
		label = "";
	}
	return err;
}

int compare_print_text(FILE *out, const struct comparison *c, bool verbose)
{
	struct table_arg a = { .c = c, .verbose = verbose };
	int err = print_head(out, c);

	err = err ? err : print_tables(out, &a);
	fputc('\n', out);
	err = err ? err : print_verdict(out, c);
	err = err ? err : print_candidates(out, c);
	err = err ? err : print_notes(out, c, verbose);
	err = err ? err : print_left_out(out, c);
	return err ? err : print_warnings(out, c);
}
