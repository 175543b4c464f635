// SPDX-License-Identifier: GPL-2.0
/* What should make a reader careful, each with what to do about it. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "compare.h"
#include "plan_args.h"
#include "rank_test.h"
#include "text.h"

/* Of all pairs of a sample of each side, so many in one order are A..A B..B. Random order: 0.5
 * +- 0.1. */
#define ONE_AFTER_THE_OTHER 0.9

static int warn(struct comparison *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static int warn(struct comparison *c, const char *fmt, ...)
{
	char *text;
	va_list ap;
	int err;

	va_start(ap, fmt);
	err = vasprintf(&text, fmt, ap) < 0 ? -ENOMEM : 0;
	va_end(ap);
	if (err)
		return err;
	text_clean(text);
	err = json_array_append_new(c->warnings, json_string(text)) ? -ENOMEM : 0;
	free(text);
	return err;
}

static const char *unit_name(const struct comparison *c)
{
	static const char *const names[] = { "invocations per side", "pairs", "boots per side" };

	return names[c->unit];
}

/* ---- what the numbers can decide ---- */

static size_t count_reason(const struct comparison *c, enum decide_reason reason,
			   const struct compare_row **row)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		if (c->rows[i].d.verdict != VERDICT_UNREACHABLE || c->rows[i].d.reason != reason)
			continue;
		*row = n++ ? *row : &c->rows[i];
	}
	return n;
}

static int warn_reach(struct comparison *c)
{
	const struct compare_row *row = NULL;
	double alpha = c->opts.decide.alpha;
	bool paired = c->unit == COMPARE_PAIRS;
	size_t n = count_reason(c, DECIDE_TOO_FEW, &row), ties;
	int err = 0;

	if (n)
		err = warn(
			c,
			"unreachable: %zu v %zu cannot give p < %g among %zu row%s, whatever is"
			" measured (%zu of them could have needed it): take at least %zu %s, or"
			" compare fewer rows (--bench, --metrics)",
			row->data.n_base, row->data.n_head, alpha, c->n_rows,
			c->n_rows == 1 ? "" : "s", n, invocations_for(paired, alpha / c->n_rows),
			unit_name(c));
	ties = count_reason(c, DECIDE_TIES, &row);
	if (ties && !err)
		err = warn(
			c,
			"ties: too many values of %s are the same to give p < %g (%zu row%s): take"
			" more %s",
			row->metric, alpha, ties, ties == 1 ? "" : "s", unit_name(c));
	return err;
}

/* Halves whose other half failed. */
static int warn_pairs(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows && c->unit == COMPARE_PAIRS; i++) {
		const struct compare_row *r = &c->rows[i];

		if (r->data.n_base == r->base->n && r->data.n_head == r->head->n)
			continue;
		row = n++ ? row : r;
	}
	if (!n)
		return 0;
	return warn(
		c,
		"pairs: %zu row%s used fewer invocations than there are (%s: %zu pairs of %zu and"
		" %zu), those of which both halves were measured; --unpaired uses all",
		n, n == 1 ? "" : "s", row->metric, row->data.n_base, row->base->n, row->head->n);
}

static int warn_boots(struct comparison *c)
{
	size_t n = json_object_size(c->base.boots), m = json_object_size(c->head.boots);
	size_t least = invocations_for(false, c->opts.decide.alpha / c->n_rows);

	if (c->unit == COMPARE_BOOTS && (n < least || m < least))
		return warn(
			c,
			"boots: what differs is chosen at boot, so each boot counts once: %zu v"
			" %zu; %zu row%s need at least %zu boots per side (5 for one row, 8 for"
			" 40), the sides in turn; give each side as JOURNAL,JOURNAL,...",
			n, m, c->n_rows, c->n_rows == 1 ? "" : "s", least);
	if (c->unit != COMPARE_BOOTS && (n > 1 || m > 1))
		return warn(c,
			    "boots: %zu and %zu are pooled, invocations of one boot are more alike"
			    " than those of two: with --treatment kernel or config each boot counts"
			    " once",
			    n, m);
	return 0;
}

static int warn_tests(struct comparison *c)
{
	const struct compare_row *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		if (!c->rows[i].d.welch_disagrees)
			continue;
		first = first ? first : &c->rows[i];
		n++;
	}
	if (!n)
		return 0;
	return warn(
		c,
		"tests disagree: Welch's t says otherwise than the rank test in %zu row%s (first:"
		" %s): a few disturbed invocations, or two modes; look at `twbench export`, the"
		" verdict is the rank test's",
		n, n == 1 ? "" : "s", first->metric);
}

