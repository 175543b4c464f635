/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Timed loops over the implementations of kernel/impl/, in user space, on the shim's machine: what
 * they take ranks algorithms, it is no kernel's time.
 *
 * Plain C: nothing of the shim's <linux/...> comes in here, so that programs with the system's
 * headers can include it. Behind it, the loops of each implementation are one translation unit with
 * the implementation itself: one indirect call for n operations, none in between. The kfuncs are
 * not inlined into their loops, as they are not into a BPF program.
 *
 * Every name with a linkage begins with user_; the rest of the machine is hidden by the link.
 */
#ifndef TW_USER_LOOPS_H
#define TW_USER_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tw_impl;
struct user_bed; /* a map, and a program that calls */

enum user_mode { USER_SIGNAL, USER_RESUME, USER_MODES };

/* Where the program calls from. */
enum user_context {
	USER_TASK,
	USER_IRQS_OFF, /* task context, interrupts off around the call */
	USER_CONTEXTS,
};

enum user_delivery {
	USER_CALL, /* the interrupt is a call of its handler, at the place where it would come */
	USER_REAL, /* a signal that the thread sends to itself: truly interrupts, and costs that */
	USER_DELIVERIES,
};

/* What became of calls. */
struct user_counts {
	uint64_t attempts, accepted, ebusy, failed; /* failed: with another errno */
};

struct user_impl {
	const struct tw_impl *tw;
	/* n operations on one element, one after the other: schedule on oneself, take the interrupt if
	 * one was raised, return to user space, where the callback runs. How many were accepted. */
	uint32_t (*round[USER_MODES][USER_CONTEXTS][USER_DELIVERIES])(struct user_bed *b,
								      uint32_t element, uint32_t n);
	/* The schedule call alone, on elements 0 .. n - 1: user_settle() follows. How many accepted. */
	uint32_t (*schedule)(struct user_bed *b, uint32_t n);
	/* cancel_and_free of elements 0 .. n - 1, which are STANDBY: user_reclaim() follows. */
	void (*release)(struct user_bed *b, uint32_t n);
	/* n calls on an element that user_occupy() has taken. How many got EBUSY. */
	uint32_t (*reject)(struct user_bed *b, uint32_t element, uint32_t n);
	/* n rounds (USER_SIGNAL, USER_TASK, USER_CALL) on elements that others may hold, in a random
	 * order with the state *at: in a fixed one, CPUs that meet on an element stay together. */
	void (*contend)(struct user_bed *b, uint32_t *at, uint32_t n, struct user_counts *c);
};

extern const struct user_impl *const user_impls[]; /* generated from kernel/impl/, ends with NULL */

/* ---- implementations ---- */

const char *user_name(const struct user_impl *u);
const struct user_impl *user_by_name(const char *name);
/* The i-th name, NULL after the last one. */
const char *user_name_at(unsigned int i);
size_t user_ctx_size(const struct user_impl *u); /* bytes */
/* Whether there is such an allocator; user_set_alloc(): and it is used from now on. */
bool user_has_alloc(const struct user_impl *u, const char *alloc);
bool user_set_alloc(const struct user_impl *u, const char *alloc);
uint64_t user_lost(const struct user_impl *u);

/* ---- the machine ---- */

#define USER_CPUS 63

/* The calling thread is CPU `id` (below USER_CPUS), with a task of its own as current. */
void user_enter(unsigned int id, enum user_delivery delivery);
void user_leave(void);

/* By a thread that is no CPU. */
struct user_bed *user_bed_create(uint32_t elements);
/* Whether nothing is left: contexts, tasks, programs, maps. No thread is a CPU. */
bool user_bed_free(struct user_bed *b, const struct user_impl *u);

/* ---- between the loops, on a CPU ---- */

/* Delivers what is pending and returns to user space. */
void user_settle(void);
/* Grace periods: what was freed is the allocator's again. Nobody else is in a loop. */
void user_reclaim(void);
/* Makes an element refuse: PENDING, or SCHEDULED. Whether that is its state now. user_settle()
 * ends it. */
bool user_occupy(struct user_bed *b, const struct user_impl *u, uint32_t element, bool scheduled);
/* Elements that are not STANDBY. */
uint32_t user_busy(const struct user_bed *b, const struct user_impl *u);
/* Of the calling thread, so far. */
uint64_t user_completed(void);
uint64_t user_irq_works(void);

/* ---- yardstick: the C library ---- */

void user_malloc(void **p, uint32_t n, size_t size);
void user_free(void **p, uint32_t n);

#endif
