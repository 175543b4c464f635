// SPDX-License-Identifier: GPL-2.0
/* What should make a reader careful about the verdicts, each with what to do about it. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "compare.h"
#include "rank_test.h"
#include "text.h"
#include "warn.h"

int compare_add_warning(struct comparison *c, const char *fmt, ...)
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

typedef bool row_test(const struct comparison *c, const struct compare_row *r);

/* How many rows it is true of; the first one. */
static size_t count_rows(const struct comparison *c, row_test *is, const struct compare_row **first)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		if (is(c, &c->rows[i]))
			*first = n++ ? *first : &c->rows[i];
	return n;
}

static bool is_too_few(const struct comparison *c, const struct compare_row *r)
{
	return r->d.verdict == VERDICT_UNREACHABLE && r->d.reason == DECIDE_TOO_FEW;
}

static bool is_tied(const struct comparison *c, const struct compare_row *r)
{
	return r->d.verdict == VERDICT_UNREACHABLE && r->d.reason == DECIDE_TIES;
}

static int warn_reach(struct comparison *c)
{
	const struct compare_row *row = NULL;
	double alpha = c->opts.decide.alpha;
	bool paired = c->unit == COMPARE_PAIRS;
	size_t n = count_rows(c, is_too_few, &row), ties;
	int err = 0;

	if (n)
		err = compare_add_warning(
			c,
			"unreachable: %zu v %zu cannot give p < %g among %zu row%s, whatever is"
			" measured (%zu of them could have needed it): take at least %zu %s, or"
			" compare fewer rows (--bench, --metrics)",
			row->data.n_base, row->data.n_head, alpha, c->n_rows,
			c->n_rows == 1 ? "" : "s", n, invocations_for(paired, alpha / c->n_rows),
			unit_name(c));
	ties = count_rows(c, is_tied, &row);
	if (ties && !err)
		err = compare_add_warning(
			c,
			"ties: too many values of %s are the same to give p < %g (%zu row%s): take"
			" more %s",
			row->metric, alpha, ties, ties == 1 ? "" : "s", unit_name(c));
	return err;
}

/* Halves whose other half failed. */
static bool is_cut(const struct comparison *c, const struct compare_row *r)
{
	return c->unit == COMPARE_PAIRS &&
	       (r->data.n_base != r->base->n || r->data.n_head != r->head->n);
}

static int warn_pairs(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = count_rows(c, is_cut, &row);

	if (!n)
		return 0;
	return compare_add_warning(
		c,
		"pairs: %zu row%s used fewer invocations than there are (%s: %zu pairs of %zu and"
		" %zu), those of which both halves were measured; --unpaired uses all",
		n, n == 1 ? "" : "s", row->metric, row->data.n_base, row->base->n, row->head->n);
}

/* With --treatment kernel, say: one boot on both sides cannot have been chosen differently. */
static bool share_a_boot(const struct comparison *c)
{
	const char *boot;
	json_t *v;

	json_object_foreach(c->base.boots, boot, v)
		if (json_object_get(c->head.boots, boot))
			return true;
	return false;
}

static int warn_one_boot(struct comparison *c)
{
	if (c->unit != COMPARE_BOOTS || !share_a_boot(c))
		return 0;
	return compare_add_warning(
		c, "treatment: both sides have samples of one boot, in which what is chosen at boot"
		   " cannot differ: is it the journal that was meant?");
}

static int warn_boots(struct comparison *c)
{
	size_t n = json_object_size(c->base.boots), m = json_object_size(c->head.boots);
	size_t least = invocations_for(false, c->opts.decide.alpha / c->n_rows);

	if (c->unit == COMPARE_BOOTS && (n < least || m < least))
		return compare_add_warning(
			c,
			"boots: what differs is chosen at boot, so each boot counts once: %zu v"
			" %zu; %zu row%s need at least %zu boots per side (5 for one row, 8 for"
			" 40), the sides in turn; give each side as JOURNAL,JOURNAL,...",
			n, m, c->n_rows, c->n_rows == 1 ? "" : "s", least);
	if (c->unit != COMPARE_BOOTS && (n > 1 || m > 1))
		return compare_add_warning(
			c,
			"boots: %zu and %zu are pooled, invocations of one boot are more alike"
			" than those of two: with --treatment kernel or config each boot counts"
			" once",
			n, m);
	return 0;
}

