// SPDX-License-Identifier: GPL-2.0
/* What should make a reader careful about how it was measured. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <string.h>

#include "plan_args.h"
#include "warn.h"

/* Of all pairs of a sample of each side, so many in one order are A..A B..B. Random order: 0.5
 * +- 0.1. */
#define ONE_AFTER_THE_OTHER 0.9

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

int compare_warn_order(struct comparison *c)
{
	double share = order_separation(&c->base, &c->head);

	if (c->opts.self || c->unit == COMPARE_PAIRS)
		return 0;
	if (isnan(share))
		return compare_add_warning(
			c, "order: the journals do not say when they were made: were the sides"
			   " measured in turn? After A..A B..B a drift of 2 %% looks like a"
			   " change in over half of all comparisons");
	if (fabs(share - 0.5) < ONE_AFTER_THE_OTHER - 0.5)
		return 0;
	if (share > 0.5 && is_against(&c->head))
		return compare_add_warning(
			c,
			"order: BASE was measured before HEAD (A..A B..B): a drift of the machine"
			" since then looks like a change, also to --confirm; as a control measure"
			" what BASE is of once more with `twbench run --against %s`: what is red"
			" there, too, is the machine",
			c->base.spec);
	return compare_add_warning(
		c,
		"order: %s was measured before %s (A..A B..B): a drift of the machine looks like a"
		" change (a drift of 2 %% does in over half of all comparisons); measure in turn:"
		" `twbench run --impl a,b` and compare JOURNAL:impl=a JOURNAL:impl=b, or short runs"
		" of each side in turn, given as JOURNAL,JOURNAL,...",
		share > 0.5 ? "BASE" : "HEAD", share > 0.5 ? "HEAD" : "BASE");
}

static int warn_errors(struct comparison *c, const struct side *s, const char *name)
{
	size_t errors = 0;

	for (size_t i = 0; i < s->n_journals; i++)
		errors += s->journals[i].errors;
	if (!errors)
		return 0;
	return compare_add_warning(
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
			err = compare_add_warning(
				c, "%s: %s (in %" JSON_INTEGER_FORMAT " of %zu samples)", name,
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
			err = compare_add_warning(c,
						  "BASE and HEAD: %s (in %" JSON_INTEGER_FORMAT
						  " of %zu and %" JSON_INTEGER_FORMAT
						  " of %zu samples)",
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
		err = compare_add_warning(
			c,
			"fresh: %zu v %zu for %s, fewer than at first look (%zu v %zu): what is"
			" there may go unconfirmed; measure as many again",
			row->fresh->data.n_base, row->fresh->data.n_head, row->metric,
			row->data.n_base, row->data.n_head);
	if (!err && c->fresh.n_samples &&
	    !json_equal(c->head.journals[0].windows, c->fresh.journals[0].windows))
		err = compare_add_warning(c, "windows: those of %s and %s differ in length (-d)",
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
		err = compare_add_warning(
			c,
			"arguments: %s and %s were run with different ones; what both have is"
			" compared: repeat with the same",
			a->path, b->path);
	if (!err && !json_equal(a->windows, b->windows))
		err = compare_add_warning(
			c,
			"windows: those of %s and %s differ in length (-d), and with them what a"
			" percentile rests on",
			a->path, b->path);
	json_decref(x);
	json_decref(y);
	return err;
}

int compare_warn_runs(struct comparison *c)
{
	int err = warn_arguments(c);

	return err ? err : warn_sides(c);
}

int compare_warn_single(struct comparison *c)
{
	int err = warn_errors(c, &c->base, "this run");

	return err ? err : warn_samples(c, &c->base, "samples", NULL);
}
