/* SPDX-License-Identifier: GPL-2.0 */
/* The pure parts of a comparison: what is a side, which metrics, when, in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "change_text.h"
#include "choose.h"
#include "compare.h"
#include "environment.h"
#include "instant.h"
#include "plan_args.h"
#include "side.h"

/* ---- sides ---- */

static void assert_spec(const char *spec, const char *paths, const char *select)
{
	json_t *p, *s;
	char *got;

	assert_int_equal(side_parse_spec(spec, &p, &s), 0);
	got = json_dumps(p, JSON_COMPACT);
	assert_string_equal(got, paths);
	free(got);
	got = json_dumps(s, JSON_COMPACT);
	assert_string_equal(got, select);
	free(got);
	json_decref(p);
	json_decref(s);
}

static void a_side_is_journals_and_a_selection(void **state)
{
	assert_spec("a", "[\"a\"]", "{}");
	assert_spec("-", "[\"-\"]", "{}");
	assert_spec("a,b", "[\"a\",\"b\"]", "{}");
	assert_spec("a:impl=x", "[\"a\"]", "{\"impl\":\"x\"}");
	assert_spec("a,b:impl=x,cpus=0-1", "[\"a\",\"b\"]", "{\"impl\":\"x\",\"cpus\":\"0-1\"}");
	assert_spec("a:b=", "[\"a\"]", "{\"b\":\"\"}");
	/* No selection without "=": a name with a colon. */
	assert_spec("10:30", "[\"10:30\"]", "{}");
}

/* ---- arguments ---- */

static void assert_plan_args(const char *args, const char *plan)
{
	json_t *in = json_loads(args, 0, NULL), *out = plan_args(in);
	char *got = json_dumps(out, JSON_COMPACT);

	assert_string_equal(got, plan);
	free(got);
	json_decref(in);
	json_decref(out);
}

static void arguments_that_say_what_is_measured(void **state)
{
	assert_plan_args("[]", "[]");
	assert_plan_args("[\"run\"]", "[\"run\"]");
	assert_plan_args("[\"run\",\"nop\",\"-n\",\"5\",\"-d0.1\",\"--rates=7\"]",
			 "[\"run\",\"nop\",\"-n\",\"5\",\"-d0.1\",\"--rates=7\"]");
	assert_plan_args("[\"run\",\"-o\",\"-q\",\"nop\",\"-ofile\",\"-q\",\"--quiet\"]",
			 "[\"run\",\"nop\"]");
	assert_plan_args("[\"run\",\"--seed\",\"5\",\"--seed=6\",\"nop\",\"--output=a\"]",
			 "[\"run\",\"nop\"]");
	assert_plan_args("[\"run\",\"--against\",\"a\",\"--confirm\",\"--floor\",\"2\",\"nop\"]",
			 "[\"run\",\"nop\"]");
	/* as getopt_long() takes them */
	assert_plan_args("[\"run\",\"--outp\",\"a\",\"--agai=b\",\"--see\",\"--\",\"nop\"]",
			 "[\"run\",\"nop\"]");
	assert_plan_args("[\"run\",\"-qn5\",\"-qo\",\"a\",\"-qqob\",\"--\",\"nop\"]",
			 "[\"run\",\"-n5\",\"nop\"]");
	/* no option, and none of those */
	assert_plan_args("[\"run\",\"--set\",\"a.b=c\",\"--only\",\"a b\",\"--budget\",\"9\"]",
			 "[\"run\",\"--set\",\"a.b=c\",\"--only\",\"a b\",\"--budget\",\"9\"]");
}

/* ---- instants ---- */

static void instants(void **state)
{
	assert_true(instant_of("1970-01-01T00:00:00Z") == 0);
	assert_true(instant_of("2024-03-01T12:00:00Z") == 1709294400);
	assert_true(instant_of("2024-03-01T12:00:00.25Z") == 1709294400.25);
	assert_true(instant_of("2024-03-01T12:00:00+01:30") == 1709294400 - 5400);
	assert_true(instant_of("2024-03-01T12:00:00-0130") == 1709294400 + 5400);
	assert_true(isnan(instant_of("yesterday")));
	assert_true(isnan(instant_of(NULL)));
}

