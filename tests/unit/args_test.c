/* SPDX-License-Identifier: GPL-2.0 */
/* The command line of `twbench run`: every option in each form, ranges with their edges, errors. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "args_fixture.h"

/* ---- plain options ---- */

static void nothing_given(void **state)
{
	char *argv[] = { "run", NULL };

	assert_int_equal(parse(1, argv), -1);
	assert_string_equal(said, "");
	assert_int_equal(args.n_benches, 0);
	assert_null(args.benches[0]);
	assert_int_equal(args.profile, PROFILE_QUICK);
	assert_null(args.output);
	assert_int_equal(args.invocations, 0);
	assert_true(args.window_s == 0 && args.budget_s == 0);
	assert_false(args.has_seed || args.resume || args.dry_run || args.quiet ||
		     args.require_live || args.plan_given);
	assert_int_equal(json_object_size(args.values), 0);
}

/* An integer option in all its forms, and at both edges of its range. */
static void expect_integer(const char *name, const uint64_t *field, uint64_t min, uint64_t max)
{
	char bad[] = "|-1|+1| 1|1 |x|1x|0x1|1.5|1e1|99999999999999999999|18446744073709551617";
	char arg[64], text[64], range[64];

	snprintf(range, sizeof(range), "must be %llu..%llu", (unsigned long long)min,
		 (unsigned long long)max);
	for (int i = 0; i < 2; i++) {
		uint64_t v = i ? max : min;

		snprintf(arg, sizeof(arg), "%s=%llu", name, (unsigned long long)v);
		ACCEPT(arg);
		assert_int_equal(*field, v);
		assert_true(args.plan_given);
		snprintf(arg, sizeof(arg), "%s", name);
		snprintf(text, sizeof(text), "%llu", (unsigned long long)v);
		ACCEPT("alpha", arg, text);
		assert_int_equal(*field, v);
	}
	snprintf(arg, sizeof(arg), "%s=%llu", name, (unsigned long long)max + 1);
	REFUSE(range, arg);
	snprintf(arg, sizeof(arg), "%s=%lld", name, (long long)min - 1);
	REFUSE(range, arg);
	for (char *rest = bad, *item; (item = strsep(&rest, "|"));) {
		snprintf(arg, sizeof(arg), "%s=%s", name, item);
		REFUSE(range, arg);
	}
	snprintf(arg, sizeof(arg), "%s", name);
	REFUSE("unknown or incomplete option", arg);
}

static void integers(void **state)
{
	expect_integer("--invocations", &args.invocations, 1, 100000);
	ACCEPT("-n3");
	assert_int_equal(args.invocations, 3);
	ACCEPT("-n", "4", "-n", "5");
	assert_int_equal(args.invocations, 5);
	REFUSE("unknown or incomplete option", "-n");
	assert_false(args.has_seed);
	expect_integer("--seed", &args.seed, 0, 0x7fffffff);
	ACCEPT("--seed=0");
	assert_true(args.has_seed);
}

static void expect_seconds(const char *name, const double *field)
{
	char bad[] = "|0|-1|x|1s|1 |nan|inf|-inf|1e400|1e-400|1000000.1|0.0|1,5|-0";
	char arg[64];

	for (char *rest = bad, *item; (item = strsep(&rest, "|"));) {
		snprintf(arg, sizeof(arg), "%s=%s", name, item);
		REFUSE("must be 0.001..1000000 seconds", arg);
	}
	snprintf(arg, sizeof(arg), "%s=1000000", name);
	ACCEPT(arg);
	assert_true(*field == 1e6);
	snprintf(arg, sizeof(arg), "%s", name);
	ACCEPT(arg, "0.25");
	assert_true(*field == 0.25 && args.plan_given);
	ACCEPT(arg, "2e1");
	assert_true(*field == 20);
	REFUSE("unknown or incomplete option", arg);
}

static void seconds(void **state)
{
	expect_seconds("--duration", &args.window_s);
	expect_seconds("--budget", &args.budget_s);
	ACCEPT("-d", "0.5");
	assert_true(args.window_s == 0.5);
	ACCEPT("-d1.5", "--budget=7");
	assert_true(args.window_s == 1.5 && args.budget_s == 7);
}

static void profile_names(void **state)
{
	ACCEPT("-p", "smoke");
	assert_int_equal(args.profile, PROFILE_SMOKE);
	assert_true(args.plan_given);
	ACCEPT("-pfull");
	assert_int_equal(args.profile, PROFILE_FULL);
	ACCEPT("--profile", "quick");
	assert_int_equal(args.profile, PROFILE_QUICK);
	ACCEPT("--profile=full", "-p", "smoke");
	assert_int_equal(args.profile, PROFILE_SMOKE);
	REFUSE("no profile 'slow'; there are: smoke quick full", "-p", "slow");
	REFUSE("no profile ''", "--profile=");
}

