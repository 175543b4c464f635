/* SPDX-License-Identifier: GPL-2.0 */
/* Schedules: exact constant gaps that do not drift, exponential ones with the right distribution. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "pacer.h"

#define START 123456789012345ULL
#define GAPS 200000

static struct pacer started(enum arrival arrival, uint64_t rate, uint64_t seed)
{
	struct pacer p;

	assert_int_equal(pacer_init(&p, arrival, rate, seed), 0);
	pacer_start(&p, START);
	return p;
}

/* ---- constant ---- */

/* n-th multiple of 1e9 / rate, exact, in units of 1 / rate ns: no rounding of its own. */
static unsigned __int128 exact(uint64_t n)
{
	return (unsigned __int128)n * 1000000000ULL;
}

/* |got - n * 1e9 / rate| <= 1 ns */
static void assert_exact(uint64_t got, uint64_t n, uint64_t rate)
{
	unsigned __int128 a = (unsigned __int128)got * rate, b = exact(n);

	if ((a > b ? a - b : b - a) > rate)
		fail_msg("instant %llu at %llu/s is %llu", (unsigned long long)n,
			 (unsigned long long)rate, (unsigned long long)got);
}

static void constant_at(uint64_t rate, uint64_t steps)
{
	struct pacer p = started(ARRIVAL_CONSTANT, rate, 1);
	uint64_t first = pacer_next(&p), last = first;

	for (uint64_t n = 1; n <= steps; n++) {
		uint64_t due = pacer_next(&p);

		if (due < last)
			fail_msg("instant %llu goes back", (unsigned long long)n);
		assert_exact(due - first, n, rate);
		last = due;
	}
	pacer_fini(&p);
}

/* Summed up in doubles, 10^7 gaps of 1e9/3 ns would be off by milliseconds; in integers, by more. */
static void constant_does_not_drift(void **state)
{
	constant_at(3, 10000000);
	/* beyond 2^24, where a float no longer counts */
	constant_at(7777, 17000000);
}

static void constant_at_any_rate(void **state)
{
	static const uint64_t rates[] = { 1, 2, 7, 999, 1000, 30011, 1000000, 9999991, 10000000 };

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		constant_at(rates[i], 20000);
}

/* The phase is uniform in one gap, from the seed, and none of the workers shares it. */
static void phase_lies_within_one_gap(void **state)
{
	const double gap = 1e9 / 1000;
	unsigned int quarter[4] = { 0 };
	uint64_t last = 0;

	for (uint64_t seed = 1; seed <= 4000; seed++) {
		struct pacer p = started(ARRIVAL_CONSTANT, 1000, seed);
		uint64_t due = pacer_next(&p);

		assert_in_range(due, START, START + (uint64_t)gap - 1);
		assert_int_not_equal(due, last);
		quarter[(unsigned int)((due - START) / gap * 4)]++;
		last = due;
		pacer_fini(&p);
	}
	/* 1000 expected; 5 standard deviations are 137 */
	for (int i = 0; i < 4; i++)
		assert_in_range(quarter[i], 863, 1137);
}

/* ---- Poisson ---- */

