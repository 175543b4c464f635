// SPDX-License-Identifier: GPL-2.0
/* Deletion against everything else: NMI, the canceller's target, the handler's window, many works. */
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#include "../tw_test.h"

#define ENDED "TW_SCHEDULING -> TW_SCHEDULED"

static int result;

static void make_standby(void)
{
	must_eq(schedule(w.task[1]), 0);
	settle();
}

static void make_scheduled(void)
{
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	must_eq(state(), TW_SCHEDULED);
}

/* ---- R5 ---- */

static void delete_scheduled_in_nmi(void)
{
	make_scheduled();
	run_in(IN_NMI, delete);
}

static void delete_standby_in_nmi(void)
{
	make_standby();
	run_in(IN_NMI, delete);
}

static void nmi(void)
{
	u64 before;

	delete_scheduled_in_nmi();
	must(shim_irq_pending(w.cpu[0])); /* the context's own irq_work */
	must(w.task[1]->task_works);
	shim_irq_run();
	must(!w.task[1]->task_works);
	must_eq(w.task[1]->scanned, 1);
	run_in(ON_OTHER, shim_return_to_user);
	must_eq(w.ran, 0);
	next_world();
	delete_standby_in_nmi();
	must(shim_irq_pending(w.cpu[0]));
	settle();
	next_world();
	/* Outside, with interrupts on, there is no detour. */
	make_standby();
	before = irq_works();
	delete();
	must(!shim_irq_pending(w.cpu[0]));
	must_eq(irq_works(), before);
}

/* R7: RCU's own locks are taken with interrupts off, and a program can be under them. */
static void irqs_off(void)
{
	make_standby();
	shim_irqs_off();
	delete();
	must(shim_irq_pending(w.cpu[0]));
	grace();
	must_eq(contexts(), 1); /* not handed over yet */
	shim_irqs_on();
	shim_irq_run();
	grace();
	must_eq(contexts(), 0);
}

static void posted_cancels_in_nmi(void)
{
	expect_bug("pi_lock of task 101 in NMI", delete_scheduled_in_nmi);
}

static void posted_frees_in_nmi(void)
{
	expect_bug("call_rcu in NMI", delete_standby_in_nmi);
}

/* The handler has said SCHEDULED and is about to return, when its irq_work is used to cancel. */
static int flags_when_queued;

static void look_at_flags(void)
{
	flags_when_queued = *(const int *)at_addr;
}

static void delete_in_tail(void)
{
	at("irq_work_queue", 1, look_at_flags);
	run_in(IN_NMI, delete);
	must(at_done());
}

static void irq_work_in_flight(void)
{
	must_eq(schedule(w.task[1]), 0);
	at("irq_work: handler returned", 1, delete_in_tail);
	shim_irq_run();
	/* Nobody initialised it anew under the handler that is being ended. */
	must_eq(flags_when_queued, IRQ_WORK_BUSY);
	settle();
	grace();
	must_eq(contexts(), 0);
	must_eq(w.ran, 0);
}

/* ---- the canceller's target ---- */

static void target_is_gone(void)
{
	struct task_struct *idle = shim_task_create(0, PF_KTHREAD);
	const s64 tasks = shim_live.tasks;

	on_cpu(1);
	shim_return_to_user(); /* the callback sees FREED and ends the work */
	shim_task_exit();
	w.cpu[1]->curr = idle;
	bpf_task_release(w.task[1]);
	w.task[1] = NULL;
	grace();
	on_cpu(0);
	if (shim_live.tasks < tasks)
		shim_bug("task_work_cancel of a task that has been freed");
	w.task[1] = idle;
}

/* The map's last user goes, outside of every read section. */
static void delete_slowly(void)
{
	make_scheduled();
	at("task_work_cancel", 1, target_is_gone);
	put_user();
	must(at_done());
}

static void posted_cancels_freed(void)
{
	expect_bug("task_work_cancel of a task that has been freed", delete_slowly);
}

/* In the same place a correct one holds the target: in the handler, which is a reader of rcu too. */
static void exit_and_release(void)
{
	struct task_struct *idle = shim_task_create(0, PF_KTHREAD);

	on_cpu(1);
	shim_return_to_user();
	shim_task_exit();
	w.cpu[1]->curr = idle;
	bpf_task_release(w.task[1]);
	w.task[1] = idle;
	on_cpu(0);
}

static void canceller_holds_target(void)
{
	make_scheduled();
	put_user();
	at("task_work_cancel", 1, exit_and_release);
	shim_irq_run(); /* watch_cancel() aborts if nobody holds the task */
	must(at_done());
	must_eq(w.ran, 0);
}

/* ---- R14 (D1): the handler's window after the add ---- */

static void end_and_delete(void)
{
	w.in_callback = delete;
	exit_and_release();
}

static void stall_and_delete(void)
{
	must_eq(schedule(w.task[1]), 0);
	at(ENDED, 1, end_and_delete);
	shim_irq_run();
	must(at_done());
}

static void window(void)
{
	stall_and_delete();
	must_eq(w.ran, 1);
	settle();
	grace();
	must_eq(contexts(), 0);
}

static void posted_window(void)
{
	expect_bug("cancel through a task that nobody holds", stall_and_delete);
}

/* ---- R19 (D4): a handler of generation n, generation n + 1 ---- */

