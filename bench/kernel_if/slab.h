/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Objects in use by cache, from slab statistics (/proc/slabinfo). Machine-wide, and not exact: SLUB
 * counts whole slabs that lie with a CPU as in use. Whoever compares two readings must measure what
 * they differ by when nothing was done.
 */
#ifndef TW_SLAB_H
#define TW_SLAB_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define SLAB_CACHES_MAX 512

struct slab_cache {
	char name[48];
	uint64_t active; /* objects */
	uint64_t size; /* of an object, bytes, with what the allocator adds */
};

struct slab_stats {
	size_t n;
	struct slab_cache cache[SLAB_CACHES_MAX];
};

/* 0, -EPERM (root only), -ENOENT (no such file), or -EPROTO (another format). */
int slab_read(struct slab_stats *s);
int slab_parse(FILE *f, struct slab_stats *s);

/* The cache of that name, or NULL. */
const struct slab_cache *slab_find(const struct slab_stats *s, const char *name);

/*
 * Where n objects came from: of the kmalloc caches, the one whose growth is nearest to n. NULL if none
 * grew by 3/4 n to 3/2 n: none of ours, or the machine is too busy to tell.
 */
const struct slab_cache *slab_grown(const struct slab_stats *before, const struct slab_stats *after,
				    uint64_t n);

/* Objects in use in the cache of that name, now; 0 if that cannot be read. */
uint64_t slab_active(const char *name);

struct slab_wait {
	uint64_t took_ns; /* from the call to the first reading at or below the level */
	uint64_t step_ns; /* to this one from the reading before: its resolution */
	uint64_t active; /* the last reading */
};

/* Reads until at most `level` objects are in use, without a pause. 0, or -ETIMEDOUT. */
int slab_wait_below(const char *name, uint64_t level, uint64_t timeout_ns, struct slab_wait *out);

/* Lowest and highest reading over so long. */
void slab_range(const char *name, uint64_t ns, uint64_t *low, uint64_t *high);

#endif