static double *gaps_of(uint64_t rate, uint64_t seed)
{
	struct pacer p = started(ARRIVAL_POISSON, rate, seed);
	double *gap = malloc(GAPS * sizeof(*gap));
	uint64_t last = START;

	assert_non_null(gap);
	for (size_t i = 0; i < GAPS; i++) {
		uint64_t due = pacer_next(&p);

		if (due < last)
			fail_msg("instant %zu goes back", i);
		gap[i] = due - last;
		last = due;
	}
	pacer_fini(&p);
	return gap;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Kolmogorov-Smirnov against 1 - exp(-x / mean); sorts gap. */
static double distance(double *gap, double mean)
{
	double worst = 0;

	qsort(gap, GAPS, sizeof(*gap), compare);
	for (size_t i = 0; i < GAPS; i++) {
		double f = 1 - exp(-gap[i] / mean);

		worst = fmax(worst, fmax(f - (double)i / GAPS, (i + 1.0) / GAPS - f));
	}
	return worst;
}

/*
 * 5 standard errors: of the mean 1 / sqrt(n), of the variance sqrt(8 / n), both relative. Beyond
 * 2.23 / sqrt(n) the KS distance of a true exponential lies once in 10,000; the seeds are fixed, so
 * it does so always or never. Gaps are whole ns: the mean gap must be large beside one.
 */
static void poisson_at(uint64_t rate, uint64_t seed)
{
	double *gap = gaps_of(rate, seed), mean = 1e9 / rate, sum = 0, squares = 0;

	for (size_t i = 0; i < GAPS; i++)
		sum += gap[i];
	for (size_t i = 0; i < GAPS; i++)
		squares += (gap[i] - mean) * (gap[i] - mean);
	assert_true(fabs(sum / GAPS / mean - 1) < 5 / sqrt(GAPS));
	assert_true(fabs(squares / GAPS / (mean * mean) - 1) < 5 * sqrt(8.0 / GAPS));
	assert_true(distance(gap, mean) < 2.23 / sqrt(GAPS));
	free(gap);
}

static void poisson_is_exponential(void **state)
{
	for (uint64_t seed = 1; seed <= 5; seed++) {
		poisson_at(3, seed);
		poisson_at(7777, seed);
		poisson_at(100000, seed);
	}
}

/* No memory: a gap says nothing about the next. 5 standard errors of a correlation. */
static void poisson_gaps_are_independent(void **state)
{
	double *gap = gaps_of(1000, 42), mean = 1e6, product = 0;

	for (size_t i = 1; i < GAPS; i++)
		product += (gap[i - 1] / mean - 1) * (gap[i] / mean - 1);
	assert_true(fabs(product / (GAPS - 1)) < 5 / sqrt(GAPS));
	free(gap);
}

/* ---- seeds and life ---- */

static size_t equal_instants(enum arrival arrival, uint64_t seed_a, uint64_t seed_b)
{
	struct pacer a = started(arrival, 1000, seed_a), b = started(arrival, 1000, seed_b);
	size_t same = 0;

	for (size_t i = 0; i < 1000; i++)
		same += pacer_next(&a) == pacer_next(&b);
	pacer_fini(&a);
	pacer_fini(&b);
	return same;
}

static void seeds_fix_the_schedule(void **state)
{
	assert_int_equal(equal_instants(ARRIVAL_POISSON, 7, 7), 1000);
	assert_int_equal(equal_instants(ARRIVAL_CONSTANT, 7, 7), 1000);
	for (uint64_t seed = 1; seed < 50; seed++) {
		assert_true(equal_instants(ARRIVAL_POISSON, seed, seed + 1) < 10);
		assert_int_equal(equal_instants(ARRIVAL_CONSTANT, seed, seed + 1), 0);
	}
}

static void rewinds(void **state)
{
	for (enum arrival arrival = ARRIVAL_CONSTANT; arrival <= ARRIVAL_POISSON; arrival++) {
		struct pacer p = started(arrival, 100000, 3);
		uint64_t first;

		for (int i = 0; i < 1000; i++)
			pacer_next(&p);
		pacer_start(&p, 5 * START);
		first = pacer_next(&p);
		/* the phase, or a first gap: e^-20 is not met */
		assert_in_range(first, 5 * START, 5 * START + 20 * 10000);
		assert_true(pacer_next(&p) >= first);
		pacer_fini(&p);
	}
}

static void fini_takes_what_init_left(void **state)
{
	struct pacer p = { 0 };

	pacer_fini(&p);
	assert_int_equal(pacer_init(&p, ARRIVAL_MAX, 0, 1), 0);
	pacer_fini(&p);
	assert_null(p.rng);
	pacer_fini(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_does_not_drift),
		cmocka_unit_test(constant_at_any_rate),
		cmocka_unit_test(phase_lies_within_one_gap),
		cmocka_unit_test(poisson_is_exponential),
		cmocka_unit_test(poisson_gaps_are_independent),
		cmocka_unit_test(seeds_fix_the_schedule),
		cmocka_unit_test(rewinds),
		cmocka_unit_test(fini_takes_what_init_left),
	};

	return cmocka_run_group_tests_name("pacer", tests, NULL, NULL);
}
