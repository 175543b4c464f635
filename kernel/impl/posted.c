// SPDX-License-Identifier: GPL-2.0
/*
 * `posted`: the algorithm of Mykyta Yatsenko's first posting (15 August 2025), with its flaws, as the
 * baseline that the others are measured and tested against. Never for a kernel that somebody needs.
 * What its review found, and what nobody found then, is marked FLAW at the place; tests and explorer
 * demonstrate each.
 *
 * No refcount: the state says who owns the context. STANDBY: the element. PENDING to RUNNING: the
 * scheduler, then the irq_work handler, then the task_work callback. FREED: whoever of these comes
 * next frees it.
 */
#include <linux/atomic.h>
#include <linux/bpf_mem_alloc.h>
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/task_work.h>

#include "../tw.h"

TW_DECLARE_IMPL(posted);

struct posted_ctx {
	u32 state; /* enum tw_state */
	/* The rest is the owner's. */
	enum task_work_notify_mode mode;
	struct task_struct *task;
	struct bpf_prog *prog;
	tw_callback_t callback_fn;
	struct bpf_map *map;
	void *map_val;
	struct irq_work irq_work; /* from PENDING to SCHEDULING */
	struct callback_head work; /* from SCHEDULING to RUNNING */
	struct rcu_head rcu; /* in FREED, with no owner left */
};

static void *posted_alloc(struct bpf_map *map, size_t size)
{
	void *p = bpf_mem_alloc(&bpf_global_ma, size);

	if (p)
		memset(p, 0, size);
	return p;
}

static void posted_discard(void *p)
{
	bpf_mem_free(&bpf_global_ma, p);
}

static void posted_free_rcu(struct rcu_head *head)
{
	migrate_disable();
	bpf_mem_free(&bpf_global_ma, container_of(head, struct posted_ctx, rcu));
	migrate_enable();
}

/* FLAW (R5): also reached from cancel_and_free, which may be in NMI. */
static void posted_release(void *p)
{
	struct posted_ctx *ctx = p;

	call_rcu_tasks_trace(&ctx->rcu, posted_free_rcu);
}

static const struct tw_alloc_ops posted_mem = {
	.name = "bpf-mem",
	.alloc = posted_alloc,
	.discard = posted_discard,
	.release = posted_release,
	.trace = true,
};
static const struct tw_alloc_ops *const posted_allocs[] = { &posted_mem, NULL };

static bool posted_match(struct callback_head *head, void *ctx)
{
	return container_of(head, struct posted_ctx, work) == ctx;
}

/* FLAW (R8): the pointers stay, and are used by those who come late. */
static void posted_reset(struct posted_ctx *ctx)
{
	bpf_prog_put(ctx->prog);
	bpf_task_release(ctx->task);
}

static atomic64_t posted_cancelled_works;

static void posted_callback(struct callback_head *head)
{
	struct posted_ctx *ctx = container_of(head, struct posted_ctx, work);
	u32 state, idx;
	void *key;

	/* Before the transition: a value whose deleter comes after it stays until the unlock. */
	rcu_read_lock_trace();
	/* The callback can be faster than the handler's last transition. */
	state = cmpxchg(&ctx->state, TW_SCHEDULING, TW_RUNNING);
	if (state == TW_SCHEDULED)
		state = cmpxchg(&ctx->state, TW_SCHEDULED, TW_RUNNING);
	if (state == TW_FREED) {
		rcu_read_unlock_trace();
		atomic64_inc(&posted_cancelled_works);
		posted_reset(ctx);
		posted_release(ctx);
		return;
	}
	key = map_key_from_value(ctx->map, ctx->map_val, &idx);
	migrate_disable();
	ctx->callback_fn(ctx->map, key, ctx->map_val);
	migrate_enable();
	rcu_read_unlock_trace();
	posted_reset(ctx);
	/* FLAW (R14, R19): the handler may still be between its add and its last transition. */
	if (cmpxchg(&ctx->state, TW_RUNNING, TW_STANDBY) == TW_FREED)
		posted_release(ctx);
}

static void posted_irq(struct irq_work *irq_work)
{
	struct posted_ctx *ctx = container_of(irq_work, struct posted_ctx, irq_work);
	u32 state;

	if (cmpxchg(&ctx->state, TW_PENDING, TW_SCHEDULING) == TW_FREED)
		goto free;
	/* FLAW (R15): a target that is exiting loses the work, and nobody is told. */
	if (task_work_add(ctx->task, &ctx->work, ctx->mode)) {
		posted_reset(ctx);
		if (cmpxchg(&ctx->state, TW_SCHEDULING, TW_STANDBY) == TW_FREED)
			posted_release(ctx);
		return;
	}
	/* FLAW (R14): the callback may have ended, and released task and context. */
	state = cmpxchg(&ctx->state, TW_SCHEDULING, TW_SCHEDULED);
	if (state != TW_FREED || !task_work_cancel_match(ctx->task, posted_match, ctx))
		return;
free:
	atomic64_inc(&posted_cancelled_works);
	posted_reset(ctx);
	posted_release(ctx);
}

static struct posted_ctx *posted_acquire(struct bpf_task_work *tw, struct bpf_map *map)
{
	/* FLAW (R1): a cast where a type should be. */
	struct posted_ctx **slot = (struct posted_ctx **)tw, *ctx, *old;
	u32 state;

