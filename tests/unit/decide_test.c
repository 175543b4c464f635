/* SPDX-License-Identifier: GPL-2.0 */
/* The verdict: each of its words, and what makes it that word and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "decide_fixture.h"
#include "rank_test.h"
#include "shift.h"

static enum verdict changed_by(double factor, int worse, double floor)
{
	double base[N], head[N];

	even(base, N, 1000, 0.01);
	even(head, N, 1000 * factor, 0.01);
	return one(&(struct decide_row){ base, head, N, N, false, DECIDE_LOG, worse, floor })
		.verdict;
}

static void which_way_is_better(void **state)
{
	assert_int_equal(changed_by(1.05, 1, 0.01), VERDICT_REGRESSION);
	assert_int_equal(changed_by(0.95, 1, 0.01), VERDICT_IMPROVEMENT);
	assert_int_equal(changed_by(1.05, -1, 0.01), VERDICT_IMPROVEMENT);
	assert_int_equal(changed_by(0.95, -1, 0.01), VERDICT_REGRESSION);
	assert_int_equal(changed_by(0.95, 0, 0.01), VERDICT_CHANGED);
	assert_int_equal(changed_by(1.05, 0, 0.01), VERDICT_CHANGED);
}

/* 1.5 % is significant here; its interval reaches from 0.6 to 2.4 %. */
static void the_floor_decides_what_matters(void **state)
{
	assert_int_equal(changed_by(1.015, 1, 0), VERDICT_REGRESSION);
	assert_int_equal(changed_by(1.015, 1, 0.005), VERDICT_REGRESSION);
	assert_int_equal(changed_by(1.015, 1, 0.01), VERDICT_INCONCLUSIVE);
	assert_int_equal(changed_by(1.015, 1, 0.03), VERDICT_EQUIVALENT);
	assert_int_equal(changed_by(0.985, 1, 0.005), VERDICT_IMPROVEMENT);
	assert_int_equal(changed_by(0.985, 1, 0.01), VERDICT_INCONCLUSIVE);
	assert_int_equal(changed_by(0.985, 1, 0.03), VERDICT_EQUIVALENT);
	assert_int_equal(changed_by(1, 1, 0.01), VERDICT_EQUIVALENT);
	assert_int_equal(changed_by(1, 1, 0.005), VERDICT_INCONCLUSIVE);
}

/* Base and head exchanged: the same change, of the same size on the tested scale. */
static void verdicts_mirror(void **state)
{
	const double floors[] = { 0, 0.01, 0.5, 1.5 }, factors[] = { 1.0099, 1.0102, 1.8, 3, 100 };

	for (int i = 0; i < 20; i++) {
		double base[N], head[N], factor = factors[i % 5];
		struct decide_row r = { base, head, N, N, i & 1, DECIDE_LOG, 1, floors[i / 5] };
		enum verdict up;

		even(base, N, 1000, 0.00001);
		even(head, N, 1000 * factor, 0.00001);
		up = one(&r).verdict;
		assert_int_equal(up,
				 factor > 1 + r.floor ? VERDICT_REGRESSION : VERDICT_EQUIVALENT);
		r.base = head;
		r.head = base;
		assert_int_equal(one(&r).verdict,
				 up == VERDICT_REGRESSION ? VERDICT_IMPROVEMENT : up);
	}
}

static void pairs_see_through_a_drift(void **state)
{
	double base[N], head[N];
	struct decide_row r = { base, head, N, N, false, DECIDE_LOG, 1, 0.005 };
	struct decision d;

	for (int i = 0; i < N; i++) {
		base[i] = 1000 * (1 + 0.01 * i);
		head[i] = base[i] * (1.02 + 0.001 * (i % 5));
	}
	assert_int_equal(one(&r).verdict, VERDICT_INCONCLUSIVE);
	r.paired = true;
	d = one(&r);
	assert_int_equal(d.verdict, VERDICT_REGRESSION);
	near(d.shift, 0.022, 1e-6);
	assert_true(d.lo >= 0.02 && d.hi <= 0.024);
}

