// SPDX-License-Identifier: GPL-2.0
/* The load: what a worker does between the barrier and the stop. */
#define _GNU_SOURCE
#include <sched.h>

#include "bench.h"

static inline void relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#else
	__asm__ volatile("" ::: "memory");
#endif
}

/* A due instant inside the window was intended; called after the next one had come, it was late. */
static void account(struct worker *w, uint64_t due, uint64_t next, uint64_t called)
{
	if (due >= worker_window_end(w))
		worker_done(w);
	else if (due >= worker_window_start(w)) {
		w->intended++;
		w->late += called >= next;
	}
	w->migrations += sched_getcpu() != w->cpu;
}

/* Spins until the instant: sleeping would add the timer's and the scheduler's lag to it. */
static uint64_t wait_until(const struct worker *w, uint64_t due)
{
	uint64_t now;

	while ((now = now_ns()) < due && !worker_stop(w))
		relax();
	return now;
}

static void drive_paced(struct worker *w)
{
	const struct trigger *t = w->inv->trigger;
	uint64_t due, next, called;

	pacer_start(&w->pacer, now_ns());
	for (due = pacer_next(&w->pacer);; due = next) {
		next = pacer_next(&w->pacer);
		called = wait_until(w, due);
		if (worker_stop(w))
			return;
		t->fire(w, due);
		account(w, due, next, called);
		worker_ready(w);
	}
}

static void drive_max(struct worker *w)
{
	const struct trigger *t = w->inv->trigger;

	while (!worker_stop(w)) {
		uint64_t due = now_ns();

		t->fire(w, due);
		account(w, due, UINT64_MAX, due);
		worker_ready(w);
	}
}

/* The kernel fires; the worker is the task that it finds running in user space. */
static void spin(struct worker *w)
{
	while (!worker_stop(w)) {
		worker_ready(w);
		if (now_ns() >= worker_window_end(w))
			worker_done(w);
		for (int i = 0; i < 100; i++)
			relax();
	}
}

int worker_drive(struct worker *w)
{
	if (!w->inv->trigger->fire)
		spin(w);
	else if (w->pacer.arrival == ARRIVAL_MAX)
		drive_max(w);
	else
		drive_paced(w);
	return 0;
}
