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
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cohort.h"
#include "ctx/ctx.h"
#include "family.h"
#include "params.h"
#include "quiesce.h"

#define CHURN_SPAN 1024
/* How long what is missing after the window is measured: the runner waits twice as long. */
#define EXTRA_NS 5000000000ULL
/* Memory before and after the window; measured. */
#define MEMORY_S 1.0

static const struct metric ctx_metrics[] = {
	{ "first_use_ns", "ns", METRIC_HIST, BETTER_LOWER, "schedule call that makes a context" },
	{ "reuse_ns", "ns", METRIC_HIST, BETTER_LOWER, "schedule call on an armed element" },
	{ "release_ns", "ns", METRIC_HIST, BETTER_LOWER, "release of an armed element" },
	{ "release_idle_ns", "ns", METRIC_HIST, BETTER_LOWER,
	  "the same on an element that never had a context" },
	{ "alloc_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "first use less reuse, batch by batch" },
	{ "free_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "release less idle release, per context" },
	{ "armed_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER,
	  "slab memory per armed element, beyond the element" },
	{ "object_bytes", "bytes", METRIC_GAUGE, BETTER_NONE, "objects of the cache that it is from" },
	{ "element_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER,
	  "the map itself per element (memlock), no context" },
	{ "growth_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER,
	  "all armed: after the window's churn less before it" },
	{ "kept_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER,
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
	{ "reclaim_ns", "reclaim_ns" },
	{ "left\n_over", "left_over" },
	{ "left\n_noise", "left_noise" },
	{ "evicted\n_ratio", "evicted_ratio", .optional = true },
	{ 0 },
};

static const struct table_desc ctx_tables[] = {
	{ "Cost: schedule calls with and without a context to make; releases with and without one.",
	  costs },
	{ "Memory: bytes per element, bare and armed; of all, kept and grown by churn; what stays (objects).",
	  memory },
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
static const char *const memory_names[] = { "on", "off", NULL };
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

/* Nothing stays armed between two passes of pending works. */
static bool memory_applies(const json_t *params)
{
	return !is(params, "state", "pending");
}

static double ctx_extra_s(const json_t *params)
{
	return is(params, "memory", "on") ? MEMORY_S : 0;
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
	  .help = "other: another CPU releases the same elements at the same time; only in our guest" },
	{ .name = "cpus",
	  .type = OPT_CPUS,
	  .def = { "all" },
	  .applies = cpus_apply,
	  .help = "the first schedules, the others release" },
	{ .name = "memory",
	  .type = OPT_ENUM,
	  .choices = memory_names,
	  .def = { "off", "on", "on" },
	  .applies = memory_applies,
	  .help = "what contexts hold and give back, before and after the window: a second" },
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
	/* Everything here ends with a release. */
	if (kernel_is_rt())
		return inv_skip(inv, "on PREEMPT_RT the irq_work is a thread: nobody can know when "
				     "an element is safe to release");
	c->release = v->release;
	c->n = c->span = inv_u64(inv, "elements");
	c->pending = is(inv->params, "state", "pending");
	c->memory = is(inv->params, "memory", "on");
	err = load(inv, c, v);
	if (!err)
		err = ctx_new_map(inv, c);
	if (err)
		return err;
	c->prog = bpf_family_program(&c->family, inv->trigger->program);
	return family_attach(inv, &c->family);
}

/* ---- work ---- */

/* The unsafe one, in a guest: releases from here what the first worker has pending. That one goes on
 * releasing too; what it finds gone fails there, is not timed, and counts as cancelled. */
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

static bool is_over(const struct worker *w, const struct ctx *c)
{
	uint64_t now = now_ns(), end = worker_window_end(w);

	return now >= end && (ctx_has_enough(c) || now - end > EXTRA_NS);
}

static int ctx_work(struct worker *w)
{
	struct ctx *c = w->inv->priv;
	int64_t n = 0;

	if (w->index)
		return release_from_here(w, c);
	if (c->memory)
		n = ctx_memory_before(w, c);
	c->span = churn_span(c);
	while (n >= 0 && !worker_stop(w) && !is_over(w, c)) {
		n = ctx_idle_pass(w, c);
		if (n >= 0)
			n = c->pending ? ctx_pending_pass(w, c) : ctx_standby_pass(w, c);
		worker_ready(w);
	}
	c->span = c->n;
	if (n >= 0 && c->memory && !worker_stop(w))
		n = ctx_memory_after(w, c);
	worker_done(w);
	return n < 0 ? n : 0;
}

/* ---- results ---- */

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
	if (!err && !ctx_has_enough(c))
		err = inv_fail(
			inv, -ENODATA,
			"the window was too short for %d batches of each kind of call (longer "
			"-d, stop other load)",
			c->release == RELEASE_CLOSE ? MIN_CLOSES : MIN_BATCHES);
	if (!err)
		err = ctx_set_hists(inv, c);
	if (err)
		return err;
	ctx_set_costs(inv, c);
	ctx_set_memory(inv, c);
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
