/* SPDX-License-Identifier: GPL-2.0 */
/* From a schedule call to a context that is PENDING, filled, and the caller's to dispatch. */
#ifndef TW_SCHEDULE_H
#define TW_SCHEDULE_H

#include "work.h"

static void tw_read_lock(bool trace)
{
	if (trace)
		rcu_read_lock_trace();
	else
		rcu_read_lock();
}

static void tw_read_unlock(bool trace)
{
	if (trace)
		rcu_read_unlock_trace();
	else
		rcu_read_unlock();
}

/* Publishes a new context, or takes that of whoever was faster (R3). A new one carries the map's
 * reference. */
static struct tw_ctx *tw_ctx_publish(struct tw_kern *tw, struct bpf_map *map)
{
	struct tw_ctx *ctx = tw_ctx_alloc(map), *winner;

	if (!ctx)
		return NULL;
	/* Full barrier: the initialised context is visible before the pointer. Readers depend on the
	 * pointer for the address, which orders their reads. */
	winner = cmpxchg(&tw->ctx, NULL, ctx);
	if (!winner)
		return ctx;
	ctx->ops->discard(ctx);
	return winner;
}

/*
 * STANDBY -> PENDING, and the work's reference with it; else -EBUSY. The caller is in a read section,
 * so that the context cannot go away although it may be dying. The plain read first: a rejected call
 * leaves the line shared. The reference comes last: a rejected call pays no atomic at all, and one
 * that took PENDING from a context whose last reference is being dropped only leaves it there, FREED
 * or about to be.
 */
static int tw_ctx_claim(struct tw_ctx *ctx)
{
	if (READ_ONCE(ctx->state) != TW_STANDBY)
		return -EBUSY;
	if (cmpxchg(&ctx->state, TW_STANDBY, TW_PENDING) != TW_STANDBY)
		return -EBUSY;
	return refcount_inc_not_zero(&ctx->refs) ? 0 : -EBUSY;
}

static struct tw_ctx *tw_ctx_acquire(struct tw_kern *tw, struct bpf_map *map)
{
	const bool trace = READ_ONCE(tw_ops)->trace;
	struct tw_ctx *ctx;
	int err = -ENOMEM;

	tw_read_lock(trace);
	ctx = READ_ONCE(tw->ctx);
	if (!ctx)
		ctx = tw_ctx_publish(tw, map);
	if (ctx)
		err = tw_ctx_claim(ctx);
	tw_read_unlock(trace);
	if (err)
		return ERR_PTR(err);
	/*
	 * After the context is in the element and PENDING (R4): the full barriers of those two
	 * operations pair with those of the last user's decrement of usercnt and of its walk over the
	 * elements. If we read a user, that walk comes after us, finds the context and frees it. If we
	 * read none, the walk may have passed this element: then it is on us.
	 */
	if (unlikely(!atomic64_read(&map->usercnt))) {
		tw_cancel_and_free(tw);
		tw_ctx_put(ctx); /* the work's */
		return ERR_PTR(-EBUSY);
	}
	return ctx;
}

/*
 * Fills a claimed context. The references come after the claim, so that a rejected call touches
 * neither program nor task, which all CPUs share; where one cannot be had, what was taken is dropped
 * by the irq_work, because here may be NMI.
 */
static int tw_ctx_fill(struct tw_ctx *ctx, struct task_struct *task, struct tw_kern *tw,
		       struct bpf_map *map, tw_callback_t callback, struct bpf_prog_aux *aux)
{
	struct bpf_prog *prog = bpf_prog_inc_not_zero(aux->prog);

	refcount_set(&ctx->work_refs, 1); /* the scheduler's, then the handler's */
	ctx->prog = IS_ERR(prog) ? NULL : prog;
	ctx->task = ctx->prog ? bpf_task_acquire(task) : NULL;
	if (!ctx->task) {
		tw_irq(ctx, tw_irq_undo);
		return -EBADF;
	}
	ctx->map = map;
	ctx->map_val = (void *)tw - map->record->task_work_off;
	ctx->callback_fn = callback;
	init_task_work(&ctx->work, tw_callback);
	return 0;
}

/*
 * A claimed and filled context, or an error. A target that never returns to user space is refused
 * (R20): in signal mode its notify flag would never be cleared, every interruptible sleep of it would
 * return at once, and it would spin for ever. Workers of io_uring and vhost run works when they are
 * signalled, but in resume mode they would hold the element for as long as they live.
 */
static struct tw_ctx *tw_ctx_prepare(struct task_struct *task, struct bpf_task_work *uapi,
				     struct bpf_map *map, tw_callback_t callback,
				     struct bpf_prog_aux *aux)
{
	struct tw_kern *tw = (struct tw_kern *)uapi;
	struct tw_ctx *ctx;
	int err;

	BTF_TYPE_EMIT(struct bpf_task_work);

	if (unlikely(READ_ONCE(task->flags) & (PF_KTHREAD | PF_USER_WORKER) || is_idle_task(task)))
		return ERR_PTR(-EINVAL);
	ctx = tw_ctx_acquire(tw, map);
	if (IS_ERR(ctx))
		return ctx;
	err = tw_ctx_fill(ctx, task, tw, map, callback, aux);
	return err ? ERR_PTR(err) : ctx;
}

#endif
