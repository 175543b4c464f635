/* SPDX-License-Identifier: GPL-2.0 */
/* Do two samples differ? Rank tests, exact as far as that is feasible. */
#ifndef TW_RANK_TEST_H
#define TW_RANK_TEST_H

#include <stdbool.h>
#include <stddef.h>

enum rank_how {
	RANK_EXACT, /* the whole distribution, ties included */
	RANK_RANDOM, /* random permutations */
	RANK_NORMAL, /* normal, with tie and continuity correction */
};

struct rank_test {
	double stat; /* U: pairs in which y is greater, ties one half; paired: W+, likewise */
	double p; /* two-sided: P(|stat - mean| >= |seen - mean|) if nothing differs, in (0, 1] */
	double p_min; /* the smallest p that these values can give, however they are dealt out */
	enum rank_how how;
	bool ties;
};

/*
 * Random permutations: with m of them, of which b are at least as extreme, p = (b + 1) / (m + 1).
 * At least 100 / alpha are drawn, and 100 / strictest in all if p is below 2 alpha then: the others
 * cannot become significant, whatever is adjusted. Never more than RANK_DRAWS_MAX.
 */
struct rank_draws {
	double alpha; /* level of the family, in (0, 1) */
	double strictest; /* what p may have to be below, in (0, alpha]: alpha / rows for Holm */
	unsigned long seed;
};

/* So many take about a minute; what would need more cannot be significant. */
#define RANK_DRAWS_MAX 1e7

/* Where at most so many values differ from the commonest one, the normal approximation is poor. */
#define RANK_FEW 64

/*
 * Mann and Whitney (1947), two samples of n and m >= 1 values in any unit. The null distribution is
 * that of all C(n + m, n) ways to deal out the midranks seen; too dear for that (rank_null.h),
 * random ones if all but RANK_FEW values are the same, else normal. -EINVAL: a value that is not
 * finite, an empty sample, alpha. -ENOMEM.
 */
int mann_whitney(const double *x, size_t n, const double *y, size_t m,
		 const struct rank_draws *draws, struct rank_test *out);

/*
 * Wilcoxon's signed ranks of n >= 1 differences; zeros are ranked and then count for neither side
 * (Pratt 1959), which is the test that the Walsh averages invert. The null distribution is that of
 * all flips of the signs, given the ranks; normal where that is too dear. Errors as above.
 */
int signed_rank(const double *d, size_t n, struct rank_test *out);

/*
 * The smallest two-sided p without ties: 2 / C(n + m, n), 2 / 2^n. Twice one of all the ways; at
 * most 1. Relative error below 1e-12.
 */
double p_min_unpaired(size_t n, size_t m);
double p_min_paired(size_t n);

/*
 * Least invocations per side (pairs) with which p < alpha is possible; 0 if none is, or alpha > 1.
 */
size_t invocations_for(bool paired, double alpha);

#endif
