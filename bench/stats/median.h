/* SPDX-License-Identifier: GPL-2.0 */
/* The median of a few invocations, or another quantile, and how far it can be trusted. */
#ifndef TW_MEDIAN_H
#define TW_MEDIAN_H

#include <stddef.h>

/* Ascending; the infinities sort as expected, NAN is not allowed. */
void sort_doubles(double *v, size_t n);

/* Of sorted values; the mean of the middle two if n is even. NAN if n == 0. */
double median_sorted(const double *v, size_t n);

/*
 * Ranks (1-based) whose order statistics hold the quantile q, 0 < q < 1, with at least probability
 * `level`, whatever the distribution: exact binomial, each side missing with at most (1 - level) /
 * 2 (David and Nagaraja, Order Statistics, 7.1). Returns the probability reached, or 0 and leaves
 * the ranks alone if n is too small for any: 95 % needs 6 for the median, 36 for p90, 368 for p99.
 */
double quantile_ranks(size_t n, double q, double level, size_t *lo, size_t *hi);

/* Of the median, where the pair of ranks is symmetric. */
double median_ranks(size_t n, double level, size_t *lo, size_t *hi);

struct spread {
	size_t n;
	double median;
	double lo, hi; /* the interval, or minimum and maximum if coverage is 0 */
	double coverage; /* reached by the 95 % interval; 0 where n cannot support one */
};

/* Sorts v in place. NAN in all numbers if n == 0. */
void spread_of(double *v, size_t n, struct spread *s);

#endif
