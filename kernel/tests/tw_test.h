/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tests of the implementations on the shim: every case of kernel/tests/tw_test/ runs once for every
 * implementation and every allocator of it, in a world of its own, with two CPUs that one thread plays
 * in turn. Interrupts come when a case says so, and at() puts anything between any two steps of an
 * implementation: so every interleaving here is chosen, and the same in every run.
 */
#ifndef TW_TEST_H
#define TW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/task_work.h>

#include "../shim/threads/threads.h"
#include "../tw.h"

/* Which implementations a case is for. */
enum tw_who {
	TW_ALL,
	TW_CORRECT, /* those that claim to be */
	TW_POSTED, /* the failure is expected: the case demonstrates what the review found, or D1-D4 */
	TW_DIRECT,
};

struct tw_case {
	const char *name; /* begins with the requirements that it tests */
	void (*func)(void);
	enum tw_who who;
	bool real_irqs; /* one CPU only, interrupted by signals: no at() */
};

/* Defined by each file as cases_<file>; ends with a NULL name. The list of all is generated. */
extern const struct tw_case *const tw_cases[];

#define ELEMENTS 4

struct world {
	const struct tw_impl *impl;
	const struct tw_alloc_ops *ops;
	struct shim_pool *pool; /* where ops allocates */
	struct shim_cpu *cpu[2];
	struct task_struct *task[2]; /* current of the CPU of that number */
	struct bpf_prog *prog; /* a case that drops it sets NULL */
	struct bpf_map *map; /* likewise */
	struct bpf_task_work *tw; /* element 0 */
	/* What the callback saw. */
	volatile unsigned int ran;
	struct task_struct *ran_in;
	u32 ran_key;
	void *ran_value;
	void (*in_callback)(void); /* called by the callback, once */
	/* The context that the last deletion found, as an element that nobody else knows. */
	struct bpf_task_work old;
};
extern struct world w;

/* ---- actors ---- */

void on_cpu(unsigned int id);

enum where { IN_TASK, IN_IRQS_OFF, IN_HARDIRQ, IN_NMI, ON_OTHER, WHERES };
extern const char *const where_names[];
/* False: that cannot begin here (a hard interrupt while interrupts are off). */
bool can_begin(enum where where);
/* Calls func in that context of this CPU, or in task context of the other one. */
void run_in(enum where where, void (*func)(void));

/* On element 0, of this world's map and program. */
int schedule(struct task_struct *task);
int schedule_resume(struct task_struct *task);
int schedule_element(u32 i, struct task_struct *task);
/* Deletes element 0. */
void delete(void);
enum tw_state state(void);
/* Of w.old: only while its memory lives. */
enum tw_state old_state(void);
/* Everything that both CPUs have to do: interrupts, returns to user space. */
void settle(void);
/* Grace periods; also for both CPUs, which read nothing. */
void grace(void);
/* Of this world: contexts that live, handlers that ran on CPU 0, works that were lost. */
s64 contexts(void);
u64 irq_works(void);
u64 lost(void);
/* The last user of the map goes. */
void put_user(void);

/* ---- points ---- */

/* Calls action at the nth point whose text contains `text`. Within an action there is no other one,
 * unless it asks for one itself. */
void at(const char *text, unsigned int nth, void (*action)(void));
/* Whether it has been called; forgets it. */
bool at_done(void);
/* Of the point at which the action is called. */
extern const void *at_addr;

/* ---- judgements ---- */

/* Aborts the case, in the child of expect_bug() too. */
#define must(cond)                                                             \
	do {                                                                   \
		if (!(cond))                                                   \
			must_fail("%s:%d: %s", __FILE__, __LINE__, #cond);     \
	} while (0)
void must_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
#define must_eq(a, b)                                                                         \
	do {                                                                                  \
		long long must_a = (long long)(a), must_b = (long long)(b);                   \
		if (must_a != must_b)                                                         \
			must_fail("%s:%d: %s is %lld, not %lld", __FILE__, __LINE__, #a,      \
				  must_a, must_b);                                            \
	} while (0)

/* func, in a child process, reaches a shim_bug() whose text contains `text`. Fails if it does not: then
 * the implementation is better than it is known to be. */
void expect_bug(const char *text, void (*func)(void));

/* For a case that needs several: the end of one world with all its checks, and the next one. */
void next_world(void);

#endif
