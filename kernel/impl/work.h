/* SPDX-License-Identifier: GPL-2.0 */
/* A work of a refcounted context, from PENDING to STANDBY or FREED: handlers, callback, deletion. */
#ifndef TW_WORK_H
#define TW_WORK_H

#include "ctx.h"

/* Accepted works that no callback ran for. */
static atomic64_t tw_lost_works, tw_cancelled_works;

/* Drops what the work held and clears the pointers (R8), in the handler or in the callback: never in a
 * program's context, where the last reference of a program or a task must not be dropped. */
static void tw_ctx_reset(struct tw_ctx *ctx)
{
	if (ctx->prog)
		bpf_prog_put(ctx->prog);
	if (ctx->task)
		bpf_task_release(ctx->task);
	ctx->prog = NULL;
	ctx->task = NULL;
}

/*
 * The end of one participant. The last one resets, and only then offers the context to the next
 * scheduler: its cmpxchg to STANDBY is a release of the cleared fields, and pairs with the
 * scheduler's cmpxchg from STANDBY. It fails only if the state is FREED, which stays.
 */
static void tw_work_put(struct tw_ctx *ctx)
{
	u32 state;

	if (!refcount_dec_and_test(&ctx->work_refs))
		return;
	tw_ctx_reset(ctx);
	state = READ_ONCE(ctx->state);
	if (state != TW_FREED)
		cmpxchg(&ctx->state, state, TW_STANDBY);
	tw_ctx_put(ctx); /* the work's */
}

/* Runs in the target; owns a work_ref. */
static void tw_callback(struct callback_head *head)
{
	struct tw_ctx *ctx = container_of(head, struct tw_ctx, work);
	u32 state, idx;
	void *key;

	/*
	 * Before the transition: whoever sets FREED after it frees the memory of key and value only
	 * after this section (a map that recycles elements can put another one there meanwhile);
	 * whoever set it before is seen here, and they are not touched.
	 */
	rcu_read_lock_trace();
	/* A remote target can be here before the handler has said SCHEDULED. */
	state = cmpxchg(&ctx->state, TW_SCHEDULING, TW_RUNNING);
	if (state == TW_SCHEDULED)
		state = cmpxchg(&ctx->state, TW_SCHEDULED, TW_RUNNING);
	if (state != TW_FREED) {
		key = map_key_from_value(ctx->map, ctx->map_val, &idx);
		migrate_disable();
		ctx->callback_fn(ctx->map, key, ctx->map_val);
		migrate_enable();
	} else {
		atomic64_inc(&tw_cancelled_works);
	}
	rcu_read_unlock_trace();
	tw_work_put(ctx);
}

/* The work has been taken off the list: its callback will not run. */
static void tw_work_cancelled(struct tw_ctx *ctx)
{
	atomic64_inc(&tw_cancelled_works);
	tw_work_put(ctx); /* the callback's */
}

/* Nothing was added: what the scheduler took is dropped where that is allowed. */
static void tw_irq_undo(struct irq_work *irq_work)
{
	tw_work_put(container_of(irq_work, struct tw_ctx, irq_work));
}

/*
 * Owns the scheduler's work_ref. The callback gets one of its own before the add: after it, the
 * callback may end at any time, on another CPU, and with it everything that this handler does not
 * hold itself.
 */
static void tw_irq_add(struct irq_work *irq_work)
{
	struct tw_ctx *ctx = container_of(irq_work, struct tw_ctx, irq_work);

	/* Deleted since. If it is deleted from here on, the deleter leaves all to us. */
	if (cmpxchg(&ctx->state, TW_PENDING, TW_SCHEDULING) != TW_PENDING) {
		atomic64_inc(&tw_cancelled_works);
		goto out;
	}
	/* A plain store: there is no other participant, and the add publishes it. */
	refcount_set(&ctx->work_refs, 2);
	if (task_work_add(ctx->task, &ctx->work, ctx->mode)) {
		/* The target is exiting. The caller has been told 0 already: count it (R15). */
		atomic64_inc(&tw_lost_works);
		refcount_set(&ctx->work_refs, 1);
		goto out;
	}
	/*
	 * RUNNING if the callback was faster, and nothing is left to do. FREED if the element was
	 * deleted during the add: the deleter saw SCHEDULING and did not cancel, so we do, unless the
	 * callback has taken the work off the list, which then ends it.
	 */
	if (cmpxchg(&ctx->state, TW_SCHEDULING, TW_SCHEDULED) == TW_FREED &&
	    task_work_cancel(ctx->task, &ctx->work))
		tw_work_cancelled(ctx);
out:
	tw_work_put(ctx);
}

/*
 * Cancels for a deleter that was not allowed to (R5): task_work_cancel() takes the target's pi_lock.
 * It walks the target's list with interrupts off, newest first, up to the work (R17): to delete N
 * works of one target one by one looks at N(N+1)/2 of them in the order of scheduling, at N newest
 * first. Works deleted where interrupts are off are all cancelled by one interrupt.
 */
static void tw_irq_cancel(struct irq_work *irq_work)
{
	struct tw_ctx *ctx = container_of(irq_work, struct tw_ctx, irq_work);

	if (task_work_cancel(ctx->task, &ctx->work))
		tw_work_cancelled(ctx);
	tw_work_put(ctx);
}

static void tw_cancel_and_free(void *val)
{
	struct tw_kern *tw = val;
	struct tw_ctx *ctx;

	/* From here on schedulers find no context, or make a new one (R16). */
	ctx = xchg(&tw->ctx, NULL);
	if (!ctx)
		return;
	/*
	 * Pairs with every cmpxchg of the state: the transition after this one reads FREED. Only of
	 * SCHEDULED there is none left that must come; and there the irq_work is ours, because the
	 * handler has set SCHEDULED from within it, and does not queue it again. The callback may have
	 * seen FREED and ended the work meanwhile: then there is nothing to cancel.
	 */
	if (xchg(&ctx->state, TW_FREED) == TW_SCHEDULED && refcount_inc_not_zero(&ctx->work_refs))
		tw_irq(ctx, tw_irq_cancel);
	tw_ctx_put(ctx); /* the map's */
}

static u64 tw_lost(void)
{
	return atomic64_read(&tw_lost_works);
}

static u64 tw_cancelled(void)
{
	return atomic64_read(&tw_cancelled_works);
}

static enum tw_state tw_state(const struct bpf_task_work *uapi)
{
	struct tw_ctx *ctx = READ_ONCE(((const struct tw_kern *)uapi)->ctx);

	return ctx ? READ_ONCE(ctx->state) : TW_STANDBY;
}

#endif
