/* SPDX-License-Identifier: GPL-2.0 */
#include "median.h"

#include <gsl/gsl_cdf.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void sort_doubles(double *v, size_t n)
{
	if (n)
		qsort(v, n, sizeof(*v), compare_doubles);
}

double median_sorted(const double *v, size_t n)
{
	if (!n)
		return NAN;
	if (n % 2)
		return v[n / 2];
	return v[n / 2 - 1] / 2 + v[n / 2] / 2;
}

/* The least count c in 0 .. n with P(B > c) <= tail, B binomial: n if need be. */
static size_t upper_count(size_t n, double q, double tail)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (gsl_cdf_binomial_Q(mid, q, n) <= tail)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

double quantile_ranks(size_t n, double q, double level, size_t *lo, size_t *hi)
{
	double tail = (1 - level) / 2;
	size_t k, l;

	if (!n || n > UINT_MAX || !(q > 0 && q < 1) || !(level > 0 && level < 1))
		return 0;
	/*
	 * The l-th smallest exceeds the quantile iff fewer than l of n values lie below it, and so
	 * on.
	 */
	k = upper_count(n, q, tail) + 1;
	l = n - upper_count(n, 1 - q, tail);
	if (l < 1 || k > n)
		return 0;
	*lo = l;
	*hi = k;
	return 1 - gsl_cdf_binomial_P(l - 1, q, n) - gsl_cdf_binomial_Q(k - 1, q, n);
}

double median_ranks(size_t n, double level, size_t *lo, size_t *hi)
{
	return quantile_ranks(n, 0.5, level, lo, hi);
}

void spread_of(double *v, size_t n, struct spread *s)
{
	size_t lo = 1, hi = n;

	*s = (struct spread){ .n = n, .median = NAN, .lo = NAN, .hi = NAN };
	if (!n)
		return;
	sort_doubles(v, n);
	s->coverage = median_ranks(n, 0.95, &lo, &hi);
	s->median = median_sorted(v, n);
	s->lo = v[lo - 1];
	s->hi = v[hi - 1];
}