/* A row says of the same data what its parts say by themselves. */
static void a_row_is_its_parts(void **state)
{
	const struct rank_draws draws = { .alpha = 0.01, .strictest = 0.01, .seed = 1 };
	double base[N], head[N], x[N], y[N];
	struct rank_test t;
	struct shift s;
	struct decision d;

	srand48(5);
	for (int i = 0; i < N; i++) {
		base[i] = 100 + 10 * drand48();
		head[i] = 102 + 10 * drand48();
		x[i] = log(base[i]);
		y[i] = log(head[i]);
	}
	assert_int_equal(mann_whitney(x, N, y, N, &draws, &t), 0);
	assert_int_equal(shift_unpaired(x, N, y, N, 0.99, &s), 0);
	d = one(&(struct decide_row){ base, head, N, N, false, DECIDE_LOG, 1, 0.01 });
	near(d.p, t.p, EPS);
	near(d.p_adjusted, t.p, EPS);
	near(d.shift, exp(s.at) - 1, EPS);
	near(d.lo, exp(s.lo) - 1, EPS);
	near(d.hi, exp(s.hi) - 1, EPS);
	near(d.level, s.level, EPS);
}

/* Ratios near 0: the same test on the differences, the floor in their unit. */
static void ratios_near_zero(void **state)
{
	double base[N], head[N];
	struct decide_row r = { base, head, N, N, false, DECIDE_DIFFERENCE, 1, 0.001 };
	struct decision d;

	for (int i = 0; i < N; i++) {
		base[i] = i % 4 ? 0 : 0.0001 * i;
		head[i] = base[i] + 0.005;
	}
	d = one(&r);
	assert_int_equal(d.verdict, VERDICT_REGRESSION);
	near(d.shift, 0.005, EPS);
	r.head = base;
	d = one(&r);
	assert_int_equal(d.verdict, VERDICT_EQUIVALENT);
	assert_true(d.p == 1 && d.shift == 0);
}

/* Each row alone is a regression at p = .0022; among 40 of them it is not. */
static void a_family_is_stricter_than_its_members(void **state)
{
	const struct decide_opts o = DECIDE_DEFAULTS;
	double low[6], high[6];
	struct decide_row rows[40];
	struct decision d[40];

	even(low, 6, 1000, 0.001);
	even(high, 6, 1100, 0.001);
	for (int i = 0; i < 40; i++)
		rows[i] = (struct decide_row){ low, high, 6, 6, false, DECIDE_LOG, 1, 0.01 };
	assert_int_equal(decide_rows(rows, 1, &o, d), 0);
	assert_int_equal(d[0].verdict, VERDICT_REGRESSION);
	assert_int_equal(decide_rows(rows, 40, &o, d), 0);
	for (int i = 0; i < 40; i++) {
		near(d[i].p, 2 / 924.0, EPS);
		near(d[i].p_adjusted, 80 / 924.0, EPS);
		assert_int_equal(d[i].verdict, VERDICT_UNREACHABLE);
		assert_int_equal(d[i].reason, DECIDE_TOO_FEW);
		/* 8 v 8 reach .01 / 40 */
		assert_int_equal(d[i].further, 2);
		assert_true(d[i].detectable == INFINITY);
	}
}

/* Rows of other numbers, and pairs among them, have their own intervals. */
static void rows_of_all_sizes_in_one_family(void **state)
{
	const struct {
		size_t n, m;
		bool paired;
	} sizes[] = {
		{ 20, 20, false }, { 20, 20, true }, { 12, 20, false },
		{ 20, 12, false }, { 12, 12, true }, { 20, 20, false },
	};
	enum { ROWS = sizeof(sizes) / sizeof(sizes[0]) };
	const struct decide_opts o = DECIDE_DEFAULTS;
	double base[N], head[N], x[N], y[N], d[N];
	struct decide_row rows[ROWS];
	struct decision out[ROWS];

	srand48(11);
	for (int i = 0; i < N; i++) {
		x[i] = log(base[i] = 100 + drand48());
		y[i] = log(head[i] = 101 + drand48());
		d[i] = y[i] - x[i];
	}
	for (int i = 0; i < ROWS; i++)
		rows[i] = (struct decide_row){
			base, head, sizes[i].n, sizes[i].m, sizes[i].paired, DECIDE_LOG, 1, 0
		};
	assert_int_equal(decide_rows(rows, ROWS, &o, out), 0);
	for (int i = 0; i < ROWS; i++) {
		struct shift s;

		if (sizes[i].paired)
			shift_paired(d, sizes[i].n, 0.99, &s);
		else
			shift_unpaired(x, sizes[i].n, y, sizes[i].m, 0.99, &s);
		near(out[i].lo, expm1(s.lo), EPS);
		near(out[i].hi, expm1(s.hi), EPS);
		near(out[i].level, s.level, EPS);
	}
}

