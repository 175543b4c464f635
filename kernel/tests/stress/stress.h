/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stress: threads play CPUs and do what a seeded generator says, all at once, with one
 * implementation of the kfuncs.
 *
 * What an operation does follows from two numbers of its thread's generator alone, so that a seed
 * gives each thread the same operations again; how the threads meet is the machine's. NMIs stall
 * their CPU at any instruction, for the others to go on meanwhile; under ThreadSanitizer, which
 * delivers signals at its interceptors and at atomics only, just before one of those.
 *
 * Lifetimes are the kernel's. A program runs in a read section (rcu, or, where it may sleep,
 * tasks-trace) and finds maps, elements, targets and programs through pointers that are taken away
 * before what they point to is released.
 */
#ifndef STRESS_H
#define STRESS_H

#include <pthread.h>

#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/rcupdate_trace.h>
#include <linux/task_work.h>

#include "../../shim/threads/threads.h"
#include "../../tw.h"

#define MAX_THREADS 32
#define MAX_PLAYERS (MAX_THREADS + 2) /* those of grace periods and of main, too */
#define TASKS 3 /* of one thread: one runs, the others wait or sleep */
#define PROGS 4
#define MAPS 2
#define POISON 0xdeaddeaddeaddeadull
/* Callbacks, by target: one that runs in another's target is found by the pid. */
#define CALLBACKS 8

struct rng {
	u64 s;
};

static inline u64 rng_next(struct rng *r)
{
	u64 z = r->s += 0x9e3779b97f4a7c15ull;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ z >> 27) * 0x94d049bb133111ebull;
	return z ^ z >> 31;
}

static inline u32 rng_below(struct rng *r, u32 n)
{
	return (rng_next(r) >> 32) * n >> 32;
}

/* Counters: what was done, and how often the windows were hit that this is for. */
#define COUNTS(X)                                                                                 \
	X(ACCEPTED, "accepted", "schedule calls that returned 0")                                 \
	X(EBUSY, "ebusy", "schedule calls that returned -EBUSY")                                  \
	X(ENOMEM, "enomem", "likewise -ENOMEM")                                                   \
	X(EBADF, "ebadf", "likewise -EBADF")                                                      \
	X(ESRCH, "esrch", "likewise -ESRCH")                                                      \
	X(EINVAL, "einval", "likewise -EINVAL: kernel threads as targets")                        \
	X(EPERM, "eperm", "likewise -EPERM: only of an implementation that is not correct")       \
	X(COMPLETED, "completed", "callbacks run")                                                \
	X(NO_USER, "no-user", "refused while the map had lost its last user")                     \
	X(DEL_STANDBY, "del-standby", "elements deleted; the state as read just before")          \
	X(DEL_PENDING, "del-pending", "")                                                         \
	X(DEL_SCHEDULING, "del-scheduling", "")                                                   \
	X(DEL_SCHEDULED, "del-scheduled", "")                                                     \
	X(DEL_RUNNING, "del-running", "")                                                         \
	X(DEL_FREED, "del-freed", "")                                                             \
	X(DEL_OWN, "del-own", "elements deleted by their own callback")                           \
	X(LATE_CTX, "late-ctx", "contexts made after the deletion of their element")              \
	X(LOSERS, "losers", "contexts discarded: another CPU published first")                    \
	X(NMI, "nmi", "NMIs taken")                                                               \
	X(NMI_IN_SCHEDULE, "nmi-in-schedule", "of these in the middle of a schedule call")        \
	X(NMI_IN_DELETE, "nmi-in-delete", "of these in the middle of a deletion")                 \
	X(NMI_IN_HARDIRQ, "nmi-in-hardirq", "of these in a hard interrupt")                       \
	X(NMI_IN_CALLBACK, "nmi-in-callback", "of these in a callback")                           \
	X(IRQ_IN_SCHEDULE, "irq-in-schedule", "hard interrupts in the middle of a schedule call") \
	X(STALLS, "stalls", "NMIs that only kept their CPU from going on")                        \
	X(SLEEPS, "sleeps", "tasks that went to sleep")                                           \
	X(WOKEN, "woken", "of these woken by a notification")                                     \
	X(EXITS, "exits", "tasks that exited")                                                    \
	X(VALUES_FREED, "values-freed", "values poisoned after their grace periods")              \
	X(LEFT, "left-in-map", "contexts that the walk of the last user missed")                  \
	X(MAPS_FREED, "maps-freed", "maps released")

enum count {
#define X(id, name, what) C_##id,
	COUNTS(X)
#undef X
	N_COUNTS
};
extern const char *const count_names[N_COUNTS];

/* A value of a map, as the map lays it out: something of the user's on both sides. */
struct value {
	u64 tag; /* the element; POISON once freed */
	struct bpf_task_work tw;
	u64 gen; /* as often as the value was in use; POISON once freed */
};

enum life { LIFE_FREE, LIFE_BUILDING, LIFE_LIVE, LIFE_DYING };

/* What the test knows of a value. */
struct element {
	struct smap *m;
	struct value *v;
	u32 idx;
	u32 life; /* enum life; atomically. Programs find it while LIVE */
	u64 gen;
	u64 accepted, ran; /* in this life; atomically */
	u32 running; /* callbacks; atomically */
	struct irq_work irq; /* a deletion in NMI defers from here */
	struct rcu_head rcu;
};

struct smap {
	struct bpf_map *map;
	u32 dying; /* elements on their way to FREE; atomically */
	u32 n;
	struct rcu_head rcu;
	struct element el[];
};

