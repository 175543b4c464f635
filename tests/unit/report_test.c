/* SPDX-License-Identifier: GPL-2.0 */
/* What `twbench report` prints of journals made here, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report_fixture.h"

static int report(struct fixture *x, const char *option, int first, int second)
{
	const char *a = x->path[first], *b = second < 0 ? NULL : x->path[second];

	return option ? run(x, cmd_report, option, a, b, NULL)
		      : run(x, cmd_report, a, b, NULL, NULL);
}

/* ---- head and headline ---- */

static void head_names_machine_kernel_and_command(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "machine    Frob 9, 2 CPUs, bare metal\n");
	assert_says(x->out,
		    "kernel     6.18.15, preempt -, clocksource -, governor -, turbo -, debug\n"
		    "           options KASAN\n");
	assert_says(x->out, "mitigated  1 on, 1 not affected, 1 vulnerable: c\n");
	assert_says(x->out, "kfuncs     bpf_task_work_schedule_{signal,resume}_impl\n");
	assert_says(x->out, "commit abc123");
	assert_says(x->out, "command    twbench run -p 'it'\\''s mine'\n");
	assert_says(x->out, "run        2025-01-31T12:00:00Z, seed 7, 6 samples\n");
	assert_says(x->out, "1 point, 6 invocations each\n");
	assert_string_equal(x->err, "");
}

static void six_invocations_have_an_interval(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "bench      latency: How long until the callback runs?\n"
			    "always     impl=stock trigger=syscall rate=1000\n"
			    "window     1 s\n");
	assert_says(x->out, "   accepted   ebusy         delivery_ns\n"
			    "n    _per_s  _ratio    p50  spread            p99  p99.9\n"
			    "-  --------  ------  -----  --------------  -----  -----\n"
			    "6    12 346  0.0042  1 235  [1 210, 1 260]  4 870      -\n");
	assert_says(x->out, "n = 6 reaches 96.9 %");
	assert_silent(x->out, "minimum and maximum");
	assert_silent(x->out, "Offered");
	assert_silent(x->out, "Parts");
}

static void fewer_than_six_have_a_range(void **state)
{
	struct fixture *x = *state;
	char metrics[64];
	int i;

	journal_open(x, 0, env_plain);
	for (i = 0; i < 5; i++) {
		snprintf(metrics, sizeof(metrics), "{\"delivery_ns_p50\":%d}", 1000 + i);
		add_sample(x, "latency", "{}", metrics, "{}", "");
	}
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "1 002  1 000 .. 1 004  ");
	assert_says(x->out, "fewer than 6");
	assert_silent(x->out, "order statistics");
}

/* Only those invocations that were lucky to have enough values would be left. */
static void a_percentile_that_one_invocation_lacks_is_not_shown(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{}", "{\"delivery_ns_p50\":7,\"delivery_ns_p99\":8}", "{}", "");
	add_sample(x, "latency", "{}", "{\"delivery_ns_p50\":7}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "7  7 .. 7         -      -\n");
}

static void rows_are_sorted_by_their_options(void **state)
{
	struct fixture *x = *state;
	const char *rate[] = { "10000", "200", "1000" };
	char params[96];
	int i;

	journal_open(x, 0, env_plain);
	for (i = 0; i < 6; i++) {
		/* `rate` comes after `trigger` in the table of options, whatever the journal says. */
		snprintf(params, sizeof(params), "{\"rate\":%s,\"trigger\":\"%s\",\"z\":1}",
			 rate[i % 3], i < 3 ? "syscall" : "perf-sw");
		add_sample(x, "latency", params, "{\"delivery_ns_p50\":5}", "{}", "");
	}
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "always     impl=stock z=1\n");
	assert_says(x->out, "perf-sw    200  1");
	assert_true(strstr(x->out, "perf-sw    200") < strstr(x->out, "perf-sw   1000"));
	assert_true(strstr(x->out, "perf-sw   1000") < strstr(x->out, "perf-sw  10000"));
	assert_true(strstr(x->out, "perf-sw  10000") < strstr(x->out, "syscall    200"));
}

