// SPDX-License-Identifier: GPL-2.0
#include "holm.h"

#include <errno.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>

int holm(const double *p, size_t n, double *adj)
{
	size_t *order;
	double reached = 0;

	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 0 && p[i] <= 1))
			return -EINVAL;
	order = malloc((n + !n) * sizeof(*order));
	if (!order)
		return -ENOMEM;
	gsl_sort_index(order, p, 1, n);
	for (size_t i = 0; i < n; i++) {
		reached = fmax(reached, fmin(1, (n - i) * p[order[i]]));
		adj[order[i]] = reached;
	}
	free(order);
	return 0;
}
