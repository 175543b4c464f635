// SPDX-License-Identifier: GPL-2.0
/* Were the sides measured in turn, or one after the other? */
#include <math.h>
#include <stdlib.h>

#include "compare.h"

/* New; NULL without memory. *n: those with a time. */
static double *times_of(const struct side *s, size_t *n)
{
	double *v = malloc((s->n_samples + 1) * sizeof(*v));

	*n = 0;
	for (size_t i = 0; i < s->n_points && v; i++)
		for (size_t k = 0; k < s->points[i].n; k++)
			if (!isnan(s->points[i].samples[k].when))
				v[(*n)++] = s->points[i].samples[k].when;
	return v;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Pairs of values in which y is greater, ties one half, of all pairs; ascending. */
static double share_before(const double *x, size_t n, const double *y, size_t m)
{
	size_t below = 0, upto = 0;
	double pairs = 0;

	for (size_t k = 0; k < m; k++) {
		while (below < n && x[below] < y[k])
			below++;
		upto = upto < below ? below : upto;
		while (upto < n && x[upto] <= y[k])
			upto++;
		pairs += (below + upto) / 2.0;
	}
	return pairs / ((double)n * m);
}

double order_separation(const struct side *base, const struct side *head)
{
	size_t n, m;
	double *x = times_of(base, &n), *y = times_of(head, &m), share = NAN;

	if (x && y && n && m && n == base->n_samples && m == head->n_samples) {
		qsort(x, n, sizeof(*x), by_value);
		qsort(y, m, sizeof(*y), by_value);
		share = share_before(x, n, y, m);
	}
	free(x);
	free(y);
	return share;
}
