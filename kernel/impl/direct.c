// SPDX-License-Identifier: GPL-2.0
/*
 * `direct`: `refcounted`, and where it is safe task_work_add() is called at once: no interrupt to
 * oneself, and a failing add is the caller's to see. Everything else takes the irq_work.
 */
#include "schedule.h"

TW_DECLARE_IMPL(direct);

/*
 * Where the add needs no irq_work.
 *
 *  - Only for current: its notification is a flag of this CPU and, in signal mode, a change of its own
 *    task state. For another task the wake-up takes that task's locks, which a traced program can be
 *    under already. And current cannot run the callback before we have returned.
 *  - Not in NMI, which can be inside of all that (and for which in_hardirq() is true, too).
 *  - Not with interrupts off in task context: there current can be past its last look at the notify
 *    flags on the way to user space, and would run the callback at its next entry only; or it is in
 *    the scheduler, already dequeued, and a wake-up of current then marks it running without queueing
 *    it: it would never run again. In hard interrupt that cannot be: interrupts were on (or KVM has just
 *    left a guest, and looks at the flags before it enters it again), so current was neither there nor
 *    there, and the exit of the interrupt looks at the flags.
 */
static bool tw_can_add(const struct task_struct *task)
{
	return task == current && !in_nmi() && (in_hardirq() || !irqs_disabled());
}

/*
 * Adds to current. There is no handler: the callback's work_ref is the only one, and the scheduler's
 * look at the context after the add is safe because the callback runs on this very task, later, and
 * a canceller only removes what it has seen SCHEDULED.
 */
static int tw_add(struct tw_ctx *ctx)
{
	int err;

	if (cmpxchg(&ctx->state, TW_PENDING, TW_SCHEDULING) != TW_PENDING) {
		/* Deleted since: to the caller that is a work which was cancelled. */
		atomic64_inc(&tw_cancelled_works);
		tw_irq(ctx, tw_irq_undo);
		return 0;
	}
	err = task_work_add(ctx->task, &ctx->work, ctx->mode);
	if (err) {
		tw_irq(ctx, tw_irq_undo);
		return err;
	}
	/*
	 * SCHEDULING stays across the add, so that a deleter in between does not cancel a work that
	 * is not there. If it was one, it has set FREED, and the callback finds that and ends the
	 * work: to cancel here would take pi_lock in a program's context.
	 */
	cmpxchg(&ctx->state, TW_SCHEDULING, TW_SCHEDULED);
	return 0;
}

static int tw_schedule(struct task_struct *task, struct bpf_task_work *tw, struct bpf_map *map,
		       tw_callback_t callback, struct bpf_prog_aux *aux,
		       enum task_work_notify_mode mode)
{
	struct tw_ctx *ctx = tw_ctx_prepare(task, tw, map, callback, aux);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ctx->mode = mode;
	if (tw_can_add(task))
		return tw_add(ctx);
	/* The work_ref moves to the handler: from here on the context is not ours. */
	tw_irq(ctx, tw_irq_add);
	return 0;
}

/**
 * tw_direct_schedule_signal() - run a callback in a task, and interrupt its sleep for it
 * @task: target; alive, at least under RCU
 * @tw: the field of a value of @map
 * @map: the map; its last user may be going away meanwhile
 * @callback: runs in @task at its next return to user space, with migration disabled
 * @aux: of the calling program
 *
 * TWA_SIGNAL: an interruptible sleep of @task ends with a restart or -EINTR. Context: any, NMI
 * included.
 *
 * Return: 0: the callback runs, unless the element is deleted first or, where the add was deferred,
 * @task exits first (which is counted as lost). Otherwise nothing was scheduled:
 * %-EINVAL - @task is a kernel thread, an idle task, or a worker of io_uring or vhost, which never
 * returns to user space;
 * %-ENOMEM - first use of the element, and no memory for its context (always so for kmalloc_nolock()
 * in NMI or hard interrupt on PREEMPT_RT);
 * %-EBUSY - the element has an outstanding work, or is being deleted, or @map has no user left;
 * %-EBADF - the program or @task has been released;
 * %-ESRCH - @task is current and exiting, and runs no more task work.
 * If several hold, the first of this list is returned.
 */
int tw_direct_schedule_signal(struct task_struct *task, struct bpf_task_work *tw,
			      struct bpf_map *map, tw_callback_t callback,
			      struct bpf_prog_aux *aux)
{
	return tw_schedule(task, tw, map, callback, aux, TWA_SIGNAL);
}

/**
 * tw_direct_schedule_resume() - run a callback in a task when it next returns to user space
 * @task: target; alive, at least under RCU
 * @tw: the field of a value of @map
 * @map: the map; its last user may be going away meanwhile
 * @callback: runs in @task at its next return to user space, with migration disabled
 * @aux: of the calling program
 *
 * TWA_RESUME: a sleeping @task is not woken, and holds the element for as long as it sleeps.
 * Context: any, NMI included.
 *
 * Return: as tw_direct_schedule_signal().
 */
int tw_direct_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
			      struct bpf_map *map, tw_callback_t callback,
			      struct bpf_prog_aux *aux)
{
	return tw_schedule(task, tw, map, callback, aux, TWA_RESUME);
}

void tw_direct_cancel_and_free(void *tw)
{
	tw_cancel_and_free(tw);
}

const struct tw_impl tw_impl_direct = {
	.name = "direct",
	.what = "refcounted, without the irq_work where the target is current and may be notified",
	.correct = true,
	.schedule_signal = tw_direct_schedule_signal,
	.schedule_resume = tw_direct_schedule_resume,
	.cancel_and_free = tw_direct_cancel_and_free,
	.allocs = tw_allocs,
	.set_alloc = tw_set_alloc,
	.lost = tw_lost,
	.cancelled = tw_cancelled,
	.state = tw_state,
	.ctx_size = sizeof(struct tw_ctx),
};
