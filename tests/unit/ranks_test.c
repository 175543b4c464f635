/* SPDX-License-Identifier: GPL-2.0 */
/* The rank tests, shifts and Holm where values are few, alike, huge or not numbers at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>
#include <math.h>
#include <stdlib.h>

#include "holm.h"
#include "rank_null.h"
#include "rank_test.h"
#include "shift.h"
#include "t_test.h"

#define EPS 1e-12

static const struct rank_draws draws = { .alpha = 0.01, .strictest = 0.01, .seed = 7 };

/* cmocka's own compares floats. */
static void near(double a, double b, double eps)
{
	if (!(fabs(a - b) <= eps))
		fail_msg("%.17g is not within %g of %.17g", a, eps, b);
}

static void one_value_each_tells_nothing(void **state)
{
	const double x = 3, y = 5;
	struct rank_test t;
	struct shift s;

	assert_int_equal(mann_whitney(&x, 1, &y, 1, &draws, &t), 0);
	assert_true(t.p == 1 && t.p_min == 1 && t.stat == 1 && t.how == RANK_EXACT);
	assert_int_equal(signed_rank(&x, 1, &t), 0);
	assert_true(t.p == 1 && t.p_min == 1 && t.stat == 1);
	assert_int_equal(shift_unpaired(&x, 1, &y, 1, 0.99, &s), 0);
	assert_true(s.at == 2 && s.lo == -INFINITY && s.hi == INFINITY && s.level == 0);
	assert_int_equal(shift_paired(&y, 1, 0.99, &s), 0);
	assert_true(s.at == 5 && s.lo == -INFINITY && s.hi == INFINITY && s.level == 0);
}

static void all_the_same_is_no_difference(void **state)
{
	double v[400];
	struct rank_test t;
	struct shift s;

	for (int i = 0; i < 400; i++)
		v[i] = 0.25;
	for (size_t n = 1; n <= 400; n += 133) {
		assert_int_equal(mann_whitney(v, n, v, 400, &draws, &t), 0);
		assert_true(t.p == 1 && t.stat == n * 400 / 2.0);
	}
	assert_int_equal(shift_unpaired(v, 20, v, 20, 0.99, &s), 0);
	assert_true(s.at == 0 && s.lo == 0 && s.hi == 0 && s.level >= 0.99);
	for (int i = 0; i < 400; i++)
		v[i] = 0;
	assert_int_equal(signed_rank(v, 400, &t), 0);
	assert_true(t.p == 1 && t.p_min == 1);
}

static void what_is_no_number_is_refused(void **state)
{
	const double bad[] = { NAN, INFINITY, -INFINITY };
	double x[] = { 1, 2, 3 }, y[] = { 1, 2, 3 };
	struct rank_test t;
	struct shift s;

	for (int i = 0; i < 3; i++) {
		x[1] = bad[i];
		assert_int_equal(mann_whitney(x, 3, y, 3, &draws, &t), -EINVAL);
		assert_int_equal(mann_whitney(y, 3, x, 3, &draws, &t), -EINVAL);
		assert_int_equal(signed_rank(x, 3, &t), -EINVAL);
		assert_true(isnan(t.p));
		assert_int_equal(shift_unpaired(x, 3, y, 3, 0.9, &s), -EINVAL);
		assert_int_equal(shift_unpaired(y, 3, x, 3, 0.9, &s), -EINVAL);
		assert_int_equal(shift_paired(x, 3, 0.9, &s), -EINVAL);
		assert_true(isnan(s.at));
	}
}

static void nothing_and_nonsense_are_refused(void **state)
{
	const struct rank_draws no_alpha = { 0 }, nan_alpha = { NAN, 0.01, 1 },
				lax = { 0.01, 0.02, 1 };
	const double v[] = { 1, 2, 3 }, bad_p[] = { 0.1, NAN }, half = 0.5;
	struct rank_cut c;
	struct rank_test t;
	struct shift s;
	struct t_test tt;
	double adj[2];

	assert_int_equal(mann_whitney(v, 0, v, 3, &draws, &t), -EINVAL);
	assert_int_equal(mann_whitney(v, 3, v, 0, &draws, &t), -EINVAL);
	assert_int_equal(mann_whitney(v, 3, v, 3, &no_alpha, &t), -EINVAL);
	assert_int_equal(mann_whitney(v, 3, v, 3, &nan_alpha, &t), -EINVAL);
	assert_int_equal(mann_whitney(v, 3, v, 3, &lax, &t), -EINVAL);
	assert_int_equal(signed_rank(v, 0, &t), -EINVAL);
	assert_int_equal(shift_unpaired(v, 0, v, 3, 0.9, &s), -EINVAL);
	assert_int_equal(shift_unpaired(v, 3, v, 3, 1, &s), -EINVAL);
	assert_int_equal(shift_paired(v, 3, 0, &s), -EINVAL);
	assert_int_equal(rank_cut_unpaired(3, 3, &half, 1, &c), -EINVAL);
	assert_int_equal(rank_cut_paired(0, &half, 1, &c), -EINVAL);
	assert_int_equal(holm(bad_p, 2, adj), -EINVAL);
	assert_int_equal(holm(bad_p, 0, adj), 0);
	assert_int_equal(welch_t(v, 1, v, 3, &tt), -EINVAL);
	assert_int_equal(paired_t(v, 1, &tt), -EINVAL);
	assert_true(isnan(tt.p));
}

