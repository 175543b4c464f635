// SPDX-License-Identifier: GPL-2.0
/* Implementations in a plan: which points there are, and that what is compared runs side by
 * side. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "chosen.h"
#include "needs.h"
#include "params.h"

const struct trigger *const triggers[] = { NULL };

static const struct opt x_opts[] = {
	{ .name = "x", .type = OPT_U64, .min = 1, .max = 9, .def = { "1 2" } },
	{ 0 },
};

static const char *two_at(unsigned int i)
{
	static const char *const names[] = { "b", "a", NULL };

	return names[i];
}

static const char *three_at(unsigned int i)
{
	static const char *const names[] = { "a", "b", "c", NULL };

	return names[i];
}

static bool c_only_with_1(const json_t *params, const char *impl)
{
	return strcmp(impl, "c") || json_integer_value(json_object_get(params, "x")) == 1;
}

static const struct bench plain = { .name = "plain", .opts = x_opts };
static const struct bench two = { .name = "two", .opts = x_opts, .impl_at = two_at };
static const struct bench three = { .name = "three",
				    .opts = x_opts,
				    .impl_at = three_at,
				    .impl_applies = c_only_with_1,
				    .stands_in = true };
const struct bench *const benches[] = { &plain, &two, &three, NULL };

static struct plan plan;
static char why[256];

static int free_plan(void **state)
{
	plan_free(&plan);
	return 0;
}

/* values: JSON with ' for ". first NULL: no bench named */
static int try(const char *first, const char *second, const char *values, unsigned int invocations)
{
	const char *const names[] = { first, second, NULL };
	struct plan_request r = { .benches = names, .invocations = invocations, .seed = 7 };
	char text[256], *p;
	int err;

	snprintf(text, sizeof(text), "%s", values);
	for (p = text; (p = strchr(p, '\'')); p++)
		*p = '"';
	r.values = json_loads(text, 0, NULL);
	assert_non_null(r.values);
	plan_free(&plan);
	err = plan_make(&r, &plan, why, sizeof(why));
	json_decref(r.values);
	return err;
}

static void expect_points(const char *want)
{
	char got[1024] = "", label[160];

	for (size_t i = 0; i < plan.n_points; i++) {
		point_label(&plan.points[i], label, sizeof(label));
		strcat(strcat(got, label), "; ");
	}
	assert_string_equal(got, want);
}

static void every_implementation_is_a_point(void **state)
{
	assert_int_equal(try("plain", "two", "{}", 1), 0);
	expect_points("plain x=1; plain x=2; two b x=1; two a x=1; two b x=2; two a x=2; ");
	assert_string_equal(plan.points[0].impl, "stock");
	assert_string_equal(plan.points[3].impl, "a");
}

static void what_does_not_apply_is_dropped(void **state)
{
	assert_int_equal(try("three", NULL, "{}", 1), 0);
	expect_points("three a x=1; three b x=1; three c x=1; three a x=2; three b x=2; ");
}

static void implementations_can_be_chosen(void **state)
{
	assert_int_equal(try("two", "three", "{'impl':['c','a'],'x':['1']}", 1), 0);
	expect_points("two a x=1; three a x=1; three c x=1; ");
	/* without names: those that can measure one of them */
	assert_int_equal(try(NULL, NULL, "{'impl':['b'],'x':['1']}", 1), 0);
	expect_points("two b x=1; three b x=1; ");
	assert_int_equal(try(NULL, NULL, "{'impl':['stock'],'x':['1']}", 1), 0);
	expect_points("plain x=1; ");
}

static void expect_refusal(const char *first, const char *second, const char *values,
			   const char *text)
{
	assert_int_equal(try(first, second, values, 1), -EINVAL);
	if (!strstr(why, text))
		fail_msg("'%s' is not in: %s", text, why);
}

static void what_nobody_can_measure_is_refused(void **state)
{
	expect_refusal("plain", NULL, "{'impl':['a']}",
		       "plain measures none of these implementations, but: stock");
	expect_refusal("two", "three", "{'impl':['c']}", "two measures none of these");
	expect_refusal("two", NULL, "{'impl':['a','c']}",
		       "no chosen bench can measure the implementation 'c'");
	assert_true(impl_exists("c"));
	assert_false(impl_exists("d"));
	impls_describe(why, sizeof(why));
	assert_string_equal(why, "stock b a c");
}

/* A bench that stands in for the live ones runs unasked only where these cannot. */
static void stand_ins(void **state)
{
	bool live = !needs_check(NEEDS_BPF | NEEDS_KFUNC, why, sizeof(why));

	assert_int_equal(try(NULL, NULL, "{'x':['1']}", 1), 0);
	expect_points(
		live ? "plain x=1; two b x=1; two a x=1; "
		     : "plain x=1; two b x=1; two a x=1; three a x=1; three b x=1; three c x=1; ");
}

/* Bit i: implementation i came first in a pair of `two`. */
static unsigned int check_round(const struct item *items)
{
	unsigned int seen[2] = { 0 }, firsts = 0;

	for (size_t i = 0; i < plan.n_points; i++) {
		const struct point *p = &plan.points[items[i].point];

		if (p->bench == &plain) {
			assert_int_equal(items[i].pair, -1);
			continue;
		}
		/* the pair's other half is a neighbour */
		assert_true(items[i].pair >= 0);
		assert_true((i && items[i - 1].pair == items[i].pair) !=
			    (i + 1 < plan.n_points && items[i + 1].pair == items[i].pair));
		if (i && items[i - 1].pair == items[i].pair) {
			const struct point *q = &plan.points[items[i - 1].point];

			assert_true(json_equal(p->params, q->params) && p->bench == q->bench);
			assert_string_not_equal(p->impl, q->impl);
			firsts |= strcmp(q->impl, "a") ? 1 : 2;
		}
		seen[json_integer_value(json_object_get(p->params, "x")) - 1]++;
	}
	assert_int_equal(seen[0], 2);
	assert_int_equal(seen[1], 2);
	return firsts;
}

static void what_is_compared_runs_side_by_side(void **state)
{
	unsigned int firsts = 0;
	int last = -1;

	assert_int_equal(try("plain", "two", "{}", 20), 0);
	assert_int_equal(plan.n_items, 20 * 6);
	for (unsigned int round = 0; round < 20; round++)
		firsts |= check_round(plan.items + round * 6);
	/* each of them is first now and then */
	assert_int_equal(firsts, 3);
	/* no number is used again */
	for (size_t i = 0; i < plan.n_items; i++) {
		if (plan.items[i].pair < 0 || plan.items[i].pair == last)
			continue;
		assert_true(plan.items[i].pair > last);
		last = plan.items[i].pair;
	}
}

#define TEST(f) cmocka_unit_test_teardown(f, free_plan)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_implementation_is_a_point),
		TEST(what_does_not_apply_is_dropped),
		TEST(implementations_can_be_chosen),
		TEST(what_nobody_can_measure_is_refused),
		TEST(stand_ins),
		TEST(what_is_compared_runs_side_by_side),
	};

	return cmocka_run_group_tests_name("impls", tests, NULL, NULL);
}
