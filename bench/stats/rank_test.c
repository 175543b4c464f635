// SPDX-License-Identifier: GPL-2.0
#include "rank_test.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "rank_null.h"

struct item {
	double value; /* ranked by this */
	bool mine; /* of the sample whose ranks are summed */
	size_t w; /* midrank, doubled: an integer */
};

static int by_value(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* Sorts, and fills in the doubled midranks. True if any two values are the same. */
static bool rank_items(struct item *v, size_t n)
{
	bool ties = false;

	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].value == v[i].value;)
			end++;
		for (size_t j = i; j < end; j++)
			v[j].w = i + 1 + end;
		ties |= end > i + 1;
	}
	return ties;
}

static size_t sum_mine(const struct item *v, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += v[i].mine ? v[i].w : 0;
	return sum;
}

/*
 * Scores of the items from `first` on; halved where there are no half ranks, which saves half the
 * work.
 */
static size_t *scores(const struct item *v, size_t first, size_t n, unsigned int unit)
{
	size_t *w = malloc(n * sizeof(*w));

	for (size_t i = first; w && i < n; i++)
		w[i - first] = v[i].w / unit;
	return w;
}

static void set_exact(struct rank_null *d, size_t seen, struct rank_test *out)
{
	out->how = RANK_EXACT;
	out->p = rank_null_p(d, seen);
	out->p_min = rank_null_p_min(d);
	rank_null_free(d);
}

/* `off` and `sd` in doubled ranks, so that the continuity correction of one half is one. */
static double normal_p(double off, double sd)
{
	return sd > 0 && off > 1 ? 2 * gsl_cdf_ugaussian_Q((off - 1) / sd) : 1;
}

/* One value per run of equal ones: where the longest begins and ends. */
static void commonest(const struct item *v, size_t n, size_t *from, size_t *to)
{
	*from = *to = 0;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && v[end].w == v[i].w;)
			end++;
		if (end - i > *to - *from) {
			*from = i;
			*to = end;
		}
	}
}

/* The scores that are not the commonest, less that one; all others count 0. */
struct few {
	double w[RANK_FEW];
	size_t n;
};

/*
 * The sum of m of `all` scores drawn at random: each of the few is among them with what is left of
 * m.
 */
static double few_sum(gsl_rng *rng, const struct few *few, size_t all, size_t m)
{
	double sum = 0;

	for (size_t i = 0; i < few->n; i++) {
		if (gsl_rng_uniform(rng) * (all - i) >= m)
			continue;
		sum += few->w[i];
		m--;
	}
	return sum;
}

/* How many of n random sums are at least as far from the mean as the one seen. */
static double random_hits(gsl_rng *rng, const struct few *few, size_t all, size_t m, double seen,
			  double n)
{
	double total = 0, most = 0, hits = 0, mean;

	for (size_t i = 0; i < few->n; i++) {
		total += few->w[i];
		most += fabs(few->w[i]);
	}
	mean = total * m / all;
	/* Sums of integers; the margin is for the rounding of the mean alone. */
	for (double i = 0; i < n; i++)
		hits += fabs(few_sum(rng, few, all, m) - mean) >= fabs(seen - mean) - 1e-9 * most;
	return hits;
}

static int random_p(const struct few *few, size_t all, size_t m, double seen,
		    const struct rank_draws *draws, struct rank_test *out)
{
	double n = fmin(ceil(100 / draws->alpha), RANK_DRAWS_MAX),
	       more = fmin(ceil(100 / draws->strictest), RANK_DRAWS_MAX) - n, hits;
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	if (!rng)
		return -ENOMEM;
	gsl_rng_set(rng, draws->seed);
	hits = random_hits(rng, few, all, m, seen, n);
	out->how = RANK_RANDOM;
	out->p_min = 1 / (n + more + 1);
	if ((hits + 1) / (n + 1) < 2 * draws->alpha) {
		hits += random_hits(rng, few, all, m, seen, more);
		n += more;
	}
	out->p = (hits + 1) / (n + 1);
	gsl_rng_free(rng);
	return 0;
}

/* -E2BIG if too many differ from the commonest. */
static int try_random(const struct item *v, size_t all, size_t m, const struct rank_draws *draws,
		      struct rank_test *out)
{
	struct few few = { .n = 0 };
	size_t from, to;
	double seen;

	commonest(v, all, &from, &to);
	if (all - (to - from) > RANK_FEW)
		return -E2BIG;
	for (size_t i = 0; i < all; i++)
		if (i < from || i >= to)
			few.w[few.n++] = (double)v[i].w - v[from].w;
	seen = (double)sum_mine(v, all) - (double)m * v[from].w;
	return random_p(&few, all, m, seen, draws, out);
}

