// SPDX-License-Identifier: GPL-2.0
/*
 * Question: where does the time go between the call and the callback?
 *
 * One operation: as in the bench `latency`, target self: the program calls the kfunc for the worker
 * that fires it, and the kernel runs the callback at that worker's next return to user space.
 *
 * Time stamps, all bpf_ktime_get_ns(), due, call, run and done as in `latency`; in between, where the
 * kernel lets programs look (probes=on):
 *   irq      fentry of bpf_task_work_irq; where trampolines are refused, the tracepoint
 *            irq_work_entry: of any irq_work, matched by CPU to the work that is under way there
 *   add      fexit of task_work_add inside that handler; `-` without trampolines
 *   exit     fexit of bpf_task_work_irq, or the tracepoint irq_work_exit
 *   standby  fexit of bpf_task_work_callback; `-` without trampolines
 * The first, call, begins at due: it is no part of delivery, and `-` where due is unknown.
 * A stage is the time since the latest earlier instant that is observed: what cannot be observed is
 * part of the stage behind it. A work of which an instant is missing, or that saw two irq_work
 * interrupts, is in no stage (unmatched_ratio); so the stages of all others add up exactly.
 *
 * Not measured: the probes' own cost is in the stages (a clock read and some map accesses each). The
 * rows with probes=off are the same load without them; nothing of probes=on enters `latency`.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cohort.h"
#include "family.h"
#include "params.h"

struct stages {
	struct bpf_family family;
	bool open;
	struct calib_cost cost;
	uint32_t observed; /* bit per enum tw_instant */
	const char *programs[TW_INSTANTS + 1]; /* probes to attach, NULL-terminated */
};

