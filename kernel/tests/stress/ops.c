// SPDX-License-Identifier: GPL-2.0
/* The operations, and the threads that do them. */
#include <sched.h>

#include "stress.h"

static void op_self(struct player *me, struct rng *r)
{
	program(r, OP_SELF);
}

static void op_remote(struct player *me, struct rng *r)
{
	program(r, OP_REMOTE);
}

static void op_kthread(struct player *me, struct rng *r)
{
	program(r, OP_KTHREAD);
}

static void op_delete(struct player *me, struct rng *r)
{
	program(r, OP_DELETE);
}

static void op_insert(struct player *me, struct rng *r)
{
	program(r, OP_INSERT);
}

static void op_user(struct player *me, struct rng *r)
{
	shim_return_to_user();
}

static bool change_state(struct task_struct *t, enum shim_task_state from, enum shim_task_state to)
{
	return __atomic_compare_exchange_n(&t->state, &from, to, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/*
 * The scheduler's part of going to sleep, with interrupts off: the look at the signal comes after
 * the state is set, so that whoever notifies later finds a state that it can wake. A program traces
 * the place where the task is dequeued and still current.
 */
static void go_to_sleep(struct player *me, struct rng *r)
{
	struct task_struct *task = current;

	__atomic_store_n(&task->state, SHIM_TASK_SLEEPING, __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&task->notify_signal, __ATOMIC_SEQ_CST)) {
		store(&task->state, SHIM_TASK_RUNNING);
		return;
	}
	if (!change_state(task, SHIM_TASK_SLEEPING, SHIM_TASK_DEQUEUED))
		return;
	any_program(r);
	if (change_state(task, SHIM_TASK_DEQUEUED, SHIM_TASK_SLEEPING)) {
		me->asleep[me->cur] = true;
		count(C_SLEEPS);
	} else if (load(&task->state) == SHIM_TASK_LOST)
		fail("task woken while it was dequeued and current: it never runs again");
}

/* Its sleep is over: by a timer, or by a notification, whose wake-up then must come. */
static void awake(struct player *me, struct task_struct *task)
{
	me->asleep[me->cur] = false;
	if (load(&task->state) != SHIM_TASK_SLEEPING)
		count(C_WOKEN);
	while (load(&task->state) == SHIM_TASK_SLEEPING)
		if (load(&task->notify_signal)) {
			me->doing = "waits for a task to be woken that has been notified";
			sched_yield();
		} else {
			change_state(task, SHIM_TASK_SLEEPING, SHIM_TASK_RUNNING);
		}
}

static void context_switch(struct player *me, unsigned int next, bool sleep, struct rng *r)
{
	shim_irqs_off();
	if (sleep)
		go_to_sleep(me, r);
	me->cur = next;
	if (me->asleep[next])
		awake(me, me->tasks[next]);
	me->cpu->curr = me->tasks[next];
	shim_irqs_on();
}

static unsigned int another(struct player *me, struct rng *r)
{
	return (me->cur + 1 + rng_below(r, TASKS - 1)) % TASKS;
}

static void op_switch(struct player *me, struct rng *r)
{
	context_switch(me, another(me, r), false, r);
}

static void op_sleep(struct player *me, struct rng *r)
{
	context_switch(me, another(me, r), true, r);
}

/* Others find the exiting task until it is replaced: that is where works are lost. */
static void op_exit(struct player *me, struct rng *r)
{
	struct task_struct *old = current, *new = task_create(0);

	shim_task_exit();
	any_program(r);
	shim_irqs_off();
	me->cpu->curr = new;
	store(&me->tasks[me->cur], new);
	shim_irqs_on();
	bpf_task_release(old);
	count(C_EXITS);
}

static void op_nmi(struct player *me, struct rng *r)
{
	shim_nmi_send(rng_below(r, world.opt->threads + 1), on_nmi_program, (void *)rng_next(r));
}

static void op_hardirq(struct player *me, struct rng *r)
{
	shim_hardirq_enter();
	any_program(r);
	shim_hardirq_exit();
}

static void op_irqs_off(struct player *me, struct rng *r)
{
	shim_irqs_off();
	for (unsigned int i = rng_below(r, 3); i < 3; i++)
		any_program(r);
	shim_irqs_on();
}

static void op_deliver(struct player *me, struct rng *r)
{
	if (shim_irq_pending(me->cpu))
		shim_irq_run();
}

static void op_prog(struct player *me, struct rng *r)
{
	struct bpf_prog *new = shim_prog_create();

	bpf_prog_put(__atomic_exchange_n(&world.progs[rng_below(r, PROGS)], new, __ATOMIC_ACQ_REL));
}

static void op_map(struct player *me, struct rng *r)
{
	if (phase() == PHASE_CALM)
		return;
	smap_release(rng_below(r, MAPS), smap_create(world.opt->elements));
}

static void op_nomem(struct player *me, struct rng *r)
{
	shim_fail_nth(1 + rng_below(r, 4));
}

static void op_reenter(struct player *me, struct rng *r)
{
	shim_cpu_leave();
	player_enter(me, rng_below(r, 2) ? SHIM_MANUAL : SHIM_SIGNAL);
}

const struct op ops[N_OPS] = {
	[OP_SELF] = { "schedule-self", "schedule on current", 200, op_self },
	[OP_REMOTE] = { "schedule-remote", "schedule on a task of any thread", 200, op_remote },
	[OP_KTHREAD] = { "schedule-kthread", "schedule on a kernel thread or idle", 5, op_kthread },
	[OP_DELETE] = { "delete", "delete an element", 40, op_delete },
	[OP_INSERT] = { "insert", "insert an element that was deleted and freed", 100, op_insert },
	[OP_USER] = { "user", "return to user space: run current's works", 120, op_user },
	[OP_SWITCH] = { "switch", "another task of the thread becomes current", 40, op_switch },
	[OP_SLEEP] = { "sleep", "likewise; current goes to sleep, traced by a program", 40, op_sleep },
	[OP_EXIT] = { "exit", "current exits, a new task takes its place", 10, op_exit },
	[OP_NMI] = { "nmi", "NMI on any CPU: stall, or program there or in a hard interrupt", 50, op_nmi },
	[OP_STALL] = { "stall", "NMI on any CPU that only keeps it from going on", 5, op_nmi },
	[OP_HARDIRQ] = { "hardirq", "hard interrupt that runs a program", 50, op_hardirq },
	[OP_IRQS_OFF] = { "irqs-off", "programs in a section with interrupts off", 30, op_irqs_off },
	[OP_DELIVER] = { "deliver", "run queued irq_works (SHIM_MANUAL)", 30, op_deliver },
	[OP_PROG] = { "program", "release a program, load another", 5, op_prog },
	[OP_MAP] = { "map", "release a map by its last user, create another", 5, op_map },
	[OP_NOMEM] = { "nomem", "one of the next allocations fails", 5, op_nomem },
	[OP_REENTER] = { "reenter", "leave the CPU, come back with signals or without", 2, op_reenter },
};

/* ---- threads ---- */

void player_enter(struct player *me, enum shim_delivery delivery)
{
	me->cpu = shim_cpu_enter(me->id, me->tasks[me->cur], delivery);
	if (me->id < world.opt->threads && (op_enabled(OP_NMI) || op_enabled(OP_STALL)))
		shim_nmi_timer(on_tick, me);
}

void player_first(struct player *me, enum shim_delivery delivery)
{
	player_enter(me, delivery);
	me->task_works0 = me->cpu->task_works;
	me->cancels0 = me->cpu->cancels;
}

static enum op_id pick(struct rng *r)
{
	unsigned int sum = 0, n;

	for (enum op_id i = 0; i < N_OPS; i++)
		sum += op_enabled(i) ? ops[i].weight : 0;
	n = rng_below(r, sum);
	for (enum op_id i = 0;; i++) {
		if (!op_enabled(i))
			continue;
		if (n < ops[i].weight)
			return i;
		n -= ops[i].weight;
	}
}

/* Two numbers per operation, whatever it does with them. */
static void one_op(struct player *me)
{
	enum op_id op = pick(&me->rng);
	struct rng r = { rng_next(&me->rng) };
	struct rng digest = { me->digest ^ r.s ^ op };

	me->digest = rng_next(&digest);
	__atomic_store_n(&me->doing, ops[op].name, __ATOMIC_RELAXED);
	ops[op].run(me, &r);
	me->op_count[op]++;
	add(&me->ops, 1);
}

/* Everything that waits for this thread: its irq_works, and the works of its tasks. */
static void settle(struct player *me)
{
	me->doing = "settles";
	if (shim_irq_pending(me->cpu))
		shim_irq_run();
	for (unsigned int i = 0; i < TASKS; i++) {
		context_switch(me, i, false, NULL);
		shim_return_to_user();
	}
	add(&me->rounds, 1);
	sched_yield();
}

void player_leave(struct player *me)
{
	me->doing = "leaves";
	for (unsigned int i = 0; i < TASKS; i++) {
		context_switch(me, i, false, NULL);
		shim_task_exit();
	}
	/* current goes with the CPU: its memory after the grace period, which waits for nobody here. */
	for (unsigned int i = 0; i < TASKS; i++)
		bpf_task_release(me->tasks[i]);
	shim_cpu_leave();
}

void *player_thread(void *arg)
{
	struct player *me = arg;

	player_first(me, me->id % 2 ? SHIM_MANUAL : SHIM_SIGNAL);
	do {
		store(&me->seen, load(&world.phase));
		if (phase() <= PHASE_CALM && (!world.opt->count || me->ops < world.opt->count))
			one_op(me);
		else
			settle(me);
	} while (phase() < PHASE_LEAVE);
	player_leave(me);
	return NULL;
}

/* Takes NMIs like the others, on a kernel thread. */
void *gp_thread(void *arg)
{
	struct player *me = arg;

	player_first(me, SHIM_SIGNAL);
	me->doing = "grace periods";
	while (phase() != PHASE_GP_END) {
		store(&me->seen, load(&world.phase));
		if (!shim_gp_once())
			sched_yield();
		add(&me->rounds, 1);
	}
	player_leave(me);
	return NULL;
}
