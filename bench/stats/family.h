/* SPDX-License-Identifier: GPL-2.0 */
/* Many tests at once, and the test of means that rank tests are checked against. */
#ifndef TW_FAMILY_H
#define TW_FAMILY_H

#include <stddef.h>

/*
 * Holm (1979): adj[i] < alpha rejects row i such that any false rejection among the n has probability
 * below alpha, however the rows depend on each other. Each p in [0, 1]; adj may be p. -EINVAL, -ENOMEM.
 */
int holm(const double *p, size_t n, double *adj);

struct t_test {
	double t, df;
	double p; /* two-sided */
};

/*
 * Welch (1947): unequal variances, df by Satterthwaite; y - x. Paired: one sample of differences
 * against 0. At least two finite values each, else -EINVAL. Without any spread p is 1 if the means are
 * the same and 0 if not, and df is NAN.
 */
int welch_t(const double *x, size_t n, const double *y, size_t m, struct t_test *out);
int paired_t(const double *d, size_t n, struct t_test *out);

#endif
