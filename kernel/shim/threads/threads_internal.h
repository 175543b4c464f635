/* SPDX-License-Identifier: GPL-2.0 */
#ifndef SHIM_THREADS_INTERNAL_H
#define SHIM_THREADS_INTERNAL_H

#include <pthread.h>
#include <time.h>

#include "threads.h"

struct thread_cpu {
	struct shim_cpu cpu;
	enum shim_delivery delivery;
	pthread_t thread;
	pthread_mutex_t lock; /* of there, against senders */
	bool there;
	bool nmi_claimed; /* a sender has it, until the handler has taken function and argument */
	void (*nmi_func)(void *);
	void *nmi_arg;
	/* Its own. */
	volatile unsigned int handlers; /* of signals, that run */
	timer_t timer;
	u64 (*tick_func)(void *); /* NULL: no timer */
	void *tick_arg;
} __attribute__((aligned(128))); /* no line of one CPU in the prefetcher's reach of another */

extern struct thread_cpu thread_cpus[SHIM_CPUS];

#endif
