/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery: an allocator that may be called anywhere, and that can be told to fail. */
#ifndef SHIM_LINUX_SLAB_H
#define SHIM_LINUX_SLAB_H

#include "../machine.h"

#define __GFP_ZERO 1
#define NUMA_NO_NODE (-1)

struct bpf_map;

static inline void *bpf_map_kmalloc_nolock(const struct bpf_map *map, size_t size, unsigned int gfp,
					   int node)
{
	void *p = shim_alloc(&shim_kmalloc, size);

	if (p && gfp & __GFP_ZERO)
		memset(p, 0, size);
	return p;
}

static inline void kfree_nolock(const void *p)
{
	shim_free(&shim_kmalloc, (void *)p);
}

#endif
