/* SPDX-License-Identifier: GPL-2.0 */
/* Histogram: index, error bound, what is never clamped, merge, quantiles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "hist_fixture.h"
#include "metric.h"

/* A bin's middle is less than this share of a value away from it: 0.39 %. */
#define BOUND (1.0 / (1 << (TW_HIST_BITS + 1)))

#define N_SAMPLES 400000

static double middle(uint32_t bin)
{
	return tw_hist_low(bin) + (tw_hist_width(bin) - 1) / 2.0;
}

/* ---- index ---- */

static void edges_of_every_bin(void **state)
{
	uint64_t next = 0;

	assert_int_equal(TW_HIST_BINS, 3584);
	assert_int_equal(sizeof(((struct tw_hist *)0)->bins), 28672);
	for (uint32_t i = 0; i < TW_HIST_BINS; i++) {
		uint64_t low = tw_hist_low(i), width = tw_hist_width(i);

		assert_int_equal(low, next);
		assert_true(width > 0);
		next = low + width;
		assert_int_equal(tw_hist_index(low), i);
		assert_int_equal(tw_hist_index(next - 1), i);
		assert_int_equal(tw_hist_index(next), i + 1);
		if (i)
			assert_int_equal(tw_hist_index(low - 1), i - 1);
	}
	assert_int_equal(next, 1ULL << TW_HIST_LOG2_MAX);
}

static void index_never_falls(void **state)
{
	rng_state = 2;
	for (int i = 0; i < 1000000; i++) {
		uint64_t a = rnd_log(36), b = a + rnd_log(20);

		assert_true(tw_hist_index(a) <= tw_hist_index(b));
		if (a < 1ULL << TW_HIST_LOG2_MAX)
			assert_in_range(a, tw_hist_low(tw_hist_index(a)),
					tw_hist_low(tw_hist_index(a)) +
						tw_hist_width(tw_hist_index(a)) - 1);
		else
			assert_true(tw_hist_index(a) >= TW_HIST_BINS);
	}
}

static void check_error(uint64_t v)
{
	double err = fabs(middle(tw_hist_index(v)) - v);

	assert_true(v ? err / v < BOUND : err == 0);
}

static void error_bound(void **state)
{
	assert_true(BOUND < 0.00391);
	for (uint32_t i = 0; i < TW_HIST_BINS; i++) {
		check_error(tw_hist_low(i));
		check_error(tw_hist_low(i) + tw_hist_width(i) - 1);
	}
	rng_state = 3;
	for (int i = 0; i < 1000000; i++)
		check_error(rnd_log(34));
}

/* ---- recording ---- */

static uint64_t in_bins(const struct tw_hist *h)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < TW_HIST_BINS; i++)
		n += h->bins[i];
	return n;
}

static void nothing_is_clamped(void **state)
{
	struct tw_hist *h = new_hist(state);
	const uint64_t top = (1ULL << 34) - 1;

	tw_hist_add(h, 0);
	assert_int_equal(h->under, 1);
	assert_int_equal(in_bins(h), 0);
	tw_hist_add(h, top);
	assert_int_equal(h->bins[TW_HIST_BINS - 1], 1);
	assert_int_equal(h->over, 0);
	tw_hist_add(h, top + 1);
	assert_int_equal(h->over, 1);
	assert_int_equal(h->bins[TW_HIST_BINS - 1], 1);
	assert_int_equal(h->max, top + 1);
	tw_hist_add(h, INT64_MAX);
	assert_int_equal(h->over, 2);
	assert_int_equal(h->max, INT64_MAX);
	assert_int_equal(h->count, 4);
	assert_int_equal(in_bins(h), 1);
	assert_int_equal(h->sum, 2 * top + 1 + (uint64_t)INT64_MAX);
	assert_int_equal(h->min, 0);
}

