// SPDX-License-Identifier: GPL-2.0
/*
 * What armed elements hold in memory, and how it comes back. See the head of the driver for what is
 * measured, and nudge() for why memory comes back at all.
 */
#include "ctx/ctx.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>

/* As long as a tasks-trace grace period takes on an idle machine, and some more. */
#define GRACE_NS 60000000ULL
/* Between nudges; also the longest error of reclaim_ns, after the pause of GRACE_NS. */
#define STEP_NS 20000000ULL
#define BLIND_STEPS 6
#define MAX_STEPS 60
#define NUDGE 256

/*
 * The kernel's allocator sends freed contexts through a grace period in lots: what is freed while one
 * lot waits is kept for the next, and the next lot leaves only when more is freed. So memory comes
 * back only if something goes on; this is the least that does it (its per-CPU cache begins to drain
 * beyond 96 objects).
 */
static int64_t nudge(struct worker *w, struct ctx *c)
{
	bool deletes = c->inner.type != BPF_MAP_TYPE_ARRAY;
	int64_t n = c->map_fd < 0 ? ctx_new_map(w->inv, c) : 0;

	if (n >= 0)
		n = ctx_pass(w, c, QUIET(UPDATE), QUIET(NONE), c->base, NUDGE);
	if (n >= 0)
		n = ctx_pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base, NUDGE);
	return n < 0 ? n
		     : ctx_pass(w, c, deletes ? QUIET(DELETE) : QUIET(UPDATE), QUIET(NONE), c->base,
				NUDGE);
}

/* Nudges until at most `level` objects are in use, or for `times` steps; without a known cache, all of
 * them. */
static int64_t drain(struct worker *w, struct ctx *c, uint64_t level, int times)
{
	const char *cache = c->mem.cache;
	struct slab_wait wait;
	int64_t n = 0;

	while (n >= 0 && times-- && !worker_stop(w)) {
		n = nudge(w, c);
		if (!slab_wait_below(cache[0] ? cache : "kmalloc-8", cache[0] ? level : 0, STEP_NS,
				     &wait) &&
		    cache[0])
			break;
	}
	return n;
}

/* Arms all. The first half uses up what the allocator had kept; what the second half takes, it takes
 * from a slab. */
static int64_t arm_halves(struct worker *w, struct ctx *c, struct slab_stats at[3])
{
	uint32_t half = c->n / 2;
	int64_t first, second;
	int err = slab_read(&at[0]);

	if (err)
		return inv_fail(w->inv, err, "cannot read /proc/slabinfo: %s (run as root)",
				strerror(-err));
	first = ctx_pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base, half);
	err = slab_read(&at[1]);
	second = first < 0 ? first
			   : ctx_pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base + half,
				      c->n - half);
	err = err ?: slab_read(&at[2]);
	c->mem.second_half = second < 0 || err ? 0 : second;
	return second < 0 ? second : first + second;
}

static bool note_cache(struct memory *m, const struct slab_stats at[3], uint64_t contexts)
{
	const struct slab_cache *grown =
		m->second_half ? slab_grown(&at[1], &at[2], m->second_half) : NULL;

	if (!grown)
		return false;
	strcpy(m->cache, grown->name);
	m->object_bytes = grown->size;
	m->before = slab_find(&at[0], grown->name)->active;
	m->half = slab_find(&at[1], grown->name)->active;
	m->armed = grown->active;
	m->contexts = contexts;
	return true;
}

/* All armed, and the cache known; or a warning. Earlier invocations may have left more with the
 * allocator than one round uses up. */
static int64_t find_cache(struct worker *w, struct ctx *c)
{
	static struct slab_stats at[3];
	int64_t n = 0;

	for (int i = 0; n >= 0 && i < 3; i++) {
		n = i ? ctx_release(w, c, TW_CTX_HISTS, n) : 0;
		if (n >= 0)
			n = drain(w, c, 0, BLIND_STEPS);
		if (n >= 0)
			n = ctx_populate(w, c);
		if (n >= 0)
			n = arm_halves(w, c, at);
		if (n >= 0 && note_cache(&c->mem, at, n))
			return n;
	}
	if (n >= 0)
		inv_warn(w->inv,
			 "memory: no cache grew by as many objects as contexts were made, "
			 "so nothing is said of it (more --set ctx.elements, or stop other load)");
	return n;
}

/* From the release of all until most is back; in the middle of it, nothing happens for a while. */
static int64_t reclaim(struct worker *w, struct ctx *c)
{
	struct memory *m = &c->mem;
	uint64_t start = now_ns(), most = m->before + m->contexts / 4, high;
	int64_t n;

	slab_range(m->cache, GRACE_NS, &m->kept, &high);
	n = drain(w, c, most, MAX_STEPS);
	m->reclaim_ns = now_ns() - start;
	m->reclaimed = n >= 0 && slab_active(m->cache) <= most;
	return n < 0 ? n : drain(w, c, m->before + NUDGE, MAX_STEPS);
}

int64_t ctx_memory_before(struct worker *w, struct ctx *c)
{
	struct memory *m = &c->mem;
	int64_t n = find_cache(w, c);
	uint64_t high;

	if (n >= 0)
		n = ctx_release(w, c, TW_CTX_HISTS, n);
	if (n < 0 || !m->cache[0])
		return n;
	n = reclaim(w, c);
	slab_range(m->cache, GRACE_NS, &m->base, &high);
	m->noise = high - m->base;
	return n;
}

int64_t ctx_memory_after(struct worker *w, struct ctx *c)
{
	struct memory *m = &c->mem;
	int64_t n = m->cache[0] ? ctx_populate(w, c) : 0;

	if (n < 0 || !m->cache[0])
		return n;
	n = ctx_simple(w, c, QUIET(SCHEDULE));
	m->end_armed = slab_active(m->cache);
	if (n >= 0)
		n = ctx_release(w, c, TW_CTX_HISTS, n);
	if (n >= 0)
		n = drain(w, c, m->base + NUDGE, MAX_STEPS);
	m->end = slab_active(m->cache);
	m->ended = n >= 0;
	return n;
}

/* ---- results ---- */

void ctx_set_memory(struct invocation *inv, const struct ctx *c)
{
	const struct memory *m = &c->mem;
	double size = m->object_bytes;

	if (c->map_bytes) {
		inv_gauge(inv, "element_bytes", (double)c->map_bytes / c->n);
		inv_source(inv, "element_bytes", "memlock of the map, by its fdinfo");
	}
	if (!m->contexts)
		return;
	inv_source(inv, "armed, kept, growth_bytes, reclaim_ns, left_over",
		   "slab statistics (/proc/slabinfo, whole machine) of %s", m->cache);
	inv_gauge(inv, "object_bytes", size);
	inv_gauge(inv, "armed_bytes", ((double)m->armed - m->half) * size / m->second_half);
	inv_gauge(inv, "kept_bytes", ((double)m->kept - m->before) * size);
	if (m->reclaimed)
		inv_gauge(inv, "reclaim_ns", m->reclaim_ns);
	if (!m->ended)
		return;
	inv_gauge(inv, "growth_bytes", ((double)m->end_armed - m->armed) * size);
	inv_gauge(inv, "left_over", (double)m->end - m->base);
	inv_gauge(inv, "left_noise", m->noise + NUDGE);
}
