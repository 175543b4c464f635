// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "user.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "median.h"
#include "perf_count.h"

#define MIN_ROUNDS 64
#define MAX_ROUNDS 20000
/* Counters are opened in the order of their enum. */
#define COUNTED (COUNT_INSNS + 1)

const struct impl_ratio user_ratios[] = { { "refcounted", "posted" },
					  { "direct", "refcounted" },
					  { 0 } };

/* ---- setup ---- */

static int make_meter(struct invocation *inv, const struct user_bench *ub, struct user_meter *m)
{
	for (unsigned int s = 0; s < ub->n_series; s++) {
		m->ns[s] = calloc(MAX_ROUNDS, sizeof(double));
		m->insns[s] = calloc(MAX_ROUNDS, sizeof(double));
		if (!m->ns[s] || !m->insns[s])
			return inv_fail(inv, -ENOMEM, "no memory");
	}
	return 0;
}

/* All workers or none: a median over some of them would be of other CPUs than the times. */
static void open_counters(struct invocation *inv, struct user_bench *ub)
{
	char why[160];
	int err = 0;

	for (unsigned int i = 0; i < inv->n_workers && !err; i++)
		err = perf_count_open(inv->workers[i].tid, COUNTED, true, &ub->meters[i].perf, why,
				      sizeof(why));
	if (!err) {
		inv_source(inv, "insns", "libperf instructions:u");
		return;
	}
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		perf_count_close(ub->meters[i].perf);
		ub->meters[i].perf = NULL;
	}
	/* The thread's number is of no interest, and would make every sample's text another. */
	inv_source(inv, "insns", "- (no instruction counter: %s)", strerror(-err));
}

int user_setup(struct invocation *inv, const struct user_bench *wanted, uint32_t elements)
{
	struct user_bench *ub = malloc(sizeof(*ub));
	int err = 0;

	inv->priv = ub;
	if (!ub)
		return inv_fail(inv, -ENOMEM, "no memory");
	*ub = *wanted;
	ub->impl = user_by_name(inv->impl);
	ub->meters = calloc(inv->n_workers, sizeof(*ub->meters));
	if (!ub->impl || !ub->meters)
		return inv_fail(inv, -ENOMEM, "no memory");
	if (inv->n_workers > USER_CPUS)
		return inv_skip(inv, "the shim's machine has %d CPUs, asked for are %u: --cpus",
				USER_CPUS, inv->n_workers);
	inv_source(inv, "figures",
		   "user space, on the shim of kernel/: they rank algorithms, they "
		   "are no kernel times");
	for (unsigned int i = 0; i < inv->n_workers && !err; i++)
		err = make_meter(inv, ub, &ub->meters[i]);
	if (err)
		return err;
	open_counters(inv, ub);
	ub->bed = user_bed_create(elements);
	return ub->bed ? 0 : inv_fail(inv, -ENOMEM, "no memory for %u elements", elements);
}

static void free_meter(struct user_meter *m)
{
	perf_count_close(m->perf);
	for (unsigned int s = 0; s < USER_SERIES; s++) {
		free(m->ns[s]);
		free(m->insns[s]);
	}
}

void user_teardown(struct invocation *inv)
{
	struct user_bench *ub = inv->priv;

	if (!ub)
		return;
	/* An invocation that came to its collect() has none any more. */
	if (ub->bed)
		user_bed_free(ub->bed, ub->impl);
	for (unsigned int i = 0; ub->meters && i < inv->n_workers; i++)
		free_meter(&ub->meters[i]);
	free(ub->meters);
	free(ub->priv);
	free(ub);
}

/* ---- work ---- */

static uint64_t read_insns(struct user_meter *m)
{
	uint64_t v[COUNTERS];

	return m->perf && !perf_count_read(m->perf, v) ? v[COUNT_INSNS] : 0;
}

void user_batch_begin(struct user_meter *m)
{
	m->insns_began = read_insns(m);
	m->batch_began = now_ns();
}

void user_batch_end(struct user_meter *m, unsigned int series, uint32_t operations)
{
	uint64_t end = now_ns();

	m->now[series].ns = (double)(end - m->batch_began) / operations;
	m->now[series].insns = (double)(read_insns(m) - m->insns_began) / operations;
	m->operations[series] = operations;
}

/* A stall of the machine can be longer than a window: the first rounds may come after it. */
static bool in_window(const struct worker *w, const struct user_meter *m)
{
	return m->began >= worker_window_start(w) &&
	       (m->n < MIN_ROUNDS || now_ns() < worker_window_end(w));
}

static void keep(struct user_bench *ub, struct user_meter *m)
{
	if (m->n == MAX_ROUNDS)
		return;
	for (unsigned int s = 0; s < ub->n_series; s++) {
		const double share = 1.0 / m->operations[s];

		m->ns[s][m->n] = m->now[s].ns - share * m->now[USER_SERIES].ns;
		m->insns[s][m->n] = m->now[s].insns - share * m->now[USER_SERIES].insns;
	}
	m->n++;
}

int user_work(struct worker *w)
{
	struct user_bench *ub = w->inv->priv;
	struct user_meter *m = &ub->meters[w->index];
	bool inside;
	int err = 0;

	user_enter(w->index, ub->delivery);
	while (!worker_stop(w) && !err) {
		m->began = now_ns();
		err = ub->round(w, m);
		user_batch_begin(m);
		user_batch_end(m, USER_SERIES, 1);
		inside = in_window(w, m);
		if (inside)
			keep(ub, m);
		if (ub->kept)
			ub->kept(w, inside);
		worker_ready(w);
		if (m->n >= MIN_ROUNDS && now_ns() >= worker_window_end(w))
			worker_done(w);
		w->migrations += sched_getcpu() != w->cpu;
	}
	user_leave();
	return err;
}

/* ---- results ---- */

int user_finish(struct invocation *inv, struct user_bench *ub)
{
	bool clean = user_bed_free(ub->bed, ub->impl);

	ub->bed = NULL;
	if (!clean)
		return inv_fail(inv, -EBUSY,
				"%s: contexts, tasks, programs or maps of the shim are left",
				inv->impl);
	for (unsigned int i = 0; i < inv->n_workers; i++)
		if (!ub->meters[i].n)
			return inv_fail(inv, -ENODATA, "the window was too short for one round");
	return 0;
}

static double median(double *const *by_series, unsigned int n, int series, int minus)
{
	double *v = calloc(n, sizeof(*v)), m;

	for (unsigned int i = 0; v && i < n; i++)
		v[i] = by_series[series][i] - (minus < 0 ? 0 : by_series[minus][i]);
	if (v)
		sort_doubles(v, n);
	m = v ? median_sorted(v, n) : 0;
	free(v);
	return m;
}

double user_median_ns(const struct user_meter *m, int series, int minus)
{
	return median(m->ns, m->n, series, minus);
}

double user_median_insns(const struct user_meter *m, int series, int minus)
{
	return median(m->insns, m->n, series, minus);
}

void user_gauges(struct invocation *inv, const struct user_meter *m, const char *ns,
		 const char *insns, int series, int minus)
{
	inv_gauge(inv, ns, user_median_ns(m, series, minus));
	if (m->perf && insns)
		inv_gauge(inv, insns, user_median_insns(m, series, minus));
}

/* Measured: 15 ms for process, threads and the machine, of the usual 250. */
double user_extra_s(const json_t *params)
{
	return -0.2;
}
