// SPDX-License-Identifier: GPL-2.0
#include "rank_null.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SUM_MAX ((size_t)1 << 40)

/* One draw: `before[j]` is the sum of the j smallest scores; the least of them counts as 0. */
struct draw {
	size_t n, m;
	size_t *before;
	size_t width; /* sums 0 .. width - 1 */
	double *p; /* m + 1 rows: of k drawn */
};

/* Of j scores seen, k drawn: can it still end with m drawn, and can it be at all. */
static size_t fewest(const struct draw *d, size_t j)
{
	size_t left = d->n - j;

	return d->m > left + 1 ? d->m - left : 1;
}

static size_t most(const struct draw *d, size_t j)
{
	return j < d->m ? j : d->m;
}

static size_t least_sum(const struct draw *d, size_t k)
{
	return d->before[k];
}

static size_t greatest_sum(const struct draw *d, size_t j, size_t k)
{
	return d->before[j] - d->before[j - k];
}

static double draw_cost(const struct draw *d)
{
	double cells = 0;

	for (size_t j = 1; j <= d->n && cells <= RANK_NULL_CELLS; j++)
		for (size_t k = fewest(d, j); k <= most(d, j); k++)
			cells += greatest_sum(d, j, k) - least_sum(d, k) + 1;
	return cells;
}

/*
 * Score j joins: of k drawn among j, it is one with probability k / j. Rows from the longest down,
 * since each is made of its own and the shorter one of the step before.
 */
static void draw_step(struct draw *d, size_t j)
{
	size_t w = d->before[j] - d->before[j - 1];

	for (size_t k = most(d, j); k >= fewest(d, j); k--) {
		double in = (double)k / j, out = 1 - in;
		double *row = d->p + k * d->width;
		const double *shorter = row - d->width;
		size_t lo = least_sum(d, k), hi = greatest_sum(d, j, k);

		for (size_t s = lo; s <= hi; s++)
			row[s] *= out;
		for (size_t s = least_sum(d, k - 1) + w; s <= hi; s++)
			row[s] += in * shorter[s - w];
	}
}

static int draw_run(struct draw *d, struct rank_null *out)
{
	size_t total = d->before[d->n], least = least_sum(d, d->m);

	d->width = greatest_sum(d, d->n, d->m) + 1;
	d->p = calloc((d->m + 1) * d->width, sizeof(*d->p));
	if (!d->p)
		return -ENOMEM;
	d->p[0] = 1;
	for (size_t j = 1; j <= d->n; j++)
		draw_step(d, j);
	out->base = least;
	out->len = d->width - least;
	out->twice_mean = 2 * d->m * total / d->n;
	out->p = malloc(out->len * sizeof(*out->p));
	if (out->p)
		memcpy(out->p, d->p + d->m * d->width + least, out->len * sizeof(*out->p));
	free(d->p);
	return out->p ? 0 : -ENOMEM;
}

int rank_null_draw(const size_t *w, size_t n, size_t m, struct rank_null *out)
{
	struct draw d = { .n = n, .m = m };
	int err = -E2BIG;

	*out = (struct rank_null){ 0 };
	if (!m || m > n || w[n - 1] >= SUM_MAX / n)
		return -EINVAL;
	d.before = malloc((n + 1) * sizeof(*d.before));
	if (!d.before)
		return -ENOMEM;
	d.before[0] = 0;
	for (size_t j = 0; j < n; j++)
		d.before[j + 1] = d.before[j] + w[j] - w[0];
	if (draw_cost(&d) <= RANK_NULL_CELLS)
		err = draw_run(&d, out);
	free(d.before);
	out->base += m * w[0];
	out->twice_mean += 2 * m * w[0];
	return err;
}

int rank_null_flip(const size_t *w, size_t n, struct rank_null *out)
{
	double cells = 0;
	size_t total = 0;

	*out = (struct rank_null){ 0 };
	if (!n)
		return -EINVAL;
	for (size_t j = 0; j < n; j++) {
		total += w[j];
		cells += total + 1;
		if (cells > RANK_NULL_CELLS)
			return -E2BIG;
	}
	out->p = calloc(total + 1, sizeof(*out->p));
	if (!out->p)
		return -ENOMEM;
	out->len = total + 1;
	out->twice_mean = total;
	out->p[0] = 1;
	total = 0;
	for (size_t j = 0; j < n; j++) {
		total += w[j];
		for (size_t s = total + 1; s-- > w[j];)
			out->p[s] = (out->p[s] + out->p[s - w[j]]) / 2;
		for (size_t s = 0; s < w[j] && s <= total; s++)
			out->p[s] /= 2;
	}
	return 0;
}