/* These do not determine the plan: they go with --resume. */
static void output_and_flags(void **state)
{
	ACCEPT("-o", "a.jsonl", "--output=b.jsonl", "-q", "--resume", "--dry-run",
	       "--require-live");
	assert_string_equal(args.output, "b.jsonl");
	assert_true(args.quiet && args.resume && args.dry_run && args.require_live);
	assert_false(args.plan_given);
	ACCEPT("-oc", "--quiet");
	assert_string_equal(args.output, "c");
	assert_true(args.quiet);
	ACCEPT("-o", "-");
	assert_string_equal(args.output, "-");
	REFUSE("option '--resume=yes'", "--resume=yes");
}

/* They say what the journal is compared with, not what is measured. */
static void verdicts(void **state)
{
	ACCEPT("--against", "a,b", "--confirm", "--strict", "--format=json", "--alpha", "0.05",
	       "--treatment=kernel", "--alpha=0.02");
	assert_string_equal(args.verdict.against, "a,b");
	assert_true(args.verdict.confirm && args.verdict.strict && args.verdict.given);
	assert_int_equal(args.verdict.format, FORMAT_JSON);
	assert_true(args.verdict.with.opts.decide.alpha == 0.02);
	assert_false(args.plan_given || args.points_given);
	/* to be handed on */
	assert_int_equal(args.verdict.with.n_words, 6);
	assert_string_equal(args.verdict.with.words[2], "--treatment");
	assert_string_equal(args.verdict.with.words[3], "kernel");
	assert_string_equal(args.verdict.with.words[5], "0.02");
	REFUSE("alpha '0': a number between 0 and 1", "--alpha=0");
	REFUSE("unknown format 'pdf'", "--format=pdf");
	ACCEPT("-n", "3");
	assert_true(args.plan_given && !args.points_given && !args.verdict.given);
	ACCEPT("--only", "alpha here");
	assert_true(args.plan_given && !args.points_given);
	expect_values("only", "[\"alpha here\"]");
	ACCEPT("--rates=5");
	assert_true(args.points_given);
	ACCEPT("-p", "full");
	assert_true(args.points_given);
	ACCEPT("alpha");
	assert_true(args.points_given);
}

static void implementations(void **state)
{
	ACCEPT("--impl", "stock");
	assert_true(args.plan_given);
	REFUSE("no implementation 'refcounted'; there are: stock", "--impl=refcounted");
	REFUSE("there are: stock", "--impl=");
}

/* ---- benches ---- */

static void bench_names(void **state)
{
	char *argv[RUN_MAX_BENCHES + 3] = { "run" };

	ACCEPT("beta", "-n", "2", "alpha");
	assert_int_equal(args.n_benches, 2);
	assert_string_equal(args.benches[0], "beta");
	assert_string_equal(args.benches[1], "alpha");
	assert_null(args.benches[2]);
	assert_true(args.plan_given);
	ACCEPT("--", "alpha");
	assert_int_equal(args.n_benches, 1);
	REFUSE("no bench 'gamma'; there are: alpha beta", "gamma");
	REFUSE("no bench ''; there are: alpha beta", "");
	REFUSE("no bench '-n'", "--", "-n");

	for (int i = 1; i <= RUN_MAX_BENCHES + 1; i++)
		argv[i] = "alpha";
	assert_int_equal(parse(RUN_MAX_BENCHES + 1, argv), -1);
	assert_int_equal(args.n_benches, RUN_MAX_BENCHES);
	for (int i = 1; i <= RUN_MAX_BENCHES + 1; i++)
		argv[i] = "alpha";
	argv[0] = "run";
	refuse_args("more than 64 benches", RUN_MAX_BENCHES + 2, argv);
}

/* ---- sweeps ---- */

static void sweeps(void **state)
{
	ACCEPT("--rates", "1,10000000", "--rates=5");
	expect_values("rate", "[\"1\",\"10000000\",\"5\"]");
	assert_true(args.plan_given);
	/* beyond the range of the first bench, but not of every one */
	ACCEPT("--rates=20000000");
	ACCEPT("--arrival=constant,poisson,max", "--modes", "signal,resume", "--targets=self",
	       "--triggers", "quick,kernel");
	expect_values("arrival", "[\"constant\",\"poisson\",\"max\"]");
	expect_values("mode", "[\"signal\",\"resume\"]");
	expect_values("target", "[\"self\"]");
	expect_values("trigger", "[\"quick\",\"kernel\"]");
	assert_int_equal(json_object_size(args.values), 4);
}

static void bad_sweeps(void **state)
{
	REFUSE("rate '0': must be 1..10000000", "--rates=0");
	REFUSE("rate '20000001': must be 1..10000000", "--rates=20000001");
	REFUSE("rate 'x': must be", "--rates", "1000,x");
	REFUSE("rate '': must be", "--rates", "1000,");
	REFUSE("rate '': must be", "--rates=");
	REFUSE("rate '9999999999999999999999': must be", "--rates=9999999999999999999999");
	REFUSE("arrival 'poison': must be constant|poisson|max", "--arrival=poison");
	REFUSE("mode 'sig': must be signal|resume", "--modes=signal,sig");
	REFUSE("target 'other': must be self", "--targets", "other");
	REFUSE("trigger 'perf': must be quick|kernel", "--triggers=quick,perf");
	REFUSE("unknown or incomplete option", "--rates");
}

