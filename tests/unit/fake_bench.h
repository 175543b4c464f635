/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bench and two triggers for tests of the runner. Every hook appends its name to the file
 * $FAKE_LOG; the parameter `act` says what goes wrong, and $FAKE_AT in which invocation (counted
 * from 1 over the log; 0 or unset: in each). The runner executes the test program itself for each
 * invocation: its main() must begin with fake_main().
 */
#ifndef FAKE_BENCH_H
#define FAKE_BENCH_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "invocation_core.h"
#include "params.h"

static const char *const fake_acts[] = {
	"ok", "fail-setup", "fail-work", "fail-collect", "bad-metric", "bad-ratio", "skip-setup",
	"skip-collect", "abort-setup", "kill-work", "exit-collect", "abort-teardown",
	/* signal the runner, as Ctrl-C does: the whole group */
	"int-setup", "int-warmup", "int-window", "int-collect", "int-teardown",
	/* SIGKILL for the runner */
	"orphan",
	/* maps that the runner holds */
	"hold-maps", "hold-too-many", "unhold-unknown", "unhold-twice",
	/* one too many in a cohort */
	"counts-delivered", "counts-attempts", "counts-accepted", "counts-ebusy", "counts-failed",
	"counts-completed", "counts-cancelled", "counts-lost", "counts-in-flight", "life-delivered",
	"life-attempts", "life-accepted", "life-ebusy", "life-failed", "life-completed",
	"life-cancelled", "life-lost", "life-in-flight",
	/* slow: they last until a time-out */
	"never-ready", "never-done", "stuck", "deaf", NULL
};

static bool fake_active;