static int warn_spread(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		if (row_is_lopsided(&c->rows[i]))
			row = n++ ? row : &c->rows[i];
	if (!n)
		return 0;
	return warn(
		c,
		"spread: the side with fewer %s spreads more than twice as much in %zu row%s that"
		" ha%s a verdict (first: %s, %zu v %zu): that alone makes up to 8 %% false alarms"
		" instead of 1 %%: take as many of each side",
		c->unit == COMPARE_BOOTS ? "boots" : "invocations", n, n == 1 ? "" : "s",
		n == 1 ? "s" : "ve", row->metric, row->data.n_base, row->data.n_head);
}

/* ---- how it was measured ---- */

/* As `run --against` has it: then "measure in turn" is no advice. */
static bool is_against(const struct side *s)
{
	const json_t *word;
	size_t i;

	json_array_foreach(json_object_get(s->journals[0].header, "args"), i, word)
		if (!strncmp(json_string_value(word) ?: "", "--against", strlen("--against")))
			return true;
	return false;
}

static int warn_order(struct comparison *c)
{
	double share = order_separation(&c->base, &c->head);

	if (c->opts.self || c->unit == COMPARE_PAIRS)
		return 0;
	if (isnan(share))
		return warn(c, "order: the journals do not say when they were made: were the sides"
			       " measured in turn? After A..A B..B a drift of 2 %% looks like a"
			       " change in over half of all comparisons");
	if (fabs(share - 0.5) < ONE_AFTER_THE_OTHER - 0.5)
		return 0;
	if (share > 0.5 && is_against(&c->head))
		return warn(
			c,
			"order: BASE was measured before HEAD (A..A B..B): a drift of the machine"
			" since then looks like a change, also to --confirm; as a control measure"
			" what BASE is of once more with `twbench run --against %s`: what is red"
			" there, too, is the machine",
			c->base.spec);
	return warn(
		c,
		"order: %s was measured before %s (A..A B..B): a drift of the machine looks like a"
		" change (a drift of 2 %% does in over half of all comparisons); measure in turn:"
		" `twbench run --impl a,b` and compare JOURNAL:impl=a JOURNAL:impl=b, or short runs"
		" of each side in turn, given as JOURNAL,JOURNAL,...",
		share > 0.5 ? "BASE" : "HEAD", share > 0.5 ? "HEAD" : "BASE");
}

/*
 * Within a run in random order, what neighbours share is shared by the sides. In blocks of runs it
 * is not.
 */
static int warn_serial(struct comparison *c)
{
	double level = c->opts.decide.alpha / c->n_rows;
	const struct compare_row *row = NULL;
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows && c->unit == COMPARE_INVOCATIONS; i++)
		if (!c->opts.unpaired && !c->opts.self && row_serial_p(&c->rows[i]) < level)
			row = n++ ? row : &c->rows[i];
	if (!n)
		return 0;
	return warn(
		c,
		"neighbours: invocations of a run resemble those before and after them in %zu"
		" row%s (first: %s): the test takes them for independent, and 1 %% false alarms"
		" become 10 %% at a correlation of .5: measure both sides in one run, `twbench run"
		" --impl a,b`, or invocation by invocation in turn",
		n, n == 1 ? "" : "s", row->metric);
}

static int warn_errors(struct comparison *c, const struct side *s, const char *name)
{
	size_t errors = 0;

	for (size_t i = 0; i < s->n_journals; i++)
		errors += s->journals[i].errors;
	if (!errors)
		return 0;
	return warn(
		c,
		"errors: %zu invocations of %s failed or could not be trusted: `twbench report %s`",
		errors, name, s->journals[0].path);
}

/* What the samples of one side were warned of, but for what those of `apart` were, too. */
static int warn_samples(struct comparison *c, const struct side *s, const char *name,
			const struct side *apart)
{
	const char *text;
	json_t *n;
	int err = 0;

	json_object_foreach(s->warnings, text, n)
		if (!err && (!apart || !json_object_get(apart->warnings, text)))
			err = warn(c, "%s: %s (in %" JSON_INTEGER_FORMAT " of %zu samples)", name,
				   text, json_integer_value(n), s->n_samples);
	return err;
}

static int warn_both(struct comparison *c)
{
	const char *text;
	json_t *n, *m;
	int err = 0;

	json_object_foreach(c->base.warnings, text, n) {
		m = json_object_get(c->head.warnings, text);
		if (m && !err)
			err = warn(c,
				   "BASE and HEAD: %s (in %" JSON_INTEGER_FORMAT
				   " of %zu and %" JSON_INTEGER_FORMAT " of %zu samples)",
				   text, json_integer_value(n), c->base.n_samples,
				   json_integer_value(m), c->head.n_samples);
	}
	return err;
}