/* ---- offered ---- */

static void two_points(struct fixture *x, int ebusy)
{
	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"rate\":1}", "{}", hist_400, counts_text(0));
	add_sample(x, "latency", "{\"rate\":2}", "{}", hist_400, counts_text(ebusy));
	journal_close(x, true);
}

static void ebusy_makes_the_tail_infinite(void **state)
{
	struct fixture *x = *state;

	two_points(x, 10);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	/* Percentiles that the metrics lack come from the histogram. */
	assert_says(x->out, "   1  1         -       -  100  -            110      -\n");
	assert_says(x->out, "as infinite. Other points: as served.\n\n"
			    "          ebusy       delivery_ns\n"
			    "rate  n  _ratio  p50  spread       p99  p99.9\n"
			    "----  -  ------  ---  -----------  ---  -----\n"
			    "   2  1       -  100  -            inf      -\n\n");
}

static void offered_is_left_out_where_all_was_served(void **state)
{
	struct fixture *x = *state;

	two_points(x, 0);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_silent(x->out, "Offered");
	assert_int_equal(report(x, "--all", 0, -1), 0);
	assert_says(x->out, "Offered");
	assert_silent(x->out, "inf ");
}

/* EBUSY on more than half of the attempts: no median was offered. */
static void most_ebusy_makes_the_median_infinite(void **state)
{
	struct fixture *x = *state;

	two_points(x, 401);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "   2  1       -  inf  -            inf      -\n");
}

/* ---- other benches ---- */

static void unknown_benches_and_metrics_are_printed(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "nop", "{\"where\":\"bpf\"}",
		   "{\"clock_ns\":21.04,\"recorder_ns\":45,\"loops\":3,\"new_bytes\":1234567}",
		   "{}", "");
	add_sample(x, "alien", "{}", "{\"zap_ns_p90\":1.5,\"odd_ratio\":0.25}", "{}", "");
	add_sample(x, "latency", "{}", "{\"reclaim_ns\":77}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "alien: (this twbench does not know it)");
	assert_says(x->out, "zap_ns_p90  ns    1    1.50  -\n");
	assert_says(x->out, "odd_ratio         1  0.2500  -\n");
	assert_says(x->out, "reclaim_ns  ns    1      77  -\n");
	assert_says(x->out, "recorder_ns  ns     1         45  -\n"
			    "clock_ns     ns     1       21.0  -\n"
			    "loops        laps   1          3  -\n"
			    "new_bytes    bytes  1  1 234 567  -\n");
	assert_says(x->out, "recorder   45 ns per event, of which the clock 21.0 ns (47 %)");
}

/* What it costs in user space says nothing of the BPF side, but something where that cannot run. */
static void recorder_in_user_space_is_the_last_resort(void **state)
{
	static const char metrics[] = "{\"recorder_ns\":50,\"clock_ns\":20}";
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "nop", "{\"where\":\"user\"}", metrics, "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "recorder   50 ns per event in user space, of which the clock 20 ns");
	assert_silent(x->out, "-: unknown");
	journal_open(x, 0, env_plain);
	add_sample(x, "nop", "{\"where\":\"user\"}", metrics, "{}", "");
	add_sample(x, "nop", "{\"where\":\"bpf\"}", "{\"recorder_ns\":60,\"clock_ns\":30}", "{}",
		   "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "recorder   60 ns per event, of which the clock 30 ns (50 %)");
}

static void a_first_look_shows_two_percentiles_of_a_histogram(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "alien", "{}",
		   "{\"delivery_ns_p50\":100,\"delivery_ns_p90\":101,\"delivery_ns_p99\":110,"
		   "\"delivery_ns_mean\":100.25,\"other_ns_mean\":3,\"tiny_ratio\":0.00002,"
		   "\"none_ratio\":0}",
		   hist_400, "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "delivery_ns_p50  ns    1     100  -\n"
			    "delivery_ns_p99  ns    1     110  -\n"
			    "other_ns_mean    ns    1       3  -\n"
			    "tiny_ratio             1   2e-05  -\n"
			    "none_ratio             1       0  -\n");
	assert_int_equal(report(x, "--all", 0, -1), 0);
	assert_says(x->out, "delivery_ns_p90 ");
	assert_says(x->out, "delivery_ns_mean ");
}

