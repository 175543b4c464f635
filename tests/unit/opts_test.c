/* SPDX-License-Identifier: GPL-2.0 */
/* Values of parameters as typed: every type, the edges of ranges, CPU lists, shared rows. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sched.h>

#include "cpulist.h"
#include "opts.h"
#include "params.h"

static void fire(struct worker *w, uint64_t due)
{
}

static const struct trigger by_worker = { .name = "by-worker", .fire = fire };
static const struct trigger by_kernel = { .name = "by-kernel" };
const struct trigger *const triggers[] = { &by_worker, &by_kernel, NULL };
const struct bench *const benches[] = { NULL };

static const char *const colours[] = { "red", "green", "dark-blue", NULL };

enum { NUMBER, ZERO, HUGE_NUMBER, COLOUR, CPUS, TRIGGER, ROWS };
static const struct opt rows[ROWS + 1] = {
	[NUMBER] = { .name = "number",
		     .type = OPT_U64,
		     .min = 10,
		     .max = 2000,
		     .def = { "10 20", "30", NULL } },
	[ZERO] = { .name = "zero", .type = OPT_U64, .min = 0, .max = 0, .def = { "0" } },
	[HUGE_NUMBER] = { .name = "huge", .type = OPT_U64, .min = 1, .max = INT64_MAX },
	[COLOUR] = { .name = "colour", .type = OPT_ENUM, .choices = colours },
	[CPUS] = { .name = "cpus", .type = OPT_CPUS },
	[TRIGGER] = { .name = "trigger", .type = OPT_TRIGGER },
};

static char why[256];

static void expect_integer(int row, const char *text, json_int_t want)
{
	json_t *v = opt_value(&rows[row], text, why, sizeof(why));

	assert_true(json_is_integer(v));
	assert_int_equal(json_integer_value(v), want);
	json_decref(v);
}

static void expect_text(int row, const char *text, const char *want)
{
	json_t *v = opt_value(&rows[row], text, why, sizeof(why));

	if (!v)
		fail_msg("%s", why);
	assert_string_equal(json_string_value(v), want);
	json_decref(v);
}

static void refuse(int row, const char *text, const char *reason)
{
	why[0] = '\0';
	if (opt_value(&rows[row], text, why, sizeof(why)))
		fail_msg("'%s' is a %s", text, rows[row].name);
	if (!strstr(why, reason) || !strstr(why, text) || strchr(why, '\n'))
		fail_msg("'%s' is not about '%s': %s", why, text, reason);
}

/* ---- types ---- */

static void numbers(void **state)
{
	static const char *const bad[] = { "",
					   "9",
					   "2001",
					   "-10",
					   "+10",
					   " 10",
					   "10 ",
					   "0x10",
					   "10.0",
					   "1e2",
					   "ten",
					   "10,",
					   "10k",
					   "18446744073709551615",
					   "18446744073709551626",
					   "99999999999999999999999999" };

	expect_integer(NUMBER, "10", 10);
	expect_integer(NUMBER, "2000", 2000);
	expect_integer(NUMBER, "0011", 11);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(NUMBER, bad[i], "must be 10..2000");
	expect_integer(ZERO, "0", 0);
	refuse(ZERO, "1", "must be 0..0");
	expect_integer(HUGE_NUMBER, "9223372036854775807", INT64_MAX);
	refuse(HUGE_NUMBER, "9223372036854775808", "must be 1..9223372036854775807");
}

