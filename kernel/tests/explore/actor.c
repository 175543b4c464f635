// SPDX-License-Identifier: GPL-2.0
/* Actors, and the engine's part of the machine: who may go on, and what they wait for. */
#include <stdio.h>

#include <linux/irqflags.h>
#include <linux/preempt.h>

#include "engine.h"

struct ex_cpu ex_cpus[EX_CPUS];
struct actor actors[MAX_ACTORS];
struct actor *running;
unsigned int ex_steps;
u64 shim_epoch;

static const char letters[MAX_ACTORS + 1] = "abcdefghABCDpqrstuvwxyzEFGHIJK";

char actor_letter(unsigned int id)
{
	return letters[id];
}

int actor_of_letter(char letter)
{
	const char *at = strchr(letters, letter);

	return letter && at ? at - letters : -1;
}

/* ---- life ---- */

static void body(struct actor *a)
{
	switch (a->kind) {
	case ACTOR_TASK:
		a->func();
		break;
	case ACTOR_NMI:
		shim_nmi_enter();
		a->func();
		shim_nmi_exit();
		break;
	case ACTOR_HARDIRQ:
		shim_hardirq_enter();
		a->func();
		shim_hardirq_exit();
		break;
	case ACTOR_IRQ:
		shim_irq_run();
		break;
	case ACTOR_GP:
		if (a->free)
			a->free(a->head);
		else
			shim_free(&shim_kmalloc, (char *)a->head - a->offset);
	}
}

static void hand_over(struct actor *from)
{
	struct actor *to;

	order_end();
	to = choose();
	running = to;
	ex_steps++;
	shim_this_cpu = &ex_cpus[to->cpu].cpu;
	if (!to->begun) {
		to->begun = true;
		to->below = ex_cpus[to->cpu].top;
		ex_cpus[to->cpu].top = to;
		if (tracing)
			trace_step(to);
	}
	order_begin(to->cpu, to->id);
	if (to != from)
		co_switch(from ? &from->co : NULL, &to->co);
}

static void actor_main(void *arg)
{
	struct actor *a = arg;

	if (a->kind == ACTOR_GP)
		for (unsigned int c = 0; c < EX_CPUS; c++) {
			order_access((const void *)&ex_cpus[c].cpu.rcu.epoch, 8, false);
			order_access((const void *)&ex_cpus[c].cpu.trace.epoch, 8, false);
		}
	body(a);
	ex_cpus[a->cpu].top = a->below;
	a->co.started = false;
	a->begun = false;
	/* An interrupt can come again. */
	a->done = a->kind != ACTOR_IRQ;
	hand_over(NULL);
	__builtin_unreachable();
}

void actors_init(void)
{
	for (unsigned int i = 0; i < MAX_ACTORS; i++) {
		actors[i].co.main = actor_main;
		actors[i].co.arg = &actors[i];
		co_init(&actors[i].co, i);
	}
}

static struct actor *init(unsigned int id, enum actor_kind kind, unsigned int cpu, const char *name,
			  void (*func)(void))
{
	struct actor *a = &actors[id];

	a->id = id;
	a->kind = kind;
	a->cpu = cpu;
	a->name = name;
	a->func = func;
	a->there = true;
	return a;
}

void actors_reset(void)
{
	static const char *const irq_name[] = { "irq_work on CPU0", "irq_work on CPU1",
						"irq_work on CPU2", "irq_work of RCU" };
	memset(ex_cpus, 0, sizeof(ex_cpus));
	for (unsigned int i = 0; i < MAX_ACTORS; i++) {
		/* The stack stays. */
		memset(&actors[i], 0, offsetof(struct actor, co));
		actors[i].co.started = false;
	}
	for (unsigned int c = 0; c < EX_CPUS; c++) {
		ex_cpus[c].cpu.id = c;
		init(FIRST_IRQ + c, ACTOR_IRQ, c, irq_name[c], NULL);
	}
	running = NULL;
	ex_steps = 0;
	shim_epoch = 1;
	shim_this_cpu = &ex_cpus[0].cpu;
}

struct actor *actor_add(enum actor_kind kind, unsigned int cpu, const char *name,
			void (*func)(void))
{
	for (unsigned int i = 0; i < MAX_PROGRAMS; i++)
		if (!actors[i].there)
			return init(i, kind, cpu, name, func);
	shim_bug("explore: too many actors");
}

/* ---- who may go on ---- */

static bool held_back(const struct shim_reader *r, u64 epoch)
{
	return r->epoch && r->epoch < epoch;
}

/* A hard interrupt and an NMI are readers of rcu: the machine enters them as such. */
static bool gp_over(const struct actor *a)
{
	for (unsigned int c = 0; c < EX_CPUS; c++) {
		const struct shim_cpu *cpu = &ex_cpus[c].cpu;

		if (held_back(&cpu->rcu, a->epoch) ||
		    (a->gp == SHIM_GP_TRACE && held_back(&cpu->trace, a->epoch)))
			return false;
	}
	return true;
}

