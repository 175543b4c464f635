/* SPDX-License-Identifier: GPL-2.0 */
#include "median.h"

#include <gsl/gsl_cdf.h>
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

double median_ranks(size_t n, double level, size_t *lo, size_t *hi)
{
	double tail = (1 - level) / 2, reached = 0;
	size_t k;

	/* The k-th smallest exceeds the median iff at most k - 1 of n values lie below it. */
	for (k = 1; 2 * k <= n; k++) {
		double p = gsl_cdf_binomial_P(k - 1, 0.5, n);

		if (p > tail)
			break;
		*lo = k;
		*hi = n + 1 - k;
		reached = 1 - 2 * p;
	}
	return reached;
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