static sem_t stalled, go;
static pthread_t cpu0;

static void stall(void)
{
	sem_post(&stalled);
	sem_wait(&go);
}

static void *handler(void *arg)
{
	on_cpu(0);
	at(ENDED, 1, stall);
	shim_irq_run();
	shim_this_cpu = NULL;
	return NULL;
}

static void let_handler_end(void)
{
	sem_post(&go);
	pthread_join(cpu0, NULL);
}

/* The callback is over, the target exits, and CPU 1 schedules at it again; result is what it is told.
 * The first handler ends while the second one is about to add, and to fail. */
static void stale_handler(void)
{
	must(!sem_init(&stalled, 0, 0) && !sem_init(&go, 0, 0));
	must_eq(schedule(w.task[1]), 0);
	must(!pthread_create(&cpu0, NULL, handler, NULL));
	sem_wait(&stalled);
	on_cpu(1);
	shim_return_to_user();
	must_eq(w.ran, 1);
	shim_task_exit();
	result = schedule(w.task[1]);
	if (result)
		return;
	at("task_work_add", 1, let_handler_end);
	shim_irq_run();
	must(at_done());
}

static void no_aba(void)
{
	stale_handler();
	/* The element stays taken for as long as the handler is at it. */
	must_eq(result, -EBUSY);
	must_eq(state(), TW_RUNNING);
	let_handler_end();
	on_cpu(0);
	must_eq(state(), TW_STANDBY);
	must_eq(schedule(w.task[0]), 0);
	settle();
	must_eq(w.ran, 2);
}

static void wedge(void)
{
	stale_handler();
	on_cpu(0);
	settle();
	must(!result);
	must(!w.task[1]->task_works || w.task[1]->task_works == &shim_work_exited);
	if (state() == TW_SCHEDULED && schedule(w.task[0]) == -EBUSY)
		shim_bug("wedged: SCHEDULED, and no work anywhere");
}

static void posted_wedges(void)
{
	expect_bug("wedged", wedge);
}

/* ---- R17: the price ---- */

/* Works that the cancels of n elements look at, all queued on one target, in that order. */
static unsigned long price(u32 n, bool newest_first)
{
	struct bpf_map *small = w.map;
	unsigned long scanned;

	w.map = shim_map_create(n);
	for (u32 i = 0; i < n; i++) {
		must_eq(schedule_element(i, w.task[1]), 0);
		shim_irq_run();
	}
	scanned = w.task[1]->scanned;
	for (u32 i = 0; i < n; i++) {
		w.impl->cancel_and_free(shim_map_tw(w.map, newest_first ? n - 1 - i : i));
		if (shim_irq_pending(w.cpu[0]))
			shim_irq_run();
	}
	scanned = w.task[1]->scanned - scanned;
	shim_map_free(w.map, w.impl->cancel_and_free);
	w.map = small;
	must_eq(w.ran, 0);
	return scanned;
}

static void scan_price(void)
{
	static const u32 ns[] = { 1, 10, 100, 1000 };

	for (unsigned int i = 0; i < 4; i++) {
		const u32 n = ns[i];
		const unsigned long oldest = price(n, false), newest = price(n, true);

		print_message("# R17 %s: %u works deleted oldest first: %lu looked at, newest first: %lu\n",
			      w.impl->name, n, oldest, newest);
		must_eq(oldest, (unsigned long)n * (n + 1) / 2);
		must_eq(newest, n);
	}
}

/* A work that is deleted before it is added costs no look at the list. */
static void nothing_to_scan(void)
{
	for (u32 i = 1; i < ELEMENTS; i++)
		must_eq(schedule_element(i, w.task[1]), 0);
	shim_irq_run();
	must_eq(schedule(w.task[1]), 0);
	delete();
	shim_irq_run();
	must_eq(w.task[1]->scanned, 0);
	settle();
	must_eq(w.ran, ELEMENTS - 1);
}

const struct tw_case cases_deletion[] = {
	{ "R5 delete in NMI", nmi, TW_CORRECT },
	{ "R5 flaw: delete of a scheduled work in NMI takes pi_lock", posted_cancels_in_nmi,
	  TW_POSTED },
	{ "R5 flaw: delete in NMI calls RCU", posted_frees_in_nmi, TW_POSTED },
	{ "R5 the irq_work is reused while its handler returns", irq_work_in_flight, TW_CORRECT },
	{ "R7 delete with interrupts off leaves the release to the irq_work", irqs_off, TW_CORRECT },
	{ "R6 the canceller holds the target", canceller_holds_target, TW_CORRECT },
	{ "R6 flaw: the callback ends a work under its canceller", posted_cancels_freed, TW_POSTED },
	{ "R14 (D1) the remote callback deletes its own element in the handler's window", window,
	  TW_CORRECT },
	{ "R14 flaw (D1): the handler cancels through a released target", posted_window, TW_POSTED },
	{ "R19 (D4) a stalled handler keeps the element", no_aba, TW_CORRECT },
	{ "R19 flaw (D4): a stalled handler wedges the next generation", posted_wedges, TW_POSTED },
	{ "R17 the price of cancelling", scan_price },
	{ "R17 the price of deleting a work that is not on the list", nothing_to_scan },
	{ 0 },
};
