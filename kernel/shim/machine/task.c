// SPDX-License-Identifier: GPL-2.0
/* Tasks: their works, their notifications, their end. */
#include <linux/bpf.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/task_work.h>

struct callback_head shim_work_exited; /* stands for "runs no more works" */

static void lock(struct task_struct *task)
{
	if (in_nmi())
		shim_bug("pi_lock of task %d in NMI", task->pid);
	shim_irqs_off();
	shim_lock(&task->pi_lock);
}

static void unlock(struct task_struct *task)
{
	shim_unlock(&task->pi_lock);
	shim_irqs_on();
}

/* current wakes itself without locks, and so without looking whether it is on the run queue. */
static void wake_up(struct task_struct *task)
{
	if (in_nmi())
		shim_bug("task %d woken in NMI", task->pid);
	if (task == current) {
		if (__atomic_load_n(&task->state, __ATOMIC_RELAXED) == SHIM_TASK_DEQUEUED)
			__atomic_store_n(&task->state, SHIM_TASK_LOST, __ATOMIC_RELAXED);
		return;
	}
	lock(task);
	if (__atomic_load_n(&task->state, __ATOMIC_RELAXED) != SHIM_TASK_LOST)
		__atomic_store_n(&task->state, SHIM_TASK_RUNNING, __ATOMIC_RELEASE);
	task->wakeups++;
	unlock(task);
}

static void notify_signal(struct task_struct *task)
{
	if (__atomic_load_n(&task->flags, __ATOMIC_RELAXED) & PF_KTHREAD || is_idle_task(task))
		shim_bug("signal notification of kernel thread %d: it will spin for ever", task->pid);
	if (!xchg(&task->notify_signal, true))
		wake_up(task);
}

static void notify(struct task_struct *task, enum task_work_notify_mode mode)
{
	switch (mode) {
	case TWA_SIGNAL:
		notify_signal(task);
		break;
	case TWA_RESUME:
	case TWA_NMI_CURRENT:
		xchg(&task->notify_resume, true);
		break;
	default:
		shim_bug("task_work_add: mode %d is not for these implementations", mode);
	}
}

int task_work_add(struct task_struct *task, struct callback_head *work,
		  enum task_work_notify_mode mode)
{
	struct callback_head *head;

	SHIM_POINT(SHIM_ADD, task, sizeof(*task), "task_work_add");
	if (in_nmi() && mode != TWA_NMI_CURRENT)
		shim_bug("task_work_add in NMI");
	if (mode == TWA_NMI_CURRENT && task != current)
		return -EINVAL; /* with a warning in the kernel's log */
	head = __atomic_load_n(&task->task_works, __ATOMIC_ACQUIRE);
	do {
		if (head == &shim_work_exited)
			return -ESRCH;
		work->next = head;
	} while (!__atomic_compare_exchange_n(&task->task_works, &head, work, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE));
	SHIM_POINT(SHIM_ADD, task, sizeof(*task), "task_work_add: notify");
	notify(task, mode);
	return 0;
}

/* Under pi_lock only pushes at the head happen meanwhile; task_work_run() waits for the lock before it
 * touches what it has taken off. */
static struct callback_head *unlink_match(struct task_struct *task,
					  bool (*match)(struct callback_head *, void *), void *data)
{
	struct callback_head **at = &task->task_works;
	struct callback_head *work = __atomic_load_n(at, __ATOMIC_ACQUIRE);

	while (work && work != &shim_work_exited) {
		task->scanned++;
		if (!match(work, data)) {
			at = &work->next;
			work = __atomic_load_n(at, __ATOMIC_ACQUIRE);
		} else if (__atomic_compare_exchange_n(at, &work, work->next, false,
						       __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE)) {
			return work;
		}
	}
	return NULL;
}

struct callback_head *task_work_cancel_match(struct task_struct *task,
					     bool (*match)(struct callback_head *, void *),
					     void *data)
{
	struct callback_head *work;

	SHIM_POINT(SHIM_ADD, task, sizeof(*task), "task_work_cancel");
	lock(task);
	work = unlink_match(task, match, data);
	/* With interrupts off: otherwise one that cancels, too, would come in between. */
	shim_this_cpu->cancels += !!work;
	unlock(task);
	return work;
}

static bool is_work(struct callback_head *work, void *wanted)
{
	return work == wanted;
}

bool task_work_cancel(struct task_struct *task, struct callback_head *work)
{
	return task_work_cancel_match(task, is_work, work);
}

/* What is queued, newest first; closes the list of an exiting task that has none. */
static struct callback_head *take_works(struct task_struct *task)
{
	struct callback_head *work = __atomic_load_n(&task->task_works, __ATOMIC_ACQUIRE), *empty;

	do {
		if (work == &shim_work_exited)
			return NULL;
		empty = NULL;
		if (!work && !(__atomic_load_n(&task->flags, __ATOMIC_RELAXED) & PF_EXITING))
			return NULL;
		if (!work)
			empty = &shim_work_exited;
	} while (!__atomic_compare_exchange_n(&task->task_works, &work, empty, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE));
	return work;
}

/* Nothing is counted where instructions are. */
static unsigned int migration_depth(void)
{
#ifdef SHIM_BENCH
	return 0;
#else
	return shim_this_cpu->no_migration;
#endif
}

void task_work_run(void)
{
	struct task_struct *task = current;
	struct callback_head *work, *next;
	const unsigned int pinned = migration_depth();

	for (;;) {
		SHIM_POINT(SHIM_ADD, task, sizeof(*task), "task_work_run");
		work = take_works(task);
		if (!work)
			return;
		/* A cancel that has found one of these is over once we had the lock. */
		lock(task);
		unlock(task);
		for (; work; work = next) {
			next = __atomic_load_n(&work->next, __ATOMIC_ACQUIRE);
			shim_this_cpu->task_works++;
			work->func(work);
			if (migration_depth() != pinned)
				shim_bug("a task work leaves with migration off, or on");
		}
	}
}

void shim_return_to_user(void)
{
	struct task_struct *task = current;

	while ((int)READ_ONCE(task->notify_signal) | READ_ONCE(task->notify_resume)) {
		__atomic_store_n(&task->notify_signal, false, __ATOMIC_SEQ_CST);
		__atomic_store_n(&task->notify_resume, false, __ATOMIC_SEQ_CST);
		task_work_run();
	}
}

void shim_task_exit(void)
{
	__atomic_fetch_or(&current->flags, PF_EXITING, __ATOMIC_SEQ_CST);
	task_work_run();
}

struct task_struct *shim_task_create(int pid, unsigned int flags)
{
	struct task_struct *task = shim_mem_alloc(sizeof(*task));

	memset(task, 0, sizeof(*task));
	task->pid = pid;
	task->flags = flags;
	refcount_set(&task->rcu_users, 1);
	__atomic_fetch_add(&shim_live.tasks, 1, __ATOMIC_RELAXED);
	return task;
}

static void task_free(struct rcu_head *head)
{
	shim_mem_free(container_of(head, struct task_struct, rcu));
	__atomic_fetch_sub(&shim_live.tasks, 1, __ATOMIC_RELAXED);
}

struct task_struct *bpf_task_acquire(struct task_struct *task)
{
	return refcount_inc_not_zero(&task->rcu_users) ? task : NULL;
}

void bpf_task_release(struct task_struct *task)
{
	if (!refcount_dec_and_test(&task->rcu_users))
		return;
	if (in_nmi())
		shim_bug("last reference of task %d dropped in NMI", task->pid);
	shim_defer(SHIM_GP_RCU, &task->rcu, task_free, 0);
}