static void means_without_spread(void **state)
{
	const double one[] = { 1, 1 }, two[] = { 2, 2, 2 }, zero[] = { 0, 0 };
	struct t_test t;

	assert_int_equal(welch_t(one, 2, two, 3, &t), 0);
	assert_true(t.p == 0 && t.t == INFINITY);
	assert_int_equal(welch_t(one, 2, one, 2, &t), 0);
	assert_true(t.p == 1 && t.t == 0);
	assert_int_equal(paired_t(zero, 2, &t), 0);
	assert_true(t.p == 1);
}

static void huge_and_tiny_values(void **state)
{
	const double x[] = { -7e307, 1e-320, 7e307 }, y[] = { 7e307, 7e307, 7e307 },
		     over[] = { 1, 9e307 };
	struct rank_test t;
	struct shift s;

	assert_int_equal(shift_unpaired(x, 3, y, 3, 0.5, &s), 0);
	assert_true(s.at == 7e307 && isfinite(s.lo) && isfinite(s.hi));
	assert_int_equal(shift_paired(y, 3, 0.5, &s), 0);
	assert_true(s.at == 7e307);
	assert_int_equal(shift_unpaired(over, 2, y, 3, 0.5, &s), -EINVAL);
	assert_int_equal(mann_whitney(x, 3, over, 2, &draws, &t), 0);
	assert_true(t.stat == 5);
}

/* The two samples change places, or the values change sign: the same p, the shift turned round. */
static void symmetry(void **state)
{
	const double x[] = { 3, 1, 4, 1, 5, 9, 2, 6 }, y[] = { 2, 7, 1, 8, 2, 8 };
	struct rank_test a, b;
	struct shift s, r;

	assert_int_equal(mann_whitney(x, 8, y, 6, &draws, &a), 0);
	assert_int_equal(mann_whitney(y, 6, x, 8, &draws, &b), 0);
	near(a.p, b.p, EPS);
	near(a.stat, 48 - b.stat, EPS);
	assert_int_equal(shift_unpaired(x, 8, y, 6, 0.95, &s), 0);
	assert_int_equal(shift_unpaired(y, 6, x, 8, 0.95, &r), 0);
	assert_true(s.at == -r.at && s.lo == -r.hi && s.hi == -r.lo && s.level == r.level);
}

/*
 * 40 ones among 2,000 values, 28 of them on one side: the hypergeometric distribution knows how
 * rare.
 */
static void random_permutations_where_few_values_differ(void **state)
{
	const struct rank_draws many = { .alpha = 1e-4, .strictest = 1e-4, .seed = 3 },
				other = { .alpha = 1e-4, .strictest = 1e-4, .seed = 4 };
	double x[1000] = { 0 }, y[1000] = { 0 },
	       p = 2 * gsl_cdf_hypergeometric_Q(27, 40, 1960, 1000);
	struct rank_test t, again, differs;

	for (int i = 0; i < 28; i++)
		y[i * 17] = 1;
	for (int i = 0; i < 12; i++)
		x[i * 17] = 1;
	assert_int_equal(mann_whitney(x, 1000, y, 1000, &many, &t), 0);
	assert_int_equal(t.how, RANK_RANDOM);
	/* five standard errors of a share among 1,000,000 */
	near(t.p, p, 5 * sqrt(p / 1e6));
	near(t.p_min, 1 / (1e6 + 1), EPS);
	assert_int_equal(mann_whitney(x, 1000, y, 1000, &many, &again), 0);
	assert_true(again.p == t.p);
	assert_int_equal(mann_whitney(x, 1000, y, 1000, &other, &differs), 0);
	assert_true(differs.p != t.p);
}

/*
 * Draws of the strictest level only where they can matter: 1 / p_min tells of the one, p of the
 * other.
 */
