// SPDX-License-Identifier: GPL-2.0
/* Contexts: where they come from, who frees them and when. */
#include <pthread.h>
#include <time.h>

#include "../tw_test.h"

/* ---- every allocation failed in turn ---- */

/* Works for all elements, one after the other, until one is refused. */
static int operation_result;

static void operation(void)
{
	operation_result = 0;
	for (u32 i = 0; i < ELEMENTS && !operation_result; i++)
		operation_result = schedule_element(i, w.task[1]);
}

static void delete_all(void)
{
	settle();
	for (u32 i = 0; i < ELEMENTS; i++)
		w.impl->cancel_and_free(shim_map_tw(w.map, i));
	settle();
	grace();
}

static void fail_each(enum where where)
{
	u64 n;

	for (n = 1;; n++) {
		w.ran = 0;
		shim_fail_nth(n);
		run_in(where, operation);
		if (!shim_has_failed())
			break;
		must_eq(operation_result, -ENOMEM);
		must_eq(contexts(), n - 1);
		must_eq(refcount_read(&w.prog->refcnt), n); /* 1, and one for each work before */
		delete_all();
		must_eq(w.ran, n - 1);
		must_eq(contexts(), 0);
	}
	shim_fail_nth(0);
	must_eq(operation_result, 0);
	must_eq(n, ELEMENTS + 1);
	delete_all();
}

static void every_allocation_fails(void)
{
	fail_each(IN_TASK);
	fail_each(IN_IRQS_OFF);
	fail_each(IN_HARDIRQ);
	fail_each(IN_NMI);
}

/* A context that exists is all that a schedule call needs. */
static void no_allocation_twice(void)
{
	must_eq(schedule(w.task[0]), 0);
	settle();
	shim_fail_nth(1);
	must_eq(schedule(w.task[0]), 0);
	must(!shim_has_failed());
	shim_fail_nth(0);
}

/* ---- R3: two first uses at once ---- */

static int result;

static void schedule_here(void)
{
	result = schedule(w.task[0]);
}

static void winner_done(void)
{
	must_eq(schedule(w.task[1]), 0);
	if (shim_irq_pending(shim_this_cpu))
		shim_irq_run();
	shim_return_to_user();
	must_eq(w.ran, 1);
}

static void winner_busy(void)
{
	must_eq(schedule(w.task[1]), 0);
}

static void (*winner)(void);

static void winner_elsewhere(void)
{
	run_in(ON_OTHER, winner);
}

static void lose(enum where where, void (*how)(void), int expected)
{
	const u64 allocs = w.pool->allocs, frees = w.pool->frees;

	winner = how;
	at("NULL -> ctx", 1, winner_elsewhere);
	run_in(where, schedule_here);
	must(at_done());
	must_eq(result, expected);
	must_eq(w.pool->allocs - allocs, 2);
	must_eq(w.pool->frees - frees, 1); /* at once: nobody has seen it */
	must_eq(contexts(), 1);
	settle();
	must_eq(w.ran, expected ? 1 : 2);
	next_world();
}

static void loser_takes_winners(void)
{
	lose(IN_TASK, winner_done, 0);
	lose(IN_NMI, winner_done, 0);
}

static void loser_is_busy(void)
{
	lose(IN_TASK, winner_busy, -EBUSY);
	lose(IN_NMI, winner_busy, -EBUSY);
}

/* ---- R7, R2: grace periods ---- */

static void freed_after_grace(void)
{
	must_eq(schedule(w.task[0]), 0);
	settle();
	delete();
	settle();
	must_eq(contexts(), 1);
	grace();
	must_eq(contexts(), 0);
}

/* A reader that has the pointer, when the element is deleted under it. */
static void delete_and_look(void)
{
	run_in(ON_OTHER, delete);
	must_eq(contexts(), 1);
}

static void dying_context_is_busy(void)
{
	must_eq(schedule(w.task[0]), 0);
	settle();
	at("TW_STANDBY -> TW_PENDING", 1, delete_and_look);
	must_eq(schedule(w.task[0]), -EBUSY);
	must(at_done());
	must_eq(old_state(), TW_FREED);
	settle();
	grace();
	must_eq(contexts(), 0);
}

/* A claim that comes between the deleter's two steps, and one that finds the last reference gone. */
static void delete_elsewhere(void)
{
	run_in(ON_OTHER, delete);
}

static void claim_loses_to_deleter(void)
{
	must_eq(schedule(w.task[0]), 0);
	settle();
	at("refcount_inc_not_zero", 1, delete_elsewhere);
	result = schedule(w.task[0]);
	must(at_done());
	must_eq(result, -EBUSY);
	settle();
	grace();
	must_eq(contexts(), 0);
	must_eq(w.ran, 1);
}

static void must_read(void)
{
	must_eq(w.cpu[0]->trace.nesting > 0, w.ops->trace);
	must_eq(w.cpu[0]->rcu.nesting > 0, !w.ops->trace);
}

/* In task context, where no machinery reads by itself. */
static void acquire_reads(void)
{
	at("NULL -> ctx", 1, must_read);
	must_eq(schedule(w.task[0]), 0);
	must(at_done());
	settle();
	at("TW_STANDBY -> TW_PENDING", 1, must_read);
	must_eq(schedule(w.task[0]), 0);
	must(at_done());
}

