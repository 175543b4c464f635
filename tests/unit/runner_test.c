/* SPDX-License-Identifier: GPL-2.0 */
/* The life of an invocation, as its hooks see it, and what the runner makes of every failure. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <math.h>

#include "runner_fixture.h"

static struct run run;
static struct journal j;

static int clean(void **state)
{
	journal_free(&j);
	if (run.dir[0])
		forget_run(&run);
	return 0;
}

#define RUN(code, state_, samples, skips, errors, ...) \
	run_whole(&run, &(const struct spec){ __VA_ARGS__ }, code, &j, state_, samples, skips, \
		  errors)

static json_int_t number(const json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	assert_true(json_is_integer(v));
	return json_integer_value(v);
}

/* ---- success ---- */

static void hooks_in_order(void **state)
{
	RUN(EXIT_DONE, JOURNAL_COMPLETE, 2, 0, 0, .invocations = 2);
	expect_log(&run, WHOLE WHOLE);
	assert_string_equal(text_of(&run, "err"), "");
}

/* quiet() comes while every worker still works: stop is set after it. */
static void one_worker_per_cpu(void **state)
{
	char want[16384] = OPENED "setup-end ";
	cpu_set_t set;

	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	for (int i = 0; i < CPU_COUNT(&set); i++)
		strcat(want, "work ");
	strcat(want, "quiet ");
	for (int i = 0; i < CPU_COUNT(&set); i++)
		strcat(want, "work-end ");
	strcat(want, "collect " CLOSED);
	RUN(EXIT_DONE, JOURNAL_COMPLETE, 1, 0, 0, .values = "{'cpus': ['all']}");
	expect_log(&run, want);
}

static void a_sample_tells_everything(void **state)
{
	const json_t *s, *counts, *life;
	char *params;

	RUN(EXIT_DONE, JOURNAL_COMPLETE, 1, 0, 0, .seed = 7,
	    .values = "{'trigger': ['fake-kernel'], 'x': ['5'], 'cpus': ['first']}");
	s = json_array_get(j.samples, 0);
	params = json_dumps(json_object_get(s, "params"), JSON_COMPACT | JSON_SORT_KEYS);
	assert_non_null(strstr(params, "{\"act\":\"ok\",\"cpus\":\""));
	assert_non_null(strstr(params, "\"rate\":1000,\"trigger\":\"fake-kernel\",\"x\":5}"));
	assert_null(strstr(params, "arrival"));
	free(params);
	assert_string_equal(json_string_value(json_object_get(s, "bench")), "fake");
	assert_string_equal(json_string_value(json_object_get(s, "impl")), "stock");
	assert_string_equal(json_string_value(json_object_get(s, "boot_id")), "boot");
	assert_int_equal(number(s, "invocation"), 0);
	assert_int_equal(number(s, "order"), 0);
	assert_int_equal(number(s, "recursion_misses"), 3);
	assert_true(json_real_value(json_object_get(s, "window_s")) == 0.02);
	assert_true(json_real_value(json_object_get(json_object_get(s, "metrics"), "fake_ns")) ==
		    42.5);
	assert_string_equal(json_string_value(json_array_get(json_object_get(s, "warnings"), 0)),
			    "a warning of the bench");
	counts = json_object_get(s, "counts");
	life = json_object_get(s, "life");
	assert_int_equal(number(counts, "delivered"), 10107);
	assert_int_equal(number(json_object_get(life, "failed"), "ESRCH"), 30);
	assert_int_equal(number(life, "throttled"), 7);
	assert_int_equal(number(j.header, "seed"), 7);
}

/* Offered in the window: never more, and, unless the machine slept over its opening, no less. */
static void expect_intended(const char *values, unsigned int min, unsigned int max)
{
	const json_t *counts;

	RUN(EXIT_DONE, JOURNAL_COMPLETE, 1, 0, 0, .values = values, .window_s = 0.1);
	expect_log(&run, WHOLE);
	counts = json_object_get(json_array_get(j.samples, 0), "counts");
	assert_in_range(number(counts, "intended"), min, max);
	clean(NULL);
}

static void the_load_is_as_asked(void **state)
{
	expect_intended("{'rate': ['1000']}", 80, 100);
	expect_intended("{'rate': ['20000']}", 1600, 2000);
	expect_intended("{'rate': ['7']}", 0, 1);
	/* 5 standard deviations above */
	expect_intended("{'rate': ['10000'], 'arrival': ['poisson']}", 700, 1158);
	expect_intended("{'arrival': ['max']}", 101, 100000000);
	expect_intended("{'trigger': ['fake-kernel']}", 0, 0);
}

/* ---- failure ---- */

static void expect_failure(const char *act, const char *log, const char *reason)
{
	char values[64];

	snprintf(values, sizeof(values), "{'act': ['%s']}", act);
	RUN(EXIT_INTERNAL, JOURNAL_COMPLETE, 0, 0, 1, .values = values);
	expect_log(&run, log);
	expect_reason(j.errors, 0, reason);
	expect_said(&run, reason);
	clean(NULL);
}

