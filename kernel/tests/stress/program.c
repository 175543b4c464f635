// SPDX-License-Identifier: GPL-2.0
/* What BPF programs do: schedule and delete, from any context; and their callbacks. */
#include <sched.h>
#include <time.h>

#include "stress.h"

static bool is_released(refcount_t *r)
{
	return !refcount_read(r);
}

/* Each result has one thing that it may mean. Both references stay 0 once they are. */
static void judge(int err, struct element *el, struct task_struct *task, struct bpf_prog *prog)
{
	bool never_user = READ_ONCE(task->flags) & PF_KTHREAD || is_idle_task(task);
	bool correct = world.impl->correct;

	if (correct && never_user != (err == -EINVAL))
		fail("schedule on %s gave %d", never_user ? "a kernel thread" : "a user task", err);
	switch (err) {
	case 0:
		add(&el->accepted, 1);
		count(C_ACCEPTED);
		return;
	case -EBUSY:
		count(C_EBUSY);
		if (!atomic64_read(&el->m->map->usercnt))
			count(C_NO_USER);
		return;
	case -EINVAL:
		count(C_EINVAL);
		return;
	case -ENOMEM:
		count(C_ENOMEM);
		return;
	case -EBADF:
		count(C_EBADF);
		if (correct && !is_released(&prog->refcnt) && !is_released(&task->rcu_users))
			fail("-EBADF although neither program nor task is released");
		return;
	case -ESRCH:
		count(C_ESRCH);
		if (task != current || !(READ_ONCE(task->flags) & PF_EXITING))
			fail("-ESRCH for a task that is not current and exiting");
		return;
	case -EPERM:
		count(C_EPERM);
		if (!correct)
			return;
	}
	fail("schedule gave %d", err);
}

/*
 * Lets the others go on while this CPU is in the middle of whatever it is doing: what is a matter of
 * nanoseconds gets long enough for them to do something in it. Now and then for a grace period, too;
 * more often in a deletion, which by itself holds none back.
 */
static void stall(struct rng *r, unsigned int max_us)
{
	unsigned int times = rng_below(r, this_player()->in_delete ? 4 : 32) ? 1 : 40;
	struct timespec t = { .tv_nsec = 1000 * (1 + rng_below(r, max_us * times)) };

	count(C_STALLS);
	if (rng_below(r, 2))
		nanosleep(&t, NULL);
	else
		sched_yield();
}

static int ran(struct bpf_map *map, void *key, void *value, unsigned int which)
{
	struct player *me = this_player();
	struct value *v = value;
	u64 tag = v->tag, gen = v->gen;
	struct element *el = (struct element *)tag;

	if (tag == POISON || gen == POISON)
		fail("callback on a freed value");
	if (el->m->map != map || el->v != v || *(u32 *)key != el->idx)
		fail("callback with a map, key or value that is not its own");
	if ((unsigned int)current->pid % CALLBACKS != which)
		fail("callback in a task that it was not scheduled for");
	if (irqs_disabled())
		fail("callback with interrupts off");
	/* One that was deleted can have a second context, whose work does not wait for the first. */
	if (__atomic_fetch_add(&el->running, 1, __ATOMIC_SEQ_CST) && load(&el->life) == LIFE_LIVE)
		fail("two callbacks of one element at once");
	count(C_COMPLETED);
	me->in_callback++;
	switch (rng_below(&me->own, 8)) {
	case 0:
		if (!op_enabled(OP_DELETE) || phase() != PHASE_OPS)
			break;
		count(C_DEL_OWN);
		element_delete(el);
		/* Long enough for whoever frees the value too early. Callbacks may sleep. */
		if (!rng_below(&me->own, 8))
			stall(&me->own, 2000);
		break;
	case 1:
	case 2: /* another, or itself, which is refused */
		any_program(&me->own);
		break;
	}
	me->in_callback--;
	if (v->tag != tag || v->gen != gen)
		fail("value freed under its callback");
	__atomic_fetch_sub(&el->running, 1, __ATOMIC_SEQ_CST);
	add(&el->ran, 1);
	return 0;
}

#define CALLBACK(n)                                                         \
	static int callback_##n(struct bpf_map *map, void *key, void *value) \
	{                                                                   \
		return ran(map, key, value, n);                             \
	}
CALLBACK(0)
CALLBACK(1)
CALLBACK(2)
CALLBACK(3)
CALLBACK(4)
CALLBACK(5)
CALLBACK(6)
CALLBACK(7)
static const tw_callback_t callbacks[CALLBACKS] = { callback_0, callback_1, callback_2, callback_3,
						    callback_4, callback_5, callback_6, callback_7 };

