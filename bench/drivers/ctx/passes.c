// SPDX-License-Identifier: GPL-2.0
/*
 * What the program is run for: passes over all elements, each for one kind of operation; and what the
 * times of their batches come to.
 */
#include "ctx/ctx.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "family.h"
#include "quiesce.h"

/* Insertions per element until an LRU map has evicted nearly all that were looked up before. */
#define EVICT_FACTOR 3

/* The runner holds the map too, so that a killed child does not drop its last user. */
int ctx_new_map(struct invocation *inv, struct ctx *c)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	c->map_fd = inner_map_new(&c->inner, c->n);
	if (c->map_fd < 0)
		return family_fail(inv, &c->family, c->map_fd);
	if (bpf_obj_get_info_by_fd(c->map_fd, &info, &len))
		return inv_fail(inv, -errno, "the map under test: %s", strerror(errno));
	c->map_id = info.id;
	c->map_bytes = inner_map_bytes(c->map_fd);
	return inv_publish_maps(inv, &c->map_id, 1);
}

static bool is_release(int hist)
{
	return hist == TW_H_RELEASE || hist == TW_H_RELEASE_IDLE;
}

static unsigned int min_batches(const struct ctx *c, int hist)
{
	if (c->pending && hist == TW_H_REUSE)
		return 0;
	if (c->release == RELEASE_CLOSE && is_release(hist))
		return MIN_CLOSES;
	/* One round of insertions, and one more that it takes to have more. */
	if (c->release == RELEASE_EVICT && is_release(hist))
		return EVICT_FACTOR * c->n / TW_CTX_BATCH + 1;
	return MIN_BATCHES;
}

bool ctx_has_enough(const struct ctx *c)
{
	for (int h = 0; h < TW_CTX_HISTS; h++)
		if (c->series[h].n < min_batches(c, h))
			return false;
	return true;
}

/* Whether a batch that begins now is kept. A stall of the machine can be longer than a window: what
 * is then missing is measured after it. */
static bool is_kept(const struct worker *w, const struct ctx *c, int hist, uint64_t now)
{
	return hist < TW_CTX_HISTS && now >= worker_window_start(w) &&
	       c->series[hist].n < MAX_BATCHES &&
	       (now < worker_window_end(w) || c->series[hist].n < min_batches(c, hist));
}

static void keep(struct ctx *c, int hist, double ns)
{
	struct series *s = &c->series[hist];

	if (s->n < MAX_BATCHES)
		s->ns[s->n++] = ns;
}

/* The program records what is kept, and nothing else. Of insertions all or none: which of them evict
 * an armed element depends on where in their round they are. */
static struct tw_ctx_step kept_step(const struct worker *w, const struct ctx *c,
				    struct tw_ctx_step step, uint64_t now)
{
	bool kept = c->release == RELEASE_EVICT && is_release(step.hist)
			    ? c->keeps_insertions
			    : is_kept(w, c, step.hist, now);

	if (!kept)
		step.hist = TW_CTX_HISTS;
	return step;
}

int64_t ctx_pass(struct worker *w, struct ctx *c, struct tw_ctx_step first,
		 struct tw_ctx_step second, uint32_t key, uint32_t n)
{
	bool two = second.op != TW_CTX_NONE;
	int64_t done = 0;

	for (uint32_t at = 0; at < n; at += TW_CTX_BATCH) {
		uint64_t begin = now_ns();
		struct tw_ctx_run run = { .step = { kept_step(w, c, first, begin),
						    kept_step(w, c, second, begin) },
					  .first = key + at };
		/* The kernel writes ctx_in back. */
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &run, .ctx_size_in = sizeof(run));
		run.n = n - at < TW_CTX_BATCH ? n - at : TW_CTX_BATCH;
		if (bpf_prog_test_run_opts(bpf_program__fd(c->prog), &opts))
			return -errno;
		for (int i = 0; i <= two; i++)
			if (run.step[i].hist < TW_CTX_HISTS && run.done[i])
				keep(c, run.step[i].hist, (double)run.sum_ns[i] / run.done[i]);
		done += run.done[two];
	}
	return done;
}

int64_t ctx_simple(struct worker *w, struct ctx *c, struct tw_ctx_step step)
{
	return ctx_pass(w, c, step, QUIET(NONE), c->base, c->span);
}

int64_t ctx_populate(struct worker *w, struct ctx *c)
{
	int err = c->map_fd < 0 ? ctx_new_map(w->inv, c) : 0;

	return err ? err : ctx_simple(w, c, QUIET(UPDATE));
}

/* From here on our descriptor is the map's last user. Its only target, this thread, is at work here:
 * every callback ran at its last return to user space. That is checked, not believed. */
static int own_map(struct worker *w, struct ctx *c)
{
	struct tw_counts phase[TW_PHASES];
	uint64_t open = 0;
	int err = bpf_family_counts(&c->family, phase);

	if (err)
		return family_fail(w->inv, &c->family, err);
	for (int p = 0; p < TW_PHASES; p++)
		open += phase[p].accepted - phase[p].completed - phase[p].cancelled - phase[p].lost;
	if (open)
		return inv_fail(w->inv, -EBUSY, "%lld works are under way on a map to be closed",
				(long long)open);
	err = quiesce_cpus();
	if (err)
		return inv_fail(w->inv, err, "cannot wait for the CPUs: %s", strerror(-err));
	return inv_unhold_maps(w->inv, &c->map_id, 1);
}

