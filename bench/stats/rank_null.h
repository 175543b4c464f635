/* SPDX-License-Identifier: GPL-2.0 */
/* What rank sums look like when nothing differs: their exact distributions. */
#ifndef TW_RANK_NULL_H
#define TW_RANK_NULL_H

#include <stddef.h>

/*
 * The most additions that an exact distribution may cost, about 1.5 ns each. That is 79 v 79
 * without and 66 v 66 with ties, 390 and 309 pairs. Beyond, the normal approximation with
 * continuity correction errs to the safe side: at the border its p is too great by 1 to 3 % at .01,
 * 5 to 10 % at .001 and 10 to 25 % at .0001.
 */
#define RANK_NULL_CELLS 10000000.0

/* P(sum = base + i) = p[i], 0 <= i < len; both ends can occur. Symmetric or not. */
struct rank_null {
	double *p;
	size_t len;
	size_t base;
	size_t twice_mean; /* of the sum: 2 E, an integer for ranks and for doubled midranks */
};

/*
 * The sum of m scores drawn without replacement from w[0..n), ascending; n >= m >= 1, sum of w
 * below 2^40. Shift algorithm of Streitberg and Roehmel (1986), here on probabilities instead of
 * counts: no overflow, no cancellation. -EINVAL, -ENOMEM, or -E2BIG beyond RANK_NULL_CELLS. Freed
 * by the caller.
 */
int rank_null_draw(const size_t *w, size_t n, size_t m, struct rank_null *out);

/* The sum of the scores whose fair coin shows heads; n >= 1 and errors as above. */
int rank_null_flip(const size_t *w, size_t n, struct rank_null *out);

void rank_null_free(struct rank_null *d);

/* P(|sum - mean| >= |seen - mean|): two-sided p of an observed sum, in (0, 1]. */
double rank_null_p(const struct rank_null *d, size_t seen);

/* The smallest value that rank_null_p() can take. */
double rank_null_p_min(const struct rank_null *d);

/*
 * Where an interval made of ordered differences ends: with rank k the k-th smallest and the k-th
 * largest, whose closed interval misses the shift with probability 2 P(U < k). Level is what it
 * reaches. k = 0 and level = 0: so few values support no interval; its ends are infinite.
 */
struct rank_cut {
	size_t k;
	double level;
};

/*
 * The largest k with P(U < k) <= tail, 0 < tail < 0.5, U without ties: of Mann-Whitney's n * m
 * differences, or of the n (n + 1) / 2 Walsh averages. Exact up to RANK_NULL_CELLS, then normal
 * with continuity correction. -EINVAL, -ENOMEM.
 */
int rank_cut_unpaired(size_t n, size_t m, const double *tail, size_t tails, struct rank_cut *out);
int rank_cut_paired(size_t n, const double *tail, size_t tails, struct rank_cut *out);

#endif
