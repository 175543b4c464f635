/* SPDX-License-Identifier: GPL-2.0 */
/* The explorer's engine: actors, memory, the order of events, the search. See main.c for what it is. */
#ifndef EXPLORE_ENGINE_H
#define EXPLORE_ENGINE_H

#include <setjmp.h>

#include <linux/bpf.h>

#include "../../tw.h"

/* ---- coroutines (co.c) ---- */

struct co {
	jmp_buf base, env; /* where it starts, where it was left */
	bool started;
	void (*main)(void *arg); /* never returns */
	void *arg;
};

#define MAX_ACTORS 30
#define CO_STACK (64 * 1024)
void co_init(struct co *co, unsigned int n);
/* Leaves from (NULL: for ever) and goes on in to. */
void co_switch(struct co *from, struct co *to);
extern char co_stacks[MAX_ACTORS][CO_STACK];

static inline bool co_on_stack(const void *p)
{
	return (uintptr_t)p - (uintptr_t)co_stacks < sizeof(co_stacks);
}

/* ---- memory (mem.c) ---- */

#define EX_CPUS 4 /* the last one runs the callbacks of grace periods */
#define GP_CPU (EX_CPUS - 1)

/* Nothing is used twice in one execution. Addresses do not depend on what other CPUs allocate: equal
 * orders of events have equal memory. */
void mem_reset(void);
void mem_name(const void *p, const char *name);
/* "ctx+16", or "" if it is not ours. */
const char *mem_describe(const void *p);
/* "ctx", of the object that p is in. */
const char *mem_kind(const void *p);
/* Reports a bug unless the bytes are alive. what: the operation, for the report; NULL: one since the
 * actor's last scheduling point. */
void mem_check(const void *p, unsigned int size, const char *what);
/* Of all that is in memory, on top of another hash. */
u64 mem_hash(u64 hash);
/* The first object that has not been freed, or NULL. */
const char *mem_leak(void);

/* ---- order of events (order.c) ---- */

/*
 * An event is what an actor does from one scheduling point to the next. Its hash is made of those of
 * the events before it on its CPU, and of the last conflicting ones at every place that it touches. The
 * sum over all events names the partial order, and so the state: two executions with the same sum go on
 * in the same way.
 */
void order_reset(void);
void order_begin(unsigned int cpu, unsigned int actor);
void order_access(const void *p, unsigned int size, bool write);
void order_end(void);
u64 order_hash(void);

/* ---- actors (actor.c) ---- */

enum actor_kind {
	ACTOR_TASK, /* the program of the task of a CPU */
	ACTOR_NMI, /* strikes its CPU once, anywhere */
	ACTOR_HARDIRQ, /* a device's interrupt, once, where interrupts are on */
	ACTOR_IRQ, /* that of the irq_works of a CPU, as often as there are some */
	ACTOR_GP, /* end of a grace period */
};

#define MAX_PROGRAMS 8
#define FIRST_IRQ MAX_PROGRAMS
#define FIRST_GP (FIRST_IRQ + EX_CPUS)

struct actor {
	enum actor_kind kind;
	const char *name;
	unsigned int id, cpu;
	void (*func)(void);
	bool there, begun, done;
	const struct actor *after; /* starts when that one is done */
	struct actor *below; /* whom it interrupted */
	bool *lock; /* waits for it */
	/* of ACTOR_GP */
	enum shim_gp gp;
	struct callback_head *head;
	void (*free)(struct callback_head *);
	size_t offset;
	u64 epoch;
	/* what it does next */
	const void *addr;
	const char *text;
	struct co co;
};

struct ex_cpu {
	struct shim_cpu cpu;
	struct actor *top;
};

extern struct ex_cpu ex_cpus[EX_CPUS];
extern struct actor actors[MAX_ACTORS];
extern struct actor *running; /* NULL: setup and judgement, which nobody interrupts */
extern unsigned int ex_steps;

void actors_init(void);
void actors_reset(void);
/* Before the first step; returns its id. */
struct actor *actor_add(enum actor_kind kind, unsigned int cpu, const char *name,
			void (*func)(void));
bool actor_enabled(const struct actor *a);
char actor_letter(unsigned int id);
int actor_of_letter(char letter);
/* Deadlock, if somebody has not ended; else NULL. */
const char *actors_stuck(void);
/* Runs the actors until nobody can go on. Returns by leave(). */
void actors_run(void) __attribute__((noreturn));
/* Deferred frees whose time has come, outside of actors. True if there were some. */
bool gp_drain(void);

/* ---- search (search.c) ---- */

enum outcome { OUT_END = 1, OUT_BUG, OUT_PRUNED, OUT_MISFIT };
void leave(enum outcome o) __attribute__((noreturn));

/* The next actor, or leaves. */
struct actor *choose(void);

#define UNBOUNDED 1000

struct options {
	unsigned int bound; /* at most SET_MAX_NUMBER, or UNBOUNDED */
	bool plain; /* no reduction */
	bool fine; /* plain accesses are scheduling points too */
	bool any_gp; /* grace periods end anywhere, not only as early as they can */
	u64 max_schedules;
	double seconds; /* per scenario, implementation and bound; 0: no limit */
	const char *replay;
};
extern struct options opt;
extern bool tracing;

#define MAX_BUGS 16
#define MAX_STEPS 4000
struct bug {
	char text[200]; /* without numbers of this execution: it names the bug */
	char detail[200];
	char replay[MAX_STEPS];
	unsigned int bound, steps;
};

struct result {
	u64 schedules, pruned, steps;
	u64 orders, ends; /* different partial orders, and different states of memory, at the end */
	u64 hash; /* sum of those of both, to compare searches of one program */
	double seconds;
	bool complete;
	bool all; /* and the bound left nothing out */
	unsigned int bugs, dropped;
	struct bug bug[MAX_BUGS];
};

struct scenario;
/* All schedules of one scenario with at most opt.bound preemptions. Adds to the bugs that result has, and
 * to its seconds. */
void explore(const struct scenario *s, const struct tw_impl *impl, const struct tw_alloc_ops *ops,
	     struct result *r);
/* One schedule, with its trace. Its outcome, and its bug in result. */
enum outcome replay(const struct scenario *s, const struct tw_impl *impl,
		    const struct tw_alloc_ops *ops, const char *string, struct result *r);

/* Ends this execution. text names the bug, detail says more. */
void bug(const char *text, const char *detail) __attribute__((noreturn));
void trace_step(const struct actor *a);
void trace_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