static void negative_stays_apart(void **state)
{
	struct tw_hist *h = new_hist(state);

	/* what a difference of u64 time stamps below 0 looks like */
	tw_hist_add(h, UINT64_MAX);
	tw_hist_add(h, -1);
	tw_hist_add(h, INT64_MIN);
	assert_int_equal(h->negative, 3);
	assert_int_equal(h->count + h->sum + h->min + h->max + h->under + h->over + in_bins(h), 0);
	tw_hist_add(h, 77);
	assert_int_equal(h->min, 77);
	assert_int_equal(h->max, 77);
	assert_int_equal(h->negative, 3);
}

static void totals_are_exact(void **state)
{
	struct tw_hist *h = new_hist(state);
	uint64_t sum = 0, min = UINT64_MAX, max = 0;

	rng_state = 4;
	for (int i = 0; i < 100000; i++) {
		uint64_t v = rnd_log(40);

		tw_hist_add(h, v);
		sum += v;
		min = v < min ? v : min;
		max = v > max ? v : max;
		assert_int_equal(h->min, min);
		assert_int_equal(h->max, max);
	}
	assert_int_equal(h->count, 100000);
	assert_int_equal(h->sum, sum);
	assert_int_equal(in_bins(h) + h->under + h->over, h->count);
	assert_true(h->under && h->over);
	assert_true(hist_mean(h) == (double)sum / 100000);
}

/* ---- merge ---- */

static void merge_is_exact(void **state)
{
	enum { PARTS = 5 };
	struct tw_hist *h = calloc(PARTS + 2, sizeof(*h)), *all = h + PARTS, *sum = all + 1;

	assert_non_null(h);
	*state = h;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		memset(h, 0, (PARTS + 2) * sizeof(*h));
		rng_state = seed;
		for (int i = 0; i < 5000; i++) {
			int64_t v = rnd() % 50 ? (int64_t)rnd_log(36) : -(int64_t)rnd_log(10) - 1;

			tw_hist_add(&h[rnd() % PARTS], v);
			tw_hist_add(all, v);
		}
		for (int i = 0; i < PARTS; i++)
			hist_merge(sum, &h[i]);
		assert_memory_equal(sum, all, sizeof(*all));
	}
}

static void merge_with_empty(void **state)
{
	struct tw_hist *h = calloc(3, sizeof(*h));

	assert_non_null(h);
	*state = h;
	tw_hist_add(&h[0], 1000);
	tw_hist_add(&h[0], 5000);
	h[2] = h[0];
	hist_merge(&h[0], &h[1]);
	assert_memory_equal(&h[0], &h[2], sizeof(*h));
	hist_merge(&h[1], &h[0]);
	assert_memory_equal(&h[1], &h[2], sizeof(*h));
}

static void merge_ignores_stale_extremes(void **state)
{
	struct tw_hist *h = calloc(2, sizeof(*h));

	assert_non_null(h);
	*state = h;
	tw_hist_add(&h[0], 1000);
	h[1].min = 1; /* not valid: count is 0 */
	h[1].max = 1 << 30;
	hist_merge(&h[0], &h[1]);
	assert_int_equal(h[0].min, 1000);
	assert_int_equal(h[0].max, 1000);
	hist_merge(&h[1], &h[0]);
	assert_int_equal(h[1].min, 1000);
	assert_int_equal(h[1].max, 1000);
}

/* ---- quantiles ---- */

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t uniform(void)
{
	return 1 + rnd() % 100000;
}

static uint64_t exponential(void)
{
	return 1 + -log(rnd01()) * 20000;
}

/* heavy tail, up to the top of the range */
static uint64_t pareto(void)
{
	return fmin(500 / pow(rnd01(), 1.5), (1ULL << 34) - 1);
}

static uint64_t bimodal(void)
{
	return rnd() % 100 ? 1200 + rnd() % 64 : 4000000 + rnd() % 100000;
}

static uint64_t constant(void)
{
	return 1234567;
}

static uint64_t small(void)
{
	return rnd() % 4;
}

static uint64_t magnitudes(void)
{
	return rnd_log(34);
}

static uint64_t (*const distributions[])(void) = { uniform,  exponential, pareto,    bimodal,
						   constant, small,	  magnitudes };