static void fake_log(const char *what)
{
	int fd = open(getenv("FAKE_LOG"), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	if (fd < 0 || dprintf(fd, "%s\n", what) < 0)
		abort();
	close(fd);
}

#include "fake_maps.h"

/* How many invocations the log holds. */
static int fake_count(void)
{
	FILE *f = fopen(getenv("FAKE_LOG"), "re");
	char line[64];
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		n += !strcmp(line, "setup\n");
	if (f)
		fclose(f);
	return n;
}

static int fake_env(const char *name, int otherwise)
{
	return getenv(name) ? atoi(getenv(name)) : otherwise;
}

static bool fake_acts_now(const struct invocation *inv, const char *act)
{
	return fake_active && !strcmp(inv_str(inv, "act"), act);
}

/* Until the runner has passed the signal on, or 3 s. */
static void fake_interrupt(void)
{
	int sig = fake_env("FAKE_SIGNAL", SIGINT);

	kill(getppid(), sig);
	if (sig != SIGTERM)
		kill(getpid(), sig);
	for (int ms = 0; ms < 3000 && !invocation_interrupted; ms++)
		usleep(1000);
	if (!invocation_interrupted)
		fake_log("not-told");
}

static void fake_die(const struct invocation *inv, const char *hook)
{
	char act[32];

	snprintf(act, sizeof(act), "abort-%s", hook);
	if (fake_acts_now(inv, act))
		abort();
	snprintf(act, sizeof(act), "kill-%s", hook);
	if (fake_acts_now(inv, act))
		kill(getpid(), SIGKILL);
	snprintf(act, sizeof(act), "exit-%s", hook);
	if (fake_acts_now(inv, act))
		_exit(3);
	snprintf(act, sizeof(act), "int-%s", hook);
	if (fake_acts_now(inv, act))
		fake_interrupt();
}

/* ---- triggers ---- */

static int fake_open(struct invocation *inv, struct bpf_program *prog)
{
	fake_log("open");
	return 0;
}

static void fake_fire(struct worker *w, uint64_t due)
{
	if (due > now_ns())
		fake_log("fired-early");
}

static void fake_quiet(struct invocation *inv)
{
	fake_log("quiet");
}

static uint64_t fake_throttled(struct invocation *inv)
{
	return 7;
}

static void fake_close(struct invocation *inv)
{
	fake_log("close");
}

static const struct trigger fake_trigger = { .name = "fake",
					     .open = fake_open,
					     .fire = fake_fire,
					     .quiet = fake_quiet,
					     .close = fake_close };
static const struct trigger fake_kernel = { .name = "fake-kernel",
					    .open = fake_open,
					    .quiet = fake_quiet,
					    .close = fake_close,
					    .throttled = fake_throttled };
const struct trigger *const triggers[] = { &fake_trigger, &fake_kernel, NULL };

/* ---- the bench ---- */

/* Workers exist before setup(), each pinned to its CPU, and have not begun. */
static bool fake_is_pinned(const struct worker *w)
{
	cpu_set_t set;

	return w->tid > 0 && !sched_getaffinity(w->tid, sizeof(set), &set) &&
	       CPU_COUNT(&set) == 1 && CPU_ISSET(w->cpu, &set);
}

static int fake_setup(struct invocation *inv)
{
	int at = fake_env("FAKE_AT", 0);

	fake_log("setup");
	fake_active = !at || fake_count() == at;
	for (unsigned int i = 0; i < inv->n_workers; i++)
		if (!fake_is_pinned(&inv->workers[i]))
			fake_log("unpinned-worker");
	inv->trigger->open(inv, NULL);
	fake_die(inv, "setup");
	if (fake_acts_now(inv, "deaf")) {
		fake_interrupt();
		sleep(60);
		fake_log("survived");
	}
	if (fake_acts_now(inv, "orphan")) {
		kill(getppid(), SIGKILL);
		sleep(3);
		fake_log("survived");
	}
	if (fake_acts_now(inv, "skip-setup")) {
		/* a library may print: not into the runner's data */
		puts("stray output");
		return inv_skip(inv, "no fakes on this machine");
	}
	if (fake_acts_now(inv, "fail-setup"))
		return inv_fail(inv, -EIO, "setup went wrong");
	for (const struct fake_maps_act *m = fake_maps_acts; m->act; m++)
		if (fake_acts_now(inv, m->act))
			return m->run(inv);
	usleep(5000);
	fake_log("setup-end");
	return 0;
}

static int fake_misbehave(struct worker *w)
{
	const struct invocation *inv = w->inv;

	fake_die(inv, "work");
	if (fake_acts_now(inv, "fail-work"))
		return -ENODEV;
	if (!fake_acts_now(inv, "never-ready"))
		worker_ready(w);
	while (fake_acts_now(inv, "int-window") && now_ns() < worker_window_start(w))
		usleep(1000);
	fake_die(inv, "warmup");
	fake_die(inv, "window");
	if (fake_acts_now(inv, "stuck")) {
		worker_done(w);
		sleep(60);
	}
	while (!worker_stop(w))
		usleep(1000);
	return 0;
}

static bool fake_has_own_work(const struct invocation *inv)
{
	static const char *const acts[] = { "fail-work",   "kill-work",	 "int-warmup", "int-window",
					    "never-ready", "never-done", "stuck" };

	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (fake_acts_now(inv, acts[i]))
			return true;
	return false;
}

static int fake_work(struct worker *w)
{
	int err;

	fake_log("work");
	if (!fake_is_pinned(w) || w->tid != gettid())
		fake_log("wrong-worker");
	err = fake_has_own_work(w->inv) ? fake_misbehave(w) : worker_drive(w);
	fake_log("work-end");
	return err;
}

static bool fake_breaks(const struct invocation *inv, const char *cohort, const char *term)
{
	char act[32];

	snprintf(act, sizeof(act), "%s-%s", cohort, term);
	return fake_acts_now(inv, act);
}

static void fake_break_law(const struct invocation *inv, const char *cohort, struct counts *c)
{
	c->bpf.delivered += fake_breaks(inv, cohort, "delivered");
	c->bpf.attempts += fake_breaks(inv, cohort, "attempts");
	c->bpf.accepted += fake_breaks(inv, cohort, "accepted");
	c->bpf.ebusy += fake_breaks(inv, cohort, "ebusy");
	c->bpf.failed[TW_FAILED_ENOMEM] += fake_breaks(inv, cohort, "failed");
	c->bpf.completed += fake_breaks(inv, cohort, "completed");
	c->bpf.lost += fake_breaks(inv, cohort, "lost");
	c->cancelled += fake_breaks(inv, cohort, "cancelled");
	c->in_flight_at_end += fake_breaks(inv, cohort, "in-flight");
}

static void fake_count_events(struct invocation *inv)
{
	struct counts c = { .bpf = { .delivered = 10107,
				     .filtered = 107,
				     .attempts = 10000,
				     .accepted = 9000,
				     .ebusy = 900,
				     .completed = 8000,
				     .lost = 350,
				     .failed = { 70, 0, 0, 30 } },
			    .cancelled = 600,
			    .in_flight_at_end = 50 };

	inv->has_counts = true;
	inv->counts[COHORT_WINDOW] = inv->counts[COHORT_LIFE] = c;
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		inv->counts[COHORT_WINDOW].intended += inv->workers[i].intended;
		inv->counts[COHORT_WINDOW].late += inv->workers[i].late;
	}
	if (inv->trigger->throttled)
		inv->counts[COHORT_LIFE].throttled = inv->trigger->throttled(inv);
	fake_break_law(inv, "counts", &inv->counts[COHORT_WINDOW]);
	fake_break_law(inv, "life", &inv->counts[COHORT_LIFE]);
}