/* ---- metrics ---- */

static const struct metric metrics[] = {
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "" },
	{ "call_ns", "ns", METRIC_HIST, BETTER_LOWER, "" },
	{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "" },
	{ "offered_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "" },
	{ 0 },
};

static const struct column first[] = {
	{ "", "delivery_ns_p50" },
	{ "", "offered_per_s" },
	{ "", "delivery_ns_p99", .offered = true },
	{ 0 },
};

static const struct column second[] = { { "", "call_ns_p50", .spread = "" },
					{ "", "accepted_per_s" },
					{ 0 } };

static const struct table_desc tables[] = { { "", first }, { "", second }, { 0 } };

static const struct bench with_tables = { .name = "x", .metrics = metrics, .tables = tables };
static const struct bench without = { .name = "y", .metrics = metrics };

static void which_way_is_worse(void **state)
{
	assert_int_equal(scalar_worse(&without, "delivery_ns_p99_9"), 1);
	assert_int_equal(scalar_worse(&without, "delivery_ns_mean"), 1);
	assert_int_equal(scalar_worse(&without, "accepted_per_s"), -1);
	assert_int_equal(scalar_worse(&without, "offered_per_s"), 0);
	assert_int_equal(scalar_worse(&without, "delivery_ns"), 0);
	assert_int_equal(scalar_worse(&without, "delivery_ns_p12"), 0);
	assert_int_equal(scalar_worse(&without, "accepted_per_s_p50"), 0);
	assert_int_equal(scalar_worse(NULL, "delivery_ns_p50"), 0);
}

static void what_is_compared_by_default(void **state)
{
	assert_true(scalar_is_default(&with_tables, "delivery_ns_p50"));
	assert_true(
		scalar_is_default(&with_tables, "call_ns_p50")); /* second table, with a spread */
	assert_false(scalar_is_default(&with_tables, "accepted_per_s")); /* without one */
	assert_false(scalar_is_default(&with_tables, "offered_per_s")); /* no direction */
	assert_false(scalar_is_default(&with_tables,
				       "delivery_ns_p99")); /* over all attempts: not stored */
	assert_true(scalar_is_default(&without, "accepted_per_s"));
	assert_false(scalar_is_default(&without, "delivery_ns_p50"));
	assert_false(scalar_is_default(NULL, "delivery_ns_p50"));
}

static void what_is_asked_for(void **state)
{
	assert_true(scalar_is_wanted(&with_tables, "offered_per_s", "a,offered_per_s"));
	assert_false(scalar_is_wanted(&with_tables, "offered_per_s", "offered_per"));
	assert_false(scalar_is_wanted(&with_tables, "offered_per_s",
				      "*")); /* a pattern wants a direction */
	assert_true(scalar_is_wanted(&with_tables, "delivery_ns_p99_9", "*_p99_9"));
	assert_false(scalar_is_wanted(&with_tables, "delivery_ns_p50", "*_p99_9"));
	assert_true(scalar_is_wanted(&with_tables, "delivery_ns_p50", "default,*_p99_9"));
	assert_true(scalar_is_wanted(&with_tables, "delivery_ns_p50", NULL));
}

static void floors(void **state)
{
	assert_true(scalar_floor_factor("delivery_ns_p50") == 1);
	assert_true(scalar_floor_factor("delivery_ns_p90") == 1);
	assert_true(scalar_floor_factor("delivery_ns_p99") == 2);
	assert_true(scalar_floor_factor("delivery_ns_p99_9") == 5);
	assert_true(scalar_floor_factor("delivery_ns_p99_99") == 5);
	assert_true(scalar_floor_factor("accepted_per_s") == 1);
	assert_true(scalar_is_ratio("ebusy_ratio"));
	assert_false(scalar_is_ratio("ratio_ns"));
	assert_false(scalar_is_ratio("io"));
}

/* ---- words ---- */

static void assert_verdict(enum verdict verdict, size_t further, const char *text)
{
	const struct compare_row r = { .d = { .verdict = verdict, .further = further } };
	char buf[FIGURE_MAX];

	assert_string_equal(figure_verdict(buf, &r), text);
}

