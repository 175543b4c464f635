/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The machine that kernel/impl/ runs on in user space, under the control of a test.
 *
 * A CPU is played by a thread (or, in the explorer, by whoever it lets run). It has a current task, and
 * contexts that nest: task, hard interrupt, NMI. What the kernel does by itself (deliver an interrupt,
 * return to user space, let a grace period end) happens when the engine or the test says so:
 *
 *   machine/      what is the same for all: irq_work, task_work, references, allocators
 *   engine        linked in, one of: threads/ (real threads, signals and a real grace period), or the
 *                 explorer (tests/explore: every interleaving, one step at a time)
 *
 * Built in three flavours: plain; SHIM_EXPLORE (scheduling points, see point.h); SHIM_BENCH (as plain,
 * with the cheapest read sides: no grace period may end while somebody reads).
 */
#ifndef SHIM_MACHINE_H
#define SHIM_MACHINE_H

#include <linux/compiler.h>

#include "bug.h"

struct bpf_map;
struct bpf_prog;
struct bpf_task_work;
struct irq_work;
struct task_struct;

/* ---- CPUs and contexts ---- */

#define SHIM_CPUS 64

/* One flavour's read side of one CPU. Interrupts nest within, so that the order matters: see
 * shim_reader_lock(). */
struct shim_reader {
	volatile unsigned int nesting;
	u64 epoch; /* 0: no reader here; else the grace periods it may hold back start after this */
};

struct shim_cpu {
	unsigned int id;
	struct task_struct *curr;
	/* Depths, changed by the CPU itself and by what interrupts it. */
	volatile unsigned int irqs_off, hardirq, nmi;
	/* In a part of the machine or of the test that an interrupt must not enter: signals wait. */
	volatile unsigned int busy;
	volatile unsigned int no_migration; /* depth of migrate_disable() */
	struct irq_work *irq_list; /* queued, newest first */
	struct shim_reader rcu, trace;
	u64 irq_works; /* handlers run */
	u64 task_works, cancels; /* works that task_work_run() ran, task_work_cancel() took off */
};

#ifdef SHIM_EXPLORE
extern struct shim_cpu *shim_this_cpu;
#else
extern _Thread_local struct shim_cpu *shim_this_cpu;
#endif

/* Nestable. Interrupts that came meanwhile are delivered by the last shim_irqs_on(). */
void shim_irqs_off(void);
void shim_irqs_on(void);

/* Runs all queued handlers of this CPU in hard interrupt, those too that they queue. Interrupts must be
 * on (aborts). */
void shim_irq_run(void);
bool shim_irq_pending(const struct shim_cpu *cpu);

/* A hard interrupt, or an NMI, in which the caller runs a program. Nestable within one another as on
 * the machine: hard interrupts only where they are on (aborts). */
void shim_hardirq_enter(void);
void shim_hardirq_exit(void);
void shim_nmi_enter(void);
void shim_nmi_exit(void);

/* ---- tasks ---- */

/* flags: PF_*. Reference count 1, the caller's: bpf_task_release(). */
struct task_struct *shim_task_create(int pid, unsigned int flags);
/* current goes to user space: runs its works while a notification is pending. */
void shim_return_to_user(void);
/* Runs what is left of current's works and closes the list. */
void shim_task_exit(void);
extern struct callback_head shim_work_exited;

/* ---- programs and maps ---- */

/* Reference count 1, the caller's: bpf_prog_put(). */
struct bpf_prog *shim_prog_create(void);

/* An array of n values with one user: shim_map_put_user(), shim_map_free(). */
struct bpf_map *shim_map_create(u32 n);
struct bpf_task_work *shim_map_tw(struct bpf_map *map, u32 i);
/* The last one walks over the elements. */
void shim_map_put_user(struct bpf_map *map, void (*cancel_and_free)(void *));
/* No program uses it any more: frees the elements and, after the grace period, their memory. */
void shim_map_free(struct bpf_map *map, void (*cancel_and_free)(void *));

/* ---- memory of the implementations ---- */

struct shim_pool {
	const char *name;
	u64 allocs, frees, failed; /* atomically */
	void *cache; /* the engine's */
};
extern struct shim_pool shim_bpf_mem, shim_kmalloc;

/* Uninitialised memory, or NULL. Any context. */
void *shim_alloc(struct shim_pool *pool, size_t size);
void shim_free(struct shim_pool *pool, void *p);
/* The n-th allocation from now (1: the next one) fails, once; 0: none. */
void shim_fail_nth(u64 n);
/* Whether the one that was asked for has failed since. */
bool shim_has_failed(void);

/* What lives now: for "balanced to zero". */
struct shim_live {
	s64 contexts, tasks, progs, maps;
};
extern struct shim_live shim_live; /* atomically */

/* ---- read sides and grace periods ---- */

enum shim_gp { SHIM_GP_RCU, SHIM_GP_TRACE };

extern u64 shim_epoch; /* starts at 1 */

/*
 * Idempotent in the epoch: an interrupt between any two of these instructions that reads and leaves
 * again changes nothing that its victim relies on. The store must be visible before what is read
 * under it: a full barrier, pairs with the one in the engine's grace period.
 */
static inline void shim_reader_lock(struct shim_reader *r)
{
	SHIM_POINT(SHIM_GP, NULL, 0, "read_lock");
	r->nesting++;
#ifdef SHIM_BENCH
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
#else
	if (!__atomic_load_n(&r->epoch, __ATOMIC_RELAXED))
		__atomic_store_n(&r->epoch, __atomic_load_n(&shim_epoch, __ATOMIC_SEQ_CST),
				 __ATOMIC_SEQ_CST);
#endif
}

static inline void shim_reader_unlock(struct shim_reader *r)
{
	SHIM_POINT(SHIM_GP, NULL, 0, "read_unlock");
#ifdef SHIM_BENCH
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	r->nesting--;
#else
	if (r->nesting == 0)
		shim_bug("read_unlock without read_lock");
	if (--r->nesting == 0)
		__atomic_store_n(&r->epoch, 0, __ATOMIC_SEQ_CST);
#endif
}

/* ---- the engine's part ---- */

/* After a grace period calls func(head), or with func NULL frees the object that begins offset bytes
 * before head. Aborts in NMI. */
void shim_defer(enum shim_gp gp, struct callback_head *head, void (*func)(struct callback_head *),
		size_t offset);
/* An irq_work was queued on this CPU, or its interrupts came back with some queued. */
void shim_irq_kick(struct shim_cpu *cpu);
/* Memory of contexts, tasks, programs and maps. Any context. */
void *shim_mem_alloc(size_t size);
void shim_mem_free(void *p);
/* A lock that interrupts are off under; the caller has seen to that. */
void shim_lock(bool *lock);
void shim_unlock(bool *lock);

#endif
