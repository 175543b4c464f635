// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does the target lose to the works that it is made to run?
 *
 * One operation: as in `targets`, a work for another thread of the process. Here the thread has work
 * of its own: a loop that computes (remote), or a wait (remote-wait, remote-read).
 *
 * The load is on in every second slice of time only, so that a drift of the machine hits both halves
 * alike. The computing target counts its turns per slice, by its CPU time (CLOCK_THREAD_CPUTIME_ID,
 * read at the edges of slices): other tasks on its CPU are not in it; interrupts and callbacks are.
 *   loss_ns  remote: CPU time of a slice beyond what its turns cost in slices without a work, per
 *            work that ran in it; the median over slices
 *            sleepers: CPU time at all per accepted work, as without works they would use none
 * Counters (libperf, of the target's thread, user and kernel) likewise, from sums over slices. A call
 * that comes so late that its slice is over is left out: it counts as missed (see intended, attempts).
 *
 * Not measured: what the scheduling side loses, and other tasks on the target's CPU; caches and
 * predictors that the target finds cold afterwards are part of the loss, as far as the loop uses them
 * (it fits into registers: hardly).
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "params.h"
#include "slices.h"
#include "target_bench.h"

struct victim {
	struct target_bench tb;
	struct slices s;
};

static const struct metric victim_metrics[] = {
	{ "loop_off_per_s", "1/s", METRIC_GAUGE, BETTER_NONE,
	  "turns of the target's loop per second of its CPU time, without load" },
	{ "loop_on_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "the same with load" },
	{ "loss_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "CPU time of the target that an accepted work costs it" },
	{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_NONE,
	  "calls that returned 0, per second with load" },
	{ "ebusy_ratio", "", METRIC_GAUGE, BETTER_LOWER, "EBUSY per attempt" },
	{ "eintr_per_accepted", "", METRIC_GAUGE, BETTER_LOWER,
	  "waits of the target that ended with EINTR" },
	{ "switches_per_accepted", "", METRIC_GAUGE, BETTER_LOWER, "extra context switches" },
	{ "cycles_per_accepted", "", METRIC_GAUGE, BETTER_LOWER, "extra cycles (PMU)" },
	{ "insns_per_accepted", "", METRIC_GAUGE, BETTER_LOWER, "extra instructions (PMU)" },
	{ "cache_misses_per_accepted", "", METRIC_GAUGE, BETTER_LOWER, "extra cache misses (PMU)" },
	{ 0 },
};

static const struct column lost[] = {
	{ "accepted\n_per_s", "accepted_per_s" },
	{ "p50", "loss_ns", .spread = "loss_ns\nspread" },
	{ "loop_off\n_per_s", "loop_off_per_s", .optional = true },
	{ "loop_on\n_per_s", "loop_on_per_s", .optional = true },
	{ 0 },
};

static const struct column counted[] = {
	{ "eintr", "eintr_per_accepted", .optional = true },
	{ "switches", "switches_per_accepted" },
	{ "cycles", "cycles_per_accepted", .optional = true },
	{ "insns", "insns_per_accepted", .optional = true },
	{ "cache\nmisses", "cache_misses_per_accepted", .optional = true },
	{ 0 },
};

static const struct table_desc victim_tables[] = {
	{ "Lost: CPU time of the target per accepted work, and its own work per CPU second.",
	  lost },
	{ "Noticed: per accepted work, beyond what the target's own work costs.", counted },
	{ 0 },
};

/* Those that have something to lose. */
static const char *const victim_target_names[] = { "remote", "remote-wait", "remote-read", NULL };

static const struct opt victim_opts[] = {
	OPT_ROW_TRIGGER("syscall"),
	{ .name = "target",
	  .type = OPT_ENUM,
	  .choices = victim_target_names,
	  .def = { "remote", "remote remote-wait", "remote remote-wait remote-read" },
	  .help = "what the target does for itself: computes, waits, reads" },
	OPT_ROW_MODE("signal", "signal", "signal resume"),
	OPT_ROW_PACED_ARRIVAL("constant"),
	OPT_ROW_RATE("10000", "10000", "1000 10000"),
	OPT_ROW_CPUS("first"),
	{ .name = "slice_ns",
	  .type = OPT_U64,
	  .min = 1000000,
	  .max = 1000000000,
	  .def = { "10000000" },
	  .help = "length of the slices of time, with and without load in turns" },
	{ 0 },
};

static int victim_setup(struct invocation *inv)
{
	struct victim *v = calloc(1, sizeof(*v));
	int err;

	inv->priv = v;
	if (!v)
		return inv_fail(inv, -ENOMEM, "no memory");
	inv->slice_ns = inv_u64(inv, "slice_ns");
	if (inv->window_ns < 4 * inv->slice_ns)
		return inv_skip(inv,
				"a window of %g s has no two slices of %g s of each kind: longer "
				"windows (-d), or shorter slices (--set victim.slice_ns)",
				inv->window_ns / 1e9, inv->slice_ns / 1e9);
	v->tb.targets.spin = slices_compute;
	v->tb.targets.spin_arg = &v->s;
	err = target_bench_setup(inv, &v->tb);
	if (!err)
		err = slices_open(&v->s, inv, &v->tb.targets);
	return err ? err : family_attach(inv, &v->tb.family);
}

/* Part of the window that had load. */
static double loaded_s(const struct invocation *inv)
{
	uint64_t ns = 0, next;

	for (uint64_t t = inv->window_start; t < inv->window_end; t = next) {
		next = (slice_of(inv, t) + 1) * inv->slice_ns;
		if (next > inv->window_end)
			next = inv->window_end;
		if (slice_of(inv, t) % 2)
			ns += next - t;
	}
	return ns / 1e9;
}

/* What the slices with works would not have counted for the same turns without them, per work. */
static double extra(const struct slice *off, const struct slice *on, int counter)
{
	double base = (double)off->counters[counter] / off->turns * on->turns;

	return (on->counters[counter] - base) / on->works;
}

static const char *const counter_metrics[COUNTERS] = {
	[COUNT_SWITCHES] = "switches_per_accepted",
	[COUNT_CYCLES] = "cycles_per_accepted",
	[COUNT_INSNS] = "insns_per_accepted",
	[COUNT_CACHE_MISSES] = "cache_misses_per_accepted",
};

static int set_computing(struct invocation *inv, const struct victim *v)
{
	double off_ns = slices_turn_ns(&v->s, 0), on_ns = slices_turn_ns(&v->s, 1);
	struct slice off = slices_sum(&v->s, 0), on = slices_sum(&v->s, 1);

	if (isnan(off_ns) || isnan(on_ns))
		return inv_fail(inv, -ENODATA,
				"the target was never on its CPU for a whole slice of each kind "
				"(stop other load, or longer windows: -d)");
	inv_gauge(inv, "loop_off_per_s", 1e9 / off_ns);
	inv_gauge(inv, "loop_on_per_s", 1e9 / on_ns);
	inv_gauge(inv, "loss_ns", slices_work_ns(&v->s, off_ns));
	for (unsigned int c = 0; c < v->s.n_counters; c++)
		if (counter_metrics[c])
			inv_gauge(inv, counter_metrics[c], extra(&off, &on, c));
	return 0;
}

/* Without load a sleeper counts nothing: all there is, from its start, is the works'. */
static void set_sleeping(struct invocation *inv, const struct victim *v,
			 const uint64_t counters[COUNTERS])
{
	double accepted = inv->counts[COHORT_LIFE].bpf.accepted;
	struct target_seen seen = targets_seen(&v->tb.targets);

	inv_gauge(inv, "eintr_per_accepted", seen.interrupted / accepted);
	inv_gauge(inv, "loss_ns", counters[COUNT_TASK_CLOCK] / accepted);
	for (unsigned int c = 0; c < v->s.n_counters; c++)
		if (counter_metrics[c])
			inv_gauge(inv, counter_metrics[c], counters[c] / accepted);
}

/* Of sleepers, which their wake-up at the end would add to. */
static int read_counters(struct invocation *inv, struct victim *v, uint64_t sum[COUNTERS])
{
	uint64_t one[COUNTERS];

	memset(sum, 0, COUNTERS * sizeof(*sum));
	for (unsigned int i = 0; i < v->s.n && v->tb.targets.kind != TARGET_REMOTE; i++) {
		int err = perf_count_read(v->s.v[i].counters, one);

		if (err)
			return inv_fail(inv, err, "cannot read the counters of a target: %s",
					strerror(-err));
		for (int c = 0; c < COUNTERS; c++)
			sum[c] += one[c];
	}
	return 0;
}

static int check_threads(struct invocation *inv, const struct victim *v)
{
	for (unsigned int i = 0; i < v->s.n; i++)
		if (v->s.v[i].err)
			return inv_fail(inv, v->s.v[i].err, "a target cannot read its counters: %s",
					strerror(-v->s.v[i].err));
	return 0;
}

static int victim_collect(struct invocation *inv)
{
	struct victim *v = inv->priv;
	const struct counts *c = &inv->counts[COHORT_WINDOW];
	struct cohort_pending pending;
	uint64_t counters[COUNTERS];
	int err = read_counters(inv, v, counters);

	if (!err)
		err = target_bench_collect(inv, &v->tb, &pending);
	if (!err)
		err = check_threads(inv, v);
	if (err)
		return err;
	inv_gauge(inv, "accepted_per_s", c->bpf.accepted / loaded_s(inv));
	if (c->bpf.attempts)
		inv_gauge(inv, "ebusy_ratio", (double)c->bpf.ebusy / c->bpf.attempts);
	if (v->tb.targets.kind == TARGET_REMOTE)
		return set_computing(inv, v);
	set_sleeping(inv, v, counters);
	return 0;
}

static void victim_teardown(struct invocation *inv)
{
	struct victim *v = inv->priv;

	/* A target that would not end still uses all of this. */
	if (!v || !target_bench_teardown(inv, &v->tb))
		return;
	slices_free(&v->s);
	free(v);
}

const struct bench bench_victim = {
	.name = "victim",
	.question = "what does the target lose to the works that it is made to run?",
	.metrics = victim_metrics,
	.tables = victim_tables,
	.opts = victim_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.setup = victim_setup,
	.work = worker_drive,
	.collect = victim_collect,
	.teardown = victim_teardown,
};
