// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does measuring itself cost?
 *
 * One operation: one firing of the syscall trigger whose program runs nothing, two clock reads, or
 * two clock reads and one histogram record (where=user: the same work in a user-space loop; it needs
 * no privilege and no kernel support).
 *
 * Time stamps: clock_gettime() around batches of BATCH operations, the variants taking turns batch
 * by batch, so that a drift of the machine hits all alike. A figure is the difference of the medians
 * over all batches of the window. The system call without a program is one that has no program
 * attached but takes the same traced entry path.
 *
 * Not measured: the kfunc; cache misses of a histogram that a real load has evicted.
 */
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "family.h"
#include "params.h"

#define BATCH 128
#define MIN_BATCHES 16
#define MAX_BATCHES 20000

/* Beyond the programs' own variants: no program at all. */
enum { NOP_OFF = TW_NOP_VARIANTS, NOP_SERIES };

struct nop {
	struct bpf_family family;
	bool open, user;
	struct tw_hist hist; /* where=user */
	unsigned int n;
	double ns[NOP_SERIES][MAX_BATCHES]; /* per operation, by batch */
};

static const struct metric nop_metrics[] = {
	{ "recorder_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "per event: one clock read and one histogram record" },
	{ "clock_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "of this: the clock read" },
	{ "record_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "of this: the histogram record" },
	{ "clock_share_ratio", "", METRIC_GAUGE, BETTER_NONE, "clock_ns / recorder_ns" },
	{ "program_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "an empty program on the tracepoint" },
	{ "syscall_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "the system call without a program" },
	{ 0 },
};

static const char *const where_names[] = { "bpf", "user", NULL };

static const struct opt nop_opts[] = {
	{ .name = "where",
	  .type = OPT_ENUM,
	  .choices = where_names,
	  .def = { "bpf user" },
	  .help = "record in a BPF program, or in user space" },
	{ 0 },
};

static unsigned int nop_needs_of(const json_t *params)
{
	const char *where = json_string_value(json_object_get(params, "where"));

	return !strcmp(where, "bpf") ? NEEDS_BPF | NEEDS_TRACEFS : 0;
}

static int setup_bpf(struct invocation *inv, struct nop *n)
{
	struct tw_config config;
	int err = bpf_family_open(&n->family, "nop");

	n->open = !err;
	inv->trigger = trigger_by_name("syscall");
	family_config(inv, &config);
	if (!err)
		err = bpf_family_use(&n->family, inv->trigger->program);
	if (!err)
		err = bpf_family_config(&n->family, &config);
	if (err)
		return family_fail(inv, &n->family, err);
	err = family_load(inv, &n->family);
	return err ? err : family_attach(inv, &n->family);
}

static int nop_setup(struct invocation *inv)
{
	struct nop *n = calloc(1, sizeof(*n));

	inv->priv = n;
	if (!n)
		return inv_fail(inv, -ENOMEM, "no memory");
	n->user = !strcmp(inv_str(inv, "where"), "user");
	return n->user ? 0 : setup_bpf(inv, n);
}

static void batch_bpf(struct worker *w, int series)
{
	if (series == NOP_OFF) {
		for (int i = 0; i < BATCH; i++)
			syscall(SYS_sched_get_priority_min, i);
		return;
	}
	__atomic_store_n(&w->inv->knobs->variant, series, __ATOMIC_RELAXED);
	for (int i = 0; i < BATCH; i++)
		w->inv->trigger->fire(w, i);
}

static void batch_user(struct nop *n, int series)
{
	for (int i = 0; i < BATCH; i++) {
		uint64_t a = 0, b = 0;

		if (series == TW_NOP_CLOCK || series == TW_NOP_RECORD) {
			a = now_ns();
			b = now_ns();
		}
		tw_opaque(a);
		tw_opaque(b);
		if (series == TW_NOP_RECORD)
			tw_hist_add(&n->hist, b - a);
	}
}

/* A stall of the machine can be longer than a window: the first batches may come after it. */
static bool in_window(const struct worker *w, const struct nop *n, uint64_t from, uint64_t to)
{
	return from >= worker_window_start(w) && (n->n < MIN_BATCHES || to < worker_window_end(w));
}

/* One batch of every series; kept only as a whole. */
static void round_of_batches(struct worker *w, struct nop *n)
{
	uint64_t begin = now_ns(), a = begin, b = begin;
	double ns[NOP_SERIES];

	for (int s = 0; s < NOP_SERIES; s++) {
		a = now_ns();
		if (n->user)
			batch_user(n, s);
		else
			batch_bpf(w, s);
		b = now_ns();
		ns[s] = (double)(b - a) / BATCH;
	}
	if (n->n == MAX_BATCHES || !in_window(w, n, begin, b))
		return;
	for (int s = 0; s < NOP_SERIES; s++)
		n->ns[s][n->n] = ns[s];
	n->n++;
}

static int nop_work(struct worker *w)
{
	struct nop *n = w->inv->priv;

	while (!worker_stop(w)) {
		round_of_batches(w, n);
		worker_ready(w);
		if (n->n >= MIN_BATCHES && now_ns() >= worker_window_end(w))
			worker_done(w);
	}
	return 0;
}

static int nop_collect(struct invocation *inv)
{
	struct nop *n = inv->priv;
	double m[NOP_SERIES], clock, record;

	if (!n->n)
		return inv_fail(inv, -ENODATA, "the window was too short for one batch");
	for (int s = 0; s < NOP_SERIES; s++) {
		gsl_sort(n->ns[s], 1, n->n);
		m[s] = gsl_stats_median_from_sorted_data(n->ns[s], 1, n->n);
	}
	clock = (m[TW_NOP_CLOCK] - m[TW_NOP_EMPTY]) / 2;
	record = m[TW_NOP_RECORD] - m[TW_NOP_CLOCK];
	inv_gauge(inv, "clock_ns", clock);
	inv_gauge(inv, "record_ns", record);
	inv_gauge(inv, "recorder_ns", clock + record);
	if (clock > 0 && record >= 0)
		inv_gauge(inv, "clock_share_ratio", clock / (clock + record));
	else
		inv_warn(inv, "clock_share_ratio: noise is larger than what it divides: stop other "
			      "load, or measure longer (-d)");
	if (!n->user) {
		inv_gauge(inv, "program_ns", m[TW_NOP_EMPTY] - m[NOP_OFF]);
		inv_gauge(inv, "syscall_ns", m[NOP_OFF]);
		inv->recursion_misses = bpf_family_recursion_misses(&n->family);
	}
	return 0;
}

static void nop_teardown(struct invocation *inv)
{
	struct nop *n = inv->priv;

	if (n && n->open) {
		inv->trigger->close(inv);
		bpf_family_close(&n->family);
	}
	free(n);
}

const struct bench bench_nop = {
	.name = "nop",
	.question = "what does measuring itself cost?",
	.metrics = nop_metrics,
	.opts = nop_opts,
	.needs_of = nop_needs_of,
	.setup = nop_setup,
	.work = nop_work,
	.collect = nop_collect,
	.teardown = nop_teardown,
};
