/* SPDX-License-Identifier: GPL-2.0 */
/* What a comparison could have found, what it still needs, and the time that it takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "decide_fixture.h"

/* Twice the spread takes four times the invocations, and finds what is twice as large. */
static void what_is_still_needed_follows_the_spread(void **state)
{
	double base[N], head[N];
	struct decide_row r = { base, head, N, N, false, DECIDE_LOG, 1, 0.01 };
	struct decision a, b;

	even(base, N, 1000, 0.02);
	even(head, N, 1001, 0.02);
	a = one(&r);
	even(base, N, 1000, 0.04);
	even(head, N, 1001, 0.04);
	b = one(&r);
	assert_int_equal(a.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(b.verdict, VERDICT_INCONCLUSIVE);
	assert_true(a.further > 0 && a.further < 200);
	near((b.further + N) / (double)(a.further + N), 4, 0.2);
	near((b.detectable - 0.01) / (a.detectable - 0.01), 2, 0.1);
}

/* A verdict needs none; among more rows the same row needs more. */
static void what_is_still_needed_follows_the_family(void **state)
{
	const struct decide_opts o = DECIDE_DEFAULTS;
	double base[N], head[N];
	struct decide_row rows[40];
	struct decision d[40];
	size_t alone;

	even(base, N, 1000, 0.01);
	even(head, N, 1000, 0.01);
	rows[0] = (struct decide_row){ base, head, N, N, false, DECIDE_LOG, 1, 0.01 };
	d[0] = one(&rows[0]);
	assert_int_equal(d[0].verdict, VERDICT_EQUIVALENT);
	assert_int_equal(d[0].further, 0);
	even(head, N, 1006, 0.01);
	for (int i = 0; i < 40; i++)
		rows[i] = (struct decide_row){ base, head, N, N, false, DECIDE_LOG, 1, 0 };
	alone = one(&rows[0]).further;
	assert_true(alone > 0);
	assert_int_equal(decide_rows(rows, 40, &o, d), 0);
	assert_true(d[0].further > alone);
}

/*
 * With a chance of one half no luck is needed: floor and half-width; with .9 it takes 1.28 of 2.58
 * more.
 */
static void what_can_be_found_follows_the_power(void **state)
{
	double base[100], head[100], half;
	struct decide_row r = { base, head, 100, 100, false, DECIDE_DIFFERENCE, 1, 5 };
	struct decide_opts o = DECIDE_DEFAULTS;
	struct decision even_chance, d;

	even(base, 100, 1000, 0.01);
	even(head, 100, 1000, 0.01);
	o.power = 0.5;
	assert_int_equal(decide_rows(&r, 1, &o, &even_chance), 0);
	half = (even_chance.hi - even_chance.lo) / 2;
	near(even_chance.detectable, 5 + half, EPS);
	d = one(&r);
	near((d.detectable - 5) / half, 1 + 1.2816 / 2.5758, 0.01);
}

/* 40 rows of 1,000 invocations per side, in CPU time and with room for a sanitizer. */
static void many_rows_take_no_time(void **state)
{
	enum { ROWS = 40, M = 1000 };
	const struct decide_opts o = DECIDE_DEFAULTS;
	static double base[ROWS][M], head[ROWS][M];
	struct decide_row rows[ROWS];
	struct decision d[ROWS];
	clock_t start;

	srand48(3);
	for (int i = 0; i < ROWS; i++) {
		for (int j = 0; j < M; j++) {
			base[i][j] = 1000 + 10 * drand48();
			head[i][j] = 1000 + 10 * drand48();
		}
		rows[i] = (struct decide_row){ base[i], head[i], M, M, i % 2, DECIDE_LOG, 1, 0.01 };
	}
	start = clock();
	assert_int_equal(decide_rows(rows, ROWS, &o, d), 0);
	assert_true((clock() - start) / (double)CLOCKS_PER_SEC < 1);
	for (int i = 0; i < ROWS; i++)
		assert_int_equal(d[i].verdict, VERDICT_EQUIVALENT);
}

/* The smaller side is what an unequal comparison lacks: 5 v 40 are not helped by eight times 5. */
static void what_is_still_needed_knows_the_smaller_side(void **state)
{
	double base[5], head[40], more[400];
	struct decide_row r = { base, head, 5, 40, false, DECIDE_LOG, 1, 0.01 };
	struct decision d, swapped;

	even(base, 5, 1000, 0.02);
	even(head, 40, 1001, 0.02);
	d = one(&r);
	assert_int_equal(d.verdict, VERDICT_INCONCLUSIVE);
	swapped = one(&(struct decide_row){ head, base, 40, 5, false, DECIDE_LOG, 1, 0.01 });
	/* 1 / 5 + 1 / 40 is 2 / 8.9: so many each would have said the same */
	even(more, 9, 1000, 0.02);
	even(head, 9, 1001, 0.02);
	r = (struct decide_row){ more, head, 9, 9, false, DECIDE_LOG, 1, 0.01 };
	assert_true(d.further < 1.5 * one(&r).further);
	assert_true(d.further > 0.5 * one(&r).further);
	near(swapped.further, d.further, 0.05 * d.further);
}

static void no_number_decides_what_lies_on_the_floor(void **state)
{
	double base[N], head[N];
	struct decision d;

	even(base, N, 1000, 0.01);
	even(head, N, 1010, 0.01);
	d = one(&(struct decide_row){ base, head, N, N, false, DECIDE_LOG, 1, 0.01 });
	assert_int_equal(d.verdict, VERDICT_INCONCLUSIVE);
	assert_int_equal(d.further, DECIDE_NEVER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_still_needed_follows_the_spread),
		cmocka_unit_test(what_is_still_needed_knows_the_smaller_side),
		cmocka_unit_test(no_number_decides_what_lies_on_the_floor),
		cmocka_unit_test(what_is_still_needed_follows_the_family),
		cmocka_unit_test(what_can_be_found_follows_the_power),
		cmocka_unit_test(many_rows_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
