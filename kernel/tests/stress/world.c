// SPDX-License-Identifier: GPL-2.0
/* What lives and dies: maps with their elements, tasks, programs. */
#include <stdlib.h>

#include "stress.h"

struct world world;

static void *memory(size_t size)
{
	void *p;

	shim_busy_begin();
	p = calloc(1, size);
	shim_busy_end();
	if (!p)
		fail("no memory");
	return p;
}

static void memory_free(void *p)
{
	shim_busy_begin();
	free(p);
	shim_busy_end();
}

/* ---- elements ---- */

static void poison(struct element *el)
{
	/* A callback that began before the last deletion of its context has ended, and none begins. */
	if (load(&el->ran) > load(&el->accepted))
		fail("%lu callbacks of an element for %lu accepted calls", el->ran, el->accepted);
	if (load(&el->running))
		fail("value freed while its callback runs");
	el->v->tag = el->v->gen = POISON;
}

static void value_gone(struct rcu_head *head)
{
	struct element *el = container_of(head, struct element, rcu);
	struct smap *m = el->m;

	if (load(&el->v->tw.__opaque))
		fail("context made in an element that nobody can find");
	count(C_VALUES_FREED);
	poison(el);
	store(&el->life, LIFE_FREE);
	__atomic_fetch_sub(&m->dying, 1, __ATOMIC_ACQ_REL);
}

/*
 * Who had found the element before its deletion could schedule on it after: then there is a second
 * context, or the map's last user has just taken it out. Nobody finds the element any more, so that it
 * is the last one; and its callback, if it runs, does so in the grace period that begins now.
 */
static void value_unused(struct rcu_head *head)
{
	struct element *el = container_of(head, struct element, rcu);

	if (load(&el->v->tw.__opaque))
		count(C_LATE_CTX);
	world.impl->cancel_and_free(&el->v->tw);
	shim_defer(SHIM_GP_TRACE, &el->rcu, value_gone, 0);
}

static void defer_value(struct irq_work *work)
{
	shim_defer(SHIM_GP_TRACE, &container_of(work, struct element, irq)->rcu, value_unused, 0);
}