/* ---- footer ---- */

static void losses_skips_errors_and_warnings_are_told_once(void **state)
{
	struct fixture *x = *state;

	two_points(x, 10);
	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{}", "{\"clock_ns\":20}", hist_400, counts_text(10));
	add_sample(x, "latency", "{}", "{\"clock_ns\":22}", hist_400, counts_text(0));
	add_skip(x, "skip", "{\"trigger\":\"perf-hw\",\"rate\":1}", "no PMU");
	add_skip(x, "skip", "{\"trigger\":\"perf-hw\",\"rate\":2}", "no PMU");
	add_skip(x, "error", "{}", "the kernel warned");
	add_sample(x, "nop", "{}", "{}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "recorder   one clock read takes 21 ns");
	assert_says(x->out, "generator  2 of 810 due instants called late");
	assert_says(x->out, "not zero   6 filtered");
	assert_says(x->out, "           6 worker migrations\n");
	assert_silent(x->out, "lost\n");
	assert_says(x->out, "conservation laws held in all 2 samples");
	assert_says(x->out, "skipped    latency trigger=perf-hw (2 times): no PMU\n");
	assert_says(x->out, "errors     latency: the kernel warned\n");
	assert_says(x->out, "warnings   governor: powersave (in 3 of 3 samples)\n");
}

static void only_skips_is_no_samples(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_skip(x, "skip", "{}", "no kfunc in this kernel");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "\nNo samples.\n");
	assert_says(x->out, "skipped    latency: no kfunc in this kernel\n");
	assert_silent(x->out, "notes");
}

/* ---- several journals ---- */

static void one_environment_becomes_one_table(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	x->boot = "another";
	journal_of_six(x, 1);
	assert_int_equal(report(x, NULL, 0, 1), 0);
	assert_says(x->out, "1 point, 12 invocations each\n");
	assert_says(x->out, "2 boots are pooled");
	assert_silent(x->out, "====");
}

static void two_environments_stay_apart(void **state)
{
	struct fixture *x = *state;
	char heading[128];

	journal_of_six(x, 0);
	journal_open(x, 1, "{\"kernel_release\":\"7.0\"}");
	add_sample(x, "latency", "{}", "{\"delivery_ns_p50\":5}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, 1), 0);
	snprintf(heading, sizeof(heading), "==== %s\nmachine    -, - CPUs, hypervisor -\n",
		 x->path[1]);
	assert_says(x->out, heading);
	assert_says(x->err, "kept apart: they differ in cpu_model, threads, kernel_release");
	assert_silent(x->err, "loadavg");
}

static void a_copy_is_refused(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	journal_of_six(x, 1);
	assert_int_equal(report(x, NULL, 0, 1), 2);
	assert_says(x->err, "is it a copy?");
	assert_string_equal(x->out, "");
}

/* ---- bad input, bad usage ---- */

static void incomplete_journals_are_reported_with_a_warning(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	journal_open(x, 1, env_plain);
	add_sample(x, "latency", "{}", "{\"delivery_ns_p50\":5}", "{}", "");
	journal_close(x, false);
	assert_int_equal(report(x, NULL, 1, -1), 0);
	assert_says(x->err, "is incomplete: it has no footer");
	assert_says(x->out, "INCOMPLETE");
	assert_int_equal(truncate(x->path[0], 900), 0);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->err, "is incomplete: its last line is torn");
}

