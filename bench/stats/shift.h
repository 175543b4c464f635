/* SPDX-License-Identifier: GPL-2.0 */
/* By how much do two samples differ? */
#ifndef TW_SHIFT_H
#define TW_SHIFT_H

#include <stddef.h>

/* In the unit of the values. */
struct shift {
	double at; /* Hodges-Lehmann estimate */
	double lo, hi; /* closed interval; infinite if level is 0 */
	double level; /* what the interval reaches: at least what was asked for, or 0 */
};

/* Values beyond this are refused: differences of two must not overflow. */
#define SHIFT_VALUE_MAX 8e307

/*
 * Hodges and Lehmann (1963): y - x is the median of all n * m differences (unpaired), or of the n
 * (n + 1) / 2 Walsh averages of the differences d (paired). The interval is the set of shifts that
 * the rank test does not reject: from the k-th smallest to the k-th largest, k by rank_cut_*()
 * (rank_null.h). With tied values the closed interval holds the truth at least as often as it says
 * (Noether 1967). 0 < level < 1. Found by selection, about 64 (n + m) comparisons for each of the
 * order statistics: nothing grows with n * m. -EINVAL: a value that is not finite or too great, an
 * empty sample, level. -ENOMEM.
 */
int shift_unpaired(const double *x, size_t n, const double *y, size_t m, double level,
		   struct shift *out);
int shift_paired(const double *d, size_t n, double level, struct shift *out);

/*
 * The k-th smallest (from 1) of y[j] - x[i], or of (d[i] + d[j]) / 2 for i <= j. Ascending, finite
 * values.
 */
double nth_difference(const double *x, size_t n, const double *y, size_t m, size_t k);
double nth_walsh(const double *d, size_t n, size_t k);

/* As above of ascending values, with the rank that the interval begins at; 0: infinite ends. */
void shift_unpaired_at(const double *x, size_t n, const double *y, size_t m, size_t k,
		       struct shift *out);
void shift_paired_at(const double *d, size_t n, size_t k, struct shift *out);

#endif
