/* SPDX-License-Identifier: GPL-2.0 */
/* Scenarios: small programs of actors on a fresh machine, and the judgement of what they did. */
#ifndef EXPLORE_SCENARIO_H
#define EXPLORE_SCENARIO_H

#include <linux/task_work.h>

#include "engine.h"

#define MAX_ELEMENTS 2

struct element {
	unsigned int accepted, ended;
	unsigned int deletions, deleting; /* begun in all; under way */
	/* Accepted by calls that did not overlap a deletion, since the last one. */
	unsigned int must;
};

struct world {
	const struct tw_impl *impl;
	const struct tw_alloc_ops *ops;
	struct bpf_map *map;
	struct bpf_prog *prog;
	struct task_struct *task[GP_CPU]; /* of the CPUs */
	struct task_struct *target; /* one of them */
	struct task_struct *zombie, *kthread, *idle;
	struct element element[MAX_ELEMENTS];
	void (*on_callback)(unsigned int i); /* what the callback does */
	bool users_gone; /* the last user's walk has returned */
	bool map_freed, prog_put;
	bool task_gone[GP_CPU]; /* released by a program */
	u64 lost_before;
};
extern struct world w;

struct program {
	enum actor_kind kind;
	unsigned int cpu;
	const char *name;
	void (*func)(void);
	unsigned int after; /* 1 + number of the program that must have ended; 0: none */
};

struct scenario {
	const char *name, *what;
	struct program program[5];
	void (*setup)(void); /* after the world has been made */
	bool both_allocs; /* also with the second allocator */
	bool selftest; /* a bug of its own that must be found; runs only if named */
	/* What `posted` is known to do here, or in a selftest everybody: a part of the bug's text, and
	 * whose requirement that breaks. Checked by explore.t. */
	struct known {
		const char *text, *requirement;
	} known[4]; /* ends with no text */
};
extern const struct scenario scenarios[]; /* ends with no name */

/* ---- world.c ---- */

void world_make(const struct scenario *s, const struct tw_impl *impl,
		const struct tw_alloc_ops *ops);
/* Memory and accounts, as a hash: by what is there, not by the order in which it came about. */
u64 world_hash(void);
/* Lets everything end, asks what became of each work, and takes the world down. Reports bugs. */
void world_judge(void);

/* Accounts of what programs do. */
struct call {
	unsigned int deletions;
	bool clean;
};
struct call count_call(unsigned int i);
void count_returned(unsigned int i, struct call call, int err);
void count_deletion(unsigned int i);
void count_deleted(unsigned int i);
void count_callback_end(unsigned int i);
void count_user_gone(void);
/* All CPUs and the grace periods go on until nothing is left to do. */
void settle(bool users);

/* ---- programs.c ---- */

int ex_schedule(struct task_struct *task, unsigned int i, enum task_work_notify_mode mode);
int ex_callback(struct bpf_map *map, void *key, void *value);
void ex_delete(unsigned int i);

/* Programs of actors: see there. */
void p_signal(void), p_resume(void), p_signal_other(void), p_signal_both(void);
void p_signal_twice(void), p_signal_self(void), p_self_and_user(void), p_self_then_exit(void);
void p_rearm(void), p_delete_and_signal(void), p_signal_unless_put(void);
void p_signal_unless_gone(void);
void p_signal_zombie(void), p_signal_kthread(void), p_resume_kthread(void), p_signal_idle(void);
void p_user(void), p_user_twice(void), p_user_then_zombie(void);
void p_exit(void), p_exit_then_self(void), p_exit_and_release(void), p_sched_switch(void);
void p_sleep(void), p_resume_self_nmi(void);
void p_delete(void), p_delete_bare(void), p_put_user(void), p_map_free(void), p_prog_put(void);
void p_free_twice(void), p_use_after_free(void), p_null(void), p_wild(void), p_leak(void);
void p_two_locks(void), p_two_locks_reversed(void), p_endless(void), p_unbalanced(void);
/* The element has a context, in STANDBY. */
void setup_warm(void);
void setup_locks(void);

#endif