static bool is_disputed(const struct comparison *c, const struct compare_row *r)
{
	return r->d.welch_disagrees;
}

static int warn_tests(struct comparison *c)
{
	const struct compare_row *first = NULL;
	size_t n = count_rows(c, is_disputed, &first);

	if (!n)
		return 0;
	return compare_add_warning(
		c,
		"tests disagree: Welch's t says otherwise than the rank test in %zu row%s (first:"
		" %s): a few disturbed invocations, or two modes; look at `twbench export`, the"
		" verdict is the rank test's",
		n, n == 1 ? "" : "s", first->metric);
}

static bool is_lopsided(const struct comparison *c, const struct compare_row *r)
{
	return row_is_lopsided(r);
}

static int warn_spread(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = count_rows(c, is_lopsided, &row);

	if (!n)
		return 0;
	return compare_add_warning(
		c,
		"spread: the side with fewer %s spreads more than twice as much in %zu row%s that"
		" ha%s a verdict (first: %s, %zu v %zu): that alone makes up to 8 %% false alarms"
		" instead of 1 %%: take as many of each side",
		c->unit == COMPARE_BOOTS ? "boots" : "invocations", n, n == 1 ? "" : "s",
		n == 1 ? "s" : "ve", row->metric, row->data.n_base, row->data.n_head);
}

/*
 * Within a run in random order, what neighbours share is shared by the sides. In blocks of runs it
 * is not.
 */
static bool is_serial(const struct comparison *c, const struct compare_row *r)
{
	return c->unit == COMPARE_INVOCATIONS && !c->opts.unpaired && !c->opts.self &&
	       row_serial_p(r) < c->opts.decide.alpha / c->n_rows;
}

static int warn_serial(struct comparison *c)
{
	const struct compare_row *row = NULL;
	size_t n = count_rows(c, is_serial, &row);

	if (!n)
		return 0;
	return compare_add_warning(
		c,
		"neighbours: invocations of a run resemble those before and after them in %zu"
		" row%s (first: %s): the test takes them for independent, and 1 %% false alarms"
		" become 10 %% at a correlation of .5: measure both sides in one run, `twbench run"
		" --impl a,b`, or invocation by invocation in turn",
		n, n == 1 ? "" : "s", row->metric);
}

/* ---- floors, controls ---- */

/* What only the floor that was measured makes equivalent: of few or wild invocations it is wide. */
static bool is_by_measured_floor(const struct comparison *c, const struct compare_row *r)
{
	return r->d.verdict == VERDICT_EQUIVALENT &&
	       !decide_is_within(r->data.scale, r->floor_asked, r->d.lo, r->d.hi);
}

static int warn_wide_floor(struct comparison *c)
{
	const struct compare_row *first = NULL;
	char floor[FIGURE_MAX];
	size_t n = count_rows(c, is_by_measured_floor, &first);

	if (!n)
		return 0;
	figure_change(floor, first, first->data.floor);
	return compare_add_warning(
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
	return compare_add_warning(
		c,
		"floor: the noise floors are another machine's and were not used: `twbench compare"
		" --self JOURNAL` measures this one's");
}

static int warn_control(struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].control && c->rows[i].d.verdict < VERDICT_EQUIVALENT)
			return compare_add_warning(
				c,
				"control: %s of the bench nop differs, which nothing under test"
				" touches: the machine is not what it was; measure both sides"
				" again",
				c->rows[i].metric);
	return 0;
}

int compare_warn(struct comparison *c)
{
	int err = compare_warn_order(c);

	err = err ? err : warn_reach(c);
	err = err ? err : warn_pairs(c);
	err = err ? err : warn_one_boot(c);
	err = err ? err : warn_boots(c);
	err = err ? err : warn_tests(c);
	err = err ? err : warn_spread(c);
	err = err ? err : warn_serial(c);
	err = err ? err : warn_floor(c);
	err = err ? err : warn_control(c);
	return err ? err : compare_warn_runs(c);
}
