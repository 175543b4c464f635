// SPDX-License-Identifier: GPL-2.0
/*
 * Grace periods by epochs, in place of liburcu: ThreadSanitizer cannot follow the assembly of the
 * version that Debian 12 ships, and would report every access that a grace period orders.
 *
 * A reader notes the epoch at its outermost lock. A grace period makes a new epoch and waits until no
 * reader has an older one: whoever reads the old one is waited for, and whoever locks later reads what
 * was there after the object had been unlinked.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "threads.h"
#include "threads_internal.h"

u64 shim_epoch = 1;

static struct callback_head *deferred[2]; /* by flavour, newest first, atomically */
static pthread_mutex_t running = PTHREAD_MUTEX_INITIALIZER;

/* func NULL: the offset goes where the function would, as no function is that close to 0. */
void shim_defer(enum shim_gp gp, struct callback_head *head, void (*func)(struct callback_head *),
		size_t offset)
{
	if (in_nmi())
		shim_bug("call_rcu in NMI");
	head->func = func ? func : (void (*)(struct callback_head *))offset;
	head->next = __atomic_load_n(&deferred[gp], __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(&deferred[gp], &head->next, head, false,
					    __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

static void free_at(struct callback_head *head, size_t offset)
{
	struct shim_pool *pool = &shim_kmalloc;

	SHIM_POINT(SHIM_PLAIN, (char *)head - offset, 1, "free");
	__atomic_fetch_add(&pool->frees, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&shim_live.contexts, 1, __ATOMIC_RELAXED);
	shim_mem_free((char *)head - offset);
}

static u64 call_all(struct callback_head *list)
{
	struct callback_head *next;
	u64 n = 0;

	for (; list; list = next, n++) {
		next = list->next;
		if ((size_t)list->func < 4096)
			free_at(list, (size_t)list->func);
		else
			list->func(list);
	}
	return n;
}

static void wait_for(const struct shim_reader *r, u64 epoch)
{
	u64 seen;

	while ((seen = __atomic_load_n(&r->epoch, __ATOMIC_SEQ_CST)) && seen < epoch)
		sched_yield();
}

static void grace_period(bool trace)
{
	u64 epoch = __atomic_add_fetch(&shim_epoch, 1, __ATOMIC_SEQ_CST);

	for (unsigned int i = 0; i < SHIM_CPUS; i++) {
		wait_for(&thread_cpus[i].cpu.rcu, epoch);
		if (trace)
			wait_for(&thread_cpus[i].cpu.trace, epoch);
	}
}

/* Interrupts may come: what was deferred can queue irq_works, and somebody can wait for those. */
u64 shim_gp_once(void)
{
	struct callback_head *rcu, *trace;
	u64 n = 0;

	if (shim_this_cpu && (shim_this_cpu->rcu.nesting || shim_this_cpu->trace.nesting))
		shim_bug("a reader waits for a grace period");
	pthread_mutex_lock(&running);
	rcu = __atomic_exchange_n(&deferred[SHIM_GP_RCU], NULL, __ATOMIC_ACQUIRE);
	trace = __atomic_exchange_n(&deferred[SHIM_GP_TRACE], NULL, __ATOMIC_ACQUIRE);
	if (rcu || trace) {
		grace_period(trace);
		n = call_all(rcu) + call_all(trace);
	}
	pthread_mutex_unlock(&running);
	return n;
}

u64 shim_gp_run(void)
{
	u64 n = 0, ran;

	while ((ran = shim_gp_once()))
		n += ran;
	return n;
}