/* The contexts go before close() returns, the map later. */
static int64_t release_close(struct worker *w, struct ctx *c, int hist)
{
	uint64_t a, b;
	bool kept;
	int err = own_map(w, c);

	if (err)
		return err;
	kept = is_kept(w, c, hist, now_ns());
	a = now_ns();
	close(c->map_fd);
	b = now_ns();
	c->map_fd = -1;
	if (kept) {
		keep(c, hist, (double)(b - a) / c->n);
		tw_hist_add(&c->closes[hist], (b - a) / c->n);
	}
	err = inner_map_drop(&c->inner);
	return err ? family_fail(w->inv, &c->family, err) : (int64_t)c->n;
}

/* What the insertions left is deleted, so that the next pass begins like this one. */
static int64_t release_evict(struct worker *w, struct ctx *c, struct tw_ctx_step step,
			     uint64_t present)
{
	uint32_t more = EVICT_FACTOR * c->n;
	int64_t n, left;

	c->keeps_insertions = is_kept(w, c, step.hist, now_ns());
	n = ctx_pass(w, c, step, QUIET(NONE), c->base + c->n, more);
	left = n < 0 ? n : ctx_simple(w, c, QUIET(DELETE));
	if (left < 0)
		return left;
	c->base += c->n + more;
	if (c->keeps_insertions && step.hist == TW_H_RELEASE) {
		c->inserted += more;
		c->evicted += present - left;
		c->armed_before += present;
	}
	return present;
}

int64_t ctx_release(struct worker *w, struct ctx *c, int hist, uint64_t present)
{
	bool deletes = c->release == RELEASE_DELETE;
	struct tw_ctx_step step = { deletes ? TW_CTX_DELETE : TW_CTX_UPDATE, hist };

	if (c->release == RELEASE_CLOSE)
		return release_close(w, c, hist);
	if (c->release == RELEASE_EVICT)
		return release_evict(w, c, step, present);
	return ctx_simple(w, c, step);
}

/* The control: everything but contexts. Looking up is what scheduling does to an LRU's order. */
int64_t ctx_idle_pass(struct worker *w, struct ctx *c)
{
	int64_t n = ctx_populate(w, c);

	if (n >= 0)
		n = ctx_simple(w, c, QUIET(TOUCH));
	return n < 0 ? n : ctx_release(w, c, TW_H_RELEASE_IDLE, n);
}

int64_t ctx_standby_pass(struct worker *w, struct ctx *c)
{
	int64_t n = ctx_populate(w, c), armed;

	armed = n < 0 ? n : ctx_simple(w, c, STEP(SCHEDULE, FIRST_USE));
	if (armed >= 0)
		n = ctx_simple(w, c, STEP(SCHEDULE, REUSE));
	return armed < 0 ? armed : n < 0 ? n : ctx_release(w, c, TW_H_RELEASE, armed);
}

int64_t ctx_pending_pass(struct worker *w, struct ctx *c)
{
	bool deletes = c->release == RELEASE_DELETE;
	struct tw_ctx_step step = { deletes ? TW_CTX_DELETE : TW_CTX_UPDATE, TW_H_RELEASE };
	int64_t n = ctx_populate(w, c);

	if (n >= 0)
		n = ctx_pass(w, c, STEP(SCHEDULE, FIRST_USE), step, c->base, c->span);
	return n < 0 ? n : ctx_simple(w, c, QUIET(REAP));
}

/* ---- results ---- */

/* NaN, hence no metric, without a batch. */
static double median(struct series *s)
{
	gsl_sort(s->ns, 1, s->n);
	return s->n ? gsl_stats_median_from_sorted_data(s->ns, 1, s->n) : NAN;
}

static double mean(const struct series *s)
{
	return s->n ? gsl_stats_mean(s->ns, 1, s->n) : NAN;
}

void ctx_set_costs(struct invocation *inv, struct ctx *c)
{
	double m[TW_CTX_HISTS], per = 1;

	for (int h = 0; h < TW_CTX_HISTS; h++)
		m[h] = median(&c->series[h]);
	/* Most insertions of a pass come before, or after, the armed elements' turn: the median would
	 * miss them. */
	if (c->release == RELEASE_EVICT) {
		m[TW_H_RELEASE] = mean(&c->series[TW_H_RELEASE]);
		m[TW_H_RELEASE_IDLE] = mean(&c->series[TW_H_RELEASE_IDLE]);
		per = c->evicted ? (double)c->inserted / c->evicted : NAN;
		if (c->armed_before)
			inv_gauge(inv, "evicted_ratio", (double)c->evicted / c->armed_before);
	}
	inv_gauge(inv, "alloc_ns", m[TW_H_FIRST_USE] - m[TW_H_REUSE]);
	inv_gauge(inv, "free_ns", (m[TW_H_RELEASE] - m[TW_H_RELEASE_IDLE]) * per);
}

int ctx_set_hists(struct invocation *inv, struct ctx *c)
{
	static const char *const names[TW_CTX_HISTS] = {
		[TW_H_FIRST_USE] = "first_use_ns",
		[TW_H_REUSE] = "reuse_ns",
		[TW_H_RELEASE] = "release_ns",
		[TW_H_RELEASE_IDLE] = "release_idle_ns",
	};
	struct tw_hist h;

	for (uint32_t i = 0; i < TW_CTX_HISTS; i++) {
		int err = bpf_family_hist(&c->family, i, &h);

		if (err)
			return family_fail(inv, &c->family, err);
		if (c->closes[i].count)
			h = c->closes[i];
		if (h.count)
			inv_hist(inv, names[i], &h);
	}
	return 0;
}
