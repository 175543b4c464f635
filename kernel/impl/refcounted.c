// SPDX-License-Identifier: GPL-2.0
/*
 * `refcounted`: the kfuncs with the review of the first posting applied, and what that review missed.
 * A scheduled work always goes through the context's irq_work, as in the kernel: that is where
 * task_work_add() may be called, whatever the scheduler was in.
 */
#include "schedule.h"

TW_DECLARE_IMPL(refcounted);

/* Signal and resume share all but the mode (R11). */
static int tw_schedule(struct task_struct *task, struct bpf_task_work *tw, struct bpf_map *map,
		       tw_callback_t callback, struct bpf_prog_aux *aux,
		       enum task_work_notify_mode mode)
{
	struct tw_ctx *ctx = tw_ctx_prepare(task, tw, map, callback, aux);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ctx->mode = mode;
	/* The work_ref moves to the handler: from here on the context is not ours. */
	tw_irq(ctx, tw_irq_add);
	return 0;
}

/**
 * tw_refcounted_schedule_signal() - run a callback in a task, and interrupt its sleep for it
 * @task: target; alive, at least under RCU
 * @tw: the field of a value of @map
 * @map: the map; its last user may be going away meanwhile
 * @callback: runs in @task at its next return to user space, with migration disabled
 * @aux: of the calling program
 *
 * TWA_SIGNAL: an interruptible sleep of @task ends with a restart or -EINTR. Context: any, NMI
 * included.
 *
 * Return: 0: the callback runs, unless the element is deleted first or @task exits first (the latter
 * is counted as lost). Otherwise nothing was scheduled:
 * %-EINVAL - @task is a kernel thread, an idle task, or a worker of io_uring or vhost, which never
 * returns to user space;
 * %-ENOMEM - first use of the element, and no memory for its context (always so for kmalloc_nolock()
 * in NMI or hard interrupt on PREEMPT_RT);
 * %-EBUSY - the element has an outstanding work, or is being deleted, or @map has no user left;
 * %-EBADF - the program or @task has been released.
 * If several hold, the first of this list is returned.
 */
int tw_refcounted_schedule_signal(struct task_struct *task, struct bpf_task_work *tw,
				  struct bpf_map *map, tw_callback_t callback,
				  struct bpf_prog_aux *aux)
{
	return tw_schedule(task, tw, map, callback, aux, TWA_SIGNAL);
}

/**
 * tw_refcounted_schedule_resume() - run a callback in a task when it next returns to user space
 * @task: target; alive, at least under RCU
 * @tw: the field of a value of @map
 * @map: the map; its last user may be going away meanwhile
 * @callback: runs in @task at its next return to user space, with migration disabled
 * @aux: of the calling program
 *
 * TWA_RESUME: a sleeping @task is not woken, and holds the element for as long as it sleeps.
 * Context: any, NMI included.
 *
 * Return: as tw_refcounted_schedule_signal().
 */
int tw_refcounted_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
				  struct bpf_map *map, tw_callback_t callback,
				  struct bpf_prog_aux *aux)
{
	return tw_schedule(task, tw, map, callback, aux, TWA_RESUME);
}

void tw_refcounted_cancel_and_free(void *tw)
{
	tw_cancel_and_free(tw);
}

const struct tw_impl tw_impl_refcounted = {
	.name = "refcounted",
	.what = "the review applied: refcounted contexts, deferred cancel, no ABA",
	.correct = true,
	.schedule_signal = tw_refcounted_schedule_signal,
	.schedule_resume = tw_refcounted_schedule_resume,
	.cancel_and_free = tw_refcounted_cancel_and_free,
	.allocs = tw_allocs,
	.set_alloc = tw_set_alloc,
	.lost = tw_lost,
	.cancelled = tw_cancelled,
	.state = tw_state,
	.ctx_size = sizeof(struct tw_ctx),
};