static bool irqs_on(const struct shim_cpu *cpu)
{
	return !cpu->irqs_off && !cpu->hardirq && !cpu->nmi;
}

static bool may_begin(const struct actor *a)
{
	const struct ex_cpu *c = &ex_cpus[a->cpu];

	if (a->after && !a->after->done)
		return false;
	switch (a->kind) {
	case ACTOR_TASK:
		return !c->top;
	case ACTOR_NMI:
		return !c->cpu.nmi;
	case ACTOR_HARDIRQ:
		return irqs_on(&c->cpu);
	case ACTOR_IRQ:
		return c->cpu.irq_list && irqs_on(&c->cpu);
	case ACTOR_GP:
		return !c->top && gp_over(a);
	}
	return false;
}

bool actor_enabled(const struct actor *a)
{
	if (!a->there || a->done)
		return false;
	if (!a->begun)
		return may_begin(a);
	return ex_cpus[a->cpu].top == a && !(a->lock && *a->lock);
}

const char *actors_stuck(void)
{
	for (unsigned int i = 0; i < MAX_ACTORS; i++) {
		const struct actor *a = &actors[i];

		if (a->there && !a->done && (a->kind != ACTOR_IRQ || a->begun ||
					     shim_irq_pending(&ex_cpus[a->cpu].cpu)))
			return a->name;
	}
	return NULL;
}

void actors_run(void)
{
	hand_over(NULL);
	__builtin_unreachable();
}

/* ---- the engine's part of the machine ---- */

void shim_point(enum shim_op op, const void *addr, unsigned int size, const char *text)
{
	struct actor *a = running;

	if (a) {
		a->text = text;
		a->addr = addr;
		hand_over(a);
		if (tracing)
			trace_step(a);
	}
	/* Whoever went first may have freed it. Sections have no address, nor has what is to be
	 * allocated. */
	if (size)
		mem_check(addr, size, text);
}

void shim_lock(bool *lock)
{
	struct actor *a = running;

	if (!a && *lock)
		shim_bug("a lock that nobody will let go of");
	if (a) {
		a->lock = lock;
		shim_point(SHIM_RMW, lock, sizeof(*lock), "lock");
		a->lock = NULL;
	}
	order_access(lock, sizeof(*lock), true);
	*lock = true;
}

void shim_unlock(bool *lock)
{
	shim_point(SHIM_RMW, lock, sizeof(*lock), "unlock");
	order_access(lock, sizeof(*lock), true);
	*lock = false;
}

void shim_irq_kick(struct shim_cpu *cpu)
{
	/* Whether its interrupt may come is looked at before every step. */
}

static struct actor *free_gp(void)
{
	for (unsigned int i = FIRST_GP; i < MAX_ACTORS; i++)
		if (!actors[i].there)
			return &actors[i];
	shim_bug("explore: too many deferred frees");
}

void shim_defer(enum shim_gp gp, struct callback_head *head, void (*func)(struct callback_head *),
		size_t offset)
{
	struct actor *a;

	shim_point(SHIM_GP, head, sizeof(*head), gp == SHIM_GP_TRACE ? "call_rcu_tasks_trace" :
						 func ? "call_rcu" : "kfree_rcu");
	if (in_nmi())
		shim_bug("call_rcu in NMI");
	if (!in_hardirq() && irqs_disabled())
		shim_bug("call_rcu under a lock, with interrupts off");
	for (unsigned int i = FIRST_GP; i < MAX_ACTORS; i++)
		if (actors[i].there && !actors[i].done && actors[i].head == head)
			bug("double free: deferred twice", mem_describe(head));
	/* Which readers there are: those that have noted an older epoch. */
	order_access(&shim_epoch, sizeof(shim_epoch), true);
	for (unsigned int c = 0; c < EX_CPUS; c++) {
		order_access((const void *)&ex_cpus[c].cpu.rcu.epoch, 8, false);
		order_access((const void *)&ex_cpus[c].cpu.trace.epoch, 8, false);
	}
	a = free_gp();
	init(a - actors, ACTOR_GP, GP_CPU, "grace period", NULL);
	a->gp = gp;
	a->head = head;
	a->free = func;
	a->offset = offset;
	a->epoch = ++shim_epoch;
}

bool gp_drain(void)
{
	bool some = false;

	for (unsigned int i = FIRST_GP; i < MAX_ACTORS; i++)
		if (actors[i].there && !actors[i].done) {
			if (!gp_over(&actors[i]))
				bug("a read section that nobody has left", "");
			shim_this_cpu = &ex_cpus[GP_CPU].cpu;
			body(&actors[i]);
			actors[i].done = true;
			some = true;
		}
	return some;
}
