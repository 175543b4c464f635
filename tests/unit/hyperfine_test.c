// SPDX-License-Identifier: GPL-2.0
/* Reading an export of hyperfine: exactly its numbers, or a reason why not. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hyperfine.h"

#define RESULT(median, times) \
	"{\"command\":\"x\",\"mean\":0.5,\"stddev\":null,\"median\":" median \
	",\"user\":0.25,\"system\":0,\"min\":0.125,\"max\":1,\"times\":[" times "]}"
#define ONE(median, times) "{\"results\":[" RESULT(median, times) "]}"

static char why[160];

static int read_text(const char *text, size_t n, struct hyperfine_times *t)
{
	json_t *export = json_loads(text, 0, NULL);
	int err = hyperfine_read(export, 2, n, t, why, sizeof(why));

	json_decref(export);
	return err;
}

static void test_numbers(void **state)
{
	struct hyperfine_times t[2];

	assert_int_equal(
		read_text("{\"results\":[" RESULT("0.0625", "1,1") "," RESULT("3", "3,3") "]}", 2,
			  t),
		0);
	assert_true(t[0].median_ns == 62.5e6);
	assert_true(t[0].mean_ns == 500e6);
	assert_true(t[0].min_ns == 125e6);
	assert_true(t[0].user_ns == 250e6);
	assert_true(t[0].system_ns == 0);
	assert_true(t[1].median_ns == 3e9);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "[]", "results of 0 commands instead of 1" },
		{ "{}", "results of 0 commands instead of 1" },
		{ "{\"results\":{}}", "results of 0 commands instead of 1" },
		{ "{\"results\":[null]}", "command 1: not as many times as runs were asked for" },
		{ ONE("1", "1"), "command 1: not as many times as runs were asked for" },
		{ ONE("1", "1,1,1"), "command 1: not as many times as runs were asked for" },
		{ ONE("null", "1,1"), "command 1: a time is missing, or not a number" },
		{ ONE("\"1\"", "1,1"), "command 1: a time is missing, or not a number" },
		{ ONE("-1", "1,1"), "command 1: a time is missing, or not a number" },
		/* beyond any double, in ns */
		{ ONE("1e300", "1,1"), "command 1: a time is missing, or not a number" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hyperfine_times t;

		assert_int_equal(read_text(cases[i].text, 1, &t), -EBADMSG);
		assert_string_equal(why, cases[i].why);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
