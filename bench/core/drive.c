// SPDX-License-Identifier: GPL-2.0
/* The load: what a worker does between the barrier and the stop. */
#define _GNU_SOURCE
#include <sched.h>
#include <sys/prctl.h>
#include <time.h>

#include "bench.h"

/* How long after the window calls that were due in it are still made. */
#define OVERTIME_NS 1000000000ULL
#define MAX_SLEEP_NS 100000000ULL

/* A due instant inside the window was intended; called after the next one had come, it was late. */
static void account(struct worker *w, uint64_t due, uint64_t next, uint64_t called)
{
	uint64_t end = worker_window_end(w);

	if (due < end && due >= worker_window_start(w)) {
		w->intended++;
		w->late += called >= next;
	}
	/* Late calls are made, not skipped; but a generator that is hopelessly behind would not come
	 * to the end of its schedule for minutes. */
	if (due >= end || (end != UINT64_MAX && called >= end + OVERTIME_NS))
		worker_done(w);
	w->migrations += sched_getcpu() != w->cpu;
}

/* In steps, so that a stop is noticed. */
static void sleep_towards(uint64_t due)
{
	uint64_t step = now_ns() + MAX_SLEEP_NS, t = due < step ? due : step;
	struct timespec ts = { .tv_sec = t / 1000000000, .tv_nsec = t % 1000000000 };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* Usually spins until the instant: sleeping would add the timer's and the scheduler's lag to it. */
static uint64_t wait_until(const struct worker *w, uint64_t due)
{
	uint64_t now;

	while ((now = now_ns()) < due && !worker_stop(w)) {
		if (w->inv->workers_sleep)
			sleep_towards(due);
		else
			cpu_relax();
	}
	return now;
}

static bool loaded_at(const struct worker *w, uint64_t t)
{
	return !w->inv->slice_ns || slice_of(w->inv, t) % 2;
}

/* The next due instant of the schedule, or of its slices with load. */
static uint64_t next_due(struct worker *w)
{
	uint64_t due = pacer_next(&w->pacer);

	while (!loaded_at(w, due))
		due = pacer_next(&w->pacer);
	return due;
}

/* Due instants of the window that a generator far behind has not come to: intended, and late. */
static void account_rest(struct worker *w, uint64_t due, uint64_t next)
{
	uint64_t start = worker_window_start(w), end = worker_window_end(w);

	/* Stopped before the window was over: there will be no sample. */
	if (now_ns() < end)
		return;
	for (; due < end; due = next, next = next_due(w)) {
		w->intended += due >= start;
		w->late += due >= start;
	}
}

static void drive_paced(struct worker *w)
{
	const struct trigger *t = w->inv->trigger;
	uint64_t due, next, called;

	pacer_start(&w->pacer, now_ns());
	for (due = next_due(w);; due = next) {
		next = next_due(w);
		called = wait_until(w, due);
		if (worker_stop(w)) {
			account_rest(w, due, next);
			return;
		}
		/* So late that it would be load where there is to be none: left out, and missed. */
		if (loaded_at(w, called))
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
		if (w->inv->workers_sleep)
			sleep_towards(UINT64_MAX);
		for (int i = 0; i < 100; i++)
			cpu_relax();
	}
}

int worker_drive(struct worker *w)
{
	/* The kernel may round a sleep up by 50 us, half a gap at 10,000 a second: half of the calls
	 * there came after the next was due. */
	if (w->inv->workers_sleep)
		prctl(PR_SET_TIMERSLACK, 1UL);
	if (!w->inv->trigger->fire)
		spin(w);
	else if (w->pacer.arrival == ARRIVAL_MAX)
		drive_max(w);
	else
		drive_paced(w);
	return 0;
}