/* The fresh data, beside what head was already warned of. */
static int warn_fresh(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = 0;
	int err;

	if (!c->fresh.spec)
		return 0;
	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *r = &c->rows[i];

		if (r->fresh && r->fresh->data.n_head < r->data.n_head)
			row = n++ ? row : r;
	}
	err = warn_errors(c, &c->fresh, "the fresh data");
	if (n && !err)
		err = warn(c,
			   "fresh: %zu v %zu for %s, fewer than at first look (%zu v %zu): what is"
			   " there may go unconfirmed; measure as many again",
			   row->fresh->data.n_base, row->fresh->data.n_head, row->metric,
			   row->data.n_base, row->data.n_head);
	if (!err && c->fresh.n_samples &&
	    !json_equal(c->head.journals[0].windows, c->fresh.journals[0].windows))
		err = warn(c, "windows: those of %s and %s differ in length (-d)",
			   c->head.journals[0].path, c->fresh.journals[0].path);
	return err ? err : warn_samples(c, &c->fresh, "fresh data", &c->head);
}

static int warn_sides(struct comparison *c)
{
	int err = warn_errors(c, &c->base, "BASE");

	/* Halves are of one and the same journal. */
	if (!err && !c->opts.self)
		err = warn_errors(c, &c->head, "HEAD");
	err = err ? err : warn_both(c);
	err = err ? err : warn_samples(c, &c->base, "BASE", &c->head);
	err = err ? err : warn_samples(c, &c->head, "HEAD", &c->base);
	return err ? err : warn_fresh(c);
}

static int warn_arguments(struct comparison *c)
{
	const struct side_journal *a = &c->base.journals[0], *b = &c->head.journals[0];
	json_t *x = plan_args(json_object_get(a->header, "args"));
	json_t *y = plan_args(json_object_get(b->header, "args"));
	int err = 0;

	if (!x || !y)
		err = -ENOMEM;
	else if (!json_equal(x, y))
		err = warn(c,
			   "arguments: %s and %s were run with different ones; what both have is"
			   " compared: repeat with the same",
			   a->path, b->path);
	if (!err && !json_equal(a->windows, b->windows))
		err = warn(c,
			   "windows: those of %s and %s differ in length (-d), and with them what a"
			   " percentile rests on",
			   a->path, b->path);
	json_decref(x);
	json_decref(y);
	return err;
}

/* What only the floor that was measured makes equivalent: of few or wild invocations it is wide. */
static int warn_wide_floor(struct comparison *c)
{
	const struct compare_row *first = NULL;
	char floor[FIGURE_MAX];
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *r = &c->rows[i];

		if (r->d.verdict != VERDICT_EQUIVALENT ||
		    decide_is_within(r->data.scale, r->floor_asked, r->d.lo, r->d.hi))
			continue;
		first = n++ ? first : r;
	}
	if (!n)
		return 0;
	figure_change(floor, first, first->data.floor);
	return warn(
		c,
		"floor: %zu row%s EQUIVALENT only within the floor that `compare --self` measured"
		" (first: %s, %s): `--floor-file none` judges without it, --self of more"
		" invocations makes it smaller",
		n, n == 1 ? " is" : "s are", first->metric, floor);
}

static int warn_floor(struct comparison *c)
{
	if (!c->foreign_noise)
		return warn_wide_floor(c);
	return warn(
		c,
		"floor: the noise floors are another machine's and were not used: `twbench compare"
		" --self JOURNAL` measures this one's");
}

static int warn_control(struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].control && c->rows[i].d.verdict < VERDICT_EQUIVALENT)
			return warn(c,
				    "control: %s of the bench nop differs, which nothing under test"
				    " touches: the machine is not what it was; measure both sides"
				    " again",
				    c->rows[i].metric);
	return 0;
}

int compare_warn(struct comparison *c)
{
	int err = warn_order(c);

	err = err ? err : warn_reach(c);
	err = err ? err : warn_pairs(c);
	err = err ? err : warn_boots(c);
	err = err ? err : warn_tests(c);
	err = err ? err : warn_spread(c);
	err = err ? err : warn_serial(c);
	err = err ? err : warn_floor(c);
	err = err ? err : warn_control(c);
	err = err ? err : warn_arguments(c);
	return err ? err : warn_sides(c);
}

int compare_warn_single(struct comparison *c)
{
	int err = warn_errors(c, &c->base, "this run");

	return err ? err : warn_samples(c, &c->base, "samples", NULL);
}
