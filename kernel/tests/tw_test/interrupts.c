// SPDX-License-Identifier: GPL-2.0
/* Interrupts that truly interrupt: signals, wherever they meet the CPU; and NMIs of another thread. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "../tw_test.h"

/* ---- irq_work ---- */

static void interrupts_at_once(void)
{
	must_eq(schedule(w.task[1]), 0);
	must_eq(state(), TW_SCHEDULED);
	must_eq(irq_works(), 1);
	w.cpu[0]->curr = w.task[1];
	shim_return_to_user();
	w.cpu[0]->curr = w.task[0];
	must_eq(w.ran, 1);
}

static void held_back(void)
{
	shim_irqs_off();
	must_eq(schedule(w.task[1]), 0);
	must_eq(state(), TW_PENDING);
	shim_irqs_on();
	must_eq(state(), TW_SCHEDULED);
	/* The cancel, too. */
	shim_irqs_off();
	delete();
	shim_irqs_on();
	must(!w.task[1]->task_works || !w.impl->correct);
}

static void delete_in_nmi(void)
{
	must_eq(schedule(w.task[1]), 0);
	must_eq(state(), TW_SCHEDULED);
	run_in(IN_NMI, delete);
	must(!w.task[1]->task_works); /* when the NMI is over the irq_work has run */
	must_eq(w.task[1]->scanned, 1);
	grace();
	must_eq(contexts(), 0);
}

/* ---- NMIs of a second thread ---- */

#define ROUNDS 2000
#define NMIS 300

static volatile unsigned int accepted, nmis;
static bool stop, with_deletions;

static void try_schedule(void)
{
	const int err = schedule(w.task[0]);

	if (!err)
		__atomic_fetch_add(&accepted, 1, __ATOMIC_RELAXED);
	else if (err != -EBUSY)
		shim_bug("schedule: %d", err);
}

static void on_nmi(void *arg)
{
	if (with_deletions && nmis % 2)
		delete();
	else
		try_schedule();
	nmis++;
}

static void *send(void *arg)
{
	for (unsigned int i = 0; !__atomic_load_n(&stop, __ATOMIC_ACQUIRE); i++) {
		shim_nmi_send(0, on_nmi, NULL);
		if (i % 64 == 0)
			shim_gp_run();
		nanosleep(&(struct timespec){ .tv_nsec = 2000 }, NULL);
	}
	return NULL;
}

static bool is_enough(unsigned int rounds, time_t deadline)
{
	return rounds >= ROUNDS && (nmis >= NMIS || time(NULL) >= deadline);
}

/* On a busy machine the second thread can be late: the deadline is for one that does not run at all. */
static void storm(void)
{
	const time_t deadline = time(NULL) + 20;
	pthread_t sender;

	accepted = nmis = 0;
	__atomic_store_n(&stop, false, __ATOMIC_RELEASE);
	must(!pthread_create(&sender, NULL, send, NULL));
	for (unsigned int i = 0; !is_enough(i, deadline); i++) {
		try_schedule();
		shim_return_to_user();
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELEASE);
	pthread_join(sender, NULL);
	/* A last NMI may be on its way: it is taken here, at the latest. */
	while (!shim_nmi_send(0, on_nmi, NULL))
		;
	settle();
	print_message("# %s/%s: %u NMIs, %u accepted, %u ran\n", w.impl->name, w.ops->name, nmis,
		      accepted, w.ran);
	must_eq(lost(), 0);
	must(nmis >= NMIS);
}

static void nmis_schedule(void)
{
	with_deletions = false;
	storm();
	must_eq(w.ran, accepted);
}

static void nmis_delete(void)
{
	with_deletions = true;
	storm();
	must(w.ran <= accepted && w.ran > 0);
	must_eq(schedule(w.task[0]), 0);
}

const struct tw_case cases_interrupts[] = {
	{ "interrupts: the irq_work interrupts its scheduler", interrupts_at_once, TW_ALL, true },
	{ "interrupts: off, they hold irq_works back", held_back, TW_ALL, true },
	{ "R5 delete in NMI, with a real interrupt after it", delete_in_nmi, TW_CORRECT, true },
	{ "R5 NMIs of another thread schedule", nmis_schedule, TW_CORRECT, true },
	{ "R5 NMIs of another thread schedule and delete", nmis_delete, TW_CORRECT, true },
	{ 0 },
};
