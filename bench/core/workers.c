// SPDX-License-Identifier: GPL-2.0
/* Threads of an invocation: created, pinned and parked before setup(), so that their ids can be
 * frozen into the programs' filter. */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "invocation_core.h"

/* A worker that is not back this long after the stop is stuck; the child is then given up. */
#define JOIN_TIMEOUT_S 10

bool worker_stop(const struct worker *w)
{
	return __atomic_load_n(&w->inv->core->stop, __ATOMIC_RELAXED);
}

void worker_ready(struct worker *w)
{
	__atomic_store_n(&w->ready, true, __ATOMIC_RELEASE);
}

/* RELEASE, paired with phases.c: the worker's counters are complete when `done` is seen. */
void worker_done(struct worker *w)
{
	__atomic_store_n(&w->done, true, __ATOMIC_RELEASE);
}

uint64_t worker_window_start(const struct worker *w)
{
	return __atomic_load_n(&w->inv->window_start, __ATOMIC_ACQUIRE);
}

uint64_t worker_window_end(const struct worker *w)
{
	return __atomic_load_n(&w->inv->window_end, __ATOMIC_ACQUIRE);
}

static int pin(struct worker *w)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(w->cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

static bool wait_at_gate(struct invocation_core *core)
{
	bool go;

	pthread_mutex_lock(&core->gate_lock);
	core->parked++;
	pthread_cond_broadcast(&core->gate_moved);
	while (core->gate == GATE_PARKED)
		pthread_cond_wait(&core->gate_moved, &core->gate_lock);
	go = core->gate == GATE_GO;
	pthread_mutex_unlock(&core->gate_lock);
	return go;
}

static void *worker_thread(void *arg)
{
	struct worker *w = arg;

	w->tid = gettid();
	w->err = pin(w);
	if (wait_at_gate(w->inv->core) && !w->err)
		w->err = w->inv->bench->work(w);
	/* Whoever waits for this worker must not wait for ever. */
	worker_ready(w);
	worker_done(w);
	__atomic_store_n(&w->ended, true, __ATOMIC_RELEASE);
	return NULL;
}

static int check_pinned(struct invocation *inv)
{
	for (unsigned int i = 0; i < inv->n_workers; i++)
		if (inv->workers[i].err)
			return inv_fail(inv, inv->workers[i].err,
					"cannot pin a worker to CPU %d: %s", inv->workers[i].cpu,
					strerror(-inv->workers[i].err));
	return 0;
}

int workers_create(struct invocation *inv)
{
	struct invocation_core *core = inv->core;
	unsigned int started = 0;
	int err = 0;

	core->threads = calloc(inv->n_workers, sizeof(*core->threads));
	if (!core->threads) {
		inv->n_workers = 0;
		return inv_fail(inv, -ENOMEM, "no memory for workers");
	}
	for (; started < inv->n_workers && !err; started += !err)
		err = -pthread_create(&core->threads[started], NULL, worker_thread,
				      &inv->workers[started]);
	inv->n_workers = started;
	pthread_mutex_lock(&core->gate_lock);
	while (core->parked < started)
		pthread_cond_wait(&core->gate_moved, &core->gate_lock);
	pthread_mutex_unlock(&core->gate_lock);
	return err ? inv_fail(inv, err, "cannot create worker %u: %s", started, strerror(-err))
		   : check_pinned(inv);
}

void workers_open_gate(struct invocation *inv, bool go)
{
	pthread_mutex_lock(&inv->core->gate_lock);
	inv->core->gate = go ? GATE_GO : GATE_ABORT;
	pthread_cond_broadcast(&inv->core->gate_moved);
	pthread_mutex_unlock(&inv->core->gate_lock);
}

/* pthread_join() with a time limit: the thread is about to end when it says so. */
static int join_by(struct invocation *inv, unsigned int i, uint64_t deadline)
{
	const struct timespec ms = { .tv_nsec = 1000000 };

	while (!__atomic_load_n(&inv->workers[i].ended, __ATOMIC_ACQUIRE)) {
		if (now_ns() > deadline)
			return -ETIMEDOUT;
		nanosleep(&ms, NULL);
	}
	return -pthread_join(inv->core->threads[i], NULL);
}

int workers_join(struct invocation *inv)
{
	uint64_t deadline = now_ns() + JOIN_TIMEOUT_S * 1000000000ULL;
	int err = 0;

	__atomic_store_n(&inv->core->stop, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		if (join_by(inv, i, deadline))
			return inv_fail(inv, -ETIMEDOUT,
					"worker on CPU %d did not stop within %d s",
					inv->workers[i].cpu, JOIN_TIMEOUT_S);
		if (inv->workers[i].err && !err)
			err = inv_fail(inv, inv->workers[i].err, "worker on CPU %d failed: %s",
				       inv->workers[i].cpu, strerror(-inv->workers[i].err));
	}
	free(inv->core->threads);
	inv->core->threads = NULL;
	return err;
}
