// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what do threads that share elements cost each other?
 *
 * One operation: the kfunc called by a worker, for itself, on a random one of the shared elements;
 * if it was accepted, the interrupt where one was raised, and the callback at the return to user
 * space. If not: EBUSY, on to another. In user space, on the shim: the workers are its CPUs, with a
 * task each, and share program, map and elements.
 *
 * Time stamps: clock_gettime() around USER_BATCH operations. Rates are over the time in such
 * batches. Counted: calls by their result, and callbacks in the callback, each by its own worker;
 * in flight: the elements that are not STANDBY at the end. A batch belongs to the window if it lies
 * in it as a whole.
 *
 * Not measured: other targets than self; deletions.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "loss.h"
#include "params.h"
#include "user/user.h"

static const struct metric user_contend_metrics[] = {
	{ "attempts_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "calls, all workers" },
	{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "calls that returned 0" },
	{ "ebusy_ratio", "", METRIC_GAUGE, BETTER_LOWER, "EBUSY per attempt" },
	{ "attempt_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "an operation, accepted or not: mean over the workers" },
	{ "attempt_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "likewise, instructions" },
	{ "fairness_ratio", "", METRIC_GAUGE, BETTER_HIGHER,
	  "Jain's index of what the workers got accepted: 1 is even" },
	{ 0 },
};

/* Not attempt_ns: the mean of cheap rejections and dear works, its ratio is that of the mixtures. */
static const char *const rows[] = { "accepted_per_s", "ebusy_ratio", "fairness_ratio", NULL };

static const struct side_by_side user_contend_side = { "Workers on shared elements.\n" USER_TITLE,
						       rows, user_ratios };

static const struct opt user_contend_opts[] = {
	OPT_ROW_CPUS("all", "all", "first all"),
	{ .name = "elements",
	  .type = OPT_U64,
	  .max = 65536,
	  .def = { "1", "1 0 1024", "1 0 1024" },
	  .help = "shared elements; 0: as many as workers" },
	{ 0 },
};

/* A worker's, on cache lines of its own. */
struct contender {
	struct user_counts batch, window, life; /* window, life: of whole batches */
	uint64_t completed; /* of the batch */
	uint64_t completed_window, completed_life;
	double window_s;
	uint32_t at;
} __attribute__((aligned(128)));

static struct contender *contender_of(const struct worker *w)
{
	const struct user_bench *ub = w->inv->priv;

	return (struct contender *)ub->priv + w->index;
}

static int do_round(struct worker *w, struct user_meter *m)
{
	const struct user_bench *ub = w->inv->priv;
	struct contender *c = contender_of(w);
	uint64_t before = user_completed();
	struct user_counts batch = { 0 };

	user_batch_begin(m);
	ub->impl->contend(ub->bed, &c->at, USER_BATCH, &batch);
	user_batch_end(m, 0, USER_BATCH);
	c->batch = batch;
	c->completed = user_completed() - before;
	return 0;
}

static void add_counts(struct user_counts *sum, const struct user_counts *c)
{
	sum->attempts += c->attempts;
	sum->accepted += c->accepted;
	sum->ebusy += c->ebusy;
	sum->failed += c->failed;
}

static void kept(struct worker *w, bool in_window)
{
	const struct user_bench *ub = w->inv->priv;
	struct contender *c = contender_of(w);

	add_counts(&c->life, &c->batch);
	c->completed_life += c->completed;
	if (!in_window)
		return;
	add_counts(&c->window, &c->batch);
	c->completed_window += c->completed;
	c->window_s += ub->meters[w->index].now[0].ns * USER_BATCH / 1e9;
}

static int user_contend_setup(struct invocation *inv)
{
	struct user_bench wanted = { .n_series = 1, .round = do_round, .kept = kept };
	uint64_t elements = inv_u64(inv, "elements");
	struct contender *c = aligned_alloc(128, inv->n_workers * sizeof(*c));

	wanted.priv = c;
	if (!c)
		return inv_fail(inv, -ENOMEM, "no memory");
	elements = elements ? elements : inv->n_workers;
	/* Far apart in one sequence, and elsewhere in each invocation. */
	for (unsigned int i = 0; i < inv->n_workers; i++)
		c[i] = (struct contender){ .at = inv->seed + i * 0x9e3779b9U };
	return user_setup(inv, &wanted, elements);
}

/* ---- results ---- */

static void add_cohort(struct counts *sum, const struct user_counts *c, uint64_t completed)
{
	sum->bpf.delivered += c->attempts;
	sum->bpf.attempts += c->attempts;
	sum->bpf.accepted += c->accepted;
	sum->bpf.ebusy += c->ebusy;
	sum->bpf.failed[TW_FAILED_OTHER] += c->failed;
	sum->bpf.completed += completed;
}

/* A batch runs its callbacks: what is in flight at the end belongs to the last one of somebody,
 * which came after the window. */
static void set_counts(struct invocation *inv, const struct contender *c, uint64_t in_flight,
		       uint64_t lost)
{
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		add_cohort(&inv->counts[COHORT_WINDOW], &c[i].window, c[i].completed_window);
		add_cohort(&inv->counts[COHORT_LIFE], &c[i].life, c[i].completed_life);
	}
	inv->counts[COHORT_LIFE].in_flight_at_end = in_flight;
	inv->counts[COHORT_LIFE].bpf.lost = lost;
	inv->has_counts = true;
}

static void set_rates(struct invocation *inv, const struct user_bench *ub,
		      const struct contender *c)
{
	double attempts = 0, accepted = 0, ns = 0, insns = 0, share[USER_CPUS];
	const struct tw_counts *all = &inv->counts[COHORT_WINDOW].bpf;
	unsigned int n = inv->n_workers;

	for (unsigned int i = 0; i < n; i++) {
		share[i] = c[i].window.accepted / c[i].window_s;
		accepted += share[i];
		attempts += c[i].window.attempts / c[i].window_s;
		ns += user_median_ns(&ub->meters[i], 0, -1) / n;
		insns += user_median_insns(&ub->meters[i], 0, -1) / n;
	}
	inv_gauge(inv, "attempts_per_s", attempts);
	inv_gauge(inv, "accepted_per_s", accepted);
	inv_gauge(inv, "ebusy_ratio", (double)all->ebusy / all->attempts);
	inv_gauge(inv, "attempt_ns", ns);
	if (ub->meters[0].perf)
		inv_gauge(inv, "attempt_insns", insns);
	/* Rounded, it can be more than 1; and if nobody got anything there is none. */
	if (accepted > 0)
		inv_gauge(inv, "fairness_ratio", fmin(1, jain_index(share, n)));
}

static int user_contend_collect(struct invocation *inv)
{
	struct user_bench *ub = inv->priv;
	uint64_t in_flight = user_busy(ub->bed, ub->impl), lost = user_lost(ub->impl);
	int err = user_finish(inv, ub);

	if (err)
		return err;
	set_counts(inv, ub->priv, in_flight, lost);
	set_rates(inv, ub, ub->priv);
	return 0;
}

const struct bench bench_user_contend = {
	.name = "user-contend",
	.question = USER_FIGURES "what do threads that share elements cost each other?",
	.metrics = user_contend_metrics,
	.side_by_side = &user_contend_side,
	.opts = user_contend_opts,
	.impl_at = user_name_at,
	.stands_in = true,
	.extra_s = user_extra_s,
	.setup = user_contend_setup,
	.work = user_work,
	.collect = user_contend_collect,
	.teardown = user_teardown,
};
