// SPDX-License-Identifier: GPL-2.0
/*
 * What actors do. Like the implementations, this is built with the compiler's hooks (hooks.c): an access
 * here counts for the order of events.
 *
 * Programs run as sleepable ones do, in a read section of tasks-trace and none of rcu: that protects
 * least. An interrupt is a reader of rcu by itself. Closing a map is no program and has no section.
 */
#include <stdlib.h>

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate_trace.h>

#include "scenario.h"

static void program_enter(void)
{
	if (!in_nmi() && !in_hardirq())
		rcu_read_lock_trace();
}

static void program_exit(void)
{
	if (!in_nmi() && !in_hardirq())
		rcu_read_unlock_trace();
}

int ex_callback(struct bpf_map *map, void *key, void *value)
{
	unsigned int i = *(u32 *)key;

	if (w.on_callback)
		w.on_callback(i);
	count_callback_end(i);
	return 0;
}

/* As a program: a section, a call. */
int ex_schedule(struct task_struct *task, unsigned int i, enum task_work_notify_mode mode)
{
	struct bpf_task_work *tw = shim_map_tw(w.map, i);
	struct call call;
	int err;

	program_enter();
	call = count_call(i);
	err = (mode == TWA_SIGNAL ? w.impl->schedule_signal : w.impl->schedule_resume)(
		task, tw, w.map, ex_callback, w.prog->aux);
	count_returned(i, call, err);
	program_exit();
	return err;
}

static void delete(unsigned int i)
{
	count_deletion(i);
	w.impl->cancel_and_free(shim_map_tw(w.map, i));
	count_deleted(i);
}

void ex_delete(unsigned int i)
{
	program_enter();
	delete(i);
	program_exit();
}

/* ---- schedule ---- */

void p_signal(void)
{
	ex_schedule(w.target, 0, TWA_SIGNAL);
}

void p_resume(void)
{
	ex_schedule(w.target, 0, TWA_RESUME);
}

void p_signal_other(void)
{
	ex_schedule(w.target, 1, TWA_SIGNAL);
}

void p_signal_twice(void)
{
	p_signal();
	p_signal();
}

void p_signal_both(void)
{
	ex_schedule(w.target, 0, TWA_SIGNAL);
	ex_schedule(w.target, 1, TWA_SIGNAL);
}

void p_signal_self(void)
{
	ex_schedule(current, 0, TWA_SIGNAL);
}

void p_resume_self_nmi(void)
{
	/* Of an idle CPU there is nobody to be scheduled. */
	if (!is_idle_task(current))
		ex_schedule(current, 0, TWA_RESUME);
}

void p_self_and_user(void)
{
	p_signal_self();
	shim_return_to_user();
}

void p_self_then_exit(void)
{
	p_signal_self();
	shim_task_exit();
}

void p_delete_and_signal(void)
{
	ex_delete(0);
	p_signal();
}

void p_rearm(void)
{
	p_signal();
	ex_delete(0);
	p_signal();
}

void p_signal_zombie(void)
{
	ex_schedule(w.zombie, 0, TWA_SIGNAL);
}

void p_signal_kthread(void)
{
	ex_schedule(w.kthread, 0, TWA_SIGNAL);
}

void p_resume_kthread(void)
{
	ex_schedule(w.kthread, 0, TWA_RESUME);
}

void p_signal_idle(void)
{
	ex_schedule(w.idle, 0, TWA_SIGNAL);
}

/* Whoever finds in its section that the program has not been let go runs on with it. */
void p_signal_unless_put(void)
{
	program_enter();
	if (!READ_ONCE(w.prog_put))
		p_signal();
	program_exit();
}

/* An interrupt, which is a reader of rcu: it finds its target alive, or finds none. */
void p_signal_unless_gone(void)
{
	if (!READ_ONCE(w.task_gone[1]))
		p_signal();
}

/* ---- the target ---- */

void p_user(void)
{
	shim_return_to_user();
}

void p_user_twice(void)
{
	shim_return_to_user();
	shim_return_to_user();
}

