// SPDX-License-Identifier: GPL-2.0
/*
 * Candidates, judged again. What is red at first look was chosen for looking red: the size of the
 * change is too great on average, and of many gates some are red by chance. Fresh data has no such
 * past.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "exit_code.h"
#include "marks.h"

#define WHY(c, ...) snprintf((c)->why, sizeof((c)->why), __VA_ARGS__)

/* ---- reading ---- */

/* What was selected of head, if anything: another part would be fresh data of something else. */
static int check_selection(struct comparison *c)
{
	json_t *paths, *select;
	int err = side_parse_spec(c->fresh.spec, &paths, &select);
	bool other = !err && json_object_size(select) && !json_equal(select, c->head.select);

	json_decref(paths);
	json_decref(select);
	if (err)
		WHY(c, "no memory");
	if (other)
		WHY(c, "--confirm %s: select as of %s, or nothing", c->fresh.spec, c->head.spec);
	return err ? EXIT_INTERNAL : other ? EXIT_USAGE : 0;
}

static int read_as(struct comparison *c, struct side *s, const struct side *like)
{
	int code;

	s->as = like->select;
	s->may_be_empty = true;
	code = side_read(s);
	if (code)
		WHY(c, "%s", s->why);
	return code;
}

/* Whether all of it is new. */
static int check_new(struct comparison *c)
{
	const struct side *old[] = { &c->base, &c->head }, *new[] = { &c->fresh, &c->fresh_base };

	for (int i = 0; i < 2; i++)
		for (int k = 0; k < 2; k++) {
			int shared = sides_share(old[i], new[k], k == 0);

			if (!shared)
				continue;
			WHY(c,
			    shared < 0 ? "no memory"
				       : "--confirm %s: not fresh: a sample of it is in %s, too, or"
					 " in it twice",
			    c->fresh.spec, old[i]->spec);
			return shared < 0 ? EXIT_INTERNAL : EXIT_USAGE;
		}
	return 0;
}

int compare_read_fresh(struct comparison *c)
{
	int code;

	if (!c->fresh.spec)
		return 0;
	if (!strncmp(c->fresh.spec, "-", 2)) {
		WHY(c, "--confirm takes a file");
		return EXIT_USAGE;
	}
	code = check_selection(c);
	code = code ? code : read_as(c, &c->fresh, &c->head);
	if (!code && sides_are_parts(&c->base, &c->head)) {
		c->fresh_base.spec = c->fresh.spec;
		code = read_as(c, &c->fresh_base, &c->base);
	}
	code = code ? code : check_new(c);
	return code ? code : compare_check_fresh(c);
}

/* ---- judging ---- */

static bool is_whole(const struct side_point *p, const char *metric)
{
	const double *v = side_column(p, metric);

	for (size_t i = 0; v && i < p->n; i++)
		if (isnan(v[i]))
			return false;
	return v;
}

/* Why fresh data does not do for a row; NULL: it does. Fills in the sides of *again. */
static const char *find_fresh(const struct comparison *c, const struct compare_row *r,
			      struct compare_row *again)
{
	*again = (struct compare_row){ .base = r->base,
				       .head = side_find(&c->fresh, r->base),
				       .bench = r->bench,
				       .metric = r->metric,
				       .control = r->control };
	if (c->fresh_base.spec)
		again->base = side_find(&c->fresh_base, r->base);
	if (!again->base || !again->head)
		return "there is no fresh sample of it";
	if (!is_whole(again->base, r->metric) || !is_whole(again->head, r->metric))
		return "not all fresh samples have it";
	return NULL;
}

/* r->fresh is set when all are there: the array moves no more. */
static int gather(struct comparison *c)
{
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err; i++) {
		struct compare_row *r = &c->rows[i], *again = &c->again[c->n_again];

		if (r->d.verdict != VERDICT_REGRESSION)
			continue;
		r->confirm = CONFIRM_NOT_MEASURED;
		r->not_measured = find_fresh(c, r, again);
		if (r->not_measured)
			continue;
		c->n_again++;
		err = compare_complete_row(c, again);
		if (!err && !again->data.n_base) {
			r->not_measured = "no fresh invocations make a pair";
			free((double *)again->data.base);
			free((double *)again->data.head);
			c->n_again--;
		}
	}
	return err;
}

/*
 * What could not be confirmed by so few, whatever they were, is not acquitted by them.
 */
static void settle(struct compare_row *r, const struct compare_row *again)
{
	r->fresh = again;
	if (again->d.verdict == VERDICT_UNREACHABLE) {
		r->not_measured = "too few fresh invocations for any verdict";
		return;
	}
	r->confirm = CONFIRM_YES;
	if (again->d.verdict == VERDICT_REGRESSION)
		return;
	r->confirm = CONFIRM_NO;
	r->d.verdict = VERDICT_INCONCLUSIVE;
	r->d.further = DECIDE_NEVER;
}

int compare_confirm(struct comparison *c)
{
	size_t next = 0;
	int code;

	if (!c->fresh.spec)
		return 0;
	c->again = calloc(c->n_rows + 1, sizeof(*c->again));
	if (!c->again || gather(c)) {
		WHY(c, "no memory");
		return EXIT_INTERNAL;
	}
	code = compare_decide(c, c->again, c->n_again);
	for (size_t i = 0; i < c->n_rows && !code; i++)
		if (c->rows[i].confirm && !c->rows[i].not_measured)
			settle(&c->rows[i], &c->again[next++]);
	return code;
}
