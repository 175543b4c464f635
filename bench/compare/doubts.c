// SPDX-License-Identifier: GPL-2.0
/* Does what the rank tests take for granted hold of a row: like spreads, independent values? */
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>

#include "compare.h"
#include "median.h"

/* ---- spreads ---- */

/* On the tested scale, between the quartiles; NAN without memory. */
static double spread(const struct compare_row *r, const double *from, size_t n)
{
	double *v = malloc((n + 1) * sizeof(*v)), out;

	if (!v)
		return NAN;
	for (size_t i = 0; i < n; i++)
		v[i] = r->data.scale == DECIDE_LOG ? log(from[i]) : from[i];
	sort_doubles(v, n);
	out = v[n - 1 - n / 4] - v[n / 4];
	free(v);
	return out;
}

/* The null hypothesis of Mann and Whitney is that nothing differs, the spread included. */
bool row_is_lopsided(const struct compare_row *r)
{
	const struct decide_row *d = &r->data;
	double x, y;

	if (r->d.verdict > VERDICT_EQUIVALENT ||
	    2 * fmax(d->n_base, d->n_head) < 3 * fmin(d->n_base, d->n_head))
		return false;
	x = spread(r, d->base, d->n_base);
	y = spread(r, d->head, d->n_head);
	return d->n_base < d->n_head ? x > 2 * y : y > 2 * x;
}

/* ---- neighbours ---- */

/* How much less than 2, what independent values have, the ratios are, and the variance of that. */
struct ratio {
	double less, var;
};

static double rank_of(const double *v, size_t n, double x)
{
	double below = 0, same = 0;

	for (size_t i = 0; i < n; i++) {
		below += v[i] < x;
		same += v[i] == x;
	}
	return below + (same + 1) / 2;
}

/* n values in order of time. Long runs by parts: what neighbours share is seen in those as well. */
static void add_run(struct ratio *sum, const double *v, size_t n)
{
	double mean = (n + 1) / 2.0, squares = 0, steps = 0, before = 0;

	for (size_t i = 0; i < n; i++) {
		double rank = rank_of(v, n, v[i]);

		squares += (rank - mean) * (rank - mean);
		steps += i ? (rank - before) * (rank - before) : 0;
		before = rank;
	}
	if (n < 4 || !(squares > 0))
		return;
	sum->less += 2 - steps / squares;
	sum->var += 4 * (n - 2.0) * (5.0 * n * n - 2.0 * n - 9) /
		    (5.0 * n * (n + 1) * ((n - 1.0) * (n - 1)));
}

#define RUN_MAX 100

/* Samples are in the order in which they were taken. */
static void add_side(struct ratio *sum, const struct side_point *p, const char *metric)
{
	const double *v = side_column(p, metric);

	for (size_t i = 0, n; i < p->n; i += n) {
		for (n = 1; i + n < p->n && n < RUN_MAX; n++)
			if (p->samples[i + n].journal != p->samples[i].journal)
				break;
		add_run(sum, v + i, n);
	}
}

double row_serial_p(const struct compare_row *r)
{
	struct ratio sum = { 0, 0 };

	add_side(&sum, r->base, r->metric);
	add_side(&sum, r->head, r->metric);
	return sum.var > 0 ? gsl_cdf_ugaussian_Q(sum.less / sqrt(sum.var)) : 1;
}