/* Its own next work is for a task that takes none. */
void p_user_then_zombie(void)
{
	shim_return_to_user();
	p_signal_zombie();
}

void p_exit(void)
{
	shim_task_exit();
}

/* The last reference but those of works. */
void p_exit_and_release(void)
{
	struct task_struct *task = current;

	shim_task_exit();
	shim_this_cpu->curr = w.idle;
	WRITE_ONCE(w.task_gone[1], true);
	bpf_task_release(task);
}

void p_exit_then_self(void)
{
	shim_task_exit();
	p_signal_self();
}

/*
 * schedule(), on the way to sleep: current is off the run queue already, interrupts are off, and a
 * program may run. Then another task is current. A remote wake-up in between puts it back.
 */
static void go_to_sleep(void (*program)(void))
{
	struct task_struct *task = current;

	shim_irqs_off();
	WRITE_ONCE(task->state, SHIM_TASK_DEQUEUED);
	/* Whoever has set this before has looked for a sleeper in vain; later ones find us. */
	if (READ_ONCE(task->notify_signal)) {
		WRITE_ONCE(task->state, SHIM_TASK_RUNNING);
	} else {
		if (program)
			program();
		cmpxchg(&task->state, SHIM_TASK_DEQUEUED, SHIM_TASK_SLEEPING);
		shim_this_cpu->curr = w.idle;
	}
	shim_irqs_on();
}

void p_sched_switch(void)
{
	go_to_sleep(p_signal_self);
}

void p_sleep(void)
{
	go_to_sleep(NULL);
}

/* ---- deletion ---- */

void p_delete(void)
{
	ex_delete(0);
}

/* As the kernel does when a map goes. */
void p_delete_bare(void)
{
	delete(0);
}

void p_put_user(void)
{
	for (unsigned int i = 0; i < MAX_ELEMENTS; i++)
		count_deletion(i);
	shim_map_put_user(w.map, w.impl->cancel_and_free);
	for (unsigned int i = 0; i < MAX_ELEMENTS; i++)
		count_deleted(i);
	count_user_gone();
}

void p_map_free(void)
{
	p_put_user();
	w.map_freed = true;
	shim_map_free(w.map, w.impl->cancel_and_free);
}

void p_prog_put(void)
{
	WRITE_ONCE(w.prog_put, true);
	bpf_prog_put(w.prog);
}

/* ---- of the explorer itself ---- */

void p_free_twice(void)
{
	void *p = shim_alloc(&shim_kmalloc, 64);

	shim_free(&shim_kmalloc, p);
	shim_free(&shim_kmalloc, p);
}

void p_use_after_free(void)
{
	struct task_struct *task = shim_alloc(&shim_kmalloc, sizeof(*task));

	shim_free(&shim_kmalloc, task);
	task->pid = 1;
}

void p_null(void)
{
	task_work_cancel(NULL, NULL);
}

/* Below the hooks, as in code that is not built with them. */
__attribute__((no_sanitize("thread"))) void p_wild(void)
{
	struct task_struct *task = shim_alloc(&shim_kmalloc, sizeof(*task));

	shim_free(&shim_kmalloc, task);
	*(volatile int *)task->task_works = 1;
}

void p_leak(void)
{
	shim_alloc(&shim_kmalloc, 64);
}

static struct {
	bool first, second;
} locks;

static void two_locks(bool *a, bool *b)
{
	shim_lock(a);
	shim_lock(b);
	shim_unlock(b);
	shim_unlock(a);
}

void setup_locks(void)
{
	memset(&locks, 0, sizeof(locks));
}

void p_two_locks(void)
{
	two_locks(&locks.first, &locks.second);
}

void p_two_locks_reversed(void)
{
	two_locks(&locks.second, &locks.first);
}

void p_unbalanced(void)
{
	void *p = shim_alloc(&shim_kmalloc, 64);

	rcu_read_lock_trace();
	call_rcu_tasks_trace(p, NULL);
}

void p_endless(void)
{
	for (;;)
		program_enter();
}

/* ---- setup ---- */

void setup_warm(void)
{
	p_signal();
	settle(true);
}
