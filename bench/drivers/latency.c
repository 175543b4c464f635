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
	{ "offered_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "due instants, all CPUs" },
	{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "calls that returned 0" },
	{ "completed_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "callbacks that ran" },
	{ "ebusy_ratio", "", METRIC_GAUGE, BETTER_LOWER, "EBUSY per attempt" },
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

static bool inject_applies(const json_t *params)
{
	return json_integer_value(json_object_get(params, "inject_ns")) > 0;
}

static const char *const inject_at_names[] = { "before-call", "after-call", "callback", NULL };

static const struct opt latency_opts[] = {
	OPT_ROW_TRIGGER("syscall perf-sw perf-hw"),
	OPT_ROW_MODE("signal resume"),
	OPT_ROW_TARGET("self"),
	OPT_ROW_ARRIVAL("poisson", "poisson", "constant poisson"),
	OPT_ROW_RATE("10000", "1000 10000", "100 1000 10000 20000"),
	OPT_ROW_CPUS("all", "first all", "first all"),
	{ .name = "inject_ns",
	  .type = OPT_U64,
	  .max = 1000000,
	  .def = { "0" },
	  .applies = inject_applies,
	  .help = "calibration: ns of a calibrated loop added at inject_at" },
	{ .name = "inject_at",
	  .type = OPT_ENUM,
	  .choices = inject_at_names,
	  .def = { "callback" },
	  .applies = inject_applies,
	  .help = "where the loop runs" },
	{ 0 },
};

static int load(struct invocation *inv, struct latency *l)
{
	struct tw_config config;
	int err = bpf_family_open(&l->family, "latency");

	l->open = !err;
	family_config(inv, &config);
	if (!err)
		err = bpf_family_use(&l->family, inv->trigger->program);
	if (!err)
		err = bpf_family_config(&l->family, &config);
	if (!err)
		err = bpf_family_resize(&l->family, "elems",
					inv->workers[inv->n_workers - 1].cpu + 1);
	return err ? family_fail(inv, &l->family, err) : family_load(inv, &l->family);
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
	inv->knobs->inject_iters = inv_u64(inv, "inject_ns") / l->cost.loop_ns + 0.5;
	return family_attach(inv, &l->family);
}

static void set_rates(struct invocation *inv)
{
	const struct counts *c = &inv->counts[COHORT_WINDOW];
	double s = inv->window_ns / 1e9;

	inv_gauge(inv, "offered_per_s", c->intended / s);
	inv_gauge(inv, "accepted_per_s", c->bpf.accepted / s);
	inv_gauge(inv, "completed_per_s", c->bpf.completed / s);
	if (c->bpf.attempts)
		inv_gauge(inv, "ebusy_ratio", (double)c->bpf.ebusy / c->bpf.attempts);
}

static int set_hists(struct invocation *inv, struct latency *l)
{
	static const char *const names[TW_LATENCY_HISTS] = {
		[TW_H_LATENCY] = "latency_ns",
		[TW_H_DELIVERY] = "delivery_ns",
		[TW_H_CALL] = "call_ns",
		[TW_H_SERVICE] = "service_ns",
	};
	struct tw_hist h;

	for (uint32_t i = 0; i < TW_LATENCY_HISTS; i++) {
		int err = bpf_family_hist(&l->family, i, &h);

		if (err)
			return family_fail(inv, &l->family, err);
		if (i != TW_H_LATENCY || inv->trigger->has_due)
			inv_hist(inv, names[i], &h);
	}
	return 0;
}

static int latency_collect(struct invocation *inv)
{
	struct latency *l = inv->priv;
	int err = cohort_collect(inv, &l->family);

	if (!err)
		err = set_hists(inv, l);
	if (err)
		return err;
	set_rates(inv);
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
