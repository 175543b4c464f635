// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does a context cost to make and to give back?
 *
 * One operation: a schedule call on an element that has no context yet, less one on an element that
 * has (alloc); or the deletion of an element in STANDBY (free). In user space, on the shim.
 *
 * Time stamps: clock_gettime() around ELEMENTS operations, on one element each. A round is: the
 * calls on fresh elements; the same calls again; the deletions; as many malloc() and free() of the
 * same size. Works are delivered, and grace periods end, between the batches.
 *
 * alloc: the context taken from the allocator, initialised and published. free: the element's
 * context unpublished, its state set, its memory handed to RCU. Not measured: what the grace period
 * costs, and the allocator's return of the memory after it. The shim's allocators are a pop and a
 * push of a list of the thread's own, behind the names of the kernel's: what differs is what the
 * implementation does.
 */
#include <errno.h>
#include <stdlib.h>

#include "params.h"
#include "user/user.h"

/* Their contexts fit into the first cache level. */
#define ELEMENTS 128

enum { FIRST, REUSE, FREE, MALLOC, MALLOC_FREE, SERIES };

static const struct metric user_alloc_metrics[] = {
	{ "alloc_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "first schedule call on an element less a later one: context made and published" },
	{ "alloc_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "likewise, instructions" },
	{ "free_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "cancel_and_free in STANDBY, deferred free queued" },
	{ "free_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "likewise, instructions" },
	{ "first_use_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "schedule call, no context yet" },
	{ "reuse_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "schedule call, context there" },
	{ "malloc_ns", "ns", METRIC_GAUGE, BETTER_NONE,
	  "yardstick: malloc() of the size of a context" },
	{ "mfree_ns", "ns", METRIC_GAUGE, BETTER_NONE, "yardstick: free() of the same" },
	{ "ctx_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER, "size of a context" },
	{ 0 },
};

static const char *const rows[] = { "alloc_ns",	 "alloc_insns", "free_ns",   "free_insns",
				    "malloc_ns", "mfree_ns",	"ctx_bytes", NULL };

static const struct side_by_side user_alloc_side = { "Cost of a context, per element.\n" USER_TITLE,
						     rows, user_ratios };

static const char *const alloc_names[] = { "bpf-mem", "kmalloc-nolock", NULL };

static const struct opt user_alloc_opts[] = {
	{ .name = "alloc",
	  .type = OPT_ENUM,
	  .choices = alloc_names,
	  .def = { "bpf-mem kmalloc-nolock" },
	  .help = "allocator of the contexts" },
	{ 0 },
};

static bool has_alloc(const json_t *params, const char *impl)
{
	return user_has_alloc(user_by_name(impl),
			      json_string_value(json_object_get(params, "alloc")));
}

static int do_round(struct worker *w, struct user_meter *m)
{
	const struct user_bench *ub = w->inv->priv;
	size_t size = user_ctx_size(ub->impl);
	void **p = ub->priv;
	uint32_t accepted;

	user_batch_begin(m);
	accepted = ub->impl->schedule(ub->bed, ELEMENTS);
	user_batch_end(m, FIRST, ELEMENTS);
	user_settle();
	user_batch_begin(m);
	accepted += ub->impl->schedule(ub->bed, ELEMENTS);
	user_batch_end(m, REUSE, ELEMENTS);
	user_settle();
	user_batch_begin(m);
	ub->impl->release(ub->bed, ELEMENTS);
	user_batch_end(m, FREE, ELEMENTS);
	user_reclaim();

	user_batch_begin(m);
	user_malloc(p, ELEMENTS, size);
	user_batch_end(m, MALLOC, ELEMENTS);
	user_batch_begin(m);
	user_free(p, ELEMENTS);
	user_batch_end(m, MALLOC_FREE, ELEMENTS);
	return accepted == 2 * ELEMENTS ? 0 : -EIO;
}

static int user_alloc_setup(struct invocation *inv)
{
	struct user_bench wanted = { .n_series = SERIES, .round = do_round };
	int err;

	wanted.priv = calloc(ELEMENTS, sizeof(void *));
	if (!wanted.priv)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = user_setup(inv, &wanted, ELEMENTS);
	if (!err && !user_set_alloc(((struct user_bench *)inv->priv)->impl, inv_str(inv, "alloc")))
		err = inv_fail(inv, -EINVAL, "%s has no allocator %s", inv->impl,
			       inv_str(inv, "alloc"));
	return err;
}

static int user_alloc_collect(struct invocation *inv)
{
	struct user_bench *ub = inv->priv;
	const struct user_meter *m = ub->meters;
	int err = user_finish(inv, ub);

	if (err)
		return err;
	user_gauges(inv, m, "alloc_ns", "alloc_insns", FIRST, REUSE);
	user_gauges(inv, m, "free_ns", "free_insns", FREE, -1);
	user_gauges(inv, m, "first_use_ns", NULL, FIRST, -1);
	user_gauges(inv, m, "reuse_ns", NULL, REUSE, -1);
	user_gauges(inv, m, "malloc_ns", NULL, MALLOC, -1);
	user_gauges(inv, m, "mfree_ns", NULL, MALLOC_FREE, -1);
	inv_gauge(inv, "ctx_bytes", user_ctx_size(ub->impl));
	return 0;
}

const struct bench bench_user_alloc = {
	.name = "user-alloc",
	.question = USER_FIGURES "what does a context cost to make and to give back?",
	.metrics = user_alloc_metrics,
	.side_by_side = &user_alloc_side,
	.opts = user_alloc_opts,
	.impl_at = user_name_at,
	.impl_applies = has_alloc,
	.stands_in = true,
	.extra_s = user_extra_s,
	.setup = user_alloc_setup,
	.work = user_work,
	.collect = user_alloc_collect,
	.teardown = user_teardown,
};
