// SPDX-License-Identifier: GPL-2.0
#include "decide.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "decide_row.h"
#include "holm.h"
#include "rank_test.h"

static bool in_unit(double v)
{
	return v > 0 && v < 1;
}

/* What the adjusted p of a row would be if its p were the one given and the others as they are. */
static int best_adjusted(const struct decision *d, size_t n, size_t row, double p, double *work,
			 double *best)
{
	int err;

	for (size_t i = 0; i < n; i++)
		work[i] = i == row ? p : d[i].p;
	err = holm(work, n, work);
	*best = work[row];
	return err;
}

/*
 * Could this row have been significant, whatever its values, with the others as they are? If not:
 * because of its number, or only because of its ties.
 */
static int judge_reach(const struct decide_row *r, const struct decide_opts *o, struct decision *d,
		       size_t n, size_t row, double *work)
{
	double least = r->paired ? p_min_paired(r->n_base) : p_min_unpaired(r->n_base, r->n_head);
	double best;
	int err = best_adjusted(d, n, row, d[row].p_min, work, &best);

	if (err || best < o->alpha)
		return err;
	err = best_adjusted(d, n, row, least, work, &best);
	d[row].reason = best < o->alpha ? DECIDE_TIES : DECIDE_TOO_FEW;
	return err;
}

/* A change and its reverse lie within the same floor: 1 + floor times as much, or as little. */
double decide_floor_down(enum decide_scale scale, double floor)
{
	return scale == DECIDE_LOG ? floor / (1 + floor) : floor;
}

bool decide_is_within(enum decide_scale scale, double floor, double lo, double hi)
{
	return lo >= -decide_floor_down(scale, floor) && hi <= floor;
}

static bool is_within(const struct decide_row *r, double lo, double hi)
{
	return decide_is_within(r->scale, r->floor, lo, hi);
}

static enum verdict verdict_of(const struct decide_row *r, const struct decide_opts *o,
			       const struct decision *d)
{
	bool more = d->lo > r->floor, less = d->hi < -decide_floor_down(r->scale, r->floor);

	if (d->p_adjusted < o->alpha && (more || less)) {
		if (!r->worse)
			return VERDICT_CHANGED;
		return more == (r->worse > 0) ? VERDICT_REGRESSION : VERDICT_IMPROVEMENT;
	}
	if (is_within(r, d->lo, d->hi))
		return VERDICT_EQUIVALENT;
	return d->reason == DECIDE_REACHABLE ? VERDICT_INCONCLUSIVE : VERDICT_UNREACHABLE;
}

/* Whether Welch's test, significant or not, says otherwise than the row will. */
static bool disagrees(const struct decide_row *r, const struct decision *d, bool significant,
		      double alpha)
{
	if (significant != (d->p_adjusted < alpha))
		return true;
	return significant && is_within(r, d->lo, d->hi) &&
	       !is_within(r, d->mean_shift, d->mean_shift);
}

/*
 * Adjusted p of both tests, and where they fall apart. A row without Welch's is not judged by it.
 */
static int adjust(const struct decide_row *rows, struct decision *d, size_t n, double alpha,
		  double *work)
{
	int err;

	for (size_t i = 0; i < n; i++)
		work[i] = d[i].p;
	err = holm(work, n, work);
	for (size_t i = 0; i < n && !err; i++) {
		d[i].p_adjusted = work[i];
		work[i] = isnan(d[i].welch_p) ? 1 : d[i].welch_p;
	}
	err = err ? err : holm(work, n, work);
	for (size_t i = 0; i < n && !err; i++)
		d[i].welch_disagrees =
			!isnan(d[i].welch_p) && disagrees(&rows[i], &d[i], work[i] < alpha, alpha);
	return err;
}

static int judge(const struct decide_row *rows, size_t n, const struct decide_opts *o,
		 struct decision *d)
{
	double *work = malloc(n * sizeof(*work));
	int err = work ? adjust(rows, d, n, o->alpha, work) : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++) {
		if (d[i].p_adjusted >= o->alpha)
			err = judge_reach(&rows[i], o, d, n, i, work);
		d[i].verdict = verdict_of(&rows[i], o, &d[i]);
		if (d[i].verdict < VERDICT_INCONCLUSIVE)
			d[i].further = 0;
		else if (!d[i].further)
			d[i].further = 1;
	}
	free(work);
	return err;
}

int decide_rows(const struct decide_row *rows, size_t n, const struct decide_opts *opts,
		struct decision *out)
{
	struct row_context ctx = { .opts = opts, .alpha = opts->alpha / n };
	int err = 0;

	if (!in_unit(opts->alpha) || !in_unit(opts->level) || !in_unit(opts->power))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		memset(&out[i], 0, sizeof(out[i]));
		out[i].error = decide_row(&ctx, &rows[i], &out[i]);
		if (out[i].error == -ENOMEM)
			return -ENOMEM;
		if (out[i].error)
			err = -EINVAL;
	}
	return err || !n ? err : judge(rows, n, opts, out);
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = { "REGRESSION", "IMPROVEMENT",  "CHANGED",
					     "EQUIVALENT", "INCONCLUSIVE", "UNREACHABLE" };

	return names[v];
}