#define DISTRIBUTIONS (sizeof(distributions) / sizeof(distributions[0]))

/* The definition, in integers: ceil(q * n) for a q of that many digits. */
static uint64_t exact_rank(double q, uint64_t n)
{
	uint64_t ppm10 = llround(q * 10000000);

	return (ppm10 * n + 9999999) / 10000000;
}

static void assert_near(double got, uint64_t want)
{
	if (want < 2 * TW_HIST_GROUP)
		assert_true(got == want);
	else
		assert_true(fabs(got - want) < BOUND * want);
}

static void check_quantiles(const struct tw_hist *h, const uint64_t *sorted, uint64_t infinite)
{
	uint64_t n = h->count + infinite;

	for (const struct quantile *q = quantiles; q->key; q++) {
		double got = hist_quantile(h, infinite, q->q);
		uint64_t rank = exact_rank(q->q, n);

		if (!hist_supports(n, q->q))
			assert_true(isnan(got));
		else if (rank > h->count)
			assert_true(got == INFINITY);
		else
			assert_near(got, sorted[rank - 1]);
	}
}

static void quantiles_of_distributions(void **state)
{
	static const uint64_t sizes[] = { 1,   5,    6,	   35,	 36,	100,   367,
					  368, 1000, 3687, 3688, 10000, 36887, N_SAMPLES };
	uint64_t *v = malloc(N_SAMPLES * sizeof(*v));
	struct tw_hist *h = new_hist(state);

	assert_non_null(v);
	rng_state = 5;
	for (size_t d = 0; d < DISTRIBUTIONS; d++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			memset(h, 0, sizeof(*h));
			for (uint64_t i = 0; i < sizes[s]; i++)
				tw_hist_add(h, v[i] = distributions[d]());
			qsort(v, sizes[s], sizeof(*v), by_value);
			check_quantiles(h, v, 0);
			check_quantiles(h, v, sizes[s] / 200);
			check_quantiles(h, v, sizes[s]);
			check_quantiles(h, v, sizes[s] * 10);
		}
	}
	free(v);
}

static void quantile_table(void **state)
{
	static const char *const keys[] = { "p50", "p90", "p99", "p99_9", "p99_99", "p99_999" };
	static const char *const labels[] = { "p50", "p90", "p99", "p99.9", "p99.99", "p99.999" };
	size_t i;

	for (i = 0; quantiles[i].key; i++) {
		assert_string_equal(quantiles[i].key, keys[i]);
		assert_string_equal(quantiles[i].label, labels[i]);
		assert_true(fabs(quantiles[i].q * 100 - atof(labels[i] + 1)) < 1e-9);
		assert_true(!i || quantiles[i].q > quantiles[i - 1].q);
	}
	assert_int_equal(i, 6);
}

/* 0.55 * 100 is 55.00000000000001 in floating point, which is not rank 56. */
static void rank_is_not_rounded_up(void **state)
{
	struct tw_hist *h = new_hist(state);

	assert_true(ceil(0.55 * 100) == 56);
	for (int i = 1; i <= 100; i++)
		tw_hist_add(h, i);
	assert_true(hist_quantile(h, 0, 0.55) == 55);
	assert_true(hist_quantile(h, 0, 0.5500001) == 56);
}

static void quantile_is_clipped(void **state)
{
	struct tw_hist *h = new_hist(state);

	/* one bin holds all of them: its middle is outside of what was seen */
	assert_int_equal(tw_hist_index(1000000), tw_hist_index(1000001));
	for (int i = 0; i < 1000; i++)
		tw_hist_add(h, 1000000 + i % 2);
	assert_true(middle(tw_hist_index(1000000)) > 1000001 ||
		    middle(tw_hist_index(1000000)) < 1000000);
	assert_in_range(hist_quantile(h, 0, 0.5), 1000000, 1000001);
}

