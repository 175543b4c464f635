// SPDX-License-Identifier: GPL-2.0
/* The machine around the loops: CPUs, a map, what is delivered and reclaimed between two of
 * them. */
#include <stdlib.h>

#include <linux/irqflags.h>
#include <linux/task_work.h>

#include "bed.h"

static _Thread_local uint64_t completed;

int user_callback(struct bpf_map *map, void *key, void *value)
{
	completed++;
	return 0;
}

uint64_t user_completed(void)
{
	return completed;
}

uint64_t user_irq_works(void)
{
	return shim_this_cpu->irq_works;
}

/* ---- implementations ---- */

const char *user_name(const struct user_impl *u)
{
	return u->tw->name;
}

const struct user_impl *user_by_name(const char *name)
{
	for (unsigned int i = 0; user_impls[i]; i++)
		if (!strcmp(user_name(user_impls[i]), name))
			return user_impls[i];
	return NULL;
}

const char *user_name_at(unsigned int i)
{
	return user_impls[i] ? user_name(user_impls[i]) : NULL;
}

size_t user_ctx_size(const struct user_impl *u)
{
	return u->tw->ctx_size;
}

static const struct tw_alloc_ops *find_alloc(const struct user_impl *u, const char *name)
{
	const struct tw_alloc_ops *const *ops = u->tw->allocs;

	while (*ops && strcmp((*ops)->name, name))
		ops++;
	return *ops;
}

bool user_has_alloc(const struct user_impl *u, const char *alloc)
{
	return find_alloc(u, alloc);
}

bool user_set_alloc(const struct user_impl *u, const char *alloc)
{
	const struct tw_alloc_ops *ops = find_alloc(u, alloc);

	if (ops)
		u->tw->set_alloc(ops);
	return ops;
}

uint64_t user_lost(const struct user_impl *u)
{
	return u->tw->lost();
}

/* ---- the machine ---- */

void user_enter(unsigned int id, enum user_delivery delivery)
{
	/* By the thread itself: tasks of two threads then share no cache line. */
	struct task_struct *task = shim_task_create(id + 1, 0);

	shim_cpu_enter(id, task, delivery == USER_REAL ? SHIM_SIGNAL : SHIM_MANUAL);
}

void user_leave(void)
{
	struct task_struct *task = current;

	user_settle();
	shim_task_exit();
	bpf_task_release(task);
	shim_cpu_leave();
}

struct user_bed *user_bed_create(uint32_t elements)
{
	struct user_bed *b = calloc(1, sizeof(*b));

	if (!b)
		return NULL;
	b->n = elements;
	b->map = shim_map_create(elements);
	b->prog = shim_prog_create();
	return b;
}

bool user_bed_free(struct user_bed *b, const struct user_impl *u)
{
	/* A deletion happens on a CPU. */
	user_enter(USER_CPUS, USER_CALL);
	shim_map_put_user(b->map, u->tw->cancel_and_free);
	shim_map_free(b->map, u->tw->cancel_and_free);
	bpf_prog_put(b->prog);
	user_leave();
	shim_gp_run();
	free(b);
	return !shim_live.contexts && !shim_live.tasks && !shim_live.progs && !shim_live.maps;
}

void user_settle(void)
{
	if (shim_irq_pending(shim_this_cpu))
		shim_irq_run();
	shim_return_to_user();
}

void user_reclaim(void)
{
	shim_gp_run();
}

bool user_occupy(struct user_bed *b, const struct user_impl *u, uint32_t element, bool scheduled)
{
	struct bpf_task_work *tw = user_element(b, element);
	bool taken;

	/* Off: so that none of them can do without the irq_work. */
	shim_irqs_off();
	taken = !u->tw->schedule_signal(current, tw, b->map, user_callback, b->prog->aux);
	if (taken)
		taken = u->tw->state(tw) == TW_PENDING;
	shim_irqs_on();
	if (taken && scheduled) {
		shim_irq_run();
		taken = u->tw->state(tw) == TW_SCHEDULED;
	}
	return taken;
}

uint32_t user_busy(const struct user_bed *b, const struct user_impl *u)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < b->n; i++)
		n += u->tw->state(user_element(b, i)) != TW_STANDBY;
	return n;
}

/* ---- yardstick ---- */

/* The library's own, not what a compiler makes of a pair of calls that it sees through. */
void user_malloc(void **p, uint32_t n, size_t size)
{
	for (uint32_t i = 0; i < n; i++)
		p[i] = malloc(size);
}

void user_free(void **p, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		free(p[i]);
}
