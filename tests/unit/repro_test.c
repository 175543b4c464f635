/* SPDX-License-Identifier: GPL-2.0 */
/* What is claimed, judged against what is here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "repro.h"

/* A claim of kind, v with lo and hi, against a verdict, w with lo and hi. */
static enum repro_answer judge(struct repro_row *row, enum claim_kind kind, const double c[3],
			       enum verdict v, const double f[3])
{
	static struct compare_row fresh;
	static struct claim claim;

	claim = (struct claim){
		.id = "01234567", .kind = kind, .value = c[0], .lo = c[1], .hi = c[2], .floor = NAN
	};
	fresh = (struct compare_row){
		.metric = "call_ns_p50",
		.data = { .scale = DECIDE_LOG, .floor = 0.01, .n_base = 20, .n_head = 20 },
		.d = { .verdict = v,
		       .shift = f[0],
		       .lo = f[1],
		       .hi = f[2],
		       .level = 0.99,
		       .detectable = 0.09,
		       .further = 12 },
	};
	*row = (struct repro_row){ .claim = &claim, .fresh = &fresh };
	repro_judge(row, 0.01);
	return row->answer;
}

#define V(...) ((const double[]){ __VA_ARGS__ })

static void claims_of_a_change(void **state)
{
	const double *worse = V(0.05, 0.04, 0.06);
	struct repro_row r;

	/* The same, a greater one, a smaller one that is still a change. */
	assert_int_equal(judge(&r, 'R', worse, VERDICT_REGRESSION, V(0.05, 0.03, 0.07)),
			 REPRO_REPRODUCED);
	assert_false(r.size_differs);
	/* The letter rounds; what has no spread is the same all the same. */
	assert_int_equal(judge(&r, 'R', V(0.1538, 0.1538, 0.1538), VERDICT_REGRESSION,
			       V(2 / 13., 2 / 13., 2 / 13.)),
			 REPRO_REPRODUCED);
	assert_false(r.size_differs);
	assert_int_equal(judge(&r, 'R', worse, VERDICT_REGRESSION, V(0.5, 0.4, 0.6)),
			 REPRO_REPRODUCED);
	assert_true(r.size_differs);
	assert_int_equal(judge(&r, 'R', worse, VERDICT_REGRESSION, V(0.02, 0.015, 0.025)),
			 REPRO_REPRODUCED);
	assert_true(r.size_differs);
	/* Nearer to zero, equivalent, the other way. */
	assert_int_equal(judge(&r, 'R', worse, VERDICT_INCONCLUSIVE, V(0.01, -0.01, 0.03)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'R', worse, VERDICT_EQUIVALENT, V(0, -0.01, 0.01)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'R', worse, VERDICT_IMPROVEMENT, V(-0.05, -0.06, -0.04)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'C', worse, VERDICT_CHANGED, V(-0.05, -0.06, -0.04)),
			 REPRO_NOT_REPRODUCED);
	/* An interval that holds some of what is claimed. */
	assert_int_equal(judge(&r, 'R', worse, VERDICT_INCONCLUSIVE, V(0.02, -0.01, 0.05)),
			 REPRO_CANNOT_TELL);
	assert_true(r.detectable == 0.09);
	assert_int_equal(r.invocations, 80); /* (9 - 1) / (5 - 1), squared */
	/* Where the floor is another one. */
	assert_int_equal(
		judge(&r, 'R', V(0.02, 0.008, 0.03), VERDICT_EQUIVALENT, V(0, -0.01, 0.01)),
		REPRO_CANNOT_TELL);
	/* Beyond it, but no verdict. */
	assert_int_equal(judge(&r, 'R', worse, VERDICT_INCONCLUSIVE, V(0.2, 0.07, 0.4)),
			 REPRO_CANNOT_TELL);
}