static void one_invocation_cannot_tell(void **state)
{
	const double base = 1000, head = 2000;
	struct decision d =
		one(&(struct decide_row){ &base, &head, 1, 1, false, DECIDE_LOG, 1, 0.01 });

	assert_int_equal(d.verdict, VERDICT_UNREACHABLE);
	assert_int_equal(d.further, 4);
	assert_true(d.level == 0 && d.lo == -1 && d.hi == INFINITY);
	near(d.shift, 1, EPS);
	assert_true(isnan(d.welch_p) && !d.welch_disagrees);
}

/* 6 v 6 are enough, but three ones among twelve values fall on one side in 168 of 924 ways. */
static void ties_can_be_what_makes_it_unreachable(void **state)
{
	const double base[] = { 1, 1, 0, 0, 0, 0 }, head[] = { 1, 0, 0, 0, 0, 0 };
	struct decide_row r = { base, head, 6, 6, false, DECIDE_DIFFERENCE, 1, 0.1 };
	struct decision d = one(&r);

	assert_int_equal(d.verdict, VERDICT_UNREACHABLE);
	assert_int_equal(d.reason, DECIDE_TIES);
	near(d.p_min, 168 / 924.0, EPS);
	assert_true(d.lo == -1 && d.hi == 1);
	r.floor = 1;
	assert_int_equal(one(&r).verdict, VERDICT_EQUIVALENT);
}