	rcu_read_lock_trace();
	/* The posting had rcu_dereference() here, which checks another flavour of RCU (R2). */
	ctx = READ_ONCE(*slot);
	if (!ctx) {
		ctx = posted_alloc(map, sizeof(*ctx));
		if (!ctx) {
			rcu_read_unlock_trace();
			return ERR_PTR(-ENOMEM);
		}
		old = cmpxchg(slot, NULL, ctx);
		if (old) {
			/* Another CPU was faster: try to get its context. */
			posted_discard(ctx);
			ctx = old;
		}
	}
	state = cmpxchg(&ctx->state, TW_STANDBY, TW_PENDING);
	/* PENDING owns the context: nothing frees it before the handler has run. */
	rcu_read_unlock_trace();
	return state == TW_STANDBY ? ctx : ERR_PTR(-EBUSY);
}

static int posted_schedule(struct task_struct *task, struct bpf_task_work *tw, struct bpf_map *map,
			   tw_callback_t callback, struct bpf_prog_aux *aux,
			   enum task_work_notify_mode mode)
{
	struct posted_ctx *ctx;
	struct bpf_prog *prog;
	int err = -EBADF;

	BTF_TYPE_EMIT(struct bpf_task_work);

	prog = bpf_prog_inc_not_zero(aux->prog);
	if (IS_ERR(prog))
		return -EBADF;
	/* FLAW (R4): the last user can go, and walk over the elements, before ours is published. */
	if (!atomic64_read(&map->usercnt))
		goto put_prog;
	err = -EPERM;
	/* FLAW (R20): a kernel thread will do. */
	task = bpf_task_acquire(task);
	if (!task)
		goto put_prog;
	ctx = posted_acquire(tw, map);
	if (IS_ERR(ctx)) {
		err = PTR_ERR(ctx);
		goto put_task;
	}
	ctx->task = task;
	ctx->callback_fn = callback;
	ctx->prog = prog;
	ctx->mode = mode;
	ctx->map = map;
	ctx->map_val = (void *)tw - map->record->task_work_off;
	init_irq_work(&ctx->irq_work, posted_irq);
	init_task_work(&ctx->work, posted_callback);
	irq_work_queue(&ctx->irq_work);
	return 0;

put_task:
	bpf_task_release(task);
put_prog:
	bpf_prog_put(prog);
	return err;
}

/**
 * tw_posted_schedule_signal() - run a callback in a task, and interrupt its sleep for it
 * @task: target
 * @tw: the field of a value of @map
 * @map: the map
 * @callback: runs in @task at its next return to user space
 * @aux: of the calling program
 *
 * Return: 0, or %-EBADF: program released or map without users; %-EPERM: @task released; %-ENOMEM: no
 * memory for the element's context; %-EBUSY: outstanding work.
 */
int tw_posted_schedule_signal(struct task_struct *task, struct bpf_task_work *tw,
			      struct bpf_map *map, tw_callback_t callback,
			      struct bpf_prog_aux *aux)
{
	return posted_schedule(task, tw, map, callback, aux, TWA_SIGNAL);
}

/**
 * tw_posted_schedule_resume() - run a callback in a task when it next returns to user space
 * @task: target
 * @tw: the field of a value of @map
 * @map: the map
 * @callback: runs in @task at its next return to user space
 * @aux: of the calling program
 *
 * In NMI on current with TWA_NMI_CURRENT, which the handler uses later, when current may be another.
 *
 * Return: as tw_posted_schedule_signal().
 */
int tw_posted_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
			      struct bpf_map *map, tw_callback_t callback,
			      struct bpf_prog_aux *aux)
{
	return posted_schedule(task, tw, map, callback, aux,
			       task == current && in_nmi() ? TWA_NMI_CURRENT : TWA_RESUME);
}

void tw_posted_cancel_and_free(void *val)
{
	struct posted_ctx *ctx = xchg((struct posted_ctx **)val, NULL);

	if (!ctx)
		return;
	switch (xchg(&ctx->state, TW_FREED)) {
	case TW_SCHEDULED:
		/* FLAW (R5): takes a lock, and here can be NMI. And the callback can have freed the
		 * context before we look at its task. */
		if (!task_work_cancel_match(ctx->task, posted_match, ctx))
			break; /* the callback frees it */
		atomic64_inc(&posted_cancelled_works);
		posted_reset(ctx);
		fallthrough;
	case TW_STANDBY:
		posted_release(ctx);
		break;
	default: /* the owner's next transition finds FREED */
		break;
	}
}

static u64 posted_lost(void)
{
	return 0; /* it does not know */
}

static u64 posted_cancelled(void)
{
	return atomic64_read(&posted_cancelled_works);
}

static void posted_set_alloc(const struct tw_alloc_ops *ops)
{
}

static enum tw_state posted_state(const struct bpf_task_work *tw)
{
	struct posted_ctx *ctx = READ_ONCE(*(struct posted_ctx *const *)tw);

	return ctx ? READ_ONCE(ctx->state) : TW_STANDBY;
}

const struct tw_impl tw_impl_posted = {
	.name = "posted",
	.what = "as first posted: no refcount, cancel in place; known to be wrong",
	.schedule_signal = tw_posted_schedule_signal,
	.schedule_resume = tw_posted_schedule_resume,
	.cancel_and_free = tw_posted_cancel_and_free,
	.allocs = posted_allocs,
	.set_alloc = posted_set_alloc,
	.lost = posted_lost,
	.cancelled = posted_cancelled,
	.state = posted_state,
	.ctx_size = sizeof(struct posted_ctx),
};