static int fake_collect(struct invocation *inv)
{
	fake_log("collect");
	fake_die(inv, "collect");
	if (fake_acts_now(inv, "skip-collect"))
		return inv_skip(inv, "nothing to collect here");
	if (fake_acts_now(inv, "fail-collect")) {
		inv_fail(inv, -EIO, "collect went wrong");
		return inv_fail(inv, -EPIPE, "and then more");
	}
	inv_gauge(inv, fake_acts_now(inv, "bad-metric") ? "typo_ns" : "fake_ns", 42.5);
	inv_gauge(inv, "fake_ratio", fake_acts_now(inv, "bad-ratio") ? 1.5 : 0.5);
	inv_warn(inv, "a warning of the bench");
	inv->recursion_misses = 3;
	fake_count_events(inv);
	return 0;
}

static void fake_teardown(struct invocation *inv)
{
	inv->trigger->close(inv);
	fake_log("teardown");
	fake_die(inv, "teardown");
}

static const struct metric fake_metrics[] = {
	{ "fake_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "nothing" },
	{ "fake_ratio", "", METRIC_GAUGE, BETTER_NONE, "nothing of nothing" },
	{ 0 },
};

static const struct opt fake_opts[] = {
	{ .name = "act", .type = OPT_ENUM, .choices = fake_acts, .def = { "ok" } },
	{ .name = "x", .type = OPT_U64, .min = 0, .max = 100, .def = { "0" } },
	OPT_ROW_TRIGGER("fake"),
	OPT_ROW_ARRIVAL("constant"),
	OPT_ROW_RATE("1000"),
	OPT_ROW_CPUS("first"),
	{ 0 },
};

static const struct bench fake_bench = {
	.name = "fake",
	.question = "does the runner keep its promises?",
	.metrics = fake_metrics,
	.opts = fake_opts,
	.setup = fake_setup,
	.work = fake_work,
	.collect = fake_collect,
	.teardown = fake_teardown,
};

/* Never measured: whatever the machine, it lacks something. */
static unsigned int fake_unmet(const json_t *params)
{
	return NEEDS_GUEST;
}

static const struct opt fake_no_opts[] = { { 0 } };
static const struct bench fake_unfit = { .name = "unfit",
					 .opts = fake_no_opts,
					 .needs_of = fake_unmet };

const struct bench *const benches[] = { &fake_bench, &fake_unfit, NULL };

/* Whether this process is an invocation; then *code is its exit code. */
static inline bool fake_main(int argc, char **argv, int *code)
{
	if (argc < 2 || strcmp(argv[1], INVOCATION_COMMAND))
		return false;
	*code = invocation_main(argc, argv);
	return true;
}

#endif
