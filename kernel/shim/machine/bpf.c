// SPDX-License-Identifier: GPL-2.0
/* Programs and maps: their references, and what the last one does. */
#include <linux/bpf.h>
#include <linux/preempt.h>

struct shim_live shim_live;

struct bpf_prog *shim_prog_create(void)
{
	struct bpf_prog *prog = shim_mem_alloc(sizeof(*prog));

	memset(prog, 0, sizeof(*prog));
	refcount_set(&prog->refcnt, 1);
	prog->aux = &prog->aux_mem;
	prog->aux->prog = prog;
	__atomic_fetch_add(&shim_live.progs, 1, __ATOMIC_RELAXED);
	return prog;
}

struct bpf_prog *bpf_prog_inc_not_zero(struct bpf_prog *prog)
{
	return refcount_inc_not_zero(&prog->refcnt) ? prog : ERR_PTR(-ENOENT);
}

static void prog_free(struct rcu_head *head)
{
	shim_mem_free(container_of(head, struct bpf_prog, rcu));
	__atomic_fetch_sub(&shim_live.progs, 1, __ATOMIC_RELAXED);
}

void bpf_prog_put(struct bpf_prog *prog)
{
	if (!refcount_dec_and_test(&prog->refcnt))
		return;
	if (in_nmi())
		shim_bug("last reference of a program dropped in NMI");
	shim_defer(SHIM_GP_TRACE, &prog->rcu, prog_free, 0);
}

struct bpf_map *shim_map_create(u32 n)
{
	struct bpf_map *map = shim_mem_alloc(sizeof(*map));

	memset(map, 0, sizeof(*map));
	map->record = &map->record_mem;
	map->n_values = n;
	/* Something of the user's before it and after it. */
	map->value_size = 3 * sizeof(struct bpf_task_work);
	map->record->task_work_off = sizeof(struct bpf_task_work);
	map->values = shim_mem_alloc((size_t)n * map->value_size);
	memset(map->values, 0, (size_t)n * map->value_size);
	map->usercnt.counter = 1;
	__atomic_fetch_add(&shim_live.maps, 1, __ATOMIC_RELAXED);
	return map;
}

struct bpf_task_work *shim_map_tw(struct bpf_map *map, u32 i)
{
	if (i >= map->n_values)
		shim_bug("element %u of a map of %u", i, map->n_values);
	return (void *)(map->values + (size_t)i * map->value_size + map->record->task_work_off);
}

static void walk(struct bpf_map *map, void (*cancel_and_free)(void *))
{
	for (u32 i = 0; i < map->n_values; i++)
		cancel_and_free(shim_map_tw(map, i));
}

void shim_map_put_user(struct bpf_map *map, void (*cancel_and_free)(void *))
{
	if (atomic64_dec_and_test(&map->usercnt))
		walk(map, cancel_and_free);
}

static void map_free(struct rcu_head *head)
{
	struct bpf_map *map = container_of(head, struct bpf_map, rcu);

	shim_mem_free(map->values);
	shim_mem_free(map);
	__atomic_fetch_sub(&shim_live.maps, 1, __ATOMIC_RELAXED);
}

void shim_map_free(struct bpf_map *map, void (*cancel_and_free)(void *))
{
	walk(map, cancel_and_free);
	shim_defer(SHIM_GP_TRACE, &map->rcu, map_free, 0);
}

void *map_key_from_value(struct bpf_map *map, void *value, u32 *idx)
{
	size_t off = (char *)value - map->values;

	SHIM_POINT(SHIM_READ, value, map->value_size, "map_key_from_value");
	if (off >= (size_t)map->n_values * map->value_size || off % map->value_size)
		shim_bug("value %p is not one of the map's", value);
	*idx = off / map->value_size;
	return idx;
}