void rank_null_free(struct rank_null *d)
{
	free(d->p);
	d->p = NULL;
}

static size_t off_mean(const struct rank_null *d, size_t sum)
{
	return 2 * sum > d->twice_mean ? 2 * sum - d->twice_mean : d->twice_mean - 2 * sum;
}

double rank_null_p(const struct rank_null *d, size_t seen)
{
	size_t off = off_mean(d, seen);
	double below = 0, above = 0;

	/* No integer is nearer to the mean. */
	if (off <= 1)
		return 1;
	/* Each tail from its end inwards: the small ones first. */
	for (size_t i = 0; i < d->len && off_mean(d, d->base + i) >= off; i++)
		below += d->p[i];
	for (size_t i = d->len; i-- > 0 && off_mean(d, d->base + i) >= off;)
		above += d->p[i];
	return fmin(1, below + above);
}

double rank_null_p_min(const struct rank_null *d)
{
	size_t lo = d->base, hi = d->base + d->len - 1;

	return rank_null_p(d, off_mean(d, lo) >= off_mean(d, hi) ? lo : hi);
}

/* P(U < k) <= tail for the largest k. */
static struct rank_cut cut_exact(const struct rank_null *d, double tail)
{
	struct rank_cut c = { 0 };
	double below = 0;

	while (c.k < d->len && below + d->p[c.k] <= tail) {
		below += d->p[c.k++];
		c.level = 1 - 2 * below;
	}
	return c;
}

static struct rank_cut cut_normal(double mean, double sd, double tail)
{
	double k = floor(mean + 0.5 - sd * gsl_cdf_ugaussian_Qinv(tail));
	struct rank_cut c = { 0 };

	if (k >= 1) {
		c.k = k;
		c.level = 1 - 2 * gsl_cdf_ugaussian_P((k - 0.5 - mean) / sd);
	}
	return c;
}

static int cuts(int err, struct rank_null *d, double mean, double var, const double *tail,
		size_t tails, struct rank_cut *out)
{
	if (err && err != -E2BIG)
		return err;
	for (size_t i = 0; i < tails; i++)
		out[i] = err ? cut_normal(mean, sqrt(var), tail[i]) : cut_exact(d, tail[i]);
	rank_null_free(d);
	return 0;
}

/* The scores 1 .. n; NULL if there is no memory for them. */
static size_t *plain_ranks(size_t n)
{
	size_t *w = malloc(n * sizeof(*w));

	for (size_t i = 0; w && i < n; i++)
		w[i] = i + 1;
	return w;
}

static int check_tails(const double *tail, size_t tails)
{
	for (size_t i = 0; i < tails; i++)
		if (!(tail[i] > 0 && tail[i] < 0.5))
			return -EINVAL;
	return 0;
}

int rank_cut_unpaired(size_t n, size_t m, const double *tail, size_t tails, struct rank_cut *out)
{
	double x = n, y = m;
	struct rank_null d;
	size_t *w;
	int err;

	if (!n || !m || n > UINT32_MAX || m > UINT32_MAX || check_tails(tail, tails))
		return -EINVAL;
	w = plain_ranks(n + m);
	if (!w)
		return -ENOMEM;
	err = rank_null_draw(w, n + m, n < m ? n : m, &d);
	free(w);
	return cuts(err, &d, x * y / 2, x * y * (x + y + 1) / 12, tail, tails, out);
}

int rank_cut_paired(size_t n, const double *tail, size_t tails, struct rank_cut *out)
{
	double x = n;
	struct rank_null d;
	size_t *w;
	int err;

	if (!n || n > UINT32_MAX || check_tails(tail, tails))
		return -EINVAL;
	w = plain_ranks(n);
	if (!w)
		return -ENOMEM;
	err = rank_null_flip(w, n, &d);
	free(w);
	return cuts(err, &d, x * (x + 1) / 4, x * (x + 1) * (2 * x + 1) / 24, tail, tails, out);
}
