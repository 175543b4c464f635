// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cover.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "change_text.h"
#include "labels.h"
#include "print.h"
#include "report.h"
#include "text.h"

static bool is_single(const struct comparison *c)
{
	return !c->head.n_journals;
}

static const json_t *env_of(const struct side *s)
{
	return json_object_get(s->journals[0].header, "env");
}

/* ---- head ---- */

/* The commands of both sides, if they are not the same. */
static int print_commands(FILE *out, const struct comparison *c)
{
	json_t *base = c->base.journals[0].header, *head;
	int err = report_command(out, base);

	if (err || is_single(c))
		return err;
	head = c->head.journals[0].header;
	if (json_equal(json_object_get(base, "args"), json_object_get(head, "args")))
		return 0;
	return report_command(out, head);
}

static int print_selection(FILE *out, const struct comparison *c)
{
	char a[128], b[128];
	const char *name;
	json_t *v;
	int err = 0;

	json_object_foreach(c->base.select, name, v)
		if (!err && !is_single(c))
			err = text_item(
				out, "sides", "base %s=%s, head %s=%s", name,
				text_value(a, sizeof(a), v), name,
				text_value(b, sizeof(b), json_object_get(c->head.select, name)));
	return err;
}

static int print_head(FILE *out, const struct comparison *c)
{
	char numbers[FIGURE_MAX];
	int err = report_environment(out, env_of(&c->base));

	err = err ? err : compare_print_differs(out, c, "%s: base %s, head %s");
	err = err ? err : print_selection(out, c);
	err = err ? err : print_commands(out, c);
	if (err)
		return err;
	if (is_single(c))
		return text_item(out, "runs", "%zu samples, each a fresh process and BPF load",
				 c->base.n_samples);
	return text_item(out, "runs", "%s, each a fresh process and BPF load",
			 figure_numbers(numbers, c));
}

/* ---- tables ---- */

static int print_points(FILE *out, const struct section *s)
{
	char label[24], value[128];
	int err = 0;

	for (size_t i = 0; i < s->n && s->n > 1 && !err; i++) {
		char *text = NULL;
		const json_t *name;
		size_t size, k;
		FILE *f = open_memstream(&text, &size);

		if (!f)
			return -ENOMEM;
		json_array_foreach(s->params, k, name)
			if (param_varies(s, json_string_value(name)))
				fprintf(f, " %s=%s", json_string_value(name),
					text_value(value, sizeof(value),
						   sample_param(s->points[i].first,
								json_string_value(name))));
		snprintf(label, sizeof(label), "#%zu", i + 1);
		err = fclose(f) ? -ENOMEM : text_item(out, label, "%s", text + 1);
		free(text);
	}
	return err;
}

/* axis: NULL for no picture. */
static int print_section(FILE *out, const struct comparison *c, const struct section *s,
			 enum cover_style style, const struct cover_axis *axis)
{
	bool control = !strcmp(s->name, "nop");
	int err;

	fputc('\n', out);
	err = text_item(out, control ? "CONTROL" : "bench", "%s: %s%s", s->name,
			s->bench ? s->bench->question : "-",
			control ? " (nothing under test is in it)" : "");
	err = err ? err : labels_constants(out, s);
	err = err ? err : print_points(out, s);
	fputc('\n', out);
	if (err)
		return err;
	err = style == COVER_BOX ? cover_box(out, c, s) : cover_trigger(out, c, s);
	if (!err && axis)
		cover_plot(out, c, s, axis);
	return err;
}

static bool any_control(const struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].control)
			return true;
	return false;
}

/* The control last: it is what the rest is held against. */
static int print_sections(FILE *out, const struct comparison *c, enum cover_style style,
			  const struct cover_axis *axis)
{
	struct sections s;
	int err = compare_sort(&c->base, compare_has_rows, c, &s);

	if (err)
		return err;
	for (int control = 0; control < 2; control++)
		for (size_t i = 0; i < s.n && !err; i++)
			if ((strcmp(s.v[i].name, "nop") == 0) == control)
				err = print_section(out, c, &s.v[i], style, axis);
	sections_free(&s);
	return err;
}

/* ---- below ---- */

static size_t least_replicates(const struct comparison *c)
{
	size_t n = SIZE_MAX;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct decide_row *d = &c->rows[i].data;

		n = d->n_base < n ? d->n_base : n;
		n = !is_single(c) && d->n_head < n ? d->n_head : n;
	}
	return n;
}

