// SPDX-License-Identifier: GPL-2.0
/* Who holds programs, tasks and contexts, from when until when. */
#include <stdlib.h>

#include "../tw_test.h"

static int result;

static void schedule_here(void)
{
	result = schedule(w.task[1]);
}

static int prog_refs(void)
{
	return refcount_read(&w.prog->refcnt);
}

static int task_refs(void)
{
	return refcount_read(&w.task[1]->rcu_users);
}

static void must_hold(int n)
{
	must_eq(prog_refs(), 1 + n);
	must_eq(task_refs(), 1 + n);
}

static void must_hold_one(void)
{
	must_hold(1);
}

static void held_while_outstanding(void)
{
	must_hold(0);
	must_eq(schedule(w.task[1]), 0);
	must_hold(1);
	shim_irq_run();
	must_hold(1);
	w.in_callback = must_hold_one;
	run_in(ON_OTHER, shim_return_to_user);
	must_eq(w.ran, 1);
	must_hold(0);
	must_eq(contexts(), 1); /* STANDBY holds nothing but itself */
}

/* R6: each stage in turn is the only one that holds the context. */
static void work_holds_context(void)
{
	must_eq(schedule(w.task[1]), 0);
	delete();
	grace();
	must_eq(contexts(), 1); /* the irq_work's */
	must_eq(old_state(), TW_FREED);
	settle();
	grace();
	must_eq(contexts(), 0);
	must_eq(w.ran, 0);

	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	must_hold(1);
	run_in(IN_NMI, delete);
	grace();
	must_eq(contexts(), 1); /* the task_work's, and the canceller's */
	must_hold(1);
	shim_irq_run();
	must_hold(0);
	grace();
	must_eq(contexts(), 0);
	must_eq(w.ran, 0);
}

/* R6: the target runs the work while the cancelling irq_work is queued; both find FREED. */
static void cancel_meets_callback(void)
{
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	run_in(IN_NMI, delete);
	run_in(ON_OTHER, shim_return_to_user);
	must_eq(w.ran, 0);
	grace();
	must_eq(contexts(), 1); /* the review's use after free: the irq_work is still to come */
	shim_irq_run();
	must_hold(0);
	grace();
	must_eq(contexts(), 0);
}

static bool contains(const char *memory, size_t size, const void *pointer)
{
	for (size_t i = 0; i + sizeof(pointer) <= size; i += sizeof(pointer))
		if (!memcmp(memory + i, &pointer, sizeof(pointer)))
			return true;
	return false;
}

/* R8: looks for the pointers in the memory of a context in STANDBY. */
static void pointers_cleared(void)
{
	const char *ctx;

	must_eq(schedule(w.task[1]), 0);
	memcpy(&ctx, w.tw, sizeof(ctx));
	must(contains(ctx, w.impl->ctx_size, w.task[1]) && contains(ctx, w.impl->ctx_size, w.prog));
	settle();
	must_eq(state(), TW_STANDBY);
	must_eq(contains(ctx, w.impl->ctx_size, w.task[1]), !w.impl->correct);
	must_eq(contains(ctx, w.impl->ctx_size, w.prog), !w.impl->correct);
}

/* R8: an element that stays does not keep the last target and program alive. */
static void standby_holds_nobody(void)
{
	struct task_struct *gone = shim_task_create(102, 0);

	must_eq(schedule(gone), 0);
	shim_irq_run();
	w.cpu[1]->curr = gone;
	run_in(ON_OTHER, shim_return_to_user);
	run_in(ON_OTHER, shim_task_exit);
	w.cpu[1]->curr = w.task[1];
	bpf_task_release(gone);
	bpf_prog_put(w.prog);
	w.prog = NULL;
	must_eq(w.ran, 1);
	const s64 tasks = shim_live.tasks, progs = shim_live.progs;
	grace();
	must_eq(shim_live.tasks, tasks - 1);
	must_eq(shim_live.progs, progs - 1);
	must_eq(contexts(), 1);
}

/* R13: the work's references are the last ones, and the program is unloaded under it. */
static void last_references_in_callback(void)
{
	must_eq(schedule(w.task[1]), 0);
	bpf_prog_put(w.prog);
	w.prog = NULL;
	const s64 progs = shim_live.progs;
	grace();
	must_eq(shim_live.progs, progs);
	settle();
	must_eq(w.ran, 1);
	grace();
	must_eq(shim_live.progs, progs - 1);
}

/* R13: a call that fails once it has a program must not drop the last reference in NMI. */
static struct task_struct *released;

static void unload(void)
{
	bpf_prog_put(w.prog);
	w.prog = NULL;
}

static void unload_elsewhere(void)
{
	run_in(ON_OTHER, unload);
}

static void schedule_at_released(void)
{
	result = w.impl->schedule_signal(released, w.tw, w.map, NULL, w.prog->aux);
}

static void fail_with_last_program(void)
{
	released = shim_task_create(102, 0);
	bpf_task_release(released);
	/* Of correct ones: the context's, the program's, the task's. Of posted: the last two. */
	at("refcount_inc_not_zero", w.impl->correct ? 3 : 2, unload_elsewhere);
	run_in(IN_NMI, schedule_at_released);
	must(at_done());
}

static void last_program_not_in_nmi(void)
{
	fail_with_last_program();
	must_eq(result, -EBADF);
	settle();
	grace();
	must_eq(state(), TW_STANDBY);
}

static void posted_last_program_in_nmi(void)
{
	expect_bug("last reference of a program dropped in NMI", fail_with_last_program);
}

/* R13: the paths that refuse, and the one that fails late. */
static void exit_other(void)
{
	run_in(ON_OTHER, shim_task_exit);
}

static void refused_holds_nothing(void)
{
	must_eq(schedule(w.task[1]), 0);
	must_hold(1);
	for (enum where where = 0; where < WHERES; where++) {
		run_in(where, schedule_here);
		must_eq(result, -EBUSY);
		must_hold(1);
	}
	settle();
	must_hold(0);
	shim_fail_nth(1);
	must_eq(schedule_element(1, w.task[1]), -ENOMEM);
	shim_fail_nth(0);
	must_hold(0);
	must_eq(schedule(w.task[1]), 0);
	exit_other();
	settle();
	must_hold(0); /* task_work_add() has failed */
	must_eq(w.ran, 1);
	must_eq(state(), TW_STANDBY);
}

static void cancelled_holds_nothing(void)
{
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	delete();
	settle();
	must_hold(0);
}

const struct tw_case cases_references[] = {
	{ "R6 program and target are held while a work is outstanding", held_while_outstanding },
	{ "R6 irq_work and task_work hold the context of a deleted element", work_holds_context,
	  TW_CORRECT },
	{ "R6 the callback ends a work whose cancel is queued", cancel_meets_callback, TW_CORRECT },
	{ "R8 a context in STANDBY has no pointers (posted: they stay)", pointers_cleared },
	{ "R8 a context in STANDBY keeps nobody alive", standby_holds_nobody },
	{ "R13 the last program reference is the work's", last_references_in_callback },
	{ "R13 a failing call in NMI leaves the last program reference to the irq_work",
	  last_program_not_in_nmi, TW_CORRECT },
	{ "R13 flaw: a failing call drops the last program reference in NMI",
	  posted_last_program_in_nmi, TW_POSTED },
	{ "R13 refused and failed calls hold nothing", refused_holds_nothing },
	{ "R13 a cancelled work holds nothing", cancelled_holds_nothing },
	{ 0 },
};
