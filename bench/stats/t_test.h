/* SPDX-License-Identifier: GPL-2.0 */
/* The test of means that rank tests are checked against. */
#ifndef TW_T_TEST_H
#define TW_T_TEST_H

#include <stddef.h>

struct t_test {
	double t, df;
	double p; /* two-sided */
};

/*
 * Welch (1947): unequal variances, df by Satterthwaite; y - x. Paired: one sample of differences
 * against 0. At least two finite values each, else -EINVAL. Without any spread p is 1 if the means
 * are the same and 0 if not, and df is NAN.
 */
int welch_t(const double *x, size_t n, const double *y, size_t m, struct t_test *out);
int paired_t(const double *d, size_t n, struct t_test *out);

#endif
