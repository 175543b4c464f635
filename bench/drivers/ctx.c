// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does a context cost to allocate, use again and free?
 *
 * The kernel allocates an element's context at the first schedule call and keeps it until the element
 * is released. An element that has one and no work under way (STANDBY) is *armed* here.
 *
 * One operation: one schedule call on an element without a context (first use); one on an armed one
 * (reuse); one call that releases an armed element, and the same on one that was never armed (idle).
 * Callbacks run between the calls, at the worker's return to user space, and do nothing. With
 * state=pending the program that scheduled releases before it returns: the callback never runs.
 *
 * Time stamps: bpf_ktime_get_ns() around the kfunc or the map helper, so one clock read is part of
 * each figure; release=close: the clock around close(), divided by the elements. alloc_ns and
 * free_ns are differences in which the clock cancels: first use less reuse, release less idle, each
 * the median over batches of the batch's mean. A mean, because the allocator refills and drains its
 * per-CPU cache once per some ten operations, and that is part of the price.
 *
 * release=evict: an operation is an insertion into a full map; not each evicts an armed element,
 * hence free_ns is scaled to the elements that did go.
 *
 * Bytes are from slab statistics, of the cache that grows by as many objects as contexts were made;
 * the element itself is what the kernel charges for the map (memlock). Freed contexts stay in the
 * allocator until more are freed (kept_bytes; see nudge()): the reclaim delay, from the last release
 * until 3/4 of the contexts are back, is with a few contexts made and freed every STEP_NS, and not
 * before GRACE_NS, in which nothing is done.
 *
 * Not measured: the map's own memory after close() (a work queue frees it, after grace periods); what
 * other CPUs pay for the grace periods.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cohort.h"
#include "family.h"
#include "inner_map.h"
#include "params.h"
#include "quiesce.h"
#include "slab.h"

#define MAX_BATCHES 20000
/* Insertions per element until an LRU map has evicted nearly all that were looked up before. */
#define EVICT_FACTOR 3
/* As long as a tasks-trace grace period takes on an idle machine, and some more. */
#define GRACE_NS 60000000ULL
/* Between nudges; also the longest error of reclaim_ns, after the pause of GRACE_NS. */
#define STEP_NS 20000000ULL
#define BLIND_STEPS 6
#define MAX_STEPS 60
#define NUDGE 256
#define CHURN_SPAN 1024
/* Memory before and after the window; measured. */
#define MEMORY_S 1.0

enum { RELEASE_DELETE, RELEASE_UPDATE, RELEASE_EVICT, RELEASE_CLOSE };

struct series {
	unsigned int n;
	double ns[MAX_BATCHES]; /* mean per operation, by batch */
};

struct memory {
	char cache[48];
	uint64_t object_bytes, contexts, second_half;
	/* Objects in use: nothing armed, half, all armed, some time after their release, after
	 * reclaim; and after the window: all armed, after reclaim. */
	uint64_t before, half, armed, kept, base, end_armed, end;
	uint64_t noise; /* range of the readings of base */
	uint64_t reclaim_ns;
	bool reclaimed, ended;
};

struct ctx {
	struct bpf_family family;
	struct inner_map inner;
	struct bpf_program *prog;
	bool open, pending;
	int map_fd, release;
	uint32_t map_id;
	uint32_t n, base;
	uint32_t span; /* elements of a pass */
	/* release=evict: insertions, armed elements before them, and of those gone after. */
	uint64_t inserted, armed_before, evicted;
	uint64_t map_bytes;
	struct series series[TW_CTX_HISTS];
	struct tw_hist closes[TW_CTX_HISTS];
	struct memory mem;
};