static void damage_exits_5_and_says_where(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	fputs("{\"kind\":\"sample\"\n", x->f);
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 5);
	assert_says(x->err, "0.jsonl:2: ");
	assert_string_equal(x->out, "");
	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{}", "{\"ebusy_ratio\":NaN}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 5);
	fclose(fopen(x->path[0], "w"));
	assert_int_equal(report(x, NULL, 0, -1), 5);
	assert_int_equal(report(x, NULL, 3, -1), 5);
	assert_says(x->err, "No such file");
	assert_int_equal(run(x, cmd_report, x->dir, NULL, NULL, NULL), 5);
	assert_int_equal(run(x, cmd_export, x->dir, NULL, NULL, NULL), 5);
}

static void usage(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	assert_int_equal(run(x, cmd_report, NULL, NULL, NULL, NULL), 2);
	assert_says(x->err, "which JOURNAL?");
	assert_int_equal(report(x, "--html=/proc", 0, -1), 2);
	assert_says(x->err, "cannot write into /proc");
	assert_int_equal(report(x, "--foo", 0, -1), 2);
	assert_string_equal(x->out, "");
	assert_int_equal(run(x, cmd_report, "--help", NULL, NULL, NULL), 0);
	assert_says(x->out, "EXAMPLES");
	assert_int_equal(run(x, cmd_report, "--version", NULL, NULL, NULL), 0);
	assert_says(x->out, "twbench ");
}

/* No column for a parameter that some points do not have and the others agree on. */
static void a_parameter_of_some_points(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"trigger\":\"perf-sw\"}", "{\"delivery_ns_p50\":5}", "{}", "");
	add_sample(x, "latency", "{\"trigger\":\"syscall\",\"arrival\":\"poisson\"}",
		   "{\"delivery_ns_p50\":5}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "always     impl=stock  (where it applies: arrival=poisson)\n");
	assert_says(x->out, "syscall  1");
}

/* But a column if nothing else tells the points apart. */
static void a_parameter_that_is_or_is_not(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"trigger\":\"syscall\"}", "{\"delivery_ns_p50\":5}", "{}", "");
	add_sample(x, "latency", "{\"trigger\":\"syscall\",\"inject_ns\":1000}",
		   "{\"delivery_ns_p50\":5}", "{}", "");
	journal_close(x, true);
	assert_int_equal(report(x, NULL, 0, -1), 0);
	assert_says(x->out, "always     impl=stock trigger=syscall\n");
	assert_says(x->out, "inject_ns  n");
	assert_says(x->out, "1000  1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(head_names_machine_kernel_and_command),
		fixture_test(a_parameter_of_some_points),
		fixture_test(a_parameter_that_is_or_is_not),
		fixture_test(six_invocations_have_an_interval),
		fixture_test(fewer_than_six_have_a_range),
		fixture_test(a_percentile_that_one_invocation_lacks_is_not_shown),
		fixture_test(rows_are_sorted_by_their_options),
		fixture_test(ebusy_makes_the_tail_infinite),
		fixture_test(offered_is_left_out_where_all_was_served),
		fixture_test(most_ebusy_makes_the_median_infinite),
		fixture_test(unknown_benches_and_metrics_are_printed),
		fixture_test(recorder_in_user_space_is_the_last_resort),
		fixture_test(a_first_look_shows_two_percentiles_of_a_histogram),
		fixture_test(losses_skips_errors_and_warnings_are_told_once),
		fixture_test(only_skips_is_no_samples),
		fixture_test(one_environment_becomes_one_table),
		fixture_test(two_environments_stay_apart),
		fixture_test(a_copy_is_refused),
		fixture_test(incomplete_journals_are_reported_with_a_warning),
		fixture_test(damage_exits_5_and_says_where),
		fixture_test(usage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
