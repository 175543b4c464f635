// SPDX-License-Identifier: GPL-2.0
/* Targets: how they are told (R11), those that exit (R15), those that are refused (R20). */
#include "../tw_test.h"

static int result;

static void other_sleeps(void)
{
	w.task[1]->state = SHIM_TASK_SLEEPING;
}

/* ---- R11 ---- */

static void signal_wakes(void)
{
	other_sleeps();
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	must(w.task[1]->notify_signal && !w.task[1]->notify_resume);
	must_eq(w.task[1]->state, SHIM_TASK_RUNNING);
	must_eq(w.task[1]->wakeups, 1);
	settle();
	must_eq(w.ran, 1);
}

static void resume_does_not(void)
{
	other_sleeps();
	must_eq(schedule_resume(w.task[1]), 0);
	shim_irq_run();
	must(!w.task[1]->notify_signal && w.task[1]->notify_resume);
	must_eq(w.task[1]->state, SHIM_TASK_SLEEPING);
	must_eq(w.task[1]->wakeups, 0);
	settle();
	must_eq(w.ran, 1);
}

static void resume_self(void)
{
	result = schedule_resume(w.task[0]);
}

static void signal_self(void)
{
	result = schedule(w.task[0]);
}

static void modes_of_current(void)
{
	for (enum where where = IN_TASK; where <= IN_NMI; where++) {
		run_in(where, signal_self);
		must_eq(result, 0);
		if (shim_irq_pending(w.cpu[0]))
			shim_irq_run();
		must(w.task[0]->notify_signal && !w.task[0]->notify_resume);
		settle();
		run_in(where, resume_self);
		must_eq(result, 0);
		if (shim_irq_pending(w.cpu[0]))
			shim_irq_run();
		must(!w.task[0]->notify_signal && w.task[0]->notify_resume);
		settle();
	}
	must_eq(w.ran, 8);
}

/* From NMI at current; when the handler runs, current is another. */
static void resume_then_switch(void)
{
	run_in(IN_NMI, resume_self);
	must_eq(result, 0);
	w.cpu[0]->curr = w.task[1];
	w.cpu[1]->curr = w.task[0];
	shim_irq_run();
	settle();
	w.cpu[0]->curr = w.task[0];
	w.cpu[1]->curr = w.task[1];
}

static void nmi_and_switch(void)
{
	resume_then_switch();
	must_eq(w.ran, 1);
	must(w.ran_in == w.task[0]);
	must_eq(lost(), 0);
}

/* TWA_NMI_CURRENT means current at the time of the add: refused, and the work is nowhere. */
static void posted_nmi_and_switch(void)
{
	resume_then_switch();
	must_eq(w.ran, 0);
	must_eq(state(), TW_STANDBY);
	must_eq(lost(), 0);
}

/* ---- R15 ---- */

static void exit_other(void)
{
	run_in(ON_OTHER, shim_task_exit);
}

static void exits_before_add(void)
{
	must_eq(schedule(w.task[1]), 0);
	exit_other();
	settle();
	must_eq(w.ran, 0);
	must_eq(state(), TW_STANDBY);
	/* Nobody is told by posted: the flaw. */
	must_eq(lost(), w.impl->correct);
	must_eq(schedule(w.task[0]), 0);
	settle();
	must_eq(w.ran, 1);
}

/* What is on the list when the target exits, runs. */
static void exits_after_add(void)
{
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	exit_other();
	must_eq(w.ran, 1);
	must_eq(lost(), 0);
}

static void exits_and_deleted(void)
{
	must_eq(schedule(w.task[1]), 0);
	exit_other();
	delete();
	settle();
	must_eq(w.ran, 0);
	grace();
	must_eq(contexts(), 0);
}

static void delete_elsewhere(void)
{
	run_in(ON_OTHER, delete);
}

/* The add fails in an element that has just been deleted. */
static void deleted_and_exits(void)
{
	must_eq(schedule(w.task[1]), 0);
	exit_other();
	at("task_work_add", 1, delete_elsewhere);
	shim_irq_run();
	must(at_done());
	settle();
	must_eq(w.ran, 0);
	must_eq(old_state(), TW_FREED);
	grace();
	must_eq(contexts(), 0);
}