/* A comma is part of a CPU list; several lists are several options. */
static void cpu_lists(void **state)
{
	ACCEPT("--cpus", "first", "--cpus=all");
	expect_values("cpus", "[\"first\",\"all\"]");
	REFUSE("'0-' is not a CPU list", "--cpus=0-");
	REFUSE("'' is not a CPU list", "--cpus=");
	REFUSE("CPU 4096 is not online", "--cpus", "4096");
}

/* ---- --set ---- */

static void set(void **state)
{
	ACCEPT("--set", "beta.where=there,here", "--set=beta.size=2", "--set", "beta.size=64,3");
	expect_values("beta.where", "[\"there\",\"here\"]");
	expect_values("beta.size", "[\"2\",\"64\",\"3\"]");
	assert_true(args.plan_given);
	ACCEPT("--set=alpha.cpus=all", "--set", "beta.cpus=first");
	expect_values("alpha.cpus", "[\"all\"]");
	expect_values("beta.cpus", "[\"first\"]");
	ACCEPT("--rates=5", "--set=alpha.rate=7");
	expect_values("rate", "[\"5\"]");
	expect_values("alpha.rate", "[\"7\"]");
}

static void bad_set(void **state)
{
	static const char *const forms[] = { "",	 "beta", "beta.size", "beta=3",
					     "beta=3.5", "=",	 "size=3",    "beta size=3" };
	char arg[64];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		snprintf(arg, sizeof(arg), "--set=%s", forms[i]);
		REFUSE("must be BENCH.OPTION=VALUE", arg);
	}
	REFUSE("no bench 'gamma'; there are: alpha beta", "--set=gamma.size=3");
	REFUSE("no bench ''; there are: alpha beta", "--set=.size=3");
	REFUSE("beta has no option 'sizes'; it has: where rate size cpus", "--set=beta.sizes=3");
	REFUSE("beta has no option ''; it has: where rate size cpus", "--set=beta.=3");
	REFUSE("beta has no option 'size.x'", "--set=beta.size.x=3");
	REFUSE("beta.size '1': must be 2..64", "--set=beta.size=1");
	REFUSE("beta.size '65': must be 2..64", "--set=beta.size=3,65");
	REFUSE("beta.size '': must be 2..64", "--set=beta.size=");
	REFUSE("beta.size '3=4': must be 2..64", "--set=beta.size=3=4");
	REFUSE("beta.where 'nowhere': must be here|there", "--set", "beta.where=nowhere");
	REFUSE("beta.cpus: '0-' is not a CPU list", "--set=beta.cpus=0-");
	REFUSE("unknown or incomplete option", "--set");
}

/* ---- common ---- */

static void unknown_options(void **state)
{
	REFUSE("option '--nonsense': see twbench run --help", "--nonsense");
	REFUSE("option '--nonsense=3'", "alpha", "--nonsense=3");
	REFUSE("option '-x'", "-x");
	/* the first mistake is reported, and only it */
	REFUSE("--invocations '0'", "-n", "0", "--rates=0");
}

static void help_and_version(void **state)
{
	char options[] =
		"--profile --output --invocations --duration --budget --seed --cpus --rates "
		"--arrival --modes --triggers --targets --impl --set --require-live "
		"--resume --dry-run --quiet EXAMPLES";

	said_on = STDOUT_FILENO;
	assert_int_equal(WITH(parse, "--help"), EXIT_DONE);
	for (char *o = strtok(options, " "); o; o = strtok(NULL, " "))
		if (!strstr(said, o))
			fail_msg("help lacks %s", o);
	assert_int_equal(WITH(parse, "alpha", "-h"), EXIT_DONE);
	assert_non_null(strstr(said, "Usage: twbench run"));
	assert_int_equal(WITH(parse, "--version"), EXIT_DONE);
	assert_int_equal(strncmp(said, "twbench ", 8), 0);
	assert_int_equal(WITH(parse, "-V"), EXIT_DONE);
}

#define TEST(f) cmocka_unit_test_teardown(f, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_given),
		TEST(integers),
		TEST(seconds),
		TEST(profile_names),
		TEST(output_and_flags),
		TEST(verdicts),
		TEST(implementations),
		TEST(bench_names),
		TEST(sweeps),
		TEST(bad_sweeps),
		TEST(cpu_lists),
		TEST(set),
		TEST(bad_set),
		TEST(unknown_options),
		TEST(help_and_version),
	};

	return cmocka_run_group_tests_name("args", tests, NULL, NULL);
}
