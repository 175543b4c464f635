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

#endif