static void claims_of_an_improvement(void **state)
{
	const double *better = V(-0.05, -0.06, -0.04);
	struct repro_row r;

	assert_int_equal(judge(&r, 'I', better, VERDICT_IMPROVEMENT, V(-0.04, -0.05, -0.03)),
			 REPRO_REPRODUCED);
	assert_int_equal(judge(&r, 'I', better, VERDICT_INCONCLUSIVE, V(-0.01, -0.03, 0.01)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'I', better, VERDICT_INCONCLUSIVE, V(-0.2, -0.3, -0.07)),
			 REPRO_CANNOT_TELL);
	assert_int_equal(judge(&r, 'I', better, VERDICT_REGRESSION, V(0.05, 0.04, 0.06)),
			 REPRO_NOT_REPRODUCED);
}

static void claims_of_no_change(void **state)
{
	const double *same = V(0, -0.005, 0.005);
	struct repro_row r;

	assert_int_equal(judge(&r, 'E', same, VERDICT_EQUIVALENT, V(0, -0.01, 0.01)),
			 REPRO_REPRODUCED);
	assert_int_equal(judge(&r, 'E', same, VERDICT_REGRESSION, V(0.03, 0.02, 0.04)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'E', same, VERDICT_IMPROVEMENT, V(-0.03, -0.04, -0.02)),
			 REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'E', same, VERDICT_INCONCLUSIVE, V(0.03, 0.006, 0.04)),
			 REPRO_CANNOT_TELL);
	assert_int_equal(r.invocations, 32);
}

/* Wider by 5 % on both sides. */
static void claims_of_a_median(void **state)
{
	const double *median = V(1000, 990, 1010);
	struct repro_row r;

	assert_int_equal(judge(&r, 'M', median, 0, V(1000, 980, 1020)), REPRO_REPRODUCED);
	assert_int_equal(judge(&r, 'M', median, 0, V(1050, 1041, 1059)), REPRO_REPRODUCED);
	assert_int_equal(judge(&r, 'M', median, 0, V(1050, 1041, 1061)), REPRO_CANNOT_TELL);
	assert_int_equal(r.invocations, 80);
	assert_int_equal(judge(&r, 'M', median, 0, V(1070, 1061, 1080)), REPRO_NOT_REPRODUCED);
	assert_int_equal(judge(&r, 'M', median, 0, V(930, 920, 939)), REPRO_NOT_REPRODUCED);
}

static void rows_that_cannot_be_held_against_each_other(void **state)
{
	struct repro_row r;
	struct claim other;

	judge(&r, 'R', V(0.05, 0.04, 0.06), VERDICT_REGRESSION, V(0.05, 0.03, 0.07));
	other = *r.claim;
	other.difference = true;
	r.claim = &other;
	repro_judge(&r, 0.01);
	assert_int_equal(r.answer, REPRO_CANNOT_TELL);
	r.fresh = NULL;
	repro_judge(&r, 0.01);
	assert_int_equal(r.answer, REPRO_CANNOT_TELL);
	assert_int_equal(r.invocations, 0);
}

static void the_worst_row_is_the_letter(void **state)
{
	struct repro_row rows[3] = { { .answer = REPRO_REPRODUCED } };

	assert_int_equal(repro_overall(rows, 0), REPRO_CANNOT_TELL);
	assert_int_equal(repro_overall(rows, 3), REPRO_REPRODUCED);
	rows[1].answer = REPRO_CANNOT_TELL;
	assert_int_equal(repro_overall(rows, 3), REPRO_CANNOT_TELL);
	rows[2].answer = REPRO_NOT_REPRODUCED;
	assert_int_equal(repro_overall(rows, 3), REPRO_NOT_REPRODUCED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(claims_of_a_change),
		cmocka_unit_test(claims_of_an_improvement),
		cmocka_unit_test(claims_of_no_change),
		cmocka_unit_test(claims_of_a_median),
		cmocka_unit_test(rows_that_cannot_be_held_against_each_other),
		cmocka_unit_test(the_worst_row_is_the_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