static void what_cannot_be_compared_is_refused(void **state)
{
	const struct decide_opts o = DECIDE_DEFAULTS;
	const double good[] = { 1, 2, 3 }, nan[] = { 1, NAN, 3 }, inf[] = { 1, 2, INFINITY },
		     zero[] = { 1, 0, 3 }, minus[] = { 1, -2, 3 }, huge[] = { 1, 2, 1e308 };
	const struct {
		struct decide_row row;
		int error;
	} cases[] = {
		{ { good, nan, 3, 3, false, DECIDE_LOG, 1, 0 }, -EINVAL },
		{ { nan, good, 3, 3, true, DECIDE_DIFFERENCE, 1, 0 }, -EINVAL },
		{ { good, inf, 3, 3, false, DECIDE_LOG, 1, 0 }, -EINVAL },
		{ { inf, good, 3, 3, false, DECIDE_DIFFERENCE, 1, 0 }, -EINVAL },
		{ { good, zero, 3, 3, false, DECIDE_LOG, 1, 0 }, -EDOM },
		{ { minus, good, 3, 3, true, DECIDE_LOG, 1, 0 }, -EDOM },
		{ { good, good, 3, 0, false, DECIDE_LOG, 1, 0 }, -EINVAL },
		{ { good, good, 0, 3, false, DECIDE_LOG, 1, 0 }, -EINVAL },
		{ { good, good, 3, 2, true, DECIDE_LOG, 1, 0 }, -EINVAL },
		{ { good, good, 3, 3, false, DECIDE_LOG, 1, -0.01 }, -EINVAL },
		{ { good, good, 3, 3, false, DECIDE_LOG, 1, NAN }, -EINVAL },
		{ { good, huge, 3, 3, false, DECIDE_DIFFERENCE, 1, 0 }, -EINVAL },
		{ { good, huge, 3, 3, false, DECIDE_LOG, 1, 0 }, 0 },
		{ { good, zero, 3, 3, false, DECIDE_DIFFERENCE, 1, 0 }, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct decide_row rows[] = { { good, good, 3, 3, false, DECIDE_LOG, 1, 0 },
					     cases[i].row };
		struct decision d[2];

		assert_int_equal(decide_rows(rows, 2, &o, d), cases[i].error ? -EINVAL : 0);
		assert_int_equal(d[0].error, 0);
		assert_int_equal(d[1].error, cases[i].error);
	}
}

static void options_out_of_range_are_refused(void **state)
{
	const double v[] = { 1, 2, 3 };
	const struct decide_row r = { v, v, 3, 3, false, DECIDE_LOG, 1, 0 };
	const double bad[] = { 0, 1, -1, NAN };
	struct decision d;

	for (int i = 0; i < 4; i++) {
		struct decide_opts a = DECIDE_DEFAULTS, l = DECIDE_DEFAULTS, p = DECIDE_DEFAULTS;

		a.alpha = l.level = p.power = bad[i];
		assert_int_equal(decide_rows(&r, 1, &a, &d), -EINVAL);
		assert_int_equal(decide_rows(&r, 1, &l, &d), -EINVAL);
		assert_int_equal(decide_rows(&r, 1, &p, &d), -EINVAL);
	}
}

/* Three of 100 disturbed: the mean is lost, the ranks are not. */
static void disturbed_means_make_the_tests_disagree(void **state)
{
	enum { M = 100 };
	double base[M], head[M];
	struct decision d;

	even(base, M, 1000, 0.01);
	even(head, M, 1020, 0.01);
	d = one(&(struct decide_row){ base, head, M, M, false, DECIDE_LOG, 1, 0.005 });
	assert_false(d.welch_disagrees);
	base[10] = base[50] = base[90] = 3000;
	d = one(&(struct decide_row){ base, head, M, M, false, DECIDE_LOG, 1, 0.005 });
	assert_int_equal(d.verdict, VERDICT_REGRESSION);
	assert_true(d.welch_disagrees && d.welch_p > 0.01);
}

/*
 * One invocation in seven has become 30 % slower: the typical change is none, both tests see
 * something, and what the mean says must not be lost.
 */
static void equivalence_of_the_typical_is_not_that_of_the_mean(void **state)
{
	enum { M = 100 };
	double base[M], head[M];
	struct decide_row r = { base, head, M, M, false, DECIDE_LOG, 1, 0.01 };
	struct decision d;

	for (int paired = 0; paired < 2; paired++) {
		r.paired = paired;
		even(base, M, 1000, 0.002);
		even(head, M, 1001, 0.002);
		for (int i = 0; paired && i < M; i++)
			head[i] = base[i] * (1.001 + 0.0001 * (i % 5));
		d = one(&r);
		assert_int_equal(d.verdict, VERDICT_EQUIVALENT);
		assert_true(d.p < 0.01 && d.welch_p < 0.01 && !d.welch_disagrees);
		for (int i = 0; i < M; i += 7)
			head[i] *= 1.3;
		d = one(&r);
		assert_int_equal(d.verdict, VERDICT_EQUIVALENT);
		assert_true(d.p < 0.01 && d.welch_p < 0.01 && d.welch_disagrees);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_way_is_better),
		cmocka_unit_test(the_floor_decides_what_matters),
		cmocka_unit_test(verdicts_mirror),
		cmocka_unit_test(pairs_see_through_a_drift),
		cmocka_unit_test(a_row_is_its_parts),
		cmocka_unit_test(ratios_near_zero),
		cmocka_unit_test(a_family_is_stricter_than_its_members),
		cmocka_unit_test(rows_of_all_sizes_in_one_family),
		cmocka_unit_test(one_invocation_cannot_tell),
		cmocka_unit_test(ties_can_be_what_makes_it_unreachable),
		cmocka_unit_test(what_cannot_be_compared_is_refused),
		cmocka_unit_test(options_out_of_range_are_refused),
		cmocka_unit_test(disturbed_means_make_the_tests_disagree),
		cmocka_unit_test(equivalence_of_the_typical_is_not_that_of_the_mean),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
