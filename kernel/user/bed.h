/* SPDX-License-Identifier: GPL-2.0 */
/* What the loops and the machine around them share, on the shim's side. */
#ifndef TW_USER_BED_H
#define TW_USER_BED_H

#include "../shim/threads/threads.h"
#include "../tw.h"
#include "loops.h"

struct user_bed {
	struct bpf_map *map;
	struct bpf_prog *prog;
	uint32_t n;
};

/* Counts for its thread. */
int user_callback(struct bpf_map *map, void *key, void *value);

static inline struct bpf_task_work *user_element(const struct user_bed *b, uint32_t i)
{
	const struct bpf_map *map = b->map;

	return (void *)(map->values + (size_t)i * map->value_size + map->record->task_work_off);
}

#endif
