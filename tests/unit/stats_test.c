/* SPDX-License-Identifier: GPL-2.0 */
/* The median and its order-statistic interval. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>

#include "median.h"

#define EPS 1e-12

/* Coverage by hand: 1 - 2 * sum of C(n, i) / 2^n for i < lo. */
static void ranks_are_those_of_the_binomial(void **state)
{
	static const struct {
		size_t n, lo, hi;
		double coverage;
	} rows[] = {
		{ 6, 1, 6, 1 - 2 / 64.0 },
		{ 7, 1, 7, 1 - 2 / 128.0 },
		{ 8, 1, 8, 1 - 2 / 256.0 },
		{ 9, 2, 8, 1 - 2 * (1 + 9) / 512.0 },
		{ 10, 2, 9, 1 - 2 * (1 + 10) / 1024.0 },
		{ 12, 3, 10, 1 - 2 * (1 + 12 + 66) / 4096.0 },
		{ 20, 6, 15, 1 - 2 * (1 + 20 + 190 + 1140 + 4845 + 15504) / 1048576.0 },
	};
	size_t i, lo, hi;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_float_equal(median_ranks(rows[i].n, 0.95, &lo, &hi), rows[i].coverage, EPS);
		assert_int_equal(lo, rows[i].lo);
		assert_int_equal(hi, rows[i].hi);
	}
}

static void too_few_have_no_interval(void **state)
{
	size_t n, lo, hi;

	for (n = 0; n < 6; n++)
		assert_true(median_ranks(n, 0.95, &lo, &hi) == 0);
	assert_true(median_ranks(7, 0.99, &lo, &hi) == 0);
	assert_float_equal(median_ranks(8, 0.99, &lo, &hi), 1 - 2 / 256.0, EPS);
}

static void median_of_odd_even_and_infinite(void **state)
{
	double odd[] = { 1, 2, 30 }, even[] = { 1, 2, 4, 30 }, inf[] = { 1, 2, INFINITY, INFINITY };

	assert_true(isnan(median_sorted(odd, 0)));
	assert_float_equal(median_sorted(odd, 1), 1, EPS);
	assert_float_equal(median_sorted(odd, 3), 2, EPS);
	assert_float_equal(median_sorted(even, 4), 3, EPS);
	assert_true(isinf(median_sorted(inf, 4)));
	assert_float_equal(median_sorted(inf, 3), 2, EPS);
}

static void spread_of_few_is_their_range(void **state)
{
	double v[] = { 5, 1, 4 };
	struct spread s;

	spread_of(v, 3, &s);
	assert_int_equal(s.n, 3);
	assert_float_equal(s.median, 4, EPS);
	assert_float_equal(s.lo, 1, EPS);
	assert_float_equal(s.hi, 5, EPS);
	assert_true(s.coverage == 0);
	spread_of(v, 0, &s);
	assert_true(isnan(s.median) && isnan(s.lo) && isnan(s.hi));
}

static void spread_of_ten_leaves_out_the_extremes(void **state)
{
	double v[] = { 100, 9, 8, 7, 6, 5, 4, 3, 2, -100 };
	struct spread s;

	spread_of(v, 10, &s);
	assert_float_equal(s.median, 5.5, EPS);
	assert_float_equal(s.lo, 2, EPS);
	assert_float_equal(s.hi, 9, EPS);
	assert_float_equal(s.coverage, 1002 / 1024.0, EPS);
}

/* The promise itself, on a skewed distribution of known median: ln 2 of an exponential. */
static void interval_holds_the_median_as_often_as_it_says(void **state)
{
	enum { RUNS = 20000, N = 12 };
	double v[N], share;
	struct spread s;
	int run, i, held = 0;

	srand48(1);
	for (run = 0; run < RUNS; run++) {
		for (i = 0; i < N; i++)
			v[i] = -log(1 - drand48());
		spread_of(v, N, &s);
		held += s.lo <= M_LN2 && M_LN2 <= s.hi;
	}
	share = (double)held / RUNS;
	/* Four standard errors of a share of 0.96 in 20,000 runs. */
	assert_float_equal(share, s.coverage, 0.0055);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranks_are_those_of_the_binomial),
		cmocka_unit_test(too_few_have_no_interval),
		cmocka_unit_test(median_of_odd_even_and_infinite),
		cmocka_unit_test(spread_of_few_is_their_range),
		cmocka_unit_test(spread_of_ten_leaves_out_the_extremes),
		cmocka_unit_test(interval_holds_the_median_as_often_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
