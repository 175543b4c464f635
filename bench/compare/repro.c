// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "repro.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "choose.h"
#include "exit_code.h"

#define WHY(r, ...) snprintf((r)->c.why, sizeof((r)->c.why), __VA_ARGS__)
#define MOST_INVOCATIONS 100000 /* that run takes */

/* ---- one row ---- */

static enum claim_kind kind_of(enum verdict v)
{
	static const char kinds[] = { CLAIM_REGRESSION, CLAIM_IMPROVEMENT, CLAIM_CHANGED,
				      CLAIM_EQUIVALENT };

	return v <= VERDICT_EQUIVALENT ? kinds[v] : 0;
}

/* The letter has four digits of a change. */
#define ROUNDED 5e-4

static bool apart(const struct claim *c, const struct decision *d)
{
	return d->level > 0 &&
	       (d->lo > c->hi + ROUNDED * fabs(c->hi) || d->hi < c->lo - ROUNDED * fabs(c->lo));
}

static bool is_nearer_to_zero(const struct claim *c, const struct decision *d)
{
	return c->value > 0 ? d->hi < c->lo : d->lo > c->hi;
}

static enum repro_answer judge_equivalent(const struct decision *d)
{
	if (d->verdict == VERDICT_EQUIVALENT)
		return REPRO_REPRODUCED;
	return d->verdict < VERDICT_EQUIVALENT ? REPRO_NOT_REPRODUCED : REPRO_CANNOT_TELL;
}

static enum repro_answer judge_change(struct repro_row *row)
{
	const struct claim *c = row->claim;
	const struct decision *d = &row->fresh->d;
	bool same_way = (c->value > 0) == (d->shift > 0);

	if (kind_of(d->verdict) == c->kind && same_way) {
		row->size_differs = apart(c, d);
		return REPRO_REPRODUCED;
	}
	if (apart(c, d) && (d->verdict == VERDICT_EQUIVALENT || is_nearer_to_zero(c, d) ||
			    (d->verdict < VERDICT_EQUIVALENT && !same_way)))
		return REPRO_NOT_REPRODUCED;
	return REPRO_CANNOT_TELL;
}

static size_t rounded(double n)
{
	return n > 0 && n <= MOST_INVOCATIONS ? (size_t)ceil(n) : 0;
}

/*
 * What can be found beyond the floor shrinks with the square root of the number. Where nothing can be
 * found for want of numbers, it is the half-width of the interval and half of that (z of 0.9 against
 * z of 0.995).
 */
static double found_beyond_floor(const struct compare_row *r)
{
	if (isfinite(r->d.detectable))
		return r->d.detectable - r->data.floor;
	return r->d.level > 0 ? 1.5 * (r->d.hi - r->d.lo) / 2 : NAN;
}

static size_t invocations_of_change(const struct claim *c, const struct compare_row *r)
{
	size_t n = r->data.n_base < r->data.n_head ? r->data.n_base : r->data.n_head;
	double have = found_beyond_floor(r), want = fabs(c->value) - r->data.floor;

	if (c->kind == CLAIM_EQUIVALENT)
		return r->d.further < DECIDE_NEVER ? rounded(n + r->d.further) : 0;
	if (isnan(have) || !(want > 0))
		return isnan(have) ? 2 * n : 0;
	return rounded(fmax(n * (have / want) * (have / want), n + 1));
}

/* ---- medians ---- */

static double drift(const struct claim *c, const char *metric, double floor)
{
	if (scalar_is_ratio(metric))
		return REPRO_DRIFT * floor / 10;
	return REPRO_DRIFT * floor * scalar_floor_factor(metric) * fabs(c->value);
}

static void judge_median(struct repro_row *row, double floor)
{
	const struct claim *c = row->claim;
	const struct decision *d = &row->fresh->d;
	double wider = drift(c, row->fresh->metric, floor);

	/* A range of fewer than 6 is no interval: it says nothing of a median that lies without. */
	if (!(d->level > 0)) {
		row->invocations = 6;
		return;
	}
	row->detectable = wider + (c->hi - c->lo) / 2 + (d->hi - d->lo) / 2;
	if (d->lo > c->hi + wider || d->hi < c->lo - wider)
		row->answer = REPRO_NOT_REPRODUCED;
	else if (d->lo >= c->lo - wider && d->hi <= c->hi + wider)
		row->answer = REPRO_REPRODUCED;
	else
		row->invocations = rounded(4.0 * row->fresh->data.n_base);
}

/* ---- */

static void judge_shift(struct repro_row *row)
{
	const struct compare_row *r = row->fresh;

	if (row->claim->difference != (r->data.scale == DECIDE_DIFFERENCE))
		return; /* percent against a difference */
	if (isfinite(r->d.detectable))
		row->detectable = r->d.detectable;
	row->answer =
		row->claim->kind == CLAIM_EQUIVALENT ? judge_equivalent(&r->d) : judge_change(row);
	if (row->answer == REPRO_CANNOT_TELL)
		row->invocations = invocations_of_change(row->claim, r);
}

void repro_judge(struct repro_row *row, double floor)
{
	row->answer = REPRO_CANNOT_TELL;
	row->size_differs = false;
	row->detectable = NAN;
	row->invocations = 0;
	if (!row->fresh)
		return;
	if (row->claim->kind == CLAIM_MEDIAN)
		judge_median(row, floor);
	else
		judge_shift(row);
}

enum repro_answer repro_overall(const struct repro_row *rows, size_t n)
{
	enum repro_answer all = n ? REPRO_REPRODUCED : REPRO_CANNOT_TELL;

	for (size_t i = 0; i < n; i++) {
		if (rows[i].answer == REPRO_NOT_REPRODUCED)
			return REPRO_NOT_REPRODUCED;
		if (rows[i].answer == REPRO_CANNOT_TELL)
			all = REPRO_CANNOT_TELL;
	}
	return all;
}
