// SPDX-License-Identifier: GPL-2.0
/*
 * Question: how long from the wish to schedule until the callback runs?
 *
 * One operation: the trigger fires on a worker's CPU, the program calls the kfunc for that worker
 * on the CPU's own element, the kernel runs the callback at the worker's next return to user space.
 *
 * Time stamps, all bpf_ktime_get_ns():
 *   due   the generator meant to fire (syscall trigger: handed over as the argument)
 *   call  in the program, last thing before the kfunc
 *   ret   in the program, first thing after it. From process context the interrupt that the kfunc
 *         raises is usually taken before that: call_ns then contains its handler; from an interrupt
 *         it comes after
 *   run   first thing in the callback
 *   done  last thing in the callback before its own bookkeeping
 *
 * Not measured: the way from the callback's return to STANDBY; the recorder, which runs after done.
 * Part of the measured: for target self, the program's counting between ret and its end lies on the
 * way to the callback (some ten ns); so do the clock reads (clock_ns is printed beside it).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cohort.h"
#include "family.h"
#include "params.h"

struct latency {
	struct bpf_family family;
	bool open;
	struct calib_cost cost;
};

static const struct metric latency_metrics[] = {
	{ "latency_ns", "ns", METRIC_HIST, BETTER_LOWER, "due to callback: what a user waits" },
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to callback: the kernel's part" },
	{ "call_ns", "ns", METRIC_HIST, BETTER_LOWER, "the kfunc call, where it was accepted" },
	{ "service_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "call to end of callback: how long the element is busy" },
	COHORT_METRICS,
	{ "clock_ns", "ns", METRIC_GAUGE, BETTER_NONE,
	  "one clock read, calibrated; not subtracted" },
	{ 0 },
};

static const struct column served[] = {
	{ "accepted\n_per_s", "accepted_per_s" },
	{ "ebusy\n_ratio", "ebusy_ratio" },
	{ "p50", "delivery_ns_p50", .spread = "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99" },
	{ "p99.9", "delivery_ns_p99_9" },
	{ 0 },
};

static const struct column parts[] = {
	{ "call_ns\np50", "call_ns_p50", .optional = true },
	{ "service_ns\np50", "service_ns_p50", .optional = true },
	{ "p50", "latency_ns_p50", .spread = "latency_ns\nspread", .optional = true },
	{ "p99", "latency_ns_p99", .optional = true },
	{ "p99.9", "latency_ns_p99_9", .optional = true },
	{ 0 },
};

static const struct table_desc latency_tables[] = {
	{ "Served: requests that the kernel accepted.", served },
	{ "Parts: cost of the call, time the element is busy, due to run.", parts },
	{ 0 },
};

static const struct opt latency_opts[] = {
	OPT_ROW_TRIGGER("syscall perf-sw perf-hw"),
	OPT_ROW_MODE("signal resume"),
	OPT_ROW_TARGET("self"),
	OPT_ROW_ARRIVAL("poisson", "poisson", "constant poisson"),
	OPT_ROW_RATE("10000", "10000", "100 1000 10000 20000"),
	OPT_ROW_CPUS("all", "all", "first all"),
	OPT_ROW_INJECT_NS,
	OPT_ROW_INJECT_AT,
	{ 0 },
};

static int load(struct invocation *inv, struct latency *l)
{
	struct tw_config config;
	int err;

	family_config(inv, &config);
	err = family_open(inv, &l->family, "latency", "elems", &config, &l->open);
	return err ? err : family_load(inv, &l->family);
}

static int latency_setup(struct invocation *inv)
{
	struct latency *l = calloc(1, sizeof(*l));
	int err;

	inv->priv = l;
	if (!l)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = family_calibrate(inv, &l->cost);
	if (!err)
		err = load(inv, l);
	if (err)
		return err;
	family_inject(inv, &l->cost);
	return family_attach(inv, &l->family);
}

static const char *const hist_names[TW_LATENCY_HISTS] = {
	[TW_H_LATENCY] = "latency_ns",
	[TW_H_DELIVERY] = "delivery_ns",
	[TW_H_CALL] = "call_ns",
	[TW_H_SERVICE] = "service_ns",
};

static int latency_collect(struct invocation *inv)
{
	struct latency *l = inv->priv;
	int err = cohort_collect(inv, &l->family);

	if (!err)
		err = family_hists(inv, &l->family, hist_names, TW_LATENCY_HISTS);
	if (err)
		return err;
	cohort_rates(inv);
	inv_gauge(inv, "clock_ns", l->cost.clock_ns);
	return 0;
}

static void latency_teardown(struct invocation *inv)
{
	struct latency *l = inv->priv;

	if (l && l->open)
		cohort_teardown(inv, &l->family);
	free(l);
}

const struct bench bench_latency = {
	.name = "latency",
	.question = "how long from the wish to schedule until the callback runs?",
	.metrics = latency_metrics,
	.tables = latency_tables,
	.opts = latency_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.setup = latency_setup,
	.work = worker_drive,
	.collect = latency_collect,
	.teardown = latency_teardown,
};
