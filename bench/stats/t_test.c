// SPDX-License-Identifier: GPL-2.0
#include "t_test.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>

static void judge(double diff, double var, double df, struct t_test *out)
{
	*out = (struct t_test){ .t = diff / sqrt(var), .df = df };
	if (var > 0)
		out->p = 2 * gsl_cdf_tdist_Q(fabs(out->t), df);
	else
		*out = (struct t_test){ diff ? copysign(INFINITY, diff) : 0, NAN, diff == 0 };
}

static int mean_and_error(const double *v, size_t n, double *mean, double *var)
{
	if (n < 2)
		return -EINVAL;
	*mean = gsl_stats_mean(v, 1, n);
	*var = gsl_stats_variance_m(v, 1, n, *mean) / n;
	return isfinite(*mean) && isfinite(*var) ? 0 : -EINVAL;
}

int welch_t(const double *x, size_t n, const double *y, size_t m, struct t_test *out)
{
	double mx, my, vx, vy, v;

	*out = (struct t_test){ NAN, NAN, NAN };
	if (mean_and_error(x, n, &mx, &vx) || mean_and_error(y, m, &my, &vy))
		return -EINVAL;
	v = vx + vy;
	/* of shares, which cannot over- or underflow together */
	judge(my - mx, v, 1 / (vx / v * (vx / v) / (n - 1) + vy / v * (vy / v) / (m - 1)), out);
	return 0;
}

int paired_t(const double *d, size_t n, struct t_test *out)
{
	double mean, var;

	*out = (struct t_test){ NAN, NAN, NAN };
	if (mean_and_error(d, n, &mean, &var))
		return -EINVAL;
	judge(mean, var, n - 1.0, out);
	return 0;
}
