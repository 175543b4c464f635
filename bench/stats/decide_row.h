/* SPDX-License-Identifier: GPL-2.0 */
/* One row of a comparison, before the family has its say. */
#ifndef TW_DECIDE_ROW_H
#define TW_DECIDE_ROW_H

#include "decide.h"
#include "rank_null.h"

/* What rows share: the ranks of the intervals, found once for the rows of the same numbers. */
struct row_context {
	const struct decide_opts *opts;
	double alpha; /* of one row, at the first step of Holm */
	size_t n, m; /* the numbers that `cut` is for; paired: m = 0 */
	struct rank_cut cut[2]; /* at opts->level, and at 1 - alpha */
};

/* Fills in all but verdict, reason, p_adjusted and welch_disagrees. Errors: see decide_rows(). */
int decide_row(struct row_context *ctx, const struct decide_row *row, struct decision *out);

#endif