static const struct metric stages_metrics[] = {
	{ "stage_call_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "due to call: the generator's lag, and the program before the call" },
	{ "stage_irq_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "call to irq_work handler: the self-interrupt" },
	{ "stage_add_ns", "ns", METRIC_HIST, BETTER_LOWER, "to the end of task_work_add()" },
	{ "stage_exit_ns", "ns", METRIC_HIST, BETTER_LOWER, "to the end of the handler" },
	{ "stage_run_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "to the callback: the way out to user space" },
	{ "stage_done_ns", "ns", METRIC_HIST, BETTER_LOWER, "the callback" },
	{ "stage_standby_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "from the callback to STANDBY: the element is free again" },
	{ "latency_ns", "ns", METRIC_HIST, BETTER_LOWER, "due to callback" },
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to callback" },
	{ "service_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to end of callback" },
	{ "stage_sum_ns", "ns", METRIC_GAUGE, BETTER_NONE,
	  "mean stages, added up (without standby): beside service_ns_mean" },
	{ "unmatched_ratio", "", METRIC_GAUGE, BETTER_LOWER,
	  "works without stages: an instant missing or ambiguous" },
	COHORT_METRICS,
	{ "clock_ns", "ns", METRIC_GAUGE, BETTER_NONE,
	  "one clock read, calibrated; not subtracted" },
	{ 0 },
};

static const struct column medians[] = {
	{ "call\np50", "stage_call_ns_p50", .optional = true },
	{ "irq\np50", "stage_irq_ns_p50" },
	{ "add\np50", "stage_add_ns_p50" },
	{ "exit\np50", "stage_exit_ns_p50" },
	{ "run\np50", "stage_run_ns_p50" },
	{ "done\np50", "stage_done_ns_p50" },
	{ "standby\np50", "stage_standby_ns_p50" },
	{ "service_ns\np50", "service_ns_p50" },
	{ 0 },
};

static const struct column means[] = {
	{ "irq\nmean", "stage_irq_ns_mean" },
	{ "add\nmean", "stage_add_ns_mean" },
	{ "exit\nmean", "stage_exit_ns_mean" },
	{ "run\nmean", "stage_run_ns_mean" },
	{ "done\nmean", "stage_done_ns_mean" },
	{ "sum", "stage_sum_ns" },
	{ "service_ns\nmean", "service_ns_mean" },
	{ "unmatched\n_ratio", "unmatched_ratio" },
	{ 0 },
};

static const struct column totals[] = {
	{ "latency_ns\np50", "latency_ns_p50", .optional = true },
	{ "p50", "delivery_ns_p50", .spread = "delivery_ns\nspread" },
	{ "service_ns\np50", "service_ns_p50" },
	{ "mean", "service_ns_mean", .spread = "service_ns\nspread" },
	{ 0 },
};

static const struct table_desc stages_tables[] = {
	{ "Stages, ns, each up to the instant that it is named after; `-`: not observed, part of the next.",
	  medians },
	{ "The same as means, which add up.", means },
	{ "What probing costs: the whole way with and without probes.", totals },
	{ 0 },
};

static const char *const probes_names[] = { "off", "on", NULL };

static const struct opt stages_opts[] = {
	OPT_ROW_TRIGGER("syscall", "syscall", "syscall perf-sw prog-run"),
	OPT_ROW_MODE("signal", "signal", "signal resume"),
	OPT_ROW_TARGET("self"),
	OPT_ROW_ARRIVAL("poisson"),
	OPT_ROW_RATE("10000", "10000", "1000 10000"),
	OPT_ROW_CPUS("first"),
	{ .name = "probes",
	  .type = OPT_ENUM,
	  .choices = probes_names,
	  .def = { "on", "off on", "off on" },
	  .help = "programs on the path; off: the same load without them" },
	OPT_ROW_INJECT_NS,
	OPT_ROW_INJECT_AT,
	{ 0 },
};

/* ---- sources ---- */

static void observe(struct invocation *inv, struct stages *s, enum tw_instant i, const char *name,
		    const char *program, const char *source)
{
	size_t n = 0;

	while (s->programs[n])
		n++;
	s->programs[n] = program;
	s->observed |= 1U << i;
	inv_source(inv, name, "%s", source);
}

static void choose_handler(struct invocation *inv, struct stages *s)
{
	char why[128];

	if (!probe_trampoline("bpf_task_work_irq", why, sizeof(why))) {
		observe(inv, s, TW_I_IRQ, "irq", "fn_irq_entry", "fentry bpf_task_work_irq");
		observe(inv, s, TW_I_EXIT, "exit", "fn_irq_exit", "fexit bpf_task_work_irq");
	} else if (!probe_tp_btf("irq_work_entry", why, sizeof(why))) {
		observe(inv, s, TW_I_IRQ, "irq", "tp_irq_entry", "tp_btf irq_work_entry");
		observe(inv, s, TW_I_EXIT, "exit", "tp_irq_exit", "tp_btf irq_work_exit");
	} else {
		inv_source(inv, "irq", "- (tracepoint irq_work_entry: %s)", why);
		inv_source(inv, "exit", "- (tracepoint irq_work_exit: %s)", why);
	}
}

static void choose_trampoline(struct invocation *inv, struct stages *s, enum tw_instant i,
			      const char *name, const char *program, const char *function)
{
	char why[128], source[64];

	snprintf(source, sizeof(source), "fexit %s", function);
	if (!probe_trampoline(function, why, sizeof(why)))
		observe(inv, s, i, name, program, source);
	else
		inv_source(inv, name, "- (%s: %s)", source, why);
}

/* ---- the bench ---- */

static int load(struct invocation *inv, struct stages *s)
{
	struct tw_config config;
	int err;

	s->observed = 1U << TW_I_CALL | 1U << TW_I_RUN | 1U << TW_I_DONE;
	if (!strcmp(inv_str(inv, "probes"), "on")) {
		choose_handler(inv, s);
		choose_trampoline(inv, s, TW_I_ADD, "add", "fn_add", "task_work_add");
		choose_trampoline(inv, s, TW_I_STANDBY, "standby", "fn_standby",
				  "bpf_task_work_callback");
		if (!s->programs[0])
			return inv_skip(inv, "this kernel lets no program look at any stage");
	}
	family_config(inv, &config);
	config.observed = s->observed;
	err = family_open(inv, &s->family, "stages", "elems", &config, &s->open);
	for (int i = 0; !err && s->programs[i]; i++)
		if (bpf_family_use(&s->family, s->programs[i]))
			err = family_fail(inv, &s->family, -ENOENT);
	return err ? err : family_load(inv, &s->family);
}

static int stages_setup(struct invocation *inv)
{
	struct stages *s = calloc(1, sizeof(*s));
	int err;

	inv->priv = s;
	if (!s)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = family_calibrate(inv, &s->cost);
	if (!err)
		err = load(inv, s);
	if (err)
		return err;
	family_inject(inv, &s->cost);
	for (int i = 0; s->programs[i]; i++) {
		err = bpf_family_attach(&s->family, s->programs[i]);
		if (err)
			return family_fail(inv, &s->family, err);
	}
	return family_attach(inv, &s->family);
}

static const char *const hist_names[TW_STAGES_HISTS] = {
	[TW_I_CALL] = "stage_call_ns",	     [TW_I_IRQ] = "stage_irq_ns",
	[TW_I_ADD] = "stage_add_ns",	     [TW_I_EXIT] = "stage_exit_ns",
	[TW_I_RUN] = "stage_run_ns",	     [TW_I_DONE] = "stage_done_ns",
	[TW_I_STANDBY] = "stage_standby_ns", [TW_SH_LATENCY] = "latency_ns",
	[TW_SH_DELIVERY] = "delivery_ns",    [TW_SH_SERVICE] = "service_ns",
};

/* Beside the whole way, which is recorded by itself and of all works. */
static int add_up(struct invocation *inv, struct stages *s)
{
	double sum = 0, service = NAN;
	struct tw_hist h;

	for (uint32_t i = TW_I_IRQ; i < TW_STAGES_HISTS; i++) {
		int err = bpf_family_hist(&s->family, i, &h);

		if (err)
			return family_fail(inv, &s->family, err);
		if (h.count && i <= TW_I_DONE)
			sum += (double)h.sum / h.count;
		if (h.count && i == TW_SH_SERVICE)
			service = (double)h.sum / h.count;
	}
	inv_gauge(inv, "stage_sum_ns", sum);
	if (fabs(sum - service) > 0.02 * service)
		inv_warn(inv,
			 "stages: their means add up to %.0f ns, service_ns has %.0f ns: the works "
			 "without stages (unmatched_ratio) are not like the others",
			 sum, service);
	return 0;
}

static int set_unmatched(struct invocation *inv, struct stages *s)
{
	uint64_t completed = inv->counts[COHORT_WINDOW].bpf.completed, n;
	int err = bpf_family_unmatched(&s->family, &n);

	if (err)
		return family_fail(inv, &s->family, err);
	if (completed)
		inv_gauge(inv, "unmatched_ratio", n < completed ? (double)n / completed : 1);
	return 0;
}

static int stages_collect(struct invocation *inv)
{
	struct stages *s = inv->priv;
	int err = cohort_collect(inv, &s->family);
	const char *names[TW_STAGES_HISTS];

	for (int i = 0; i < TW_STAGES_HISTS; i++)
		names[i] = i >= TW_INSTANTS || s->observed & 1U << i ? hist_names[i] : NULL;
	if (!err)
		err = family_hists(inv, &s->family, names, TW_STAGES_HISTS);
	if (!err)
		err = add_up(inv, s);
	if (!err)
		err = set_unmatched(inv, s);
	if (err)
		return err;
	cohort_rates(inv);
	inv_gauge(inv, "clock_ns", s->cost.clock_ns);
	return 0;
}

static void stages_teardown(struct invocation *inv)
{
	struct stages *s = inv->priv;

	if (s && s->open)
		cohort_teardown(inv, &s->family);
	free(s);
}

const struct bench bench_stages = {
	.name = "stages",
	.question = "where does the time go between the call and the callback?",
	.metrics = stages_metrics,
	.tables = stages_tables,
	.opts = stages_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.setup = stages_setup,
	.work = worker_drive,
	.collect = stages_collect,
	.teardown = stages_teardown,
};
