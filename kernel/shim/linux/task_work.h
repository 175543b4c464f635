/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery: the target's list, and its end. */
#ifndef SHIM_LINUX_TASK_WORK_H
#define SHIM_LINUX_TASK_WORK_H

#include <linux/sched.h>

enum task_work_notify_mode {
	TWA_NONE,
	TWA_RESUME,
	TWA_SIGNAL,
	TWA_SIGNAL_NO_IPI,
	TWA_NMI_CURRENT,
};

static inline void init_task_work(struct callback_head *work,
				  void (*func)(struct callback_head *))
{
	work->func = func;
}

/* -ESRCH: the task runs no more works. In NMI only TWA_NMI_CURRENT (else aborts). */
int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode);
/* Takes the task's pi_lock: aborts in NMI. */
struct callback_head *task_work_cancel_match(struct task_struct *task,
					     bool (*match)(struct callback_head *, void *),
					     void *data);
bool task_work_cancel(struct task_struct *task, struct callback_head *work);
/* Of current, newest first, with those that works add meanwhile. */
void task_work_run(void);

#endif
