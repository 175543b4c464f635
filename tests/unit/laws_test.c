/* SPDX-License-Identifier: GPL-2.0 */
/* Each conservation law, broken by one in each cohort, is named with its numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>

#include "laws.h"

#define DELIVERED "delivered = filtered + attempts"
#define ATTEMPTS "attempts = accepted + ebusy + failed"
#define ACCEPTED "accepted = completed + cancelled + lost + in_flight_at_end"

/* Every term different from every other, none zero: no two of them can be confused. */
static json_t *lawful(void)
{
	json_t *c = json_pack("{si si si si si s{si si} si si si si sn}", "delivered", 10107,
			      "filtered", 107, "attempts", 10000, "accepted", 9000, "ebusy", 900,
			      "failed", "ENOMEM", 70, "ESRCH", 30, "completed", 8000, "cancelled",
			      600, "lost", 350, "in_flight_at_end", 50, "throttled");

	assert_non_null(c);
	return c;
}

static json_t *sample_of(json_t *counts, json_t *life)
{
	json_t *s = json_pack("{so so}", "counts", counts, "life", life);

	assert_non_null(s);
	return s;
}

static void add(json_t *c, const char *name, int by)
{
	json_t *v = json_object_get(c, name);

	assert_int_equal(json_integer_set(v, json_integer_value(v) + by), 0);
}

/* Takes sample; law NULL: it is lawful. */
static void expect(json_t *sample, const char *cohort, const char *law)
{
	char why[256] = "", want[128];
	int err = laws_check(sample, why, sizeof(why));

	json_decref(sample);
	if (!law) {
		assert_int_equal(err, 0);
		assert_string_equal(why, "");
		return;
	}
	snprintf(want, sizeof(want), "(%s): %s: ", cohort, law);
	assert_int_equal(err, -ERANGE);
	if (!strstr(why, want))
		fail_msg("expected '%s' in '%s'", want, why);
}

static void whole_samples_pass(void **state)
{
	expect(sample_of(lawful(), lawful()), NULL, NULL);
	expect(json_object(), NULL, NULL);
	expect(NULL, NULL, NULL);
	expect(json_pack("{so}", "counts", lawful()), NULL, NULL);
	expect(json_pack("{so}", "life", lawful()), NULL, NULL);
	expect(json_pack("{s{}}", "counts"), NULL, NULL);
}

/* The first law that a term breaks when it is off by one. */
static const struct {
	const char *term, *law;
} breaks[] = {
	{ "delivered", DELIVERED }, { "filtered", DELIVERED }, { "attempts", DELIVERED },
	{ "ebusy", ATTEMPTS },	    { "accepted", ATTEMPTS },  { "completed", ACCEPTED },
	{ "cancelled", ACCEPTED },  { "lost", ACCEPTED },      { "in_flight_at_end", ACCEPTED },
};

static void one_too_many_or_too_few(void **state)
{
	for (size_t i = 0; i < sizeof(breaks) / sizeof(breaks[0]); i++) {
		for (int by = -1; by <= 1; by += 2) {
			json_t *counts = lawful(), *life = lawful();

			add(counts, breaks[i].term, by);
			expect(sample_of(counts, lawful()), "counts", breaks[i].law);
			add(life, breaks[i].term, by);
			expect(sample_of(lawful(), life), "life", breaks[i].law);
		}
	}
}

static void every_errno_counts(void **state)
{
	static const char *const names[] = { "ENOMEM", "ESRCH" };

	for (size_t i = 0; i < 2; i++) {
		json_t *c = lawful();

		add(json_object_get(c, "failed"), names[i], 1);
		expect(sample_of(c, lawful()), "counts", ATTEMPTS);
	}
}

static void expect_why(json_t *sample, const char *want)
{
	char why[256] = "";

	assert_int_equal(laws_check(sample, why, sizeof(why)), -ERANGE);
	if (!strstr(why, want))
		fail_msg("expected '%s' in '%s'", want, why);
	json_decref(sample);
}

/* A window that holds more than the whole, each of the two lawful by itself. */
static void the_window_is_part_of_the_life(void **state)
{
	json_t *c = lawful();

	add(c, "delivered", 1);
	add(c, "filtered", 1);
	expect_why(sample_of(c, lawful()), "delivered: 10108 in the window, 10107 in all");
	c = lawful();
	add(c, "delivered", 1);
	add(c, "filtered", 1);
	expect(sample_of(lawful(), c), NULL, NULL);
}

/* The same for every way in which an accepted work can end: one moves from `completed` to it. */
static void every_end_is_part_of_the_life(void **state)
{
	static const char *const ends[] = { "cancelled", "lost", "in_flight_at_end" };

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		json_t *c = lawful();
		char want[64];

		add(c, "completed", -1);
		add(c, ends[i], 1);
		snprintf(want, sizeof(want), "%s: %lld in the window", ends[i],
			 (long long)json_integer_value(json_object_get(c, ends[i])));
		expect_why(sample_of(c, lawful()), want);
	}
}

/* Counted in one map, recorded in another. */
static void completed_works_are_recorded(void **state)
{
	static const int counts[] = { 7997, 7999 };
	json_t *s = sample_of(lawful(), lawful());

	json_object_set_new(s, "hist",
			    json_pack("{s{si si}}", "delivery_ns", "count", 7998, "negative", 2));
	expect(s, NULL, NULL);
	for (size_t i = 0; i < 2; i++) {
		s = sample_of(lawful(), lawful());
		json_object_set_new(
			s, "hist",
			json_pack("{s{si si}}", "delivery_ns", "count", counts[i], "negative", 2));
		expect_why(s, "delivery_ns has ");
	}
}

/* Two errors that cancel each other in one law do not in another. */
static void errors_do_not_cancel(void **state)
{
	json_t *c = lawful();

	add(c, "delivered", 1);
	add(c, "attempts", 1);
	expect(sample_of(c, lawful()), "counts", ATTEMPTS);
	c = lawful();
	add(c, "ebusy", -1);
	add(c, "accepted", 1);
	expect(sample_of(c, lawful()), "counts", ACCEPTED);
}

static void tells_the_numbers(void **state)
{
	json_t *c = lawful(), *s;
	char why[256];

	add(c, "delivered", 1);
	s = sample_of(c, lawful());
	assert_int_equal(laws_check(s, why, sizeof(why)), -ERANGE);
	assert_string_equal(why,
			    "conservation law broken (counts): " DELIVERED ": 10108 is not 10107");
	/* a short buffer is not overrun */
	memset(why, 'x', sizeof(why));
	assert_int_equal(laws_check(s, why, 10), -ERANGE);
	assert_string_equal(why, "conservat");
	assert_int_equal(why[10], 'x');
	json_decref(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_samples_pass),
		cmocka_unit_test(one_too_many_or_too_few),
		cmocka_unit_test(every_errno_counts),
		cmocka_unit_test(errors_do_not_cancel),
		cmocka_unit_test(tells_the_numbers),
		cmocka_unit_test(the_window_is_part_of_the_life),
		cmocka_unit_test(every_end_is_part_of_the_life),
		cmocka_unit_test(completed_works_are_recorded),
	};

	return cmocka_run_group_tests_name("laws", tests, NULL, NULL);
}