static int print_meaning(FILE *out, const struct comparison *c, enum cover_style style)
{
	const char *what = least_replicates(c) < 6
				   ? "half the range over the runs (fewer than 6)"
				   : "half the width of the 95% interval of that median"
				     " (order statistics)";
	int err = text_item(
		out, "reading",
		"%s: medians over the runs; a percentile is that of one run. +-: %s, in percent of"
		" it (ratios: in their own unit)%s.",
		is_single(c) ? "median" : "base, head", what,
		is_single(c) || style == COVER_TRIGGER ? "" : "; the greater of base's and head's");

	if (err || is_single(c))
		return err;
	err = text_item(
		out, "",
		"change: Hodges-Lehmann shift, ratios as difference; interval: of the change, by"
		" inverting the rank test (%s).",
		c->unit == COMPARE_PAIRS ? "signed ranks of pairs" : "Mann-Whitney");
	return err ? err
		   : text_item(
			     out, "",
			     "worse, better: p < %g after Holm over %zu rows, and the interval"
			     " beyond %g%% (p99: %g%%, from p99.9: %g%%, ratios: %g); same: it lies"
			     " within; ?: neither, not to be told with so many runs.",
			     c->opts.decide.alpha, c->n_rows, 100 * c->opts.floor,
			     200 * c->opts.floor, 500 * c->opts.floor, c->opts.floor / 10);
}

static int print_marks(FILE *out, const struct cover_axis *axis)
{
	if (!axis)
		return text_item(out, "",
				 "no plot: no row has a change in percent and an"
				 " interval.");
	return text_item(out, "",
			 "plot: o the change, [ ] its interval, < > where that goes on; |"
			 " no change, : the floor.");
}

static bool says_nothing(const struct compare_row *r)
{
	return r->d.verdict >= VERDICT_INCONCLUSIVE && isfinite(r->d.detectable);
}

static bool is_same_metric(const struct compare_row *a, const struct compare_row *b)
{
	return !strcmp(a->metric, b->metric) && json_equal(json_object_get(a->base->id, "bench"),
							   json_object_get(b->base->id, "bench"));
}

/* Whether rows[i] is the first of its metric that says nothing; then how many there are, and which could
 * have said most and least. */
static size_t silent_rows(const struct comparison *c, size_t i, const struct compare_row *ends[2])
{
	size_t n = 0;

	for (size_t k = 0; k < c->n_rows; k++) {
		const struct compare_row *r = &c->rows[k];

		if (!says_nothing(r) || !is_same_metric(r, &c->rows[i]))
			continue;
		if (k < i)
			return 0;
		ends[0] = !n || r->d.detectable < ends[0]->d.detectable ? r : ends[0];
		ends[1] = !n || r->d.detectable > ends[1]->d.detectable ? r : ends[1];
		n++;
	}
	return n;
}

/* A line per metric, however many points there are. */
static int print_silent(FILE *out, const char *label, const struct comparison *c, size_t n,
			const struct compare_row *const ends[2])
{
	char least[FIGURE_MAX], most[FIGURE_MAX];
	char *row;
	int err;

	if (n > 1)
		return text_item(out, label,
				 "%s %s: a change from %s on, in the worst of %zu rows from %s",
				 json_string_value(json_object_get(ends[0]->base->id, "bench")),
				 ends[0]->metric, figure_detectable(least, ends[0]), n,
				 figure_detectable(most, ends[1]));
	row = compare_tell_row(c, ends[0]);
	err = row ? text_item(out, label, "%s: a change from %s on", row,
			      figure_detectable(least, ends[0]))
		  : -ENOMEM;
	free(row);
	return err;
}

/* The rows that say nothing, and how much they could have said; of so few runs that is not known. */
static int print_detectable(FILE *out, const struct comparison *c)
{
	const struct compare_row *ends[2];
	const char *label = "would find";
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err && !is_single(c); i++) {
		size_t n = says_nothing(&c->rows[i]) ? silent_rows(c, i, ends) : 0;

		if (!n)
			continue;
		err = print_silent(out, label, c, n, ends);
		label = "";
	}
	return err;
}

static int print_no_control(FILE *out, const char *label, const struct comparison *c)
{
	const char *name = json_object_iter_key(json_object_iter(c->base.select));
	char value[256];

	if (!name)
		return text_item(
			out, label,
			"no control: the bench nop was not measured (`twbench run nop ...`)");
	return text_item(out, label, "no control: no sample of the bench nop has %s=%s", name,
			 text_value(value, sizeof(value), json_object_get(c->base.select, name)));
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
	json_array_foreach(c->left_out, i, w) {
		char *text = compare_tell_left_out(w);

		err = err ? err : !text ? -ENOMEM : text_item(out, label, "left out: %s", text);
		free(text);
		label = "";
	}
	if (!err && !any_control(c))
		err = print_no_control(out, label, c);
	return err;
}

int cover_print(FILE *out, const struct comparison *c, enum cover_style style, bool plot)
{
	struct cover_axis axis, *drawn = plot && cover_axis(c, &axis) ? &axis : NULL;
	int err;

	text_set_width(COVER_WIDTH);
	err = print_head(out, c);
	err = err ? err : print_sections(out, c, style, drawn);
	fputc('\n', out);
	err = err ? err : print_meaning(out, c, style);
	if (!err && plot)
		err = print_marks(out, drawn);
	err = err ? err : print_detectable(out, c);
	err = err ? err : print_warnings(out, c);
	fputc('\n', out);
	return err ? err : cover_recipe(out, c);
}