/* teardown() runs once, whatever failed after setup() was called; nothing else does. */
static void a_failing_hook(void **state)
{
	expect_failure("fail-setup", OPENED "quiet " CLOSED, "setup went wrong");
	expect_failure("fail-work", STARTED "work-end quiet " CLOSED, "failed: No such device");
	expect_failure("fail-collect", WHOLE, "collect went wrong");
	expect_failure("bad-metric", WHOLE, "fake has no metric typo_ns");
}

static void expect_skip(const char *act, const char *log, const char *reason)
{
	char values[64];

	snprintf(values, sizeof(values), "{'act': ['%s']}", act);
	RUN(EXIT_NOTHING, JOURNAL_COMPLETE, 0, 1, 0, .values = values, .invocations = 3);
	expect_log(&run, log);
	expect_reason(j.skips, 0, reason);
	clean(NULL);
}

/* What this machine cannot do is tried once per point. */
static void a_skipping_hook(void **state)
{
	expect_skip("skip-setup", OPENED "quiet " CLOSED, "no fakes on this machine");
	expect_skip("skip-collect", WHOLE, "nothing to collect here");
	RUN(EXIT_DONE, JOURNAL_COMPLETE, 2, 1, 0, .invocations = 2,
	    .values = "{'act': ['ok', 'skip-setup']}");
}

static void expect_crash(const char *act, const char *log, const char *reason)
{
	char values[64], want[256];

	snprintf(values, sizeof(values), "{'act': ['%s']}", act);
	snprintf(want, sizeof(want), "%s" WHOLE, log);
	RUN(EXIT_INTERNAL, JOURNAL_COMPLETE, 1, 0, 1, .values = values, .invocations = 2, .at = 1);
	expect_log(&run, want);
	expect_reason(j.errors, 0, reason);
	expect_said(&run, reason);
	assert_int_equal(number(json_array_get(j.samples, 0), "invocation"), 1);
	clean(NULL);
}

static void a_dying_process(void **state)
{
	expect_crash("abort-setup", OPENED, "killed by signal 6 (Aborted)");
	expect_crash("kill-work", STARTED, "killed by signal 9 (Killed)");
	expect_crash("exit-collect", STARTED STOPPED "collect ", "ended with code 3 and no result");
	expect_crash("abort-teardown", WHOLE, "killed by signal 6 (Aborted)");
}

/* One that no reader would take is not written, and spoils no other. */
static void a_sample_that_cannot_be(void **state)
{
	RUN(EXIT_INTERNAL, JOURNAL_COMPLETE, 1, 0, 1, .values = "{'act': ['bad-ratio']}",
	    .invocations = 2, .at = 1);
	expect_log(&run, WHOLE WHOLE);
	expect_reason(j.errors, 0, "fake_ratio");
	assert_int_equal(number(json_array_get(j.samples, 0), "invocation"), 1);
}

/* ---- maps that the runner holds ---- */

static bool no_maps(void)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "fake", 4, 4, 1, NULL);

	if (fd >= 0)
		close(fd);
	else
		fprintf(stderr, "skipped: maps that the runner holds: no BPF maps here\n");
	return fd < 0;
}

/* As often as wanted, and each is gone when the child closed it. */
static void maps_are_held_and_let_go(void **state)
{
	if (no_maps())
		skip();
	RUN(EXIT_DONE, JOURNAL_COMPLETE, 1, 0, 0, .values = "{'act': ['hold-maps']}");
	expect_log(&run, OPENED "work " STOPPED "collect " CLOSED);
}

static void maps_that_it_will_not_let_go(void **state)
{
	char log[1024] = OPENED;

	if (no_maps())
		skip();
	expect_failure("unhold-unknown", OPENED "kept quiet " CLOSED,
		       "asked to let go of a map that it does not hold");
	expect_failure("unhold-twice", OPENED "let-go quiet " CLOSED,
		       "asked to let go of a map that it does not hold");
	for (int i = 0; i < HELD_MAPS_MAX; i++)
		strcat(log, "held ");
	strcat(log, "quiet " CLOSED);
	expect_failure("hold-too-many", log, "could not take hold of the maps");
}

/* ---- laws ---- */

static void a_broken_law_is_no_sample(void **state)
{
	static const char *const terms[][2] = {
		{ "delivered", "delivered = filtered" }, { "attempts", "delivered = filtered" },
		{ "accepted", "attempts = accepted" },	 { "ebusy", "attempts = accepted" },
		{ "failed", "attempts = accepted" },	 { "completed", "accepted = completed" },
		{ "cancelled", "accepted = completed" }, { "lost", "accepted = completed" },
		{ "in-flight", "accepted = completed" },
	};
	char values[64], reason[128];

	for (size_t i = 0; i < 2 * sizeof(terms) / sizeof(terms[0]); i++) {
		const char *cohort = i % 2 ? "life" : "counts";

		snprintf(values, sizeof(values), "{'act': ['%s-%s']}", cohort, terms[i / 2][0]);
		snprintf(reason, sizeof(reason), "conservation law broken (%s): %s", cohort,
			 terms[i / 2][1]);
		RUN(EXIT_UNTRUSTED, JOURNAL_COMPLETE, 0, 0, 1, .values = values, .window_s = 0.001);
		expect_log(&run, WHOLE);
		expect_reason(j.errors, 0, reason);
		expect_said(&run, reason);
		clean(NULL);
	}
}