static void callback_must_read(void)
{
	must(w.cpu[0]->trace.nesting > 0);
}

/* Key and value are freed after a tasks-trace grace period, whatever the context's allocator. */
static void callback_reads(void)
{
	static const char *const transitions[] = { "TW_SCHEDULING -> TW_RUNNING",
						   "TW_SCHEDULED -> TW_RUNNING",
						   "map_key_from_value" };

	for (unsigned int i = 0; i < 3; i++) {
		must_eq(schedule(w.task[0]), 0);
		if (shim_irq_pending(w.cpu[0]))
			shim_irq_run();
		at(transitions[i], 1, callback_must_read);
		shim_return_to_user();
		must(at_done());
	}
	must_eq(w.ran, 3);
}

static void *run_grace(void *arg)
{
	shim_gp_run();
	return NULL;
}

static void sleep_ms(long ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000 }, NULL);
}

/* Whether a reader that acquire could be still holds a context that was deleted, after so long. */
static bool is_held(struct shim_reader *reader, int ms)
{
	const shim_point_fn hook = shim_point_hook;
	bool held;
	pthread_t thread;

	must_eq(schedule(w.task[0]), 0);
	settle();
	on_cpu(1);
	shim_reader_lock(reader);
	on_cpu(0);
	delete();
	shim_point_hook = NULL; /* it is for one thread */
	must(!pthread_create(&thread, NULL, run_grace, NULL));
	for (int i = 0; i < ms && contexts(); i++)
		sleep_ms(1);
	held = contexts();
	on_cpu(1);
	shim_reader_unlock(reader);
	on_cpu(0);
	pthread_join(thread, NULL);
	shim_point_hook = hook;
	must_eq(contexts(), 0);
	return held;
}

/* The flavour of acquire's read section holds the context; the other one need not. A tasks-trace grace
 * period implies one of rcu, an rcu one none of tasks-trace. */
static void the_right_reader_holds(void)
{
	must(is_held(w.ops->trace ? &w.cpu[1]->trace : &w.cpu[1]->rcu, 20));
	if (!w.ops->trace)
		must(!is_held(&w.cpu[1]->trace, 20000));
}

/* ---- R18: allocators ---- */

static void allocates_where_told(void)
{
	struct shim_pool *other = w.pool == &shim_kmalloc ? &shim_bpf_mem : &shim_kmalloc;
	const u64 allocs = w.pool->allocs, others = other->allocs;

	must_eq(schedule(w.task[0]), 0);
	must_eq(w.pool->allocs, allocs + 1);
	must_eq(other->allocs, others);
}

/* Each context remembers its own: in the element it outlives the choice. */
static void remembers_allocator(void)
{
	const u64 frees = w.pool->frees;

	must_eq(schedule(w.task[0]), 0);
	settle();
	for (const struct tw_alloc_ops *const *ops = w.impl->allocs; *ops; ops++)
		if (*ops != w.ops)
			w.impl->set_alloc(*ops);
	delete();
	settle();
	grace();
	w.impl->set_alloc(w.ops);
	must_eq(w.pool->frees, frees + 1);
	must_eq(contexts(), 0);
}

/* ---- R16: again after a deletion ---- */

static void again_while_old_is_cancelled(void)
{
	for (int i = 0; i < 3; i++) {
		must_eq(schedule(w.task[1]), 0);
		shim_irq_run();
		must_eq(state(), TW_SCHEDULED);
		delete();
	}
	must_eq(schedule(w.task[1]), 0);
	settle();
	grace();
	must_eq(contexts(), 1);
	must_eq(w.ran, 1);
}

static void delete_and_schedule(void)
{
	delete();
	must_eq(schedule(w.task[1]), 0);
	delete();
	must_eq(schedule(w.task[1]), 0);
}

static void again_in_callback(void)
{
	w.in_callback = delete_and_schedule;
	must_eq(schedule(w.task[1]), 0);
	settle();
	settle();
	grace();
	must_eq(w.ran, 2);
	must_eq(contexts(), 1);
	must_eq(state(), TW_STANDBY);
}

const struct tw_case cases_memory[] = {
	{ "memory: every allocation fails in turn, in every context", every_allocation_fails },
	{ "memory: a context that exists is used again", no_allocation_twice },
	{ "R3 the loser frees its own context and takes the winner's", loser_takes_winners },
	{ "R3 the loser finds the winner's context busy", loser_is_busy },
	{ "R7 freed after the grace period, not before", freed_after_grace },
	{ "R7 a reader of a context that is being deleted gets EBUSY", dying_context_is_busy },
	{ "R7 a claim of a context whose last reference goes gets EBUSY", claim_loses_to_deleter,
	  TW_CORRECT },
	{ "R2 acquire reads under the flavour of its allocator", acquire_reads },
	{ "R2 the callback's read section begins before its transition", callback_reads },
	{ "R2 a reader of the right flavour holds the context", the_right_reader_holds },
	{ "R18 contexts come from the chosen allocator", allocates_where_told },
	{ "R18 a context goes back to the allocator that it came from", remembers_allocator },
	{ "R16 scheduled again after deletions, while the old works are cancelled",
	  again_while_old_is_cancelled },
	{ "R16 deleted and scheduled again in the callback", again_in_callback },
	{ 0 },
};