/* ---- R20 ---- */

static const struct {
	int pid;
	unsigned int flags;
} refused[] = { { 2, PF_KTHREAD }, { 0, 0 }, { 0, PF_KTHREAD }, { 3, PF_USER_WORKER } };
static struct task_struct *kthread;
static int errs[2];

static void schedule_both(void)
{
	errs[0] = schedule(kthread);
	errs[1] = schedule_resume(kthread);
}

static void kernel_threads(void)
{
	for (unsigned int i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		kthread = shim_task_create(refused[i].pid, refused[i].flags);
		for (enum where where = 0; where < WHERES; where++) {
			run_in(where, schedule_both);
			must_eq(errs[0], -EINVAL);
			must_eq(errs[1], -EINVAL);
		}
		/* As current, too. */
		w.cpu[0]->curr = kthread;
		schedule_both();
		w.cpu[0]->curr = w.task[0];
		must_eq(errs[0], -EINVAL);
		must_eq(errs[1], -EINVAL);
		must_eq(contexts(), 0);
		must_eq(refcount_read(&kthread->rcu_users), 1);
		bpf_task_release(kthread);
	}
	must_eq(irq_works(), 0);
}

static void signal_kthread(void)
{
	kthread = shim_task_create(2, PF_KTHREAD);
	must_eq(schedule(kthread), 0);
	shim_irq_run();
}

static void posted_kernel_thread(void)
{
	expect_bug("it will spin for ever", signal_kthread);
}

/* Accepted, and then EBUSY for as long as the machine is up. */
static void posted_kernel_thread_resume(void)
{
	kthread = shim_task_create(2, PF_KTHREAD);
	must_eq(schedule_resume(kthread), 0);
	settle();
	must_eq(schedule_resume(kthread), -EBUSY);
	delete();
	bpf_task_release(kthread);
}

/* ---- the list ---- */

static u32 order[ELEMENTS], n_order;

static int note_order(struct bpf_map *map, void *key, void *value)
{
	order[n_order++] = *(u32 *)key;
	return 0;
}

static void newest_first(void)
{
	n_order = 0;
	for (u32 i = 0; i < ELEMENTS; i++) {
		must_eq(w.impl->schedule_signal(w.task[1], shim_map_tw(w.map, i), w.map, note_order,
						w.prog->aux),
			0);
		shim_irq_run();
	}
	settle();
	must_eq(n_order, ELEMENTS);
	for (u32 i = 0; i < ELEMENTS; i++)
		must_eq(order[i], ELEMENTS - 1 - i);
}

const struct tw_case cases_targets[] = {
	{ "R11 signal is TWA_SIGNAL: wakes a sleeper", signal_wakes },
	{ "R11 resume is TWA_RESUME: does not wake", resume_does_not },
	{ "R11 both modes at current, in every context", modes_of_current, TW_CORRECT },
	{ "R11 resume in NMI at current, which is switched before the handler", nmi_and_switch,
	  TW_CORRECT },
	{ "R11 flaw: resume in NMI at current is lost by a switch", posted_nmi_and_switch,
	  TW_POSTED },
	{ "R15 a target that exits before the add is counted (posted: lost in silence)",
	  exits_before_add },
	{ "R15 a target that exits after the add runs the callback", exits_after_add },
	{ "R15 deleted while the target exits", exits_and_deleted },
	{ "R15 deleted while the add fails", deleted_and_exits },
	{ "R20 kernel threads and idle tasks are refused, in every context", kernel_threads,
	  TW_CORRECT },
	{ "R20 flaw (D2): a kernel thread spins", posted_kernel_thread, TW_POSTED },
	{ "R20 flaw: a kernel thread holds the element", posted_kernel_thread_resume, TW_POSTED },
	{ "targets: works of one target run newest first", newest_first },
	{ 0 },
};
