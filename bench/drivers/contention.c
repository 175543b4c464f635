// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does EBUSY cost as CPUs share an element?
 *
 * One operation: as in the bench `latency`, target self, but the elements are fewer than the CPUs: the
 * worker number i schedules on element i modulo `elements`, and who finds it taken gets EBUSY. As many
 * elements as CPUs, or more, is the control: nobody shares.
 *
 * Time stamps as in `latency`; beside them
 *   busy     the last thing in the callback: other CPUs found the element taken from about the call
 *            until a little later (the kernel's way back to STANDBY is not observed)
 *   reject   after a call that returned EBUSY, from the call
 *
 * The predicted EBUSY ratio (Poisson arrivals of a worker only) comes from the measured rates and mean
 * busy times; formula and assumptions are at loss_finite(). It knows nothing of the measured ratio. A
 * gap between the two is a finding: works that bunch, or an element that is busy for longer than its
 * callback says.
 *
 * Not measured: waiting, as there is none: a rejected call is not repeated. Packed against padded
 * elements differ in a word beside the kernel's that the callback writes; the kernel itself only reads
 * the element once it has a context.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cohort.h"
#include "family.h"
#include "loss.h"
#include "params.h"

struct contention {
	struct bpf_family family;
	bool open;
	struct calib_cost cost;
	uint64_t elements;
};

static const struct metric contention_metrics[] = {
	COHORT_METRICS,
	{ "ebusy_ratio_predicted", "", METRIC_GAUGE, BETTER_NONE,
	  "loss formula for the measured rates and busy times; Poisson arrivals only" },
	{ "fairness_ratio", "", METRIC_GAUGE, BETTER_HIGHER,
	  "Jain's index of what the CPUs got accepted: 1 is even" },
	{ "accepted_cpu_min_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "of the CPU with least" },
	{ "accepted_cpu_max_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "of the CPU with most" },
	{ "completed_cpu_min_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "of the CPU with least" },
	{ "completed_cpu_max_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "of the CPU with most" },
	{ "latency_ns", "ns", METRIC_HIST, BETTER_LOWER, "due to callback" },
	{ "delivery_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to callback" },
	{ "call_ns", "ns", METRIC_HIST, BETTER_LOWER, "the kfunc call, where it was accepted" },
	{ "reject_ns", "ns", METRIC_HIST, BETTER_LOWER, "the kfunc call, where it got EBUSY" },
	{ "service_ns", "ns", METRIC_HIST, BETTER_LOWER, "call to end of callback" },
	{ "busy_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "call to end of callback, our records included: what others find" },
	{ "clock_ns", "ns", METRIC_GAUGE, BETTER_NONE,
	  "one clock read, calibrated; not subtracted" },
	{ 0 },
};

static const struct column collisions[] = {
	{ "accepted\n_per_s", "accepted_per_s" },
	{ "ebusy\n_ratio", "ebusy_ratio", .spread = "ebusy_ratio\nspread" },
	{ "ebusy_ratio\n_predicted", "ebusy_ratio_predicted" },
	{ "fairness\n_ratio", "fairness_ratio" },
	{ "accepted_cpu\n_min_per_s", "accepted_cpu_min_per_s" },
	{ "_max_per_s", "accepted_cpu_max_per_s" },
	{ 0 },
};

static const struct column costs[] = {
	{ "call_ns\np50", "call_ns_p50" },
	{ "reject_ns\np50", "reject_ns_p50", .optional = true },
	{ "service_ns\np50", "service_ns_p50" },
	{ "busy_ns\nmean", "busy_ns_mean" },
	{ "p50", "delivery_ns_p50", .spread = "delivery_ns\nspread" },
	{ "p99", "delivery_ns_p99" },
	{ 0 },
};

static const struct table_desc contention_tables[] = {
	{ "EBUSY as measured, and as a loss formula has it from rates and busy times.",
	  collisions },
	{ "What was served, and what a call costs, accepted or rejected.", costs },
	{ 0 },
};

static const char *const layout_names[] = { "padded", "packed", NULL };

static const struct opt contention_opts[] = {
	OPT_ROW_TRIGGER("syscall", "syscall", "syscall perf-sw"),
	OPT_ROW_MODE("signal", "signal", "signal resume"),
	OPT_ROW_TARGET("self"),
	OPT_ROW_ARRIVAL("poisson", "poisson", "poisson max"),
	OPT_ROW_RATE("10000", "10000", "1000 10000"),
	OPT_ROW_CPUS("all"),
	{ .name = "elements",
	  .type = OPT_U64,
	  .min = 1,
	  .max = 65536,
	  .def = { "1", "1 1024", "1 1024" },
	  .help = "shared elements; as many as CPUs or more: one each" },
	{ .name = "layout",
	  .type = OPT_ENUM,
	  .choices = layout_names,
	  .def = { "padded", "padded", "padded packed" },
	  .help = "elements on cache lines of their own, or side by side" },
	OPT_ROW_INJECT_NS,
	OPT_ROW_INJECT_AT,
	{ 0 },
};

static int open_family(struct invocation *inv, struct contention *c)
{
	bool is_padded = !strcmp(inv_str(inv, "layout"), "padded");
	struct tw_config config;
	int err;

	family_config(inv, &config);
	config.layout = is_padded ? TW_LAYOUT_PADDED : TW_LAYOUT_PACKED;
	for (unsigned int i = 0; i < inv->n_workers; i++)
		config.element[inv->workers[i].cpu] = i % c->elements;
	err = family_open(inv, &c->family, "contention", "slots", &config, &c->open);
	if (err)
		return err;
	err = bpf_family_resize(&c->family, is_padded ? "padded" : "packed", c->elements);
	return err ? family_fail(inv, &c->family, err) : family_load(inv, &c->family);
}

static int contention_setup(struct invocation *inv)
{
	struct contention *c = calloc(1, sizeof(*c));
	int err;

	inv->priv = c;
	if (!c)
		return inv_fail(inv, -ENOMEM, "no memory");
	c->elements = inv_u64(inv, "elements");
	err = family_calibrate(inv, &c->cost);
	if (!err)
		err = open_family(inv, c);
	if (err)
		return err;
	family_inject(inv, &c->cost);
	return family_attach(inv, &c->family);
}

/* ---- what follows from the counters of each CPU ---- */

/* NAN unless the calls are Poisson's. */
static double predict(const struct invocation *inv, const struct contention *c,
		      const struct tw_counts *of, double busy_s)
{
	struct loss_source *s = calloc(inv->n_workers, sizeof(*s));
	double lost = 0, attempts = 0;

	if (!s || inv->workers[0].pacer.arrival != ARRIVAL_POISSON || !inv->trigger->fire)
		lost = NAN;
	/* Each element is a system of its own. */
	for (uint64_t e = 0; e < c->elements && e < inv->n_workers && !isnan(lost); e++) {
		double here = 0;
		size_t n = 0;

		for (unsigned int i = e; i < inv->n_workers; i += c->elements) {
			s[n++] = (struct loss_source){ of[i].attempts / (inv->window_ns / 1e9),
						       busy_s };
			here += of[i].attempts;
		}
		lost += here ? here * loss_finite(s, n) : 0;
		attempts += here;
	}
	free(s);
	return lost / attempts;
}

static void set_shares(struct invocation *inv, const struct tw_counts *of, double *x)
{
	double s = inv->window_ns / 1e9, low = INFINITY, high = 0, slow = INFINITY, fast = 0;

	for (unsigned int i = 0; i < inv->n_workers; i++) {
		x[i] = of[i].accepted;
		low = fmin(low, of[i].accepted);
		high = fmax(high, of[i].accepted);
		slow = fmin(slow, of[i].completed);
		fast = fmax(fast, of[i].completed);
	}
	inv_gauge(inv, "fairness_ratio", jain_index(x, inv->n_workers));
	inv_gauge(inv, "accepted_cpu_min_per_s", low / s);
	inv_gauge(inv, "accepted_cpu_max_per_s", high / s);
	inv_gauge(inv, "completed_cpu_min_per_s", slow / s);
	inv_gauge(inv, "completed_cpu_max_per_s", fast / s);
}

static int set_per_cpu(struct invocation *inv, struct contention *c)
{
	struct tw_counts *of = calloc(inv->n_workers, sizeof(*of));
	double *x = calloc(inv->n_workers, sizeof(*x));
	struct tw_hist busy;
	int err = of && x ? 0 : inv_fail(inv, -ENOMEM, "no memory");

	for (unsigned int i = 0; i < inv->n_workers && !err; i++)
		if (bpf_family_window_counts(&c->family, inv->workers[i].cpu, &of[i]))
			err = family_fail(inv, &c->family, -EIO);
	if (!err && bpf_family_hist(&c->family, TW_CH_BUSY, &busy))
		err = family_fail(inv, &c->family, -EIO);
	if (!err) {
		set_shares(inv, of, x);
		if (busy.count)
			inv_gauge(inv, "ebusy_ratio_predicted",
				  predict(inv, c, of, busy.sum / 1e9 / busy.count));
	}
	free(of);
	free(x);
	return err;
}

static const char *const hist_names[TW_CONTENTION_HISTS] = {
	[TW_CH_LATENCY] = "latency_ns", [TW_CH_DELIVERY] = "delivery_ns",
	[TW_CH_CALL] = "call_ns",	[TW_CH_SERVICE] = "service_ns",
	[TW_CH_BUSY] = "busy_ns",	[TW_CH_REJECT] = "reject_ns",
};

static int contention_collect(struct invocation *inv)
{
	struct contention *c = inv->priv;
	int err = cohort_collect(inv, &c->family);

	if (!err)
		err = family_hists(inv, &c->family, hist_names, TW_CONTENTION_HISTS);
	if (!err)
		err = set_per_cpu(inv, c);
	if (err)
		return err;
	cohort_rates(inv);
	inv_gauge(inv, "clock_ns", c->cost.clock_ns);
	return 0;
}

static void contention_teardown(struct invocation *inv)
{
	struct contention *c = inv->priv;

	if (c && c->open)
		cohort_teardown(inv, &c->family);
	free(c);
}

const struct bench bench_contention = {
	.name = "contention",
	.question = "what does EBUSY cost as CPUs share an element?",
	.metrics = contention_metrics,
	.tables = contention_tables,
	.opts = contention_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.setup = contention_setup,
	.work = worker_drive,
	.collect = contention_collect,
	.teardown = contention_teardown,
};
