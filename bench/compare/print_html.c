// SPDX-License-Identifier: GPL-2.0
/* A comparison as a part of a page. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "exit_code.h"
#include "html.h"
#include "number.h"
#include "print.h"
#include "text.h"

/* How a verdict looks: the sign and the word say all that the colour does. */
static const struct look {
	const char *kind, *sign;
} looks[] = {
	[VERDICT_REGRESSION] = { "worse", "\u2717" },
	[VERDICT_IMPROVEMENT] = { "better", "\u2713" },
	[VERDICT_CHANGED] = { "other", "\u2260" },
	[VERDICT_EQUIVALENT] = { "same", "=" },
	[VERDICT_INCONCLUSIVE] = { "open", "?" },
	[VERDICT_UNREACHABLE] = { "open", "\u2205" },
};

static int put_item(struct html *h, const char *label, char *text)
{
	if (!text)
		return -ENOMEM;
	html_item(h, label, text);
	free(text);
	return 0;
}

/* ---- head ---- */

static int put_verdict(struct html *h, const struct comparison *c)
{
	static const char *const kinds[] = { [OVERALL_REGRESSION] = "verdict worse",
					     [OVERALL_INCONCLUSIVE] = "verdict",
					     [OVERALL_NO_REGRESSION] = "verdict better" };
	enum compare_overall overall = compare_overall(c);
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return -ENOMEM;
	fprintf(f, "%s \u2014 ", overall_name(overall));
	compare_tell_counts(f, c);
	if (fclose(f)) {
		free(text);
		return -ENOMEM;
	}
	html_paragraph(h, kinds[overall], text);
	free(text);
	return 0;
}

static int put_sides(struct html *h, const struct comparison *c)
{
	int err = put_item(h, "base", compare_tell_side(c, &c->base));
	char a[96], b[96], text[384];
	const char *field, *label = "differs";
	json_t *v;

	err = err ?: put_item(h, "head", compare_tell_side(c, &c->head));
	json_object_foreach(c->differs, field, v) {
		snprintf(text, sizeof(text), "%.96s: %s, %s", field,
			 text_value(a, sizeof(a), json_array_get(v, 0)),
			 text_value(b, sizeof(b), json_array_get(v, 1)));
		html_item(h, label, text);
		label = "";
	}
	return err;
}

/* ---- rows ---- */

static void put_cell(FILE *out, const char *kind, const char *text)
{
	fprintf(out, "<td%s>", kind);
	html_text(out, text);
	fputs("</td>", out);
}

static int put_row(FILE *out, const struct comparison *c, const struct compare_row *r)
{
	const struct look *look = &looks[r->d.verdict];
	char *label = compare_tell_row(c, r), text[FIGURE_MAX], n[NUMBER_MAX];

	if (!label)
		return -ENOMEM;
	fputs("<tr><th scope=\"row\" class=\"row\">", out);
	html_text(out, label);
	free(label);
	fputs(r->control ? " (control)</th>" : "</th>", out);
	put_cell(out, " class=\"n\"", number_text(n, r->base_median, r->metric));
	put_cell(out, " class=\"n\"", number_text(n, r->head_median, r->metric));
	put_cell(out, " class=\"n\"", figure_change(text, r, r->d.shift));
	put_cell(out, "", figure_interval(text, r));
	put_cell(out, " class=\"n\"", figure_floor(text, r));
	put_cell(out, " class=\"n\"", figure_detectable(text, r));
	fprintf(out, "<td class=\"v %s\"><i aria-hidden=\"true\">%s</i>", look->kind, look->sign);
	html_text(out, figure_verdict(text, r));
	fputs("</td></tr>\n", out);
	return 0;
}

static int put_rows(struct html *h, const struct comparison *c)
{
	int err = 0;

	html_table_begin(h, "Change from base to head, row by row");
	fprintf(h->out,
		"<thead><tr><th scope=\"col\">row</th><th scope=\"col\" class=\"n\">base</th>"
		"<th scope=\"col\" class=\"n\">head</th><th scope=\"col\" class=\"n\">change</th>"
		"<th scope=\"col\">%g %% interval</th><th scope=\"col\" class=\"n\">floor</th>"
		"<th scope=\"col\" class=\"n\">detects</th><th scope=\"col\">verdict</th>"
		"</tr></thead>\n<tbody>\n",
		100 * c->opts.decide.level);
	for (size_t i = 0; i < c->n_rows && !err; i++)
		err = put_row(h->out, c, &c->rows[i]);
	fputs("</tbody>\n", h->out);
	html_table_end(h);
	return err;
}

/* ---- below ---- */

static int put_notes(struct html *h, const struct comparison *c)
{
	const struct decide_opts *o = &c->opts.decide;
	char numbers[FIGURE_MAX], *text;

	if (asprintf(
		    &text,
		    "%s; base, head: medians. change: Hodges-Lehmann shift (%% of the base; ratios:"
		    " a difference) with its interval. Worse or better: p < %g after Holm over %zu"
		    " row%s, and the interval beyond the floor; equivalent: within it. Floors marked *"
		    " were measured by compare --self. detects: the smallest change found with a"
		    " chance of %g %%. INCONCLUSIVE +n: further %s that a verdict may take.",
		    figure_numbers(numbers, c), o->alpha, c->n_rows, c->n_rows == 1 ? "" : "s",
		    100 * o->power,
		    c->unit == COMPARE_PAIRS   ? "pairs"
		    : c->unit == COMPARE_BOOTS ? "boots per side"
					       : "invocations per side") < 0)
		return -ENOMEM;
	html_paragraph(h, "note", text);
	free(text);
	return 0;
}

static int put_remarks(struct html *h, const struct comparison *c)
{
	const char *label = "left out";
	const json_t *v;
	size_t i;
	int err = 0;

	json_array_foreach(c->left_out, i, v) {
		err = err ?: put_item(h, label, compare_tell_left_out(v));
		label = "";
	}
	label = "warnings";
	json_array_foreach(c->warnings, i, v) {
		html_item(h, label, json_string_value(v));
		label = "";
	}
	return err;
}

int compare_print_html(struct html *h, const struct comparison *c, const char *forest)
{
	int err = put_verdict(h, c);

	err = err ?: put_sides(h, c);
	if (!err && forest)
		err = html_figure(h, forest, "Change from base to head",
				  "forest. What counts is an interval beyond the floor.");
	err = err ?: put_rows(h, c);
	err = err ?: put_notes(h, c);
	return err ?: put_remarks(h, c);
}

int compare_print_html_refused(struct html *h, const struct comparison *c, int code)
{
	html_paragraph(h, "verdict",
		       code == EXIT_NOT_COMPARABLE ? "NOT COMPARABLE" : "NO COMPARISON");
	html_paragraph(h, "why", c->why);
	return code == EXIT_NOT_COMPARABLE ? put_sides(h, c) : 0;
}
