// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a work with one intruder at every single point of it: point 1, 2, 3, ... until it is over
 * before the point comes. The explorer goes further (several actors, more than one switch); this
 * is what of it costs next to nothing.
 */
#include <stdio.h>

#include "../tw_test.h"

static struct task_struct *target;
static unsigned int accepted, refused;
static bool deleted, exited, left;

static void try_schedule(struct task_struct *task)
{
	const int err = schedule(task);

	if (!err)
		accepted++;
	else if (err == -EBUSY || (err == -ESRCH && exited))
		refused++;
	else
		must_fail("schedule: %d", err);
}

/* ---- intruders ---- */

static void delete_it(void)
{
	deleted = true;
	delete();
}

static void schedule_it(void)
{
	try_schedule(target);
}

static void interrupts(void)
{
	if (shim_irq_pending(shim_this_cpu))
		shim_irq_run();
}

static void whole_work(void)
{
	try_schedule(w.task[1]);
	interrupts();
	shim_return_to_user();
}

static void target_runs(void)
{
	shim_return_to_user();
}

/* D1: the callback ends, and deletes. */
static void target_runs_and_deletes(void)
{
	w.in_callback = delete_it;
	shim_return_to_user();
	w.in_callback = NULL;
}

static void delete_and_again(void)
{
	delete_it();
	try_schedule(target);
	interrupts();
}

/* D4: the callback ends, and the next generation begins. */
static void next_generation(void)
{
	shim_return_to_user();
	try_schedule(w.task[1]);
	interrupts();
}

static void target_exits(void)
{
	exited = true;
	shim_task_exit();
}

static void last_user_goes(void)
{
	if (left)
		return;
	left = true;
	deleted = true;
	put_user();
}

static void delete_then_runs(void)
{
	delete_it();
	shim_return_to_user();
	interrupts();
}

static const struct intruder {
	const char *name;
	void (*act)(void);
	bool anywhere; /* NMI, too; else only task context of the other CPU */
} intruders[] = {
	{ "delete", delete_it, true },
	{ "schedule", schedule_it, true },
	{ "delete and schedule again", delete_and_again, false },
	{ "a whole work", whole_work, false },
	{ "the target runs", target_runs, false },
	{ "the target runs, and deletes", target_runs_and_deletes, false },
	{ "the target runs, and is scheduled again", next_generation, false },
	{ "delete, and the target runs", delete_then_runs, false },
	{ "the target exits", target_exits, false },
	{ "the last user goes", last_user_goes, true },
};
#define INTRUDERS (sizeof(intruders) / sizeof(*intruders))

/* ---- lives ---- */

static void live(void)
{
	try_schedule(target);
	interrupts();
	shim_return_to_user();
	run_in(ON_OTHER, shim_return_to_user);
}

static void first_life(void)
{
	live();
}

static void second_life(void)
{
	try_schedule(target);
	settle();
	live();
}

static void life_cut_short(void)
{
	try_schedule(target);
	interrupts();
	delete_it();
	interrupts();
	shim_return_to_user();
	run_in(ON_OTHER, shim_return_to_user);
}

static void life_ends_in_callback(void)
{
	w.in_callback = delete_it;
	live();
	w.in_callback = NULL;
}

static const struct {
	const char *name;
	void (*live)(void);
} lives[] = {
	{ "first life", first_life },
	{ "second life", second_life },
	{ "deleted on the list", life_cut_short },
	{ "deleted by the callback", life_ends_in_callback },
};
#define LIVES (sizeof(lives) / sizeof(*lives))

/* ---- one play, and its judgement ---- */

static const struct intruder *intruder;
static enum where where;

static void intrude(void)
{
	run_in(where, intruder->act);
}

/* Every accepted work has run, was lost, or its element was deleted. */
static void judge_works(void)
{
	must(w.ran + lost() <= accepted);
	if (!deleted)
		must_eq(w.ran + lost(), accepted);
	if (!exited)
		must_eq(lost(), 0);
	if (w.old.__opaque)
		must_eq(old_state(), TW_FREED); /* terminal: its memory lives until grace() */
}

/* The element works as before, or has no users and nothing in it. */
static void judge_element(void)
{
	const unsigned int ran = w.ran;
	/* The intruder may have been CPU 0, while CPU 1 was being watched. */
	const int err = schedule(w.task[!!(w.task[0]->flags & PF_EXITING)]);

	must_eq(err, left ? -EBUSY : 0);
	settle();
	must_eq(w.ran, ran + !left);
	grace();
	must_eq(contexts(), !left);
	must_eq(refcount_read(&w.prog->refcnt), 1);
	must_eq(refcount_read(&w.task[0]->rcu_users), 1);
	must_eq(refcount_read(&w.task[1]->rcu_users), 1);
}

/* False: the life has less than n points. */
static bool play(unsigned int life, unsigned int n, unsigned int whom)
{
	bool done;

	accepted = refused = 0;
	deleted = exited = left = false;
	target = w.task[whom];
	at("", n, intrude);
	lives[life].live();
	done = at_done();
	settle();
	judge_works();
	judge_element();
	return done;
}

static unsigned int all_points(unsigned int life, unsigned int whom)
{
	unsigned int n = 1;

	while (play(life, n, whom)) {
		n++;
		next_world();
	}
	next_world();
	return n - 1;
}

static unsigned int all_targets(unsigned int life)
{
	return all_points(life, 0) + all_points(life, 1);
}

static void sweep_with(enum where here)
{
	unsigned int plays = 0;

	where = here;
	for (unsigned int i = 0; i < INTRUDERS; i++) {
		intruder = &intruders[i];
		for (unsigned int life = 0; life < LIVES && (where == ON_OTHER || intruder->anywhere);
		     life++)
			plays += all_targets(life);
	}
	print_message("# sweep %s/%s, intruder in %s: %u plays\n", w.impl->name, w.ops->name,
		      where_names[where], plays);
	must(plays > 400);
}

static void sweep_other(void)
{
	sweep_with(ON_OTHER);
}

static void sweep_nmi(void)
{
	sweep_with(IN_NMI);
}

/* Any of its bugs will do: the others have cases of their own. */
static void posted_other(void)
{
	expect_bug("sweep.c", sweep_other);
}

static void posted_nmi(void)
{
	expect_bug(" in NMI", sweep_nmi);
}

const struct tw_case cases_sweep[] = {
	{ "sweep: another CPU at every point of a work", sweep_other, TW_CORRECT },
	{ "sweep: an NMI at every point of a work", sweep_nmi, TW_CORRECT },
	{ "sweep flaw: another CPU finds a bug", posted_other, TW_POSTED },
	{ "sweep flaw: an NMI finds a bug", posted_nmi, TW_POSTED },
	{ 0 },
};
