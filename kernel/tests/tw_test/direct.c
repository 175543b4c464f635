// SPDX-License-Identifier: GPL-2.0
/* Where direct adds at once, where it must not, and what its caller is told. */
#include "../tw_test.h"

#define ENDED "TW_SCHEDULING -> TW_SCHEDULED"

static int result;

static void schedule_self(void)
{
	result = schedule(w.task[0]);
}

static void schedule_other(void)
{
	result = schedule(w.task[1]);
}

/* Whether the call needed an interrupt. */
static bool deferred(enum where where, void (*call)(void))
{
	const u64 before = irq_works();

	run_in(where, call);
	must_eq(result, 0);
	if (shim_irq_pending(w.cpu[0]))
		shim_irq_run();
	must_eq(state(), TW_SCHEDULED);
	settle();
	return irq_works() != before;
}

static void where_it_adds(void)
{
	must(!deferred(IN_TASK, schedule_self));
	must(!deferred(IN_HARDIRQ, schedule_self));
	must(deferred(IN_IRQS_OFF, schedule_self));
	must(deferred(IN_NMI, schedule_self));
	must(deferred(IN_TASK, schedule_other));
	must(deferred(IN_HARDIRQ, schedule_other));
	must_eq(w.ran, 6);
}

static void schedule_nested(void)
{
	run_in(IN_NMI, schedule_self);
}

/* The contexts of a CPU nest; the innermost one decides. */
static void nested(void)
{
	must(deferred(IN_HARDIRQ, schedule_nested));
	must(deferred(IN_IRQS_OFF, schedule_nested));
	must_eq(w.ran, 2);
}

/* In schedule(): off the run queue, interrupts off, still current. A wake-up of current marks it
 * running without queueing it: the task is lost. */
static void switching(void)
{
	w.task[0]->state = SHIM_TASK_DEQUEUED;
	shim_irqs_off();
	schedule_self();
	must_eq(result, 0);
	must_eq(w.task[0]->state, SHIM_TASK_DEQUEUED);
	/* The next task enables them, and takes the interrupt. */
	w.cpu[0]->curr = w.task[1];
	shim_irqs_on();
	shim_irq_run();
	must_eq(w.task[0]->state, SHIM_TASK_RUNNING);
	must_eq(w.task[0]->wakeups, 1);
	w.cpu[0]->curr = w.task[0];
	settle();
	must_eq(w.ran, 1);
}

/* The caller is told, and it is not counted as lost. */
static void exiting(void)
{
	shim_task_exit();
	schedule_self();
	must_eq(result, -ESRCH);
	settle();
	must_eq(lost(), 0);
	must_eq(state(), TW_STANDBY);
	must_eq(refcount_read(&w.prog->refcnt), 1);
	/* Where the add is deferred, it is. */
	run_in(IN_NMI, schedule_self);
	must_eq(result, 0);
	settle();
	must_eq(lost(), 1);
}

/* Deleted in the middle of a direct add: nothing is cancelled in the caller's context, and the callback
 * ends the work. */
static void delete_elsewhere(void)
{
	run_in(ON_OTHER, delete);
}

static void deleted_within(void)
{
	static const char *const points[] = { "task_work_add", "task_work_add: notify", ENDED };

	for (unsigned int i = 0; i < 3; i++) {
		at(points[i], 1, delete_elsewhere);
		schedule_self();
		must(at_done());
		must_eq(result, 0);
		must(!shim_irq_pending(w.cpu[0]) && !shim_irq_pending(w.cpu[1]));
		must_eq(w.task[0]->scanned, 0);
		shim_return_to_user();
		must_eq(w.ran, 0);
		grace();
		must_eq(contexts(), 0);
	}
}

const struct tw_case cases_direct[] = {
	{ "direct: adds at once at current, in task context and hard interrupt only", where_it_adds,
	  TW_DIRECT },
	{ "direct: nested contexts", nested, TW_DIRECT },
	{ "direct: current that is being switched away is not lost", switching },
	{ "direct: -ESRCH instead of a lost work", exiting, TW_DIRECT },
	{ "direct: deleted within the add", deleted_within, TW_DIRECT },
	{ 0 },
};