static void what_nobody_can_run_is_no_number(void **state)
{
	assert_verdict(VERDICT_REGRESSION, 0, "REGRESSION");
	assert_verdict(VERDICT_INCONCLUSIVE, 12, "INCONCLUSIVE +12");
	assert_verdict(VERDICT_UNREACHABLE, 10000, "UNREACHABLE +10000");
	assert_verdict(VERDICT_INCONCLUSIVE, 10001, "INCONCLUSIVE >10k");
	assert_verdict(VERDICT_INCONCLUSIVE, DECIDE_NEVER - 1, "INCONCLUSIVE >10k");
	assert_verdict(VERDICT_INCONCLUSIVE, DECIDE_NEVER, "INCONCLUSIVE");
}

/* ---- order ---- */

static double separation(const double *base, size_t n, const double *head, size_t m)
{
	struct side_sample x[16] = { 0 }, y[16] = { 0 };
	struct side_point p = { .samples = x, .n = n }, q = { .samples = y, .n = m };
	struct side a = { .points = &p, .n_points = 1, .n_samples = n };
	struct side b = { .points = &q, .n_points = 1, .n_samples = m };

	for (size_t i = 0; i < n; i++)
		x[i].when = base[i];
	for (size_t i = 0; i < m; i++)
		y[i].when = head[i];
	return order_separation(&a, &b);
}

static void orders(void **state)
{
	static const double low[] = { 3, 1, 2 }, high[] = { 5, 4 }, turns[] = { 1, 4 },
			    between[] = { 2, 3 };
	static const double unknown[] = { 1, NAN };

	assert_true(separation(low, 3, high, 2) == 1);
	assert_true(separation(high, 2, low, 3) == 0);
	assert_true(separation(turns, 2, between, 2) == 0.5);
	assert_true(separation(low, 3, low, 3) == 0.5);
	assert_true(isnan(separation(low, 3, unknown, 2)));
}

/* ---- environments ---- */

static void what_may_differ(void **state)
{
	json_t *a = json_pack("{ss ss s[f]}", "kernel_release", "6.18", "cpu_model", "x", "loadavg",
			      0.1);
	json_t *b = json_pack("{ss ss s[f] sn}", "kernel_release", "6.19", "cpu_model", "x",
			      "loadavg", 0.2, "turbo");
	json_t *d = env_difference(a, b);
	struct treatment t;
	char text[200];
	const char *name;

	assert_int_equal(json_object_size(d), 2);
	assert_int_equal(treatment_parse(&t, NULL, text, sizeof(text)), 0);
	env_not_meant(d, &t, text, sizeof(text));
	assert_string_equal(text, "kernel_release, turbo");
	treatment_free(&t);
	assert_int_equal(treatment_parse(&t, "kernel", text, sizeof(text)), 0);
	assert_true(t.boots);
	env_not_meant(d, &t, text, sizeof(text));
	assert_string_equal(text, "turbo");
	treatment_free(&t);
	assert_int_equal(treatment_parse(&t, "impl,turbo", text, sizeof(text)), 0);
	assert_true(t.impl);
	assert_false(t.boots);
	assert_true(treatment_is_known(&t, b, &name));
	assert_false(treatment_is_known(&t, a, &name));
	assert_string_equal(name, "turbo");
	treatment_free(&t);
	assert_int_equal(treatment_parse(&t, "kernel,", text, sizeof(text)), -22);
	treatment_free(&t);
	json_decref(d);
	json_decref(a);
	json_decref(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_side_is_journals_and_a_selection),
		cmocka_unit_test(arguments_that_say_what_is_measured),
		cmocka_unit_test(instants),
		cmocka_unit_test(which_way_is_worse),
		cmocka_unit_test(what_is_compared_by_default),
		cmocka_unit_test(what_is_asked_for),
		cmocka_unit_test(floors),
		cmocka_unit_test(what_nobody_can_run_is_no_number),
		cmocka_unit_test(orders),
		cmocka_unit_test(what_may_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