/* The operations. A program does one of the first five. */
enum op_id {
	OP_SELF,
	OP_REMOTE,
	OP_KTHREAD,
	OP_DELETE,
	OP_INSERT,
	OP_USER,
	OP_SWITCH,
	OP_SLEEP,
	OP_EXIT,
	OP_NMI,
	OP_STALL,
	OP_HARDIRQ,
	OP_IRQS_OFF,
	OP_DELIVER,
	OP_PROG,
	OP_MAP,
	OP_NOMEM,
	OP_REENTER,
	N_OPS
};

/* A thread that plays a CPU. Only its own, interrupts included, writes here. */
struct player {
	unsigned int id;
	pthread_t thread;
	struct shim_cpu *cpu;
	struct rng rng;
	struct rng own, tick; /* of callbacks and NMIs: when they come is not the generator's */
	u64 digest; /* of the operations so far */
	struct task_struct *tasks[TASKS]; /* current is tasks[cur]; published to the others */
	unsigned int cur;
	bool asleep[TASKS]; /* since it was current; others wake it by its state */
	u64 ops, rounds; /* progress: operations, and rounds of settling; atomically */
	u32 seen; /* of world.phase: since then nothing happens here that the phase forbids */
	const char *doing;
	volatile unsigned int in_schedule, in_delete, in_callback;
	struct irq_work irq; /* a hard interrupt that runs a program */
	u64 irq_seed;
	u64 count[N_COUNTS]; /* atomically: interrupts count, too */
	u64 op_count[N_OPS];
	u64 task_works0, cancels0; /* of the CPU, which outlives a run, when it was entered first */
} __attribute__((aligned(128)));

struct options {
	u64 seed, count; /* count: operations per thread; 0: until the time is over */
	double seconds, still; /* of a run; without progress */
	unsigned int threads, elements;
	const char *impl, *alloc; /* NULL: all that are correct, all that it has */
	u64 ops; /* bits */
};

struct world {
	const struct options *opt;
	const struct tw_impl *impl;
	struct smap *maps[MAPS];
	struct bpf_prog *progs[PROGS];
	struct task_struct *kthread, *idle; /* targets that must be refused */
	struct player players[MAX_PLAYERS];
	unsigned int n_players;
	u32 phase; /* enum phase, and above it how many there were; atomically */
	u64 pids;
	u64 failed0, lost0, cancelled0; /* counters that outlive a run, at its start */
};
extern struct world world;

/* A run is many rounds of the first three. */
enum phase {
	PHASE_OPS,
	PHASE_CALM, /* operations, but nothing is deleted: what is wedged stays so */
	PHASE_SETTLE, /* threads do what waits for them, and no operations */
	PHASE_LEAVE,
	PHASE_GP_END,
};
#define PHASE_MASK 0xff

static inline struct player *this_player(void)
{
	return &world.players[shim_this_cpu->id];
}

static inline void count(enum count c)
{
	__atomic_fetch_add(&this_player()->count[c], 1, __ATOMIC_RELAXED);
}

#define load(p) __atomic_load_n(p, __ATOMIC_ACQUIRE)
#define store(p, v) __atomic_store_n(p, v, __ATOMIC_RELEASE)
#define add(p, n) __atomic_fetch_add(p, n, __ATOMIC_RELAXED)

static inline enum phase phase(void)
{
	return load(&world.phase) & PHASE_MASK;
}

static inline bool op_enabled(enum op_id op)
{
	return world.opt->ops >> op & 1;
}

/* check.c */
/* Says what is wrong, and who was doing what; ends the program with 1. Any context. */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn, cold));
u64 total(enum count c);
/* Waits until done() says so. Fails if that takes longer than `limit` seconds, or if a player stands
 * still for 10 s. */
void watch(bool (*done)(void), double limit, const char *what);
/* Tells all, and waits until they know. */
void set_phase(enum phase phase);
/* Nothing is in flight or alive, or it never will be so: the checks that follow say which. */
bool threads_are_done(void);
bool gp_is_done(void);
void check_laws(void);
/* For each live element a schedule is accepted, and runs; with nothing in flight. */
void check_not_wedged(struct player *me);
void check_none_missed(void);
void check_nothing_left(void);
void print_counts(double seconds);

/* program.c */
/* Runs a program that does one of the first five, in a read section; any context. */
void program(struct rng *r, enum op_id act);
/* Any of those that are enabled. */
void any_program(struct rng *r);
bool schedule(struct rng *r, struct element *el, struct task_struct *task);
void on_nmi_program(void *arg);
u64 on_tick(void *player);
void on_irq_program(struct irq_work *work);

/* world.c */
struct smap *smap_create(unsigned int n);
/* Takes the map out of its slot, for `m`, and lets go of it. */
void smap_release(unsigned int slot, struct smap *m);
bool element_insert(struct element *el);
void element_delete(struct element *el);
struct task_struct *task_create(unsigned int flags);
void world_setup(const struct options *opt, const struct tw_impl *impl,
		 const struct tw_alloc_ops *alloc);
void world_teardown(void);

/* ops.c */
/* options.c */
/* Ends the program with 2 and one line if it makes no sense, with 0 after --list. */
void parse(int argc, char **argv, struct options *opt);

struct op {
	const char *name, *what;
	unsigned int weight;
	void (*run)(struct player *me, struct rng *r);
};
extern const struct op ops[N_OPS];
/* The first time of a run, and later ones. */
void player_first(struct player *me, enum shim_delivery delivery);
void player_enter(struct player *me, enum shim_delivery delivery);
void *player_thread(void *arg);
void *gp_thread(void *arg);
/* current and the other tasks of a player run what they have, and exit; the CPU is left. */
void player_leave(struct player *me);

#endif
