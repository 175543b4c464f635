/* SPDX-License-Identifier: GPL-2.0 */
/* The loss formulas, by hand and against a simulation of what the workers do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>

#include "loss.h"

#define EPS 1e-12
#define SOURCES_MAX 4

static void two_like_sources_are_erlang(void **state)
{
	for (double a = 0.01; a < 1; a += 0.07) {
		struct loss_source s[] = { { 1000, a / 1000 }, { 1000, a / 1000 } };

		assert_float_equal(loss_finite(s, 2), a / (1 + a), EPS);
	}
}

static void many_small_sources_are_erlang(void **state)
{
	struct loss_source s[1000];

	for (size_t i = 0; i < 1000; i++)
		s[i] = (struct loss_source){ 1, 0.0003 };
	assert_float_equal(loss_finite(s, 1000), 0.3 / 1.3, 5e-4);
}

/* The curve of plots/ebusy.gp is held to the same table by tests/cli/plot.t: n like sources, of which
 * the others bring the load a. */
static void like_sources_are_as_in_the_table(void **state)
{
	FILE *f = fopen("tests/fixtures/loss.tsv", "re");
	struct loss_source s[8];
	double a, ratio;
	size_t n, rows = 0;

	assert_non_null(f);
	for (; fscanf(f, "%zu %lf %lf", &n, &a, &ratio) == 3; rows++) {
		assert_in_range(n, 2, 8);
		for (size_t i = 0; i < n; i++)
			s[i] = (struct loss_source){ 1000, a / (n - 1) / 1000 };
		assert_float_equal(loss_finite(s, n), ratio, EPS);
	}
	fclose(f);
	assert_in_range(rows, 10, 1000);
}

static void alone_nothing_is_lost(void **state)
{
	struct loss_source s = { 5000, 0.0001 };

	assert_float_equal(loss_finite(&s, 1), 0, EPS);
}

static void what_never_rests_has_no_prediction(void **state)
{
	struct loss_source s[] = { { 1000, 0.001 }, { 10, 0.001 } };

	assert_true(isnan(loss_finite(s, 2)));
	s[0].service_s = NAN;
	assert_true(isnan(loss_finite(s, 2)));
	assert_true(isnan(loss_finite(s, 0)));
}

/*
 * Each source has Poisson due instants and makes a call when it is due, or, if its own work is then
 * under way, as soon as that is over.
 */
static double simulate(gsl_rng *rng, const struct loss_source *s, size_t n, double spread,
		       unsigned long calls)
{
	double due[SOURCES_MAX], free_at[SOURCES_MAX] = { 0 }, taken_until = 0;
	unsigned long lost = 0;

	for (size_t i = 0; i < n; i++)
		due[i] = gsl_ran_exponential(rng, 1 / s[i].rate);
	for (unsigned long c = 0; c < calls; c++) {
		double at = INFINITY;
		size_t who = 0;

		for (size_t i = 0; i < n; i++) {
			double call = fmax(due[i], free_at[i]);

			/* at the same instant the one whose work it was is first, as on a real CPU */
			if (call < at || (call == at && free_at[i] == at)) {
				at = call;
				who = i;
			}
		}
		if (at < taken_until) {
			lost++;
		} else {
			double service = s[who].service_s * (1 - spread);

			if (spread)
				service += gsl_ran_exponential(rng, s[who].service_s * spread);
			taken_until = free_at[who] = at + service;
		}
		due[who] += gsl_ran_exponential(rng, 1 / s[who].rate);
	}
	return (double)lost / calls;
}

/* Whatever the distribution of the service times: constant, half constant, exponential. */
static void a_simulation_agrees(void **state)
{
	static const struct {
		size_t n;
		struct loss_source s[SOURCES_MAX];
	} rows[] = {
		{ 2, { { 10000, 6e-6 }, { 10000, 6e-6 } } },
		{ 2, { { 1000, 2e-4 }, { 4000, 5e-5 } } },
		{ 3, { { 10000, 2e-5 }, { 5000, 2e-5 }, { 20000, 2e-5 } } },
		{ 4, { { 1000, 3e-4 }, { 1000, 3e-4 }, { 1000, 3e-4 }, { 1000, 3e-4 } } },
	};
	static const double spreads[] = { 0, 0.5, 1 };
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);

	gsl_rng_set(rng, 42);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		double p = loss_finite(rows[i].s, rows[i].n);

		for (size_t k = 0; k < 3; k++) {
			double seen = simulate(rng, rows[i].s, rows[i].n, spreads[k], 1000000);

			if (fabs(seen - p) > 0.01 * p)
				fail_msg("row %zu spread %g: %g simulated, %g predicted", i,
					 spreads[k], seen, p);
		}
	}
	gsl_rng_free(rng);
}

static void fairness(void **state)
{
	const double even[] = { 3, 3, 3, 3 }, one[] = { 0, 5, 0, 0 }, two[] = { 1, 3 };

	assert_float_equal(jain_index(even, 4), 1, EPS);
	assert_float_equal(jain_index(one, 4), 0.25, EPS);
	assert_float_equal(jain_index(two, 2), 16 / 20.0, EPS);
	assert_true(isnan(jain_index(even, 0)));
	assert_true(isnan(jain_index((const double[]){ 0, 0 }, 2)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_like_sources_are_erlang),
		cmocka_unit_test(many_small_sources_are_erlang),
		cmocka_unit_test(like_sources_are_as_in_the_table),
		cmocka_unit_test(alone_nothing_is_lost),
		cmocka_unit_test(what_never_rests_has_no_prediction),
		cmocka_unit_test(a_simulation_agrees),
		cmocka_unit_test(fairness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
