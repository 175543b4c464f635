/* SPDX-License-Identifier: GPL-2.0 */
/* Samples without luck, and the verdict on one row. Included after cmocka.h. */
#ifndef TW_DECIDE_FIXTURE_H
#define TW_DECIDE_FIXTURE_H

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "decide.h"

#define EPS 1e-9
#define N 20

/* cmocka's own compares floats. */
static inline void near(double a, double b, double eps)
{
	if (!(fabs(a - b) <= eps))
		fail_msg("%.17g is not within %g of %.17g", a, eps, b);
}

/*
 * The quantiles of a normal distribution: no luck in it. n values around `at`, spread as a
 * fraction.
 */
static inline void even(double *v, size_t n, double at, double spread)
{
	for (size_t i = 0; i < n; i++)
		v[i] = at * (1 + spread * gsl_cdf_ugaussian_Pinv((i + 0.5) / n));
}

static inline struct decision one(const struct decide_row *row)
{
	const struct decide_opts o = DECIDE_DEFAULTS;
	struct decision d;

	assert_int_equal(decide_rows(row, 1, &o, &d), 0);
	return d;
}

#endif