static const struct metric ctx_metrics[] = {
	{ "first_use_ns", "ns", METRIC_HIST, BETTER_LOWER, "schedule call that makes a context" },
	{ "reuse_ns", "ns", METRIC_HIST, BETTER_LOWER, "schedule call on an armed element" },
	{ "release_ns", "ns", METRIC_HIST, BETTER_LOWER, "release of an armed element" },
	{ "release_idle_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "the same on an element that never had a context" },
	{ "alloc_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "first use less reuse, batch by batch" },
	{ "free_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "release less idle release, per context" },
	{ "armed_bytes", "B", METRIC_GAUGE, BETTER_LOWER,
	  "slab memory per armed element, beyond the element" },
	{ "object_bytes", "B", METRIC_GAUGE, BETTER_NONE, "objects of the cache that it is from" },
	{ "element_bytes", "B", METRIC_GAUGE, BETTER_LOWER,
	  "the map itself per element (memlock), no context" },
	{ "growth_bytes", "B", METRIC_GAUGE, BETTER_LOWER,
	  "all armed: after the window's churn less before it" },
	{ "kept_bytes", "B", METRIC_GAUGE, BETTER_LOWER,
	  "all released, then nothing for a grace period: what the allocator keeps" },
	{ "reclaim_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "last release until 3/4 of the contexts are back, with others released now and then" },
	{ "left_over", "", METRIC_GAUGE, BETTER_LOWER,
	  "objects more than at first, in the end, nothing armed" },
	{ "left_noise", "", METRIC_GAUGE, BETTER_NONE,
	  "resolution of left_over: its range while idle, and what the last nudge leaves" },
	{ "evicted_ratio", "", METRIC_GAUGE, BETTER_NONE,
	  "armed elements that the insertions evicted" },
	{ 0 },
};

static const struct column costs[] = {
	{ "first_use\n_ns p50", "first_use_ns_p50" },
	{ "reuse\n_ns p50", "reuse_ns_p50", .optional = true },
	{ "release\n_ns p50", "release_ns_p50" },
	{ "idle\n_ns p50", "release_idle_ns_p50" },
	{ "median", "alloc_ns", .spread = "alloc_ns\nspread", .optional = true },
	{ "median", "free_ns", .spread = "free_ns\nspread" },
	{ 0 },
};

static const struct column memory[] = {
	{ "element\n_bytes", "element_bytes" },
	{ "armed\n_bytes", "armed_bytes" },
	{ "kept\n_bytes", "kept_bytes" },
	{ "growth\n_bytes", "growth_bytes" },
	{ "median", "reclaim_ns", .spread = "reclaim_ns\nspread" },
	{ "left\n_over", "left_over" },
	{ "left\n_noise", "left_noise" },
	{ "evicted\n_ratio", "evicted_ratio", .optional = true },
	{ 0 },
};

static const struct table_desc ctx_tables[] = {
	{ "Cost: schedule calls with and without a context to make; releases with and without one.",
	  costs },
	{ "Memory: per element, after churn, until it is back, and what stays (objects).", memory },
	{ 0 },
};

/* What can be: an array's elements are never deleted, only LRU maps evict. In one parameter, because
 * the plan combines every value of one with every value of the other. */
static const struct variant {
	const char *name;
	uint32_t type, flags;
	int release;
} variants[] = {
	{ "array-update", BPF_MAP_TYPE_ARRAY, 0, RELEASE_UPDATE },
	{ "array-close", BPF_MAP_TYPE_ARRAY, 0, RELEASE_CLOSE },
	{ "hash-delete", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, RELEASE_DELETE },
	{ "hash-update", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, RELEASE_UPDATE },
	{ "hash-close", BPF_MAP_TYPE_HASH, BPF_F_NO_PREALLOC, RELEASE_CLOSE },
	{ "prealloc-delete", BPF_MAP_TYPE_HASH, 0, RELEASE_DELETE },
	{ "prealloc-update", BPF_MAP_TYPE_HASH, 0, RELEASE_UPDATE },
	{ "prealloc-close", BPF_MAP_TYPE_HASH, 0, RELEASE_CLOSE },
	{ "lru-evict", BPF_MAP_TYPE_LRU_HASH, 0, RELEASE_EVICT },
	{ "lru-delete", BPF_MAP_TYPE_LRU_HASH, 0, RELEASE_DELETE },
	{ "lru-update", BPF_MAP_TYPE_LRU_HASH, 0, RELEASE_UPDATE },
	{ "lru-close", BPF_MAP_TYPE_LRU_HASH, 0, RELEASE_CLOSE },
};

#define VARIANTS (sizeof(variants) / sizeof(variants[0]))

static const char *const release_names[] = { "array-update",
					     "array-close",
					     "hash-delete",
					     "hash-update",
					     "hash-close",
					     "prealloc-delete",
					     "prealloc-update",
					     "prealloc-close",
					     "lru-evict",
					     "lru-delete",
					     "lru-update",
					     "lru-close",
					     NULL };
static const char *const state_names[] = { "standby", "pending", NULL };
static const char *const releaser_names[] = { "scheduler", "other", NULL };

static bool is(const json_t *params, const char *name, const char *value)
{
	const char *v = json_string_value(json_object_get(params, name));

	return v && !strcmp(v, value);
}

/* close() returns to user space, where the callback would run first. An insertion evicts whom the
 * map chooses, and armed elements go in the middle of others. */
static bool state_applies(const json_t *params)
{
	const char *v = json_string_value(json_object_get(params, "release"));

	return v && (strstr(v, "-delete") || strstr(v, "-update"));
}

static bool releaser_applies(const json_t *params)
{
	return is(params, "state", "pending");
}

static bool cpus_apply(const json_t *params)
{
	return is(params, "releaser", "other");
}

/* Released from another CPU while its irq_work runs, a work is cancelled through a pointer that its
 * callback may have cleared: that is a panic. */
static unsigned int ctx_needs_of(const json_t *params)
{
	return cpus_apply(params) ? NEEDS_GUEST : 0;
}

static double ctx_extra_s(const json_t *params)
{
	return is(params, "state", "pending") ? 0 : MEMORY_S;
}

static const struct opt ctx_opts[] = {
	{ .name = "release",
	  .type = OPT_ENUM,
	  .choices = release_names,
	  .def = { "hash-delete", "array-update hash-delete prealloc-close lru-evict",
		   "array-update array-close hash-delete hash-update hash-close prealloc-delete "
		   "prealloc-update prealloc-close lru-evict lru-delete lru-update lru-close" },
	  .help = "map type, and what takes the context away (hash: not preallocated)" },
	{ .name = "state",
	  .type = OPT_ENUM,
	  .choices = state_names,
	  .def = { "standby", "standby", "standby pending" },
	  .applies = state_applies,
	  .help = "of the work when its element is released" },
	{ .name = "releaser",
	  .type = OPT_ENUM,
	  .choices = releaser_names,
	  .def = { "scheduler", "scheduler", "scheduler other" },
	  .applies = releaser_applies,
	  .help = "the CPU that releases; other: only in our own guest" },
	{ .name = "cpus",
	  .type = OPT_CPUS,
	  .def = { "all" },
	  .applies = cpus_apply,
	  .help = "the first schedules, the others release" },
	OPT_ROW_MODE("signal"),
	{ .name = "elements",
	  .type = OPT_U64,
	  .min = 256,
	  .max = TW_CTX_ELEMS,
	  .def = { "4096" },
	  .help = "armed at once" },
	{ 0 },
};

/* ---- setup ---- */

/* The runner holds the map too, so that a killed child does not drop its last user. */
static int new_map(struct invocation *inv, struct ctx *c)
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

static int load(struct invocation *inv, struct ctx *c, const struct variant *v)
{
	struct tw_config config;
	int err = bpf_family_open(&c->family, "ctx");

	c->open = !err;
	family_config(inv, &config);
	if (!err)
		err = bpf_family_use(&c->family, inv->trigger->program);
	if (!err)
		err = bpf_family_config(&c->family, &config);
	if (!err)
		err = inner_map_shape(&c->inner, &c->family, "outer", v->type, v->flags);
	return err ? family_fail(inv, &c->family, err) : family_load(inv, &c->family);
}

static int ctx_setup(struct invocation *inv)
{
	const struct variant *v = &variants[name_index(release_names, inv_str(inv, "release"))];
	struct ctx *c = calloc(1, sizeof(*c));
	int err;

	inv->priv = c;
	inv->trigger = trigger_by_name("prog-run");
	if (!c)
		return inv_fail(inv, -ENOMEM, "no memory");
	c->map_fd = -1;
	c->release = v->release;
	c->n = c->span = inv_u64(inv, "elements");
	c->pending = is(inv->params, "state", "pending");
	err = load(inv, c, v);
	if (!err)
		err = new_map(inv, c);
	if (err)
		return err;
	c->prog = bpf_family_program(&c->family, inv->trigger->program);
	return family_attach(inv, &c->family);
}

/* ---- passes over the elements ---- */

static bool in_window(const struct worker *w, uint64_t t)
{
	return t >= worker_window_start(w) && t < worker_window_end(w);
}

static void sample(const struct worker *w, struct ctx *c, int hist, double ns, uint64_t at)
{
	struct series *s = &c->series[hist];

	if (s->n < MAX_BATCHES && in_window(w, at))
		s->ns[s->n++] = ns;
}

/* One pass over n keys in batches; the number of operations that succeeded (of the last step), or
 * -errno. */
static int64_t pass(struct worker *w, struct ctx *c, struct tw_ctx_step first,
		    struct tw_ctx_step second, uint32_t key, uint32_t n)
{
	struct tw_ctx_step last = second.op == TW_CTX_NONE ? first : second;
	int64_t done = 0;

	for (uint32_t at = 0; at < n; at += TW_CTX_BATCH) {
		struct tw_ctx_run run = { .step = { first, second }, .first = key + at };
		/* The kernel writes ctx_in back. */
		LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &run, .ctx_size_in = sizeof(run));
		uint64_t begin = now_ns();

		run.n = n - at < TW_CTX_BATCH ? n - at : TW_CTX_BATCH;
		if (bpf_prog_test_run_opts(bpf_program__fd(c->prog), &opts))
			return -errno;
		if (last.hist < TW_CTX_HISTS && run.done)
			sample(w, c, last.hist, (double)run.sum_ns / run.done, begin);
		done += run.done;
	}
	return done;
}

#define STEP(op, hist) ((struct tw_ctx_step){ TW_CTX_##op, TW_H_##hist })
#define QUIET(op) ((struct tw_ctx_step){ TW_CTX_##op, TW_CTX_HISTS })

static int64_t simple(struct worker *w, struct ctx *c, struct tw_ctx_step step)
{
	return pass(w, c, step, QUIET(NONE), c->base, c->span);
}

/* N elements without a context. Insertions into a full LRU map take the keys on. */
static int64_t populate(struct worker *w, struct ctx *c)
{
	int err = c->map_fd < 0 ? new_map(w->inv, c) : 0;

	return err ? err : simple(w, c, QUIET(UPDATE));
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
		return err == -EOPNOTSUPP
			       ? inv_skip(w->inv, "release=*-close: on PREEMPT_RT nobody can know "
						  "when a map is safe to close")
			       : inv_fail(w->inv, err, "cannot wait for the CPUs: %s",
					  strerror(-err));
	return inv_unhold_maps(w->inv, &c->map_id, 1);
}

/* The contexts go before close() returns, the map later. */
static int64_t release_close(struct worker *w, struct ctx *c, int hist)
{
	uint64_t a, b;
	int err = own_map(w, c);

	if (err)
		return err;
	a = now_ns();
	close(c->map_fd);
	b = now_ns();
	c->map_fd = -1;
	sample(w, c, hist, (double)(b - a) / c->n, a);
	if (in_window(w, a))
		tw_hist_add(&c->closes[hist], (b - a) / c->n);
	err = inner_map_drop(&c->inner);
	return err ? family_fail(w->inv, &c->family, err) : (int64_t)c->n;
}

/* What the insertions left is deleted, so that the next pass begins like this one. */
static int64_t release_evict(struct worker *w, struct ctx *c, struct tw_ctx_step step,
			     uint64_t present)
{
	uint32_t more = EVICT_FACTOR * c->n;
	int64_t n = pass(w, c, step, QUIET(NONE), c->base + c->n, more);
	int64_t left = n < 0 ? n : simple(w, c, QUIET(DELETE));

	if (left < 0)
		return left;
	c->base += c->n + more;
	if (step.hist == TW_H_RELEASE) {
		c->inserted += more;
		c->evicted += present - left;
		c->armed_before += present;
	}
	return present;
}

static int64_t release(struct worker *w, struct ctx *c, int hist, uint64_t present)
{
	bool deletes = c->release == RELEASE_DELETE;
	struct tw_ctx_step step = { deletes ? TW_CTX_DELETE : TW_CTX_UPDATE, hist };

	if (c->release == RELEASE_CLOSE)
		return release_close(w, c, hist);
	if (c->release == RELEASE_EVICT)
		return release_evict(w, c, step, present);
	return simple(w, c, step);
}

/* The control: everything but contexts. Looking up is what scheduling does to an LRU's order. */
static int64_t idle_pass(struct worker *w, struct ctx *c)
{
	int64_t n = populate(w, c);

	if (n >= 0)
		n = simple(w, c, QUIET(TOUCH));
	return n < 0 ? n : release(w, c, TW_H_RELEASE_IDLE, n);
}

static int64_t standby_pass(struct worker *w, struct ctx *c)
{
	int64_t n = populate(w, c), armed;

	armed = n < 0 ? n : simple(w, c, STEP(SCHEDULE, FIRST_USE));
	if (armed >= 0)
		n = simple(w, c, STEP(SCHEDULE, REUSE));
	return armed < 0 ? armed : n < 0 ? n : release(w, c, TW_H_RELEASE, armed);
}

static int64_t pending_pass(struct worker *w, struct ctx *c)
{
	bool deletes = c->release == RELEASE_DELETE;
	struct tw_ctx_step step = { deletes ? TW_CTX_DELETE : TW_CTX_UPDATE, TW_H_RELEASE };
	int64_t n = populate(w, c);

	if (n >= 0)
		n = pass(w, c, STEP(SCHEDULE, FIRST_USE), step, c->base, c->span);
	return n < 0 ? n : simple(w, c, QUIET(REAP));
}

/* ---- memory ---- */

/*
 * The kernel's allocator sends freed contexts through a grace period in lots: what is freed while one
 * lot waits is kept for the next, and the next lot leaves only when more is freed. So memory comes
 * back only if something goes on; this is the least that does it (its per-CPU cache begins to drain
 * beyond 96 objects).
 */
static int64_t nudge(struct worker *w, struct ctx *c)
{
	bool deletes = c->inner.type != BPF_MAP_TYPE_ARRAY;
	int64_t n = c->map_fd < 0 ? new_map(w->inv, c) : 0;

	if (n >= 0)
		n = pass(w, c, QUIET(UPDATE), QUIET(NONE), c->base, NUDGE);
	if (n >= 0)
		n = pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base, NUDGE);
	return n < 0 ? n
		     : pass(w, c, deletes ? QUIET(DELETE) : QUIET(UPDATE), QUIET(NONE), c->base,
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
	first = pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base, half);
	err = slab_read(&at[1]);
	second = first < 0 ? first
			   : pass(w, c, QUIET(SCHEDULE), QUIET(NONE), c->base + half, c->n - half);
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
		n = i ? release(w, c, TW_CTX_HISTS, n) : 0;
		if (n >= 0)
			n = drain(w, c, 0, BLIND_STEPS);
		if (n >= 0)
			n = populate(w, c);
		if (n >= 0)
			n = arm_halves(w, c, at);
		if (n >= 0 && note_cache(&c->mem, at, n))
			return n;
	}
	if (n >= 0)
		inv_warn(w->inv, "memory: no cache grew by as many objects as contexts were made, "
				 "so nothing is said of it (stop other load)");
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

static int64_t memory_before(struct worker *w, struct ctx *c)
{
	struct memory *m = &c->mem;
	int64_t n = find_cache(w, c);
	uint64_t high;

	if (n >= 0)
		n = release(w, c, TW_CTX_HISTS, n);
	if (n < 0 || !m->cache[0])
		return n;
	n = reclaim(w, c);
	slab_range(m->cache, GRACE_NS, &m->base, &high);
	m->noise = high - m->base;
	return n;
}

static int64_t memory_after(struct worker *w, struct ctx *c)
{
	struct memory *m = &c->mem;
	int64_t n = m->cache[0] ? populate(w, c) : 0;

	if (n < 0 || !m->cache[0])
		return n;
	n = simple(w, c, QUIET(SCHEDULE));
	m->end_armed = slab_active(m->cache);
	if (n >= 0)
		n = release(w, c, TW_CTX_HISTS, n);
	if (n >= 0)
		n = drain(w, c, m->base + NUDGE, MAX_STEPS);
	m->end = slab_active(m->cache);
	m->ended = n >= 0;
	return n;
}

/* ---- work ---- */

/* The unsafe one, in a guest: releases from here what the first worker has pending. */
static int release_from_here(struct worker *w, struct ctx *c)
{
	struct tw_ctx_elem fresh = { 0 };

	worker_ready(w);
	for (uint32_t key = 0; !worker_stop(w); key = (key + 1) % c->n) {
		if (c->release == RELEASE_DELETE)
			bpf_map_delete_elem(c->map_fd, &key);
		else
			bpf_map_update_elem(c->map_fd, &key, &fresh, BPF_ANY);
		if (now_ns() >= worker_window_end(w))
			worker_done(w);
	}
	return 0;
}

/* A round of all passes takes some 20 us per element: where a part will do, a short window has
 * several. */
static uint32_t churn_span(const struct ctx *c)
{
	bool part = c->release == RELEASE_DELETE || c->release == RELEASE_UPDATE;

	return part && c->n > CHURN_SPAN ? CHURN_SPAN : c->n;
}

static int ctx_work(struct worker *w)
{
	struct ctx *c = w->inv->priv;
	int64_t n = 0;

	if (w->index)
		return release_from_here(w, c);
	if (!c->pending)
		n = memory_before(w, c);
	c->span = churn_span(c);
	while (n >= 0 && !worker_stop(w) && now_ns() < worker_window_end(w)) {
		n = idle_pass(w, c);
		if (n >= 0)
			n = c->pending ? pending_pass(w, c) : standby_pass(w, c);
		worker_ready(w);
	}
	c->span = c->n;
	if (n >= 0 && !c->pending && !worker_stop(w))
		n = memory_after(w, c);
	worker_done(w);
	return n < 0 ? n : 0;
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

static void set_costs(struct invocation *inv, struct ctx *c)
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

static void set_memory(struct invocation *inv, const struct ctx *c)
{
	const struct memory *m = &c->mem;
	double size = m->object_bytes;

	if (c->map_bytes)
		inv_gauge(inv, "element_bytes", (double)c->map_bytes / c->n);
	if (!m->contexts)
		return;
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

static int set_hists(struct invocation *inv, struct ctx *c)
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

static int ctx_collect(struct invocation *inv)
{
	struct ctx *c = inv->priv;
	struct tw_counts phase[TW_PHASES];
	int err = bpf_family_counts(&c->family, phase);

	if (err)
		return family_fail(inv, &c->family, err);
	/* There are no due instants: one call follows the other. */
	inv->workers[0].intended = phase[TW_WINDOW].attempts;
	err = cohort_collect(inv, &c->family);
	if (!err)
		err = set_hists(inv, c);
	if (err)
		return err;
	set_costs(inv, c);
	set_memory(inv, c);
	return 0;
}

/* With works under way the family stays loaded, and then so does the map. */
static void ctx_teardown(struct invocation *inv)
{
	struct ctx *c = inv->priv;

	if (c && c->open)
		cohort_teardown(inv, &c->family);
	if (c && c->map_fd >= 0 && !c->family.obj)
		close(c->map_fd);
	free(c);
}

const struct bench bench_ctx = {
	.name = "ctx",
	.question = "what does a context cost to allocate, use again and free?",
	.metrics = ctx_metrics,
	.tables = ctx_tables,
	.opts = ctx_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.needs_of = ctx_needs_of,
	.extra_s = ctx_extra_s,
	.setup = ctx_setup,
	.work = ctx_work,
	.collect = ctx_collect,
	.teardown = ctx_teardown,
};
