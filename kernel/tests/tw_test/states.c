// SPDX-License-Identifier: GPL-2.0
/* Each transition of the state machine once, and from each state to FREED. */
#include "../tw_test.h"

#define ENDED "TW_SCHEDULING -> TW_SCHEDULED" /* the last transition of whoever adds */

static enum tw_state seen;

static void look(void)
{
	seen = state();
}

static void look_at(const char *text, enum tw_state expected)
{
	at(text, 1, look);
	must_eq(schedule(w.task[1]), 0);
	if (shim_irq_pending(w.cpu[0]))
		shim_irq_run();
	must(at_done());
	must_eq(seen, expected);
	settle();
	must_eq(state(), TW_STANDBY);
}

/* A remote target, so that every implementation has a handler. */
static void each_once(void)
{
	must_eq(state(), TW_STANDBY);
	must_eq(schedule(w.task[1]), 0);
	must_eq(state(), TW_PENDING);
	shim_irq_run();
	must_eq(state(), TW_SCHEDULED);
	w.in_callback = look;
	run_in(ON_OTHER, shim_return_to_user);
	must_eq(seen, TW_RUNNING);
	must_eq(w.ran, 1);
	must(w.ran_in == w.task[1] && w.ran_key == 0);
	must(w.ran_value == (char *)w.tw - w.map->record->task_work_off);
	must_eq(state(), TW_STANDBY);
	look_at("TW_PENDING -> TW_SCHEDULING", TW_PENDING);
	look_at("task_work_add: notify", TW_SCHEDULING);
	look_at(ENDED, TW_SCHEDULING);
	must_eq(w.ran, 4);
}

/* For current: direct leaves PENDING within the call. */
static void each_once_self(void)
{
	const bool direct = !strcmp(w.impl->name, "direct");

	at("TW_PENDING -> TW_SCHEDULING", 1, look);
	must_eq(schedule(w.task[0]), 0);
	must_eq(state(), direct ? TW_SCHEDULED : TW_PENDING);
	if (!direct)
		shim_irq_run();
	must(at_done());
	must_eq(seen, TW_PENDING);
	must_eq(state(), TW_SCHEDULED);
	w.in_callback = look;
	shim_return_to_user();
	must_eq(seen, TW_RUNNING);
	must_eq(w.ran, 1);
	must(w.ran_in == w.task[0]);
	must_eq(state(), TW_STANDBY);
}

static void remote_returns(void)
{
	w.in_callback = look;
	run_in(ON_OTHER, shim_return_to_user);
}

/* The callback is faster than the handler's last transition, which then must change nothing. */
static void faster_callback(void)
{
	at(ENDED, 1, remote_returns);
	must_eq(schedule(w.task[1]), 0);
	shim_irq_run();
	must(at_done());
	must_eq(w.ran, 1);
	must_eq(seen, TW_RUNNING);
	must_eq(state(), TW_STANDBY);
	must_eq(schedule(w.task[1]), 0);
	settle();
	must_eq(w.ran, 2);
}

static int result;

static void schedule_again(void)
{
	result = schedule(w.task[0]);
}

/* A place in the life of a work, at which `action` happens. */
struct place {
	const char *name, *point;
	bool after_handler, in_callback;
	unsigned int ran; /* callbacks that still run if the action is a deletion */
};

static const struct place places[] = {
	{ "PENDING", "TW_PENDING -> TW_SCHEDULING" },
	{ "SCHEDULING, not yet on the list", "task_work_add" },
	{ "SCHEDULING, on the list", "task_work_add: notify" },
	{ "SCHEDULING, notified", ENDED },
	{ "SCHEDULED", .after_handler = true },
	{ "RUNNING", .in_callback = true, .ran = 1 },
};