static void choices(void **state)
{
	static const char *const bad[] = { "", "Red", "re", "redd", "blue", "red ", "red|green" };

	for (size_t i = 0; colours[i]; i++)
		expect_text(COLOUR, colours[i], colours[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(COLOUR, bad[i], "must be red|green|dark-blue");
	refuse(COLOUR, "blue", "colour 'blue'");
}

static void trigger_names(void **state)
{
	expect_text(TRIGGER, "by-worker", "by-worker");
	expect_text(TRIGGER, "by-kernel", "by-kernel");
	refuse(TRIGGER, "by", "must be by-worker|by-kernel");
	refuse(TRIGGER, "", "must be by-worker|by-kernel");
}

static void expect_list(int row, const char *text, char sep, const char *want)
{
	json_t *v = opt_values(&rows[row], text, sep, why, sizeof(why));
	char *got = v ? json_dumps(v, JSON_COMPACT) : NULL;

	if (!got)
		fail_msg("%s", why);
	assert_string_equal(got, want);
	free(got);
	json_decref(v);
}

static void lists(void **state)
{
	expect_list(NUMBER, "10", ',', "[10]");
	expect_list(NUMBER, "30,20,10,20", ',', "[30,20,10,20]");
	expect_list(NUMBER, "10 2000", ' ', "[10,2000]");
	expect_list(COLOUR, "dark-blue,red", ',', "[\"dark-blue\",\"red\"]");
	/* each of them is checked, the last too, and none is empty */
	assert_null(opt_values(&rows[NUMBER], "10,20,9", ',', why, sizeof(why)));
	assert_non_null(strstr(why, "number '9': must be 10..2000"));
	assert_null(opt_values(&rows[NUMBER], "10,,20", ',', why, sizeof(why)));
	assert_null(opt_values(&rows[NUMBER], "10,", ',', why, sizeof(why)));
	assert_null(opt_values(&rows[NUMBER], "", ',', why, sizeof(why)));
	assert_null(opt_values(&rows[NUMBER], "10 20", ',', why, sizeof(why)));
	assert_null(opt_values(&rows[COLOUR], "red,blue", ',', why, sizeof(why)));
	assert_non_null(strstr(why, "red|green|dark-blue"));
}

static void rows_and_defaults(void **state)
{
	const struct bench b = { .opts = rows };
	char text[64], small[8];

	for (int i = 0; i < ROWS; i++)
		assert_ptr_equal(opt_find(&b, rows[i].name), &rows[i]);
	assert_null(opt_find(&b, "numbe"));
	assert_null(opt_find(&b, ""));
	assert_string_equal(opt_default(&rows[NUMBER], PROFILE_SMOKE), "10 20");
	assert_string_equal(opt_default(&rows[NUMBER], PROFILE_QUICK), "30");
	assert_string_equal(opt_default(&rows[NUMBER], PROFILE_FULL), "10 20");
	opt_describe(&rows[CPUS], text, sizeof(text));
	assert_string_equal(text, "a CPU list, first, all");
	opt_describe(&rows[TRIGGER], text, sizeof(text));
	assert_string_equal(text, "by-worker|by-kernel");
	opt_describe(&rows[COLOUR], small, sizeof(small));
	assert_string_equal(small, "red|gre");
}

/* ---- CPU lists ---- */

static cpu_set_t before;

static int remember_cpus(void **state)
{
	return sched_getaffinity(0, sizeof(before), &before);
}

static int restore_cpus(void **state)
{
	return sched_setaffinity(0, sizeof(before), &before);
}

/* The lowest or highest CPU of this process. */
static int edge_cpu(bool highest)
{
	int found = -1;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &before) && (highest || found < 0))
			found = cpu;
	return found;
}

static const char *with_cpu(const char *form)
{
	static char text[64];
	size_t used = 0;

	for (text[0] = '\0'; *form; form++)
		used += *form == '#' ? sprintf(text + used, "%d", edge_cpu(false))
				     : sprintf(text + used, "%c", *form);
	return text;
}

static void bad_cpu_lists(void **state)
{
	/* with # for a CPU that there is */
	char bad[] =
		"|-1|#-|-|,|a|#a|#,|,#|#,,#|# | #|#-a|#--#|#-#-#|1-0|+#|#;#|#x0|First|al|first,#|"
		"#.0|#,x|1023-1022";
	static const char *const absent[] = { "1024",
					      "4096",
					      "4294967296",
					      "18446744073709551616",
					      "99999999999999999999999",
					      "1023-1024",
					      "4096-99999999999999999999999" };

	for (char *rest = bad, *form; (form = strsep(&rest, "|"));)
		refuse(CPUS, with_cpu(form), "is not a CPU list such as 0-3,7");
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		struct cpulist l;

		assert_int_equal(cpulist_parse(absent[i], &l, why, sizeof(why)), -EINVAL);
		assert_non_null(strstr(why, "is not online, or not allowed here"));
	}
}

/* From one CPU up to one that no machine has: the first that is missing is named. */
static void ranges_end_at_the_last_cpu(void **state)
{
	char text[64], want[32];
	int cpu = edge_cpu(true);

	snprintf(text, sizeof(text), "%d-18446744073709551615", cpu);
	snprintf(want, sizeof(want), "CPU %d is not online", cpu + 1);
	assert_null(opt_value(&rows[CPUS], text, why, sizeof(why)));
	assert_non_null(strstr(why, want));
}

static void cpus_in_shortest_form(void **state)
{
	char text[64], want[32];
	int a = edge_cpu(false);

	snprintf(want, sizeof(want), "%d", a);
	expect_text(CPUS, want, want);
	snprintf(text, sizeof(text), "%d-%d,%d,0%d", a, a, a, a);
	expect_text(CPUS, text, want);
	expect_text(CPUS, "first", want);
	if (!CPU_ISSET(a + 1, &before))
		return;
	snprintf(want, sizeof(want), "%d-%d", a, a + 1);
	expect_text(CPUS, want, want);
	snprintf(text, sizeof(text), "%d,%d", a + 1, a);
	expect_text(CPUS, text, want);
	snprintf(text, sizeof(text), "%d,%d-%d,%d", a + 1, a, a + 1, a);
	expect_text(CPUS, text, want);
}