static void draw_normal(const struct item *v, size_t all, size_t m, struct rank_test *out)
{
	double mean = all + 1, squares = 0, n = all;

	for (size_t i = 0; i < all; i++)
		squares += (v[i].w - mean) * (v[i].w - mean);
	out->how = RANK_NORMAL;
	out->p = normal_p(fabs(sum_mine(v, all) - m * mean),
			  sqrt(m * (n - m) / (n * (n - 1)) * squares));
	out->p_min = fmin(out->p, p_min_unpaired(m, all - m));
}

/* The test proper: m of the items are `mine`. */
static int test_draw(struct item *v, size_t all, size_t m, const struct rank_draws *draws,
		     struct rank_test *out)
{
	unsigned int unit;
	struct rank_null d;
	size_t *w;
	int err;

	out->ties = rank_items(v, all);
	unit = out->ties ? 1 : 2;
	w = scores(v, 0, all, unit);
	if (!w)
		return -ENOMEM;
	err = rank_null_draw(w, all, m, &d);
	free(w);
	if (!err)
		set_exact(&d, sum_mine(v, all) / unit, out);
	if (err == -E2BIG)
		err = try_random(v, all, m, draws, out);
	if (err == -E2BIG) {
		draw_normal(v, all, m, out);
		err = 0;
	}
	return err;
}

static bool all_finite(const double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

int mann_whitney(const double *x, size_t n, const double *y, size_t m,
		 const struct rank_draws *draws, struct rank_test *out)
{
	bool swap = n < m; /* sum the ranks of the smaller sample: less work */
	size_t few = swap ? n : m, all = n + m;
	struct item *v;
	double u;
	int err;

	*out = (struct rank_test){ .stat = NAN, .p = NAN, .p_min = NAN };
	if (!n || !m || n > UINT32_MAX || m > UINT32_MAX || !all_finite(x, n) ||
	    !all_finite(y, m) ||
	    !(draws->alpha < 1 && draws->strictest > 0 && draws->strictest <= draws->alpha))
		return -EINVAL;
	v = malloc(all * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < all; i++)
		v[i] = (struct item){ i < n ? x[i] : y[i - n], (i < n) == swap, 0 };
	err = test_draw(v, all, few, draws, out);
	u = sum_mine(v, all) / 2.0 - few * (few + 1.0) / 2;
	out->stat = swap ? (double)n * m - u : u;
	free(v);
	return err;
}

static void flip_normal(const struct item *v, size_t zeros, size_t n, struct rank_test *out)
{
	double total = 0, squares = 0;

	for (size_t i = zeros; i < n; i++) {
		total += v[i].w;
		squares += (double)v[i].w * v[i].w;
	}
	out->how = RANK_NORMAL;
	out->p = normal_p(fabs(sum_mine(v, n) - total / 2), sqrt(squares) / 2);
	out->p_min = fmin(out->p, p_min_paired(n - zeros));
}

static int test_flip(struct item *v, size_t n, struct rank_test *out)
{
	unsigned int unit;
	struct rank_null d;
	size_t *w, zeros = 0;
	int err;

	out->ties = rank_items(v, n);
	while (zeros < n && v[zeros].value == 0)
		zeros++;
	if (zeros == n) {
		out->p = out->p_min = 1;
		return 0;
	}
	unit = out->ties ? 1 : 2;
	w = scores(v, zeros, n, unit);
	if (!w)
		return -ENOMEM;
	err = rank_null_flip(w, n - zeros, &d);
	free(w);
	if (!err)
		set_exact(&d, sum_mine(v, n) / unit, out);
	if (err == -E2BIG) {
		flip_normal(v, zeros, n, out);
		err = 0;
	}
	return err;
}

int signed_rank(const double *d, size_t n, struct rank_test *out)
{
	struct item *v;
	double zeros = 0;
	int err;

	*out = (struct rank_test){ .stat = NAN, .p = NAN, .p_min = NAN };
	if (!n || n > UINT32_MAX || !all_finite(d, n))
		return -EINVAL;
	v = malloc(n * sizeof(*v));
	if (!v)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		v[i] = (struct item){ fabs(d[i]), d[i] > 0, 0 };
		zeros += d[i] == 0;
	}
	err = test_flip(v, n, out);
	/* A Walsh average of two zeros is a zero: one half each. */
	out->stat = sum_mine(v, n) / 2.0 + zeros * (zeros + 1) / 4;
	free(v);
	return err;
}

double p_min_unpaired(size_t n, size_t m)
{
	size_t few = n < m ? n : m, many = n < m ? m : n;
	double p = 2;

	for (size_t i = 1; i <= few && p > 0; i++)
		p *= (double)i / (many + i);
	return fmin(1, p);
}

double p_min_paired(size_t n)
{
	return n < 2000 ? fmin(1, ldexp(2, -(int)n)) : 0;
}

size_t invocations_for(bool paired, double alpha)
{
	size_t n = 1;

	if (!(alpha > 0 && alpha <= 1))
		return 0;
	while ((paired ? p_min_paired(n) : p_min_unpaired(n, n)) >= alpha)
		n++;
	return n;
}
