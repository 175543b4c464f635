/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The refcounted context: everything that `refcounted` and `direct` share. They differ in how a work
 * gets from the scheduler to the target's list, which is their own.
 *
 * Two counters, two lifetimes:
 *
 *  - refs keep the memory. One is the map's, from publication until cancel_and_free. One is the
 *    work's: taken by the scheduler, it moves to the irq_work, then to the task_work, and the last
 *    one that takes part in the work drops it.
 *  - work_refs keep what a work needs (program, task, the fields that say what to run) and its place
 *    in the state machine. Those who take part are the irq_work handler, the callback, and a canceller.
 *    Whoever ends last releases program and task and sets STANDBY. So while a handler is between
 *    task_work_add() and its last look at the state, the context cannot be scheduled again, however
 *    fast the callback was: a handler never meets a later generation (R19), and ctx->task stays valid
 *    under it (R14).
 *
 * Contexts of execution: a scheduler and a canceller of elements run anywhere a BPF program can, NMI
 * and under any lock included; there nothing is put that could free something. The handlers run in
 * hard interrupt (in a thread on PREEMPT_RT), the callback in the target.
 */
#ifndef TW_CTX_H
#define TW_CTX_H

#include <linux/atomic.h>
#include <linux/bpf_mem_alloc.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/task_work.h>

#include "../tw.h"

struct tw_ctx {
	u32 state; /* enum tw_state, by atomic transitions only; FREED is terminal (R9) */
	refcount_t refs; /* of the memory: the map's, the work's */
	refcount_t work_refs; /* of the work: handler, callback, canceller; 0 in STANDBY */
	enum task_work_notify_mode mode;
	/* From here to irq_work: written by the scheduler that owns PENDING, read by those who hold
	 * work_refs. The irq_work and the task_work list order the two. */
	struct bpf_map *map;
	void *map_val;
	struct bpf_prog *prog; /* a reference, until the work ends; else NULL */
	struct task_struct *task; /* likewise */
	tw_callback_t callback_fn;
	struct callback_head work;
	/* Initialised once. func is set by whoever owns the next use: a re-initialisation would tear
	 * the flags of one whose handler has returned but whose flags are still being looked at. */
	struct irq_work irq_work;
	struct rcu_head rcu;
	const struct tw_alloc_ops *ops;
};

/* What struct bpf_task_work is to the kernel. */
struct tw_kern {
	struct tw_ctx *ctx;
};
static_assert(sizeof(struct tw_kern) <= sizeof(struct bpf_task_work));

/* ---- memory ---- */

static void *tw_mem_alloc(struct bpf_map *map, size_t size)
{
	void *p = bpf_mem_alloc(&bpf_global_ma, size);

	if (p)
		memset(p, 0, size);
	return p;
}

static void tw_mem_discard(void *p)
{
	bpf_mem_free(&bpf_global_ma, p);
}

static void tw_mem_free_rcu(struct rcu_head *head)
{
	/* The allocator's caches are per CPU. */
	migrate_disable();
	bpf_mem_free(&bpf_global_ma, container_of(head, struct tw_ctx, rcu));
	migrate_enable();
}

static void tw_mem_release(void *p)
{
	struct tw_ctx *ctx = p;

	call_rcu_tasks_trace(&ctx->rcu, tw_mem_free_rcu);
}

static void *tw_kmalloc_alloc(struct bpf_map *map, size_t size)
{
	return bpf_map_kmalloc_nolock(map, size, __GFP_ZERO, NUMA_NO_NODE);
}

static void tw_kmalloc_discard(void *p)
{
	kfree_nolock(p);
}

static void tw_kmalloc_release(void *p)
{
	struct tw_ctx *ctx = p;

	kfree_rcu(ctx, rcu);
}

static const struct tw_alloc_ops tw_alloc_mem = {
	.name = "bpf-mem",
	.alloc = tw_mem_alloc,
	.discard = tw_mem_discard,
	.release = tw_mem_release,
	.trace = true,
};

static const struct tw_alloc_ops tw_alloc_kmalloc = {
	.name = "kmalloc-nolock",
	.alloc = tw_kmalloc_alloc,
	.discard = tw_kmalloc_discard,
	.release = tw_kmalloc_release,
};

static const struct tw_alloc_ops *const tw_allocs[] = { &tw_alloc_mem, &tw_alloc_kmalloc, NULL };
static const struct tw_alloc_ops *tw_ops = &tw_alloc_mem;

static void tw_set_alloc(const struct tw_alloc_ops *ops)
{
	WRITE_ONCE(tw_ops, ops);
}

static struct tw_ctx *tw_ctx_alloc(struct bpf_map *map)
{
	const struct tw_alloc_ops *ops = READ_ONCE(tw_ops);
	struct tw_ctx *ctx = ops->alloc(map, sizeof(*ctx));

	if (!ctx)
		return NULL;
	ctx->ops = ops;
	refcount_set(&ctx->refs, 1);
	init_irq_work(&ctx->irq_work, NULL);
	return ctx;
}

static void tw_irq_release(struct irq_work *irq_work)
{
	struct tw_ctx *ctx = container_of(irq_work, struct tw_ctx, irq_work);

	ctx->ops->release(ctx);
}

static void tw_irq(struct tw_ctx *ctx, void (*func)(struct irq_work *))
{
	ctx->irq_work.func = func;
	irq_work_queue(&ctx->irq_work);
}

/*
 * The one place that lets go of memory (R7). Neither call_rcu_tasks_trace() nor kfree_rcu() may be
 * called in NMI, nor under a lock of RCU's own, which a traced program can be under: both mean
 * interrupts off. The last user may be in such a place, and then the context's own irq_work, which
 * nobody else can want any more, takes over. A handler comes here with interrupts off too and pays
 * that detour; it only is the last one if the element was deleted under it.
 *
 * The decrement is a release and, for the last one, an acquire (refcount_dec_and_test): all that the
 * other holders did to the context is before its release.
 */
static void tw_ctx_put(struct tw_ctx *ctx)
{
	if (!refcount_dec_and_test(&ctx->refs))
		return;
	if (in_nmi() || irqs_disabled())
		tw_irq(ctx, tw_irq_release);
	else
		ctx->ops->release(ctx);
}

#endif