/* first and all are those of this process, and no other is accepted. */
static void only_allowed_cpus(void **state)
{
	int first = edge_cpu(false), last = edge_cpu(true);
	char text[16];
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(last, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	snprintf(text, sizeof(text), "%d", last);
	expect_text(CPUS, "first", text);
	expect_text(CPUS, "all", text);
	expect_text(CPUS, text, text);
	if (first != last) {
		snprintf(text, sizeof(text), "%d", first);
		refuse(CPUS, text, "is not online, or not allowed here");
	}
}

static void all_is_the_affinity(void **state)
{
	struct cpulist l;
	cpu_set_t got;

	assert_int_equal(cpulist_parse("all", &l, why, sizeof(why)), 0);
	CPU_ZERO(&got);
	for (unsigned int i = 0; i < l.n; i++)
		CPU_SET(l.cpu[i], &got);
	assert_true(CPU_EQUAL(&got, &before));
	assert_int_equal(l.n, CPU_COUNT(&before));
}

static void formats(void **state)
{
	struct cpulist l = { 7, { 0, 1, 2, 5, 7, 8, 1023 } };
	char text[8192], small[6];

	cpulist_format(&l, text, sizeof(text));
	assert_string_equal(text, "0-2,5,7-8,1023");
	memset(small, 'x', sizeof(small));
	cpulist_format(&l, small, sizeof(small) - 1);
	assert_string_equal(small, "0-2,");
	assert_int_equal(small[5], 'x');
	for (l.n = 0; l.n < TW_MAX_CPUS / 2; l.n++)
		l.cpu[l.n] = 2 * l.n;
	cpulist_format(&l, text, sizeof(text));
	assert_non_null(strstr(text, ",1020,1022"));
	l.n = 0;
	cpulist_format(&l, text, sizeof(text));
	assert_string_equal(text, "");
}

/* ---- shared rows ---- */

static void expect_applies(const char *params, bool arrival, bool rate)
{
	json_t *p = json_loads(params, 0, NULL);

	assert_non_null(p);
	assert_int_equal(arrival_applies(p), arrival);
	assert_int_equal(rate_applies(p), rate);
	json_decref(p);
}

/* Only a worker that fires has arrivals; without a rate it fires as fast as it can. */
static void where_rows_apply(void **state)
{
	expect_applies("{\"trigger\":\"by-worker\",\"arrival\":\"poisson\"}", true, true);
	expect_applies("{\"trigger\":\"by-worker\",\"arrival\":\"constant\"}", true, true);
	expect_applies("{\"trigger\":\"by-worker\",\"arrival\":\"max\"}", true, false);
	expect_applies("{\"trigger\":\"by-worker\"}", true, true);
	expect_applies("{\"trigger\":\"by-kernel\",\"arrival\":\"max\"}", false, true);
	expect_applies("{\"trigger\":\"by-kernel\"}", false, true);
	expect_applies("{\"trigger\":\"unknown\"}", false, true);
	expect_applies("{}", false, true);
}

/* The numbers go into BPF programs and pacers. */
static void names_are_indexes(void **state)
{
	assert_int_equal(name_index(mode_names, "signal"), TW_MODE_SIGNAL);
	assert_int_equal(name_index(mode_names, "resume"), TW_MODE_RESUME);
	assert_int_equal(name_index(arrival_names, "constant"), ARRIVAL_CONSTANT);
	assert_int_equal(name_index(arrival_names, "poisson"), ARRIVAL_POISSON);
	assert_int_equal(name_index(arrival_names, "max"), ARRIVAL_MAX);
	assert_true(name_index(target_names, "self") >= 0);
	assert_int_equal(name_index(mode_names, "sig"), -1);
	assert_int_equal(name_index(mode_names, ""), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(choices),
		cmocka_unit_test(trigger_names),
		cmocka_unit_test(lists),
		cmocka_unit_test(rows_and_defaults),
		cmocka_unit_test(bad_cpu_lists),
		cmocka_unit_test(ranges_end_at_the_last_cpu),
		cmocka_unit_test(cpus_in_shortest_form),
		cmocka_unit_test_setup_teardown(only_allowed_cpus, NULL, restore_cpus),
		cmocka_unit_test(all_is_the_affinity),
		cmocka_unit_test(formats),
		cmocka_unit_test(where_rows_apply),
		cmocka_unit_test(names_are_indexes),
	};

	return cmocka_run_group_tests_name("opts", tests, remember_cpus, NULL);
}
