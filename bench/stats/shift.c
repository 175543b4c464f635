// SPDX-License-Identifier: GPL-2.0
#include "shift.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "median.h"
#include "rank_null.h"

/* A matrix with ascending rows and columns that is never written out. */
struct matrix {
	const double *x, *y; /* y[j] - x[i]; x NULL: (y[i] + y[j]) / 2, i <= j */
	size_t n, m;
};

static double entry(const struct matrix *a, size_t i, size_t j)
{
	return a->x ? a->y[j] - a->x[i] : a->y[i] / 2 + a->y[j] / 2;
}

static size_t entries(const struct matrix *a)
{
	return a->x ? a->n * a->m : a->m * (a->m + 1) / 2;
}

/*
 * Entries <= t, along the border between them and the others. Rounding keeps the order of the
 * entries.
 */
static size_t count_differences(const struct matrix *a, double t)
{
	size_t count = 0, j = 0;

	for (size_t i = 0; i < a->n; i++) {
		while (j < a->m && entry(a, i, j) <= t)
			j++;
		count += j;
	}
	return count;
}

static size_t count_walsh(const struct matrix *a, double t)
{
	size_t count = 0, j = a->m;

	for (size_t i = 0; i < a->m; i++) {
		while (j > i && entry(a, i, j - 1) > t)
			j--;
		if (j <= i)
			break;
		count += j - i;
	}
	return count;
}

/* Doubles as integers of the same order, and back. */
static uint64_t key_of(double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	return bits >> 63 ? ~bits : bits | 1ULL << 63;
}

static double of_key(uint64_t key)
{
	uint64_t bits = key >> 63 ? key & ~(1ULL << 63) : ~key;
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

/*
 * The least double that k entries do not exceed: an entry. At most 64 steps, by halves of what is
 * left.
 */
static double nth(const struct matrix *a, size_t k)
{
	uint64_t lo = key_of(a->x ? entry(a, a->n - 1, 0) : a->y[0]);
	uint64_t hi = key_of(entry(a, a->x ? 0 : a->m - 1, a->m - 1) + 0.0);

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2;
		double t = of_key(mid);

		if ((a->x ? count_differences(a, t) : count_walsh(a, t)) >= k)
			hi = mid;
		else
			lo = mid + 1;
	}
	/* -0 becomes 0 */
	return of_key(lo) + 0.0;
}

static void shift_at(const struct matrix *a, size_t k, struct shift *out)
{
	size_t all = entries(a);
	double upper = nth(a, all / 2 + 1);

	out->at = all % 2 ? upper : nth(a, all / 2) / 2 + upper / 2;
	out->lo = k ? nth(a, k) : -INFINITY;
	out->hi = k ? nth(a, all + 1 - k) : INFINITY;
}

double nth_difference(const double *x, size_t n, const double *y, size_t m, size_t k)
{
	return nth(&(struct matrix){ x, y, n, m }, k);
}

double nth_walsh(const double *d, size_t n, size_t k)
{
	return nth(&(struct matrix){ NULL, d, 0, n }, k);
}

void shift_unpaired_at(const double *x, size_t n, const double *y, size_t m, size_t k,
		       struct shift *out)
{
	shift_at(&(struct matrix){ x, y, n, m }, k, out);
}

void shift_paired_at(const double *d, size_t n, size_t k, struct shift *out)
{
	shift_at(&(struct matrix){ NULL, d, 0, n }, k, out);
}

static int check_values(const double *v, size_t n, double level)
{
	if (!n || n > UINT32_MAX || !(level > 0 && level < 1))
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!(fabs(v[i]) <= SHIFT_VALUE_MAX))
			return -EINVAL;
	return 0;
}

/* Both in one block, each ascending. NULL: no memory. */
static double *sorted_copy(const double *x, size_t n, const double *y, size_t m)
{
	double *v = malloc((n + m) * sizeof(*v));

	if (!v)
		return NULL;
	if (n)
		memcpy(v, x, n * sizeof(*v));
	memcpy(v + n, y, m * sizeof(*v));
	sort_doubles(v, n);
	sort_doubles(v + n, m);
	return v;
}

int shift_unpaired(const double *x, size_t n, const double *y, size_t m, double level,
		   struct shift *out)
{
	double *v, tail = (1 - level) / 2;
	struct rank_cut cut;
	int err;

	*out = (struct shift){ NAN, -INFINITY, INFINITY, 0 };
	if (check_values(x, n, level) || check_values(y, m, level))
		return -EINVAL;
	err = rank_cut_unpaired(n, m, &tail, 1, &cut);
	if (err)
		return err;
	v = sorted_copy(x, n, y, m);
	if (!v)
		return -ENOMEM;
	shift_unpaired_at(v, n, v + n, m, cut.k, out);
	out->level = cut.level;
	free(v);
	return 0;
}

int shift_paired(const double *d, size_t n, double level, struct shift *out)
{
	double *v, tail = (1 - level) / 2;
	struct rank_cut cut;
	int err;

	*out = (struct shift){ NAN, -INFINITY, INFINITY, 0 };
	if (check_values(d, n, level))
		return -EINVAL;
	err = rank_cut_paired(n, &tail, 1, &cut);
	if (err)
		return err;
	v = sorted_copy(NULL, 0, d, n);
	if (!v)
		return -ENOMEM;
	shift_paired_at(v, n, cut.k, out);
	out->level = cut.level;
	free(v);
	return 0;
}
