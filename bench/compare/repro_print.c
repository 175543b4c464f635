// SPDX-License-Identifier: GPL-2.0
/* Answers as text, and for programs. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "number.h"
#include "print.h"
#include "report.h"
#include "repro.h"
#include "text.h"

#define SCHEMA "twbench-answer/1"
#define MARGIN 16

/* ---- the letter ---- */

static int print_sides(FILE *out, const struct recipe *r)
{
	static const char *const words[] = { "select", "kernel", "commit" };
	const char *label = "sides";
	int err = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !err; i++) {
		char base[32], head[32];
		const char *a, *b;

		snprintf(base, sizeof(base), "base-%s", words[i]);
		snprintf(head, sizeof(head), "head-%s", words[i]);
		a = recipe_word(r, base);
		b = recipe_word(r, head);
		if (!a || !b)
			continue;
		err = text_item(out, label, "base %s%s%s, head %s%s%s", i ? words[i] : "",
				i ? " " : "", a, i ? words[i] : "", i ? " " : "", b);
		label = "";
	}
	return err;
}

int repro_print_letter(FILE *out, const struct recipe *r)
{
	json_t *header = json_pack("{sO}", "args", recipe_words(r, "arg"));
	int err = text_item(out, "letter", "%zu claim%s; twbench %s (%s), seed %s", r->n_claims,
			    r->n_claims == 1 ? "" : "s", recipe_word(r, "version"),
			    recipe_word(r, "commit"), recipe_word(r, "seed"));

	err = err ? err : print_sides(out, r);
	err = err ? err : header ? report_command(out, header) : -ENOMEM;
	json_decref(header);
	return err;
}

int repro_print_claims(FILE *out, const struct recipe *r)
{
	static const char *const words[] = {
		[CLAIM_REGRESSION] = "worse", [CLAIM_IMPROVEMENT] = "better",
		[CLAIM_CHANGED] = "changed",  [CLAIM_EQUIVALENT] = "equivalent",
		[CLAIM_MEDIAN] = "median",
	};

	for (size_t i = 0; i < r->n_claims; i++) {
		const struct claim *c = &r->claims[i];
		bool percent = !c->difference && c->kind != CLAIM_MEDIAN;
		const char *unit = percent ? "%" : "";
		double f = percent ? 100 : 1;

		fprintf(out,
			c->kind == CLAIM_MEDIAN ? "%-10s row %s  %.6g%s [%.6g, %.6g]%s\n"
						: "%-10s row %s  %+.4g%s [%+.4g, %+.4g]%s\n",
			words[c->kind], c->id, f * c->value, unit, f * c->lo, f * c->hi, unit);
	}
	return 0;
}

/* ---- text ---- */

/* A figure with its interval, of the claim or of what is here; new. */
static char *tell_figure(const struct compare_row *r)
{
	char a[FIGURE_MAX], b[FIGURE_MAX], c[FIGURE_MAX], *text;
	int n;

	if (r->head)
		n = asprintf(&text, "%s %s", figure_change(a, r, r->d.shift),
			     figure_interval(b, r));
	else
		n = asprintf(&text, "%s [%s, %s]", number_text(a, r->d.shift, r->metric),
			     number_text(b, r->d.lo, r->metric),
			     number_text(c, r->d.hi, r->metric));
	return n < 0 ? NULL : text;
}

static char *tell_claim(const struct repro_row *row)
{
	struct compare_row r = *row->fresh;

	r.data.scale = row->claim->difference ? DECIDE_DIFFERENCE : DECIDE_LOG;
	r.d = (struct decision){
		.shift = row->claim->value, .lo = row->claim->lo, .hi = row->claim->hi, .level = 1
	};
	return tell_figure(&r);
}

static const char *word_of(const struct repro_row *row)
{
	static const char *const words[] = {
		", worse",	", better",	    ", changed",
		", equivalent", ", not to be told", ", not to be told"
	};

	return row->fresh->head ? words[row->fresh->d.verdict] : "";
}

static void print_figures(FILE *out, const struct repro_row *row)
{
	char *letter = tell_claim(row), *here = tell_figure(row->fresh), floor[FIGURE_MAX];

	if (letter && here && row->claim->kind == CLAIM_EQUIVALENT)
		fprintf(out, "%*sletter %s, equivalent (floor %s), here %s%s\n", MARGIN, "", letter,
			figure_floor(floor, row->fresh), here, word_of(row));
	else if (letter && here)
		fprintf(out, "%*sletter %s, here %s%s\n", MARGIN, "", letter, here, word_of(row));
	free(letter);
	free(here);
	if (row->size_differs)
		fprintf(out, "%*sits size differs: the intervals have nothing in common\n", MARGIN,
			"");
}

static void print_doubt(FILE *out, const struct repro_row *row)
{
	struct compare_row r = *row->fresh;
	char text[FIGURE_MAX], number[NUMBER_MAX];

	r.d.detectable = row->detectable;
	if (isnan(row->detectable))
		fprintf(out, "%*sno shift would be found", MARGIN, "");
	else
		fprintf(out, "%*sa shift would be found from %s on", MARGIN, "",
			r.head ? figure_detectable(text, &r)
			       : number_text(number, row->detectable, r.metric));
	if (row->invocations)
		fprintf(out, "; -n %zu may do", row->invocations);
	fputc('\n', out);
}