/* 1000 finite values: INFINITY from the first rank above them on, and not before. */
static void offered_infinity_starts_exactly(void **state)
{
	struct tw_hist *h = new_hist(state);

	for (int i = 0; i < 1000; i++)
		tw_hist_add(h, 100);
	assert_true(hist_quantile(h, 1000, 0.5) == 100); /* rank 1000 of 2000 */
	assert_true(hist_quantile(h, 1001, 0.5) == INFINITY); /* 1001 of 2001 */
	assert_true(hist_quantile(h, 111, 0.9) == 100); /* 1000 of 1111 */
	assert_true(hist_quantile(h, 112, 0.9) == INFINITY); /* 1001 of 1112 */
	assert_true(hist_quantile(h, 10, 0.99) == 100); /* 1000 of 1010 */
	assert_true(hist_quantile(h, 11, 0.99) == INFINITY); /* 1001 of 1011 */
	memset(h, 0, sizeof(*h));
	assert_true(isnan(hist_quantile(h, 0, 0.5)));
	assert_true(isnan(hist_quantile(h, 5, 0.5)));
	assert_true(hist_quantile(h, 6, 0.5) == INFINITY);
}

static void over_is_infinite_but_for_the_maximum(void **state)
{
	struct tw_hist *h = new_hist(state);

	for (int i = 0; i < 998; i++)
		tw_hist_add(h, 100);
	tw_hist_add(h, 1ULL << 36);
	tw_hist_add(h, 1ULL << 35);
	assert_int_equal(h->over, 2);
	assert_true(hist_quantile(h, 0, 0.99) == 100);
	assert_true(hist_quantile(h, 996, 0.5) == 100); /* rank 998 of 1996 */
	assert_true(hist_quantile(h, 997, 0.5) == INFINITY); /* 999: 2^35, forgotten */
	assert_true(hist_quantile(h, 999, 0.5) == (double)(1ULL << 36)); /* 1000: the maximum */
	assert_true(hist_quantile(h, 1001, 0.5) == INFINITY);
	memset(h, 0, sizeof(*h));
	for (int i = 0; i < 6; i++)
		tw_hist_add(h, (1ULL << 35) + i);
	assert_true(hist_quantile(h, 0, 0.5) == INFINITY);
}

static void support(void **state)
{
	static const struct {
		double q;
		uint64_t n;
	} first[] = { { 0.5, 6 },      { 0.9, 36 },	  { 0.1, 36 },	      { 0.99, 368 },
		      { 0.999, 3688 }, { 0.9999, 36887 }, { 0.99999, 368887 } };

	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		assert_false(hist_supports(0, first[i].q));
		assert_false(hist_supports(first[i].n - 1, first[i].q));
		assert_true(hist_supports(first[i].n, first[i].q));
	}
}

static void nothing_recorded(void **state)
{
	struct tw_hist *h = new_hist(state);

	assert_true(isnan(hist_mean(h)));
	assert_true(isnan(hist_quantile(h, 0, 0.5)));
	tw_hist_add(h, -5);
	assert_true(isnan(hist_mean(h)));
	assert_true(isnan(hist_quantile(h, 0, 0.5)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(edges_of_every_bin),
		cmocka_unit_test(index_never_falls),
		cmocka_unit_test(error_bound),
		cmocka_unit_test_teardown(nothing_is_clamped, free_state),
		cmocka_unit_test_teardown(negative_stays_apart, free_state),
		cmocka_unit_test_teardown(totals_are_exact, free_state),
		cmocka_unit_test_teardown(merge_is_exact, free_state),
		cmocka_unit_test_teardown(merge_with_empty, free_state),
		cmocka_unit_test_teardown(merge_ignores_stale_extremes, free_state),
		cmocka_unit_test(quantile_table),
		cmocka_unit_test_teardown(quantiles_of_distributions, free_state),
		cmocka_unit_test_teardown(rank_is_not_rounded_up, free_state),
		cmocka_unit_test_teardown(quantile_is_clipped, free_state),
		cmocka_unit_test_teardown(offered_infinity_starts_exactly, free_state),
		cmocka_unit_test_teardown(over_is_infinite_but_for_the_maximum, free_state),
		cmocka_unit_test(support),
		cmocka_unit_test_teardown(nothing_recorded, free_state),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