bool element_insert(struct element *el)
{
	u32 life = LIFE_FREE;

	if (!__atomic_compare_exchange_n(&el->life, &life, LIFE_BUILDING, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return false;
	el->gen++;
	store(&el->accepted, 0);
	store(&el->ran, 0);
	el->v->tag = (u64)el;
	el->v->gen = el->gen;
	store(&el->life, LIFE_LIVE);
	return true;
}

/* The caller is in a read section. */
void element_delete(struct element *el)
{
	struct player *me = this_player();
	u32 life = LIFE_LIVE;
	enum tw_state state;

	if (phase() == PHASE_CALM)
		return;
	__atomic_fetch_add(&el->m->dying, 1, __ATOMIC_ACQ_REL);
	if (!__atomic_compare_exchange_n(&el->life, &life, LIFE_DYING, false, __ATOMIC_SEQ_CST,
					 __ATOMIC_RELAXED)) {
		__atomic_fetch_sub(&el->m->dying, 1, __ATOMIC_ACQ_REL);
		return;
	}
	rcu_read_lock();
	state = world.impl->state(&el->v->tw);
	rcu_read_unlock();
	count(C_DEL_STANDBY + state);
	me->in_delete++;
	world.impl->cancel_and_free(&el->v->tw);
	me->in_delete--;
	if (in_nmi())
		irq_work_queue(&el->irq);
	else
		defer_value(&el->irq);
}

/* ---- maps ---- */

struct smap *smap_create(unsigned int n)
{
	struct smap *m = memory(sizeof(*m) + n * sizeof(m->el[0]));

	m->map = shim_map_create(n);
	m->n = n;
	for (unsigned int i = 0; i < n; i++) {
		struct element *el = &m->el[i];

		el->m = m;
		el->idx = i;
		el->v = container_of(shim_map_tw(m->map, i), struct value, tw);
		init_irq_work(&el->irq, defer_value);
		element_insert(el);
	}
	return m;
}

/* A grace period after shim_map_free(): no callback can be left. */
static void smap_gone(struct rcu_head *head)
{
	struct smap *m = container_of(head, struct smap, rcu);

	for (unsigned int i = 0; i < m->n; i++)
		if (load(&m->el[i].ran) > load(&m->el[i].accepted) || load(&m->el[i].running))
			fail("%lu callbacks of an element for %lu accepted calls, %u running",
			     m->el[i].ran, m->el[i].accepted, m->el[i].running);
	memory_free(m);
	count(C_MAPS_FREED);
}

/* No program finds it any more; elements that are being freed come first. */
static void smap_unused(struct rcu_head *head)
{
	struct smap *m = container_of(head, struct smap, rcu);

	/* R4. It would hold its program, which holds the map: neither would ever be released. */
	for (unsigned int i = 0; i < m->n; i++)
		if (load(&m->el[i].v->tw.__opaque))
			count(C_LEFT);
	/* One that is known to be wrong goes on, for what else it does. */
	if (world.impl->correct)
		check_none_missed();
	if (load(&m->dying)) {
		shim_defer(SHIM_GP_TRACE, &m->rcu, smap_unused, 0);
		return;
	}
	shim_map_free(m->map, world.impl->cancel_and_free);
	shim_defer(SHIM_GP_TRACE, &m->rcu, smap_gone, 0);
}

void smap_release(unsigned int slot, struct smap *m)
{
	struct smap *old = __atomic_exchange_n(&world.maps[slot], m, __ATOMIC_ACQ_REL);
	struct player *me = this_player();

	me->in_delete++;
	shim_map_put_user(old->map, world.impl->cancel_and_free);
	me->in_delete--;
	shim_defer(SHIM_GP_TRACE, &old->rcu, smap_unused, 0);
}

/* ---- all of it ---- */

struct task_struct *task_create(unsigned int flags)
{
	return shim_task_create(1 + __atomic_fetch_add(&world.pids, 1, __ATOMIC_RELAXED), flags);
}

static void player_setup(struct player *p, unsigned int id)
{
	struct rng r = { world.opt->seed + id };

	*p = (struct player){ .id = id, .doing = "starts" };
	p->rng.s = rng_next(&r);
	p->own.s = rng_next(&r);
	p->tick.s = rng_next(&r);
	init_irq_work(&p->irq, on_irq_program);
	for (unsigned int i = 0; i < TASKS; i++)
		p->tasks[i] = task_create(id == world.opt->threads ? PF_KTHREAD : 0);
}

void world_setup(const struct options *opt, const struct tw_impl *impl,
		 const struct tw_alloc_ops *alloc)
{
	world = (struct world){ .opt = opt, .impl = impl, .n_players = opt->threads + 2 };
	impl->set_alloc(alloc);
	world.failed0 = shim_bpf_mem.failed + shim_kmalloc.failed;
	world.lost0 = impl->lost();
	world.cancelled0 = impl->cancelled();
	world.kthread = task_create(PF_KTHREAD);
	world.idle = shim_task_create(0, 0);
	for (unsigned int i = 0; i < PROGS; i++)
		world.progs[i] = shim_prog_create();
	for (unsigned int i = 0; i < MAPS; i++)
		world.maps[i] = smap_create(opt->elements);
	for (unsigned int i = 0; i < world.n_players; i++)
		player_setup(&world.players[i], i);
}

/* By the main player; the others have left, but for the grace periods'. */
void world_teardown(void)
{
	shim_fail_nth(0);
	for (unsigned int i = 0; i < MAPS; i++)
		smap_release(i, NULL);
	for (unsigned int i = 0; i < PROGS; i++)
		bpf_prog_put(world.progs[i]);
	bpf_task_release(world.kthread);
	bpf_task_release(world.idle);
}
