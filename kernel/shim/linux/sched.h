/* SPDX-License-Identifier: GPL-2.0 */
/* Tasks: machinery, see machine.h. */
#ifndef SHIM_LINUX_SCHED_H
#define SHIM_LINUX_SCHED_H

#include <linux/refcount.h>

#define PF_EXITING 0x00000004
#define PF_USER_WORKER 0x00004000
#define PF_KTHREAD 0x00200000

/* Where a task is, for those who wake it. */
enum shim_task_state {
	SHIM_TASK_RUNNING,
	SHIM_TASK_SLEEPING, /* interruptible, off its CPU */
	/*
	 * In schedule(), taken off the run queue, with interrupts off, and still current: a wake-up
	 * from its own CPU marks it running without queueing it, and it is lost.
	 */
	SHIM_TASK_DEQUEUED,
	SHIM_TASK_LOST, /* that has happened */
};

struct task_struct {
	unsigned int flags; /* PF_* */
	int pid;
	refcount_t rcu_users; /* bpf_task_acquire(); its memory goes a grace period after the last */
	struct callback_head *task_works; /* newest first; shim_work_exited when it is over */
	bool pi_lock;
	bool notify_resume, notify_signal; /* looked at on the way to user space */
	enum shim_task_state state;
	unsigned long scanned; /* works that cancels have looked at, in total */
	unsigned long wakeups;
	struct rcu_head rcu;
};

#define current (shim_this_cpu->curr)

#include "../machine.h"

static inline bool is_idle_task(const struct task_struct *task)
{
	return task->pid == 0;
}

#endif