/* Untrusted prevails over what else went wrong, and the rest is measured. */
static void the_run_goes_on(void **state)
{
	RUN(EXIT_UNTRUSTED, JOURNAL_COMPLETE, 3, 1, 6, .invocations = 3,
	    .values = "{'act': ['ok', 'fail-setup', 'skip-setup', 'life-lost']}");
}

/* ---- giving up ---- */

static void five_failures_in_a_row(void **state)
{
	RUN(EXIT_INTERNAL, JOURNAL_NO_FOOTER, 0, 0, 5, .values = "{'act': ['fail-setup']}",
	    .invocations = 9);
	expect_said(&run, "stopping after 5 failures in a row");
	clean(NULL);
	/* more of them, but a success between */
	RUN(EXIT_INTERNAL, JOURNAL_COMPLETE, 8, 0, 8, .invocations = 8,
	    .values = "{'act': ['ok', 'fail-setup']}");
}

/* ---- order ---- */

static char *order_of(uint64_t seed)
{
	json_t *all = json_array(), *seeds = json_object(), *s;
	char key[32], *text;
	size_t i;

	RUN(EXIT_DONE, JOURNAL_COMPLETE, 12, 0, 0, .values = "{'x': ['1', '2', '3', '4']}",
	    .invocations = 3, .seed = seed, .window_s = 0.001);
	json_array_foreach(j.samples, i, s) {
		assert_int_equal(number(s, "order"), i);
		assert_int_equal(number(s, "invocation"), i / 4);
		snprintf(key, sizeof(key), "%lld", (long long)number(s, "seed"));
		json_object_set_new(seeds, key, json_true());
		json_array_append_new(all,
				      json_pack("[I,I]", number(json_object_get(s, "params"), "x"),
						number(s, "seed")));
	}
	/* every invocation has a schedule of its own */
	assert_int_equal(json_object_size(seeds), 12);
	text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	json_decref(seeds);
	clean(NULL);
	return text;
}

static void the_seed_is_the_order(void **state)
{
	char *a = order_of(3), *b = order_of(3), *c = order_of(4);

	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	free(a);
	free(b);
	free(c);
}

/* ---- time-outs, side by side with everything above ---- */

static struct slow {
	const char *values, *log, *reason;
	int code;
	enum journal_state state;
	struct run run;
} slow[] = {
	{ "{'act': ['never-ready']}",
	  STARTED STOPPED CLOSED,
	  "was not ready within 10 s",
	  EXIT_INTERNAL,
	  JOURNAL_COMPLETE,
	  { "" } },
	{ "{'act': ['never-done']}",
	  STARTED STOPPED CLOSED,
	  "was not done within 10 s",
	  EXIT_INTERNAL,
	  JOURNAL_COMPLETE,
	  { "" } },
	/* a thread that may still be a target: nothing is torn down under it */
	{ "{'act': ['stuck']}",
	  STARTED "quiet ",
	  "did not stop within 10 s",
	  EXIT_INTERNAL,
	  JOURNAL_COMPLETE,
	  { "" } },
	/* asked to stop, and killed 5 s later */
	{ "{'act': ['deaf']}", OPENED, NULL, EXIT_INTERRUPTED, JOURNAL_NO_FOOTER, { "" } },
};

static int start_slow(void **state)
{
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++)
		start(&slow[i].run, &(const struct spec){ .values = slow[i].values });
	return 0;
}

static void time_outs(void **state)
{
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		finish(&slow[i].run);
		expect_code(&slow[i].run, slow[i].code);
		expect_log(&slow[i].run, slow[i].log);
		expect_journal(&slow[i].run, &j, slow[i].state, 0, 0, slow[i].reason ? 1 : 0);
		if (slow[i].reason)
			expect_reason(j.errors, 0, slow[i].reason);
		journal_free(&j);
		forget_run(&slow[i].run);
	}
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(hooks_in_order),
		TEST(one_worker_per_cpu),
		TEST(a_sample_tells_everything),
		TEST(the_load_is_as_asked),
		TEST(a_failing_hook),
		TEST(a_skipping_hook),
		TEST(a_dying_process),
		TEST(a_sample_that_cannot_be),
		TEST(maps_are_held_and_let_go),
		TEST(maps_that_it_will_not_let_go),
		TEST(a_broken_law_is_no_sample),
		TEST(the_run_goes_on),
		TEST(five_failures_in_a_row),
		TEST(the_seed_is_the_order),
		TEST(time_outs),
	};
	int code;

	if (fake_main(argc, argv, &code))
		return code;
	return cmocka_run_group_tests_name("runner", tests, start_slow, NULL);
}
