// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "set.h"

#define MAX_SIZE ((size_t)1 << 25) /* slots: 256 MB */

void set_clear(struct set *set)
{
	if (set->size > 1 << 16) {
		free(set->slots);
		*set = (struct set){ 0 };
	} else if (set->size) {
		memset(set->slots, 0, set->size * sizeof(u64));
		set->used = 0;
	}
}

static u64 *find(const struct set *set, u64 hash)
{
	for (size_t i = hash >> 20;; i++) {
		u64 *slot = &set->slots[i & (set->size - 1)];

		if (!*slot || *slot >> 4 == hash >> 4)
			return slot;
	}
}

static void grow(struct set *set)
{
	struct set old = *set;

	set->size = old.size ? old.size * 4 : 1 << 12;
	set->slots = calloc(set->size, sizeof(u64));
	if (!set->slots)
		abort();
	for (size_t i = 0; i < old.size; i++)
		if (old.slots[i])
			*find(set, old.slots[i]) = old.slots[i];
	free(old.slots);
}

bool set_test_and_lower(struct set *set, u64 hash, unsigned int number)
{
	u64 *slot;

	if (set->used * 2 >= set->size && set->size < MAX_SIZE)
		grow(set);
	slot = find(set, hash);
	if (*slot && (*slot & 15) - 1 <= number)
		return true;
	if (!*slot) {
		if (set->used * 8 > set->size * 7)
			return false;
		set->used++;
	}
	*slot = (hash & ~15ull) | (number + 1);
	return false;
}