static void random_permutations_are_worth_their_time(void **state)
{
	const struct rank_draws strict = { .alpha = 0.01, .strictest = 0.001, .seed = 1 };
	double x[500] = { 0 }, y[500] = { 0 };
	struct rank_test t;

	for (int i = 0; i < 60; i++)
		*(i % 2 ? &y[i] : &x[i]) = 1 + i;
	assert_int_equal(mann_whitney(x, 500, y, 500, &strict, &t), 0);
	assert_int_equal(t.how, RANK_RANDOM);
	near(t.p_min, 1 / 100001.0, EPS);
	/* a multiple of 1 / 10001 */
	near(remainder(t.p * 10001, 1), 0, 1e-6);
	assert_true(t.p > 0.5);
	for (int i = 0; i < 60; i += 2) {
		x[i] = 0;
		y[i] = 1 + i;
	}
	assert_int_equal(mann_whitney(x, 500, y, 500, &strict, &t), 0);
	near(t.p, 1 / 100001.0, EPS);
}

/* p is never 0: b hits among m draws are (b + 1) / (m + 1). */
static void random_permutations_count_the_one_seen(void **state)
{
	double x[500] = { 0 }, y[500] = { 0 };
	struct rank_test t;

	for (int i = 0; i < 60; i++)
		y[i] = 1 + i;
	assert_int_equal(mann_whitney(x, 500, y, 500, &draws, &t), 0);
	assert_int_equal(t.how, RANK_RANDOM);
	near(t.p, 1 / 10001.0, EPS);
}

/* No level makes it draw for ever. */
static void random_permutations_come_to_an_end(void **state)
{
	const struct rank_draws endless = { .alpha = 1e-12, .strictest = 1e-14, .seed = 1 };
	double x[1000] = { 0 }, y[1000] = { 0 };
	struct rank_test t;

	x[0] = -1;
	y[0] = 1;
	assert_int_equal(mann_whitney(x, 1000, y, 1000, &endless, &t), 0);
	assert_int_equal(t.how, RANK_RANDOM);
	near(t.p_min, 1 / (RANK_DRAWS_MAX + 1), 1e-15);
	assert_true(t.p > 0.1);
}

static void smallest_attainable_p(void **state)
{
	for (size_t n = 1; n < 400; n += 7)
		for (size_t m = 1; m < 400; m += 11) {
			double want = fmin(1, 2 / gsl_sf_choose(n + m, n));

			assert_true(fabs(p_min_unpaired(n, m) / want - 1) < 1e-11);
		}
	assert_true(p_min_unpaired(5000, 5000) == 0 && p_min_paired(5000) == 0);
	/* with n > 9 no line of a table of the test would do: 2 / 2^10 */
	near(p_min_paired(10), 1 / 512.0, EPS);
}

/* 5 v 5 reach .0079, 3 v 3 never .1; 40 rows need 8 unpaired or 13 paired. */
static void invocations_that_reach_a_level(void **state)
{
	near(p_min_unpaired(5, 5), 2 / 252.0, EPS);
	near(p_min_unpaired(3, 3), 0.1, EPS);
	assert_int_equal(invocations_for(false, 0.01), 5);
	assert_int_equal(invocations_for(false, 0.01 / 40), 8);
	assert_int_equal(invocations_for(true, 0.01 / 40), 13);
	/* attained is not below: 2 / 2^4 = 1 / 8 */
	assert_int_equal(invocations_for(true, 0.125), 5);
	assert_int_equal(invocations_for(true, 0), 0);
	assert_int_equal(invocations_for(true, NAN), 0);
}

/* Exact and normal ranks of the interval meet where the one gives way to the other. */
static void interval_ranks_meet_at_the_border(void **state)
{
	const double tail[] = { 0.005, 0.000125 };
	struct rank_cut a[2], b[2], far[2];

	assert_int_equal(rank_cut_unpaired(79, 79, tail, 2, a), 0);
	assert_int_equal(rank_cut_unpaired(80, 80, tail, 2, b), 0);
	assert_int_equal(rank_cut_unpaired(1000, 1000, tail, 2, far), 0);
	for (int i = 0; i < 2; i++) {
		double step = (double)b[i].k / a[i].k;

		/* k grows about like n^2 less a term in n^1.5 */
		assert_true(step > 1.0 && step < 1.05);
		assert_true(b[i].level >= 1 - 2 * tail[i] && far[i].level >= 1 - 2 * tail[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_value_each_tells_nothing),
		cmocka_unit_test(all_the_same_is_no_difference),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(nothing_and_nonsense_are_refused),
		cmocka_unit_test(means_without_spread),
		cmocka_unit_test(huge_and_tiny_values),
		cmocka_unit_test(symmetry),
		cmocka_unit_test(random_permutations_where_few_values_differ),
		cmocka_unit_test(random_permutations_count_the_one_seen),
		cmocka_unit_test(random_permutations_are_worth_their_time),
		cmocka_unit_test(random_permutations_come_to_an_end),
		cmocka_unit_test(smallest_attainable_p),
		cmocka_unit_test(invocations_that_reach_a_level),
		cmocka_unit_test(interval_ranks_meet_at_the_border),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