static int print_row(FILE *out, const struct repro *r, const struct repro_row *row)
{
	char *name = row->fresh ? compare_tell_row(&r->c, row->fresh) : NULL;

	if (row->fresh && !name)
		return -ENOMEM;
	fprintf(out, "%-*s", MARGIN, repro_name(row->answer));
	if (!row->fresh)
		fprintf(out, "row %s of the letter: not measured here\n", row->claim->id);
	else
		fprintf(out, "%s\n", name);
	free(name);
	if (!row->fresh)
		return 0;
	print_figures(out, row);
	if (row->answer == REPRO_CANNOT_TELL)
		print_doubt(out, row);
	return 0;
}

static int print_verdict(FILE *out, const struct repro *r)
{
	static const char *const words[] = { "REPRODUCED", "NOT REPRODUCED",
					     "THIS MACHINE CANNOT TELL" };
	size_t n[3] = { 0 }, all = r->letter->n_claims;

	for (size_t i = 0; i < all; i++)
		n[r->rows[i].answer]++;
	return text_item(
		out, "answer", "%s: of %zu row%s %zu reproduced, %zu not, %zu cannot be told",
		words[repro_overall(r->rows, all)], all, all == 1 ? "" : "s", n[0], n[1], n[2]);
}

int repro_print_text(FILE *out, const struct repro *r)
{
	char numbers[FIGURE_MAX];
	const char *label = "warnings";
	const json_t *w;
	size_t i;
	int err = 0;

	if (r->c.n_rows && r->c.head.n_journals)
		err = text_item(out, "here", "%s; %s, %s", figure_numbers(numbers, &r->c),
				r->c.base.spec, r->c.head.spec);
	else
		err = text_item(out, "here", "%s", r->c.base.spec);
	json_array_foreach(r->c.warnings, i, w) {
		err = err ? err : text_item(out, label, "%s", json_string_value(w));
		label = "";
	}
	fputc('\n', out);
	for (i = 0; i < r->letter->n_claims && !err; i++)
		err = print_row(out, r, &r->rows[i]);
	fputc('\n', out);
	return err ? err : print_verdict(out, r);
}

/* ---- JSON ---- */

static json_t *claim_json(const struct claim *c)
{
	static const char *const kinds[] = {
		[CLAIM_REGRESSION] = "regression", [CLAIM_IMPROVEMENT] = "improvement",
		[CLAIM_CHANGED] = "changed",	   [CLAIM_EQUIVALENT] = "equivalent",
		[CLAIM_MEDIAN] = "median",
	};
	const char *scale = c->kind == CLAIM_MEDIAN ? "absolute"
			    : c->difference	    ? "difference"
						    : "log";

	return json_pack("{ss ss so so so so}", "kind", kinds[c->kind], "scale", scale, "value",
			 compare_json_real(c->value), "lo", compare_json_real(c->lo), "hi",
			 compare_json_real(c->hi), "floor", compare_json_real(c->floor));
}

static json_t *fresh_json(const struct compare_row *r)
{
	if (!r)
		return json_null();
	return json_pack("{sO sO? sO ss so so so so so sI}", "bench",
			 json_object_get(r->base->id, "bench"), "impl",
			 json_object_get(r->base->id, "impl"), "params",
			 json_object_get(r->base->id, "params"), "metric", r->metric, "verdict",
			 r->head ? compare_json_name(verdict_name(r->d.verdict)) : json_null(),
			 "value", compare_json_real(r->d.shift), "lo",
			 r->d.level > 0 ? compare_json_real(r->d.lo) : json_null(), "hi",
			 r->d.level > 0 ? compare_json_real(r->d.hi) : json_null(), "p_adjusted",
			 r->head ? compare_json_real(r->d.p_adjusted) : json_null(), "n",
			 (json_int_t)r->data.n_base);
}

static json_t *row_json(const struct repro_row *row)
{
	json_t *o =
		json_pack("{ss so so so sb so}", "id", row->claim->id, "answer",
			  compare_json_name(repro_name(row->answer)), "claim",
			  claim_json(row->claim), "fresh", fresh_json(row->fresh), "size_differs",
			  row->size_differs, "detectable", compare_json_real(row->detectable));

	json_object_set_new(o, "invocations",
			    row->invocations ? json_integer(row->invocations) : json_null());
	return o;
}

static json_t *letter_json(const struct recipe *r)
{
	return json_pack("{ss ss ss sO sO sO? ss?}", "commit", recipe_word(r, "commit"), "version",
			 recipe_word(r, "version"), "seed", recipe_word(r, "seed"), "args",
			 recipe_words(r, "arg"), "base", recipe_words(r, "base"), "head",
			 recipe_words(r, "head"), "treatment", recipe_word(r, "treatment"));
}

int repro_print_json(FILE *out, const struct repro *r)
{
	size_t n = r->letter->n_claims;
	json_t *rows = json_array(), *doc;
	int err = 0;

	for (size_t i = 0; i < n; i++)
		err |= json_array_append_new(rows, row_json(&r->rows[i]));
	doc = json_pack("{ss so si so ss ss? so sO}", "schema", SCHEMA, "answer",
			compare_json_name(repro_name(repro_overall(r->rows, n))), "exit_code",
			repro_exit_code(r), "letter", letter_json(r->letter), "base",
			r->c.base.spec, "head", r->c.head.spec, "rows", rows, "warnings",
			r->c.warnings);
	if (err || !doc || json_dumpf(doc, out, JSON_INDENT(1)) || fputc('\n', out) == EOF)
		err = ferror(out) ? -EIO : -ENOMEM;
	json_decref(doc);
	return err;
}