/* One work for target, with the action at that place; false: it cannot happen there. */
static bool work_with(const struct place *p, struct task_struct *target, void (*action)(void))
{
	bool done = true;

	if (p->point)
		at(p->point, 1, action);
	if (p->in_callback)
		w.in_callback = action;
	must_eq(schedule(target), 0);
	if (shim_irq_pending(w.cpu[0]))
		shim_irq_run();
	if (p->point)
		done = at_done();
	if (p->after_handler)
		action();
	settle();
	return done;
}

static void busy_until_done(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		for (unsigned int target = 0; target < 2; target++) {
			result = 0;
			must(work_with(&places[i], w.task[target], schedule_again));
			must_eq(result, -EBUSY);
		}
		must_eq(w.ran, 2 * (i + 1));
	}
}

static enum where where;
static bool deleted;

static void delete_there(void)
{
	deleted = can_begin(where);
	if (deleted)
		run_in(where, delete);
}

/* posted cannot delete in NMI: R5 shows it. */
static bool is_known_to_fail(void)
{
	return !w.impl->correct && where == IN_NMI;
}

static void freed_at(const struct place *p, unsigned int target)
{
	must(work_with(p, w.task[target], delete_there));
	if (deleted) {
		must_eq(w.ran, p->ran);
		must_eq(state(), TW_STANDBY);
		must_eq(old_state(), TW_FREED); /* R9: terminal; the memory lives until grace() */
	}
	grace();
	must_eq(contexts(), deleted ? 0 : 1);
	must_eq(schedule(w.task[target]), 0);
	settle();
	must_eq(w.ran, p->ran + 1 + (!deleted && !p->ran));
	next_world();
}

static void freed_everywhere(size_t i)
{
	unsigned int n = 0;

	for (where = 0; where < WHERES; where++)
		for (unsigned int target = 0; target < 2 && !is_known_to_fail(); target++) {
			freed_at(&places[i], target);
			n += deleted;
		}
	/* At least the other CPU, and NMI or task context, for both targets. */
	must(n >= 4 || (!w.impl->correct && n >= 2));
}

static void freed_pending(void)
{
	freed_everywhere(0);
}

static void freed_scheduling_before(void)
{
	freed_everywhere(1);
}

static void freed_scheduling_on_list(void)
{
	freed_everywhere(2);
}

static void freed_scheduling_notified(void)
{
	freed_everywhere(3);
}

static void freed_scheduled(void)
{
	freed_everywhere(4);
}

static void freed_running(void)
{
	freed_everywhere(5);
}

static void freed_standby(void)
{
	for (where = 0; where < WHERES; where++) {
		if (is_known_to_fail())
			continue;
		must_eq(schedule(w.task[0]), 0);
		settle();
		delete_there();
		must_eq(old_state(), TW_FREED);
		settle();
		grace();
		must_eq(contexts(), 0);
		next_world();
	}
}

static void delete_nothing(void)
{
	for (where = 0; where < WHERES; where++)
		run_in(where, delete);
	must_eq(irq_works(), 0);
	must_eq(contexts(), 0);
}

const struct tw_case cases_states[] = {
	{ "states: STANDBY, PENDING, SCHEDULING, SCHEDULED, RUNNING, STANDBY", each_once },
	{ "states: the same for current", each_once_self },
	{ "R9 SCHEDULING to RUNNING, the callback is faster than the handler", faster_callback },
	{ "states: EBUSY from PENDING to RUNNING, in the callback, too", busy_until_done },
	{ "R9 STANDBY to FREED, in every context", freed_standby },
	{ "R9 PENDING to FREED, in every context", freed_pending },
	{ "R9 SCHEDULING to FREED before the list, in every context", freed_scheduling_before },
	{ "R9 SCHEDULING to FREED on the list, in every context", freed_scheduling_on_list },
	{ "R9 SCHEDULING to FREED after the notification, in every context",
	  freed_scheduling_notified },
	{ "R9 SCHEDULED to FREED, in every context", freed_scheduled },
	{ "R9 RUNNING to FREED, in every context", freed_running },
	{ "states: an element without a context is deleted for nothing", delete_nothing },
	{ 0 },
};
