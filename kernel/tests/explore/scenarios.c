// SPDX-License-Identifier: GPL-2.0
/* The table of scenarios. To add one: a row, and its programs in programs.c. */
#include "scenario.h"

#define TASK(cpu, name, func) { ACTOR_TASK, cpu, name, func }
#define NMI(cpu, name, func) { ACTOR_NMI, cpu, name, func }
#define HARDIRQ(cpu, name, func) { ACTOR_HARDIRQ, cpu, name, func }
#define TASK_AFTER(n, cpu, name, func) { ACTOR_TASK, cpu, name, func, 1 + (n) }

static void deletes_itself(void)
{
	w.on_callback = ex_delete;
}

static void first_alloc_fails(void)
{
	shim_fail_nth(1);
}

static void self_is_target(void)
{
	w.target = w.task[0];
}

/* The element's context is of another allocator than those to come. */
static void alloc_changes(void)
{
	w.impl->set_alloc(w.impl->allocs[1]);
	setup_warm();
	w.impl->set_alloc(w.impl->allocs[0]);
}

const struct scenario scenarios[] = {
	/* ---- schedule ---- */
	{ "schedule-schedule", "two CPUs schedule the same new element (R3)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "scheduler 2", p_resume) },
	  .both_allocs = true },
	{ "schedule-schedule-callback", "two schedule the same element, the target runs (R6, R13)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "scheduler 2", p_resume),
	    TASK(1, "target", p_user) } },
	{ "schedule-twice", "two works in a row, while the target runs (R9)",
	  { TASK(0, "scheduler", p_signal_twice), TASK(1, "target", p_user_twice) } },
	{ "nmi-schedule", "an NMI schedules the element that its victim schedules, one deletes (R6)",
	  { TASK(0, "scheduler", p_signal), NMI(0, "NMI", p_signal), TASK(2, "deleter", p_delete) },
	  .both_allocs = true },
	{ "alloc-fails", "the first allocation fails, others go on (R12)",
	  { TASK(0, "scheduler", p_signal_twice), TASK(2, "scheduler 2", p_signal) },
	  .setup = first_alloc_fails, .both_allocs = true },
	{ "prog-put", "the program is let go while it schedules (R13)",
	  { TASK(0, "scheduler", p_signal_unless_put), TASK(2, "putter", p_prog_put),
	    TASK(1, "target", p_user) } },
	/* ---- schedule and delete ---- */
	{ "schedule-delete", "one schedules a new element, one deletes it (R6, R9)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "deleter", p_delete) },
	  .both_allocs = true },
	{ "schedule-delete-warm", "the same with a context that is there (R6, R7)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "deleter", p_delete) },
	  .setup = setup_warm, .both_allocs = true },
	{ "schedule-delete-callback", "one schedules, one deletes, the target runs (R6, R9)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user),
	    TASK(2, "deleter", p_delete) },
	  .both_allocs = true },
	{ "delete-delete", "two delete what a third schedules",
	  { TASK(0, "scheduler", p_signal), TASK(1, "deleter", p_delete),
	    TASK(2, "deleter 2", p_delete) } },
	{ "delete-nmi", "an NMI deletes what its victim schedules, the target runs (R5)",
	  { TASK(0, "scheduler", p_signal), NMI(0, "NMI", p_delete), TASK(1, "target", p_user) },
	  .both_allocs = true,
	  .known = { { "pi_lock of task 101 in NMI", "R5" },
		     { "call_rcu in NMI", "R5" } } },
	{ "delete-nmi-target", "an NMI deletes what its victim is about to run (R5)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user), NMI(1, "NMI", p_delete) },
	  .both_allocs = true,
	  .known = { { "pi_lock of task 101 in NMI", "R5" },
		     { "call_rcu in NMI", "R5" } } },
	{ "delete-hardirq", "a hard interrupt deletes what its victim schedules, the target runs",
	  { TASK(0, "scheduler", p_signal), HARDIRQ(0, "interrupt", p_delete),
	    TASK(1, "target", p_user) },
	  .both_allocs = true },
	{ "two-elements", "two works of one target, one is deleted (R17)",
	  { TASK(0, "scheduler", p_signal_both), TASK(1, "target", p_user),
	    TASK(2, "deleter", p_delete) } },
	{ "rearm", "schedules again after the deletion, the target runs (R16)",
	  { TASK(0, "scheduler", p_rearm), TASK(1, "target", p_user) },
	  .both_allocs = true },
	{ "rearm-remote", "another CPU deletes and schedules again (R16)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "deleter", p_delete_and_signal) } },
	{ "callback-deletes", "the callback of a remote target deletes its own element (R14, D1)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user) },
	  .setup = deletes_itself, .both_allocs = true },
	/* ---- the map ---- */
	{ "release-schedule", "the map's last user goes while one schedules (R4)",
	  { TASK(0, "scheduler", p_signal), TASK(2, "releaser", p_put_user) },
	  .both_allocs = true,
	  .known = { { "the map's last user had gone", "R4" } } },
	{ "release-callback", "the map's last user goes, the target runs (R4, R6)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user),
	    TASK(2, "releaser", p_put_user) },
	  .both_allocs = true,
	  .known = { { "the map's last user had gone", "R4" } } },
	{ "release-exit", "the map's last user goes, the target exits and is let go (R4, R6)",
	  { HARDIRQ(0, "interrupt", p_signal_unless_gone),
	    TASK(1, "target", p_exit_and_release), TASK(2, "releaser", p_put_user) },
	  .both_allocs = true,
	  .known = { { "use after free: task101, by releaser", "R6" },
		     { "the map's last user had gone", "R4" } } },
	{ "map-free", "the map goes altogether, the target runs (R9)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user),
	    TASK_AFTER(0, 2, "releaser", p_map_free) },
	  .both_allocs = true },
	/* ---- the target ---- */
	{ "exit-schedule", "the target exits while one schedules (R15)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_exit) },
	  .known = { { "accepted work neither ran", "R15" } } },
	{ "exit-schedule-delete", "the same, and one deletes (R15, R13)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_exit),
	    TASK(2, "deleter", p_delete) },
	  .known = { { "accepted work neither ran", "R15" } } },
	{ "exit-release", "an interrupt schedules, the target exits and is let go (R13, R14)",
	  { HARDIRQ(0, "interrupt", p_signal_unless_gone),
	    TASK(1, "target", p_exit_and_release) },
	  .known = { { "accepted work neither ran", "R15" } } },
	{ "stale-handler", "a handler is delayed until the next work is being added, in vain (R19, D4)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user_then_zombie) },
	  .both_allocs = true,
	  .known = { { "element wedged", "R19" },
		     { "accepted work neither ran", "R15" } } },
	{ "stale-handler-delete", "the same, and one deletes (R19, D4)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user_then_zombie),
	    TASK(2, "deleter", p_delete) },
	  .known = { { "element wedged", "R19" },
		     { "leak: ctx", "R19" },
		     { "accepted work neither ran", "R15" } } },
	{ "kthread-signal", "the target is a kernel thread (R20, D2)",
	  { TASK(0, "scheduler", p_signal_kthread) },
	  .known = { { "signal notification of kernel thread", "R20" } } },
	{ "kthread-resume", "the same in resume mode (R20)",
	  { TASK(0, "scheduler", p_resume_kthread) },
	  .known = { { "element wedged", "R20" } } },
	{ "idle-signal", "the target is an idle task (R20, D2)",
	  { TASK(0, "scheduler", p_signal_idle) },
	  .known = { { "signal notification of kernel thread", "R20" } } },
	/* ---- current as target ---- */
	{ "self-delete", "schedules itself and runs, one deletes",
	  { TASK(0, "self", p_self_and_user), TASK(2, "deleter", p_delete) },
	  .both_allocs = true },
	{ "self-delete-nmi", "the same, deleted by an NMI (R5)",
	  { TASK(0, "self", p_self_and_user), NMI(0, "NMI", p_delete) },
	  .known = { { "pi_lock of task 100 in NMI", "R5" },
		     { "call_rcu in NMI", "R5" } } },
	{ "self-nmi", "an NMI schedules current while it does so itself",
	  { TASK(0, "self", p_self_and_user), NMI(0, "NMI", p_signal_self) } },
	{ "self-hardirq", "a hard interrupt schedules current, one deletes",
	  { TASK(0, "self", p_self_and_user), HARDIRQ(0, "interrupt", p_signal_self),
	    TASK(2, "deleter", p_delete) } },
	{ "self-schedule", "one schedules itself, one from elsewhere",
	  { TASK(0, "self", p_self_and_user), TASK(2, "scheduler", p_signal) },
	  .setup = self_is_target },
	{ "self-release", "schedules itself, the map's last user goes (R4)",
	  { TASK(0, "self", p_self_and_user), TASK(2, "releaser", p_put_user) },
	  .known = { { "the map's last user had gone", "R4" } } },
	{ "self-exit", "schedules itself and exits (R15)",
	  { TASK(0, "self", p_self_then_exit), TASK(2, "deleter", p_delete) },
	  .known = { { "accepted work neither ran", "R15" } } },
	{ "exit-self", "has exited and schedules itself (R15)",
	  { TASK(0, "self", p_exit_then_self), TASK(2, "deleter", p_delete) },
	  .known = { { "accepted work neither ran", "R15" } } },
	{ "sched-switch", "a program in schedule(): current is off the run queue",
	  { TASK(0, "switcher", p_sched_switch) } },
	{ "sched-switch-remote", "the same, and another work comes from elsewhere",
	  { TASK(0, "switcher", p_sched_switch), TASK(2, "scheduler", p_signal_other) },
	  .setup = self_is_target },
	{ "sleep-nmi", "an NMI schedules current, which goes to sleep before the irq_work (R11, R15)",
	  { TASK(0, "sleeper", p_sleep), NMI(0, "NMI", p_resume_self_nmi) },
	  .known = { { "accepted work neither ran", "R11" } } },
	/* ---- of the explorer itself ---- */
	{ "selftest-double-free", "an actor frees twice", { TASK(0, "actor", p_free_twice) },
	  .selftest = true, .known = { { "double free", "selftest" } } },
	{ "selftest-use-after-free", "a plain write to freed memory",
	  { TASK(0, "actor", p_use_after_free) },
	  .selftest = true, .known = { { "use after free", "selftest" } } },
	{ "selftest-null", "a NULL target", { TASK(0, "actor", p_null) },
	  .selftest = true, .known = { { "NULL pointer", "selftest" } } },
	{ "selftest-wild", "a write through freed memory, unseen by the hooks",
	  { TASK(0, "actor", p_wild) },
	  .selftest = true, .known = { { "SIGSEGV", "selftest" } } },
	{ "selftest-leak", "an actor forgets memory", { TASK(0, "actor", p_leak) },
	  .selftest = true, .known = { { "leak", "selftest" } } },
	{ "selftest-deadlock", "two locks in two orders",
	  { TASK(0, "actor", p_two_locks), TASK(1, "actor 2", p_two_locks_reversed) },
	  .setup = setup_locks, .selftest = true, .known = { { "deadlock", "selftest" } } },
	{ "selftest-endless", "an actor that does not end", { TASK(0, "actor", p_endless) },
	  .selftest = true, .known = { { "does not end", "selftest" } } },
	{ "selftest-reader", "a read section that is not left",
	  { TASK(0, "actor", p_unbalanced) },
	  .selftest = true, .known = { { "deadlock: grace period", "selftest" } } },
	{ "selftest-alloc-changes", "set_alloc() while an element has a context, which tw.h forbids",
	  { TASK(0, "scheduler", p_signal), TASK(2, "deleter", p_delete) },
	  .setup = alloc_changes, .selftest = true, .known = { { "use after free: ctx", "selftest" } } },
	{ 0 },
};
