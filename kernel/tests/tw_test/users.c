// SPDX-License-Identifier: GPL-2.0
/* R4: the map's last user goes, while a context is being published. */
#include "../tw_test.h"

static int result;

static void schedule_here(void)
{
	result = schedule(w.task[0]);
}

static enum where where;

static void put_user_elsewhere(void)
{
	run_in(ON_OTHER, put_user);
}

static void last_user_at(const char *point)
{
	for (where = IN_TASK; where <= IN_NMI; where++) {
		at(point, 1, put_user_elsewhere);
		run_in(where, schedule_here);
		must(at_done());
		must_eq(result, -EBUSY);
		must_eq(state(), TW_STANDBY);
		settle();
		grace();
		must_eq(contexts(), 0);
		must_eq(w.ran, 0);
		must_eq(refcount_read(&w.prog->refcnt), 1);
		next_world();
	}
}

static void last_user(void)
{
	last_user_at(w.pool->name); /* before publication: the walk finds nothing */
	last_user_at("NULL -> ctx");
	last_user_at("TW_STANDBY -> TW_PENDING"); /* the walk finds it, in STANDBY */
	last_user_at("refcount_inc_not_zero"); /* in PENDING */
	last_user_at("atomic64_read");
}

/* After the check: the walk comes later, and finds a work. */
static void last_user_after(void)
{
	at("irq_work_queue", 1, put_user_elsewhere);
	must_eq(schedule(w.task[1]), 0);
	must(at_done());
	settle();
	grace();
	must_eq(w.ran, 0);
	must_eq(contexts(), 0);
}

/* The remark of Kumar in the review: a context is published on a map that has been walked over. */
static void posted_last_user(void)
{
	at("NULL -> ctx", 1, put_user_elsewhere);
	must_eq(schedule(w.task[1]), 0);
	must(at_done());
	must_eq(w.map->usercnt.counter, 0);
	settle();
	grace();
	must_eq(w.ran, 1);
	must_eq(contexts(), 1);
}

static void walk_in_every_state(void)
{
	must_eq(schedule_element(0, w.task[1]), 0);
	settle();
	must_eq(schedule_element(1, w.task[1]), 0);
	shim_irq_run();
	must_eq(schedule_element(2, w.task[1]), 0);
	put_user();
	settle();
	grace();
	must_eq(w.ran, 1);
	must_eq(contexts(), 0);
}

const struct tw_case cases_users[] = {
	{ "R4 the last user goes before, within and after publication", last_user, TW_CORRECT },
	{ "R4 the last user goes after the check", last_user_after },
	{ "R4 flaw: a context on a map without users", posted_last_user, TW_POSTED },
	{ "R4 the last user goes with works in every state", walk_in_every_state },
	{ 0 },
};