/* The caller is in a read section that keeps element and task. */
bool schedule(struct rng *r, struct element *el, struct task_struct *task)
{
	struct player *me = this_player();
	struct bpf_prog *prog = load(&world.progs[rng_below(r, PROGS)]);
	bool signal = rng_below(r, 2);
	int err;

	me->in_schedule++;
	err = (signal ? world.impl->schedule_signal : world.impl->schedule_resume)(
		task, &el->v->tw, el->m->map, callbacks[task->pid % CALLBACKS], prog->aux);
	me->in_schedule--;
	judge(err, el, task, prog);
	return !err;
}

/*
 * A task that another thread owns, or a waiting one of this. rcu keeps its memory; a program under
 * tasks-trace alone takes a reference, which it may only drop outside of NMI.
 */
static void schedule_remote(struct rng *r, struct element *el)
{
	struct player *p = &world.players[rng_below(r, world.opt->threads)];
	struct task_struct **slot = &p->tasks[rng_below(r, TASKS)], *task;

	rcu_read_lock();
	task = load(slot);
	if (shim_this_cpu->trace.nesting && !irqs_disabled()) {
		task = bpf_task_acquire(task);
		rcu_read_unlock();
		if (!task)
			return;
		schedule(r, el, task);
		bpf_task_release(task);
		return;
	}
	schedule(r, el, task);
	rcu_read_unlock();
}

static void act_on(struct rng *r, enum op_id act)
{
	struct smap *m = load(&world.maps[rng_below(r, MAPS)]);
	struct element *el = &m->el[rng_below(r, m->n)];

	if (act == OP_INSERT) {
		element_insert(el);
		return;
	}
	if (load(&el->life) != LIFE_LIVE)
		return;
	switch (act) {
	case OP_SELF:
		schedule(r, el, current);
		break;
	case OP_REMOTE:
		schedule_remote(r, el);
		break;
	case OP_KTHREAD:
		schedule(r, el, rng_below(r, 2) ? world.kthread : world.idle);
		break;
	default:
		element_delete(el);
	}
}

void program(struct rng *r, enum op_id act)
{
	bool sleepable = !rng_below(r, 4) && !irqs_disabled();

	if (sleepable)
		rcu_read_lock_trace();
	else
		rcu_read_lock();
	act_on(r, act);
	if (sleepable)
		rcu_read_unlock_trace();
	else
		rcu_read_unlock();
}

void any_program(struct rng *r)
{
	static const enum op_id acts[] = { OP_SELF,   OP_REMOTE,	OP_SELF,   OP_REMOTE,
					   OP_DELETE, OP_KTHREAD, OP_DELETE, OP_INSERT };
	enum op_id act = acts[rng_below(r, sizeof(acts) / sizeof(acts[0]))];

	/* Interrupts come while all settles, too. */
	if (op_enabled(act) && phase() <= PHASE_CALM)
		program(r, act);
}

void on_irq_program(struct irq_work *work)
{
	struct player *me = container_of(work, struct player, irq);
	struct rng r = { me->irq_seed };

	if (me->in_schedule)
		count(C_IRQ_IN_SCHEDULE);
	any_program(&r);
}

/* At any instruction: see shim_nmi_timer(). */
u64 on_tick(void *player)
{
	struct player *me = player;

	on_nmi_program((void *)rng_next(&me->tick));
	return 5000 + rng_below(&me->tick, 50000);
}

void on_nmi_program(void *arg)
{
	struct player *me = this_player();
	struct rng r = { (u64)arg };

	count(C_NMI);
	if (me->in_schedule)
		count(C_NMI_IN_SCHEDULE);
	if (me->in_delete)
		count(C_NMI_IN_DELETE);
	if (me->cpu->hardirq)
		count(C_NMI_IN_HARDIRQ);
	if (me->in_callback)
		count(C_NMI_IN_CALLBACK);
	/* The shortest windows are in the handlers. */
	switch (op_enabled(OP_NMI) ? rng_below(&r, me->cpu->hardirq ? 16 : 4) : 0) {
	default:
		stall(&r, 100);
		break;
	case 1: /* a hard interrupt, as soon as they are on */
		if (load(&me->irq.flags) & IRQ_WORK_PENDING)
			break;
		me->irq_seed = rng_next(&r);
		irq_work_queue(&me->irq);
		break;
	case 2:
	case 3:
		any_program(&r);
	}
}
