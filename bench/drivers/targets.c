// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what changes when the callback is to run in another task, or in one that cannot?
 *
 * One operation: the trigger fires on a worker's CPU; the program looks up the worker's target by its
 * thread id and calls the kfunc for it on the CPU's own element; the kernel runs the callback when
 * the target next returns to user space, which a notification may bring about.
 *
 * Time stamps, all bpf_ktime_get_ns():
 *   due   the generator meant to fire
 *   call  on the worker's CPU, last thing before the kfunc; after the look-up of the target
 *   run   on the target's CPU, after the callback has found its slot
 *   done  last thing in the callback before its own bookkeeping
 * run and call are of two CPUs: what their clocks differ is part of the delivery (negative ones are
 * counted apart).
 *
 * Not measured: the cost of the call (the callback may come before it returns, there is no instant to
 * put it into). Censored: what is pending when the load stops has no latency yet; it is counted
 * (in_flight), with the age of the oldest; then sleepers are woken, and it runs. What a target that
 * is gone did not run is lost, not failed: the kfunc returned 0.
 *
 * Interrupted waits and context switches are counted from the target's start to its end, and divided
 * by all that was accepted in that time, warm-up included.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "family.h"
#include "params.h"
#include "target_bench.h"

static const struct metric targets_metrics[] = {
	{ "latency_ns", "ns", METRIC_HIST, BETTER_LOWER, "due to callback: what a user waits" },
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to callback: the kernel's part" },
	{ "service_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "call to end of callback: how long the element is busy" },
	COHORT_METRICS,
	{ "lost_ratio", "", METRIC_GAUGE, BETTER_LOWER,
	  "never run, as the target was gone, per accepted" },
	{ "filtered_ratio", "", METRIC_GAUGE, BETTER_NONE,
	  "firings that found no target (it was gone already)" },
	{ "in_flight", "", METRIC_GAUGE, BETTER_LOWER, "pending when the load had stopped" },
	{ "oldest_pending_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "age of the oldest of these: its latency is more than that" },
	{ "eintr_per_accepted", "", METRIC_GAUGE, BETTER_LOWER,
	  "waits of the target that ended with EINTR" },
	{ "switches_per_accepted", "", METRIC_GAUGE, BETTER_LOWER,
	  "context switches of the target" },
	{ "targets_per_s", "1/s", METRIC_GAUGE, BETTER_NONE,
	  "exiting: threads that came and went" },
	{ 0 },
};

static const struct column served[] = {
	{ "accepted\n_per_s", "accepted_per_s" },
	{ "ebusy\n_ratio", "ebusy_ratio" },
	{ "lost\n_ratio", "lost_ratio" },
	{ "p50", "delivery_ns_p50", .spread = "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99" },
	{ 0 },
};

static const struct column noticed[] = {
	{ "completed\n_per_s", "completed_per_s" },
	{ "filtered\n_ratio", "filtered_ratio" },
	{ "in\n_flight", "in_flight" },
	{ "oldest\n_pending_ns", "oldest_pending_ns", .optional = true },
	{ "eintr_per\n_accepted", "eintr_per_accepted", .optional = true },
	{ "switches_per\n_accepted", "switches_per_accepted", .optional = true },
	{ "targets\n_per_s", "targets_per_s", .optional = true },
	{ 0 },
};

static const struct table_desc targets_tables[] = {
	{ "Served: requests that the kernel accepted, and whether a callback came of them.",
	  served },
	{ "Left over: pending at the end (of unknown latency: more than its age); and what the "
	  "target noticed.",
	  noticed },
	{ 0 },
};

static bool target_is(const json_t *params, const char *name)
{
	const char *is = json_string_value(json_object_get(params, "target"));

	return is && !strcmp(is, name);
}

static bool is_zombie(const json_t *params)
{
	return target_is(params, "zombie");
}

/* Signal with each target; of resume what differs most: a sleeper, which it does not wake. */
static bool mode_swept(const json_t *params, enum profile p)
{
	const char *mode = json_string_value(json_object_get(params, "mode"));

	return p == PROFILE_FULL || !strcmp(mode, "signal") || target_is(params, "remote-wait");
}

static const struct opt targets_opts[] = {
	OPT_ROW_TRIGGER("syscall"),
	{ .name = "target",
	  .type = OPT_ENUM,
	  .choices = target_kind_names,
	  .def = { "remote", "remote remote-wait remote-read zombie exiting",
		   "self remote remote-wait remote-read zombie exiting" },
	  .help = "the task that the callback runs in: the caller, or another thread of its process "
		  "that computes, waits (epoll), reads (a pipe), has exited, or lives for 1 ms" },
	{ .name = "mode",
	  .type = OPT_ENUM,
	  .choices = mode_names,
	  .def = { "signal", "signal resume", "signal resume" },
	  .swept = mode_swept,
	  .help = "how the target is notified" },
	OPT_ROW_ARRIVAL("poisson"),
	OPT_ROW_RATE("10000", "10000", "1000 10000"),
	OPT_ROW_CPUS("first"),
	{ 0 },
};

static int targets_setup(struct invocation *inv)
{
	struct target_bench *tb = calloc(1, sizeof(*tb));
	int err;

	inv->priv = tb;
	if (!tb)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = target_bench_setup(inv, tb);
	return err ? err : family_attach(inv, &tb->family);
}

static void set_rates(struct invocation *inv)
{
	const struct counts *c = &inv->counts[COHORT_WINDOW];

	cohort_rates(inv);
	if (c->bpf.accepted)
		inv_gauge(inv, "lost_ratio", (double)c->bpf.lost / c->bpf.accepted);
	if (c->bpf.delivered)
		inv_gauge(inv, "filtered_ratio", (double)c->bpf.filtered / c->bpf.delivered);
}

static void set_pending(struct invocation *inv, const struct cohort_pending *p)
{
	inv_gauge(inv, "in_flight", p->n);
	if (p->n)
		inv_gauge(inv, "oldest_pending_ns", p->at - p->oldest_call);
}

static void set_seen(struct invocation *inv, const struct targets *t)
{
	struct target_seen seen = targets_seen(t);
	uint64_t accepted = inv->counts[COHORT_LIFE].bpf.accepted;

	if (!accepted || t->kind == TARGET_SELF || t->kind == TARGET_ZOMBIE)
		return;
	if (t->kind == TARGET_EXITING) {
		inv_gauge(inv, "targets_per_s", seen.generations / t->lived_s);
		return;
	}
	if (t->kind != TARGET_REMOTE)
		inv_gauge(inv, "eintr_per_accepted", (double)seen.interrupted / accepted);
	inv_gauge(inv, "switches_per_accepted",
		  (double)(seen.voluntary + seen.involuntary) / accepted);
}

static const char *const hist_names[TW_LATENCY_HISTS] = {
	[TW_H_LATENCY] = "latency_ns",
	[TW_H_DELIVERY] = "delivery_ns",
	[TW_H_SERVICE] = "service_ns",
};

static int targets_collect(struct invocation *inv)
{
	struct target_bench *tb = inv->priv;
	struct cohort_pending pending;
	int err = target_bench_collect(inv, tb, &pending);

	if (!err)
		err = family_hists(inv, &tb->family, hist_names, TW_LATENCY_HISTS);
	if (err)
		return err;
	set_rates(inv);
	/* Of targets that end by themselves, the last work may be lost rather than pending. */
	if (tb->targets.kind != TARGET_EXITING)
		set_pending(inv, &pending);
	set_seen(inv, &tb->targets);
	return 0;
}

static void targets_teardown(struct invocation *inv)
{
	if (inv->priv && target_bench_teardown(inv, inv->priv))
		free(inv->priv);
}

const struct bench bench_targets = {
	.name = "targets",
	.question =
		"what changes when the callback is to run in another task, or in one that cannot?",
	.metrics = targets_metrics,
	.tables = targets_tables,
	.opts = targets_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.leader_exits = is_zombie,
	.setup = targets_setup,
	.work = worker_drive,
	.collect = targets_collect,
	.teardown = targets_teardown,
};
