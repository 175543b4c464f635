/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery, as slab.h. Memory is not zeroed: a poison pattern where there is checking. */
#ifndef SHIM_LINUX_BPF_MEM_ALLOC_H
#define SHIM_LINUX_BPF_MEM_ALLOC_H

#include "../machine.h"

struct bpf_mem_alloc {
	struct shim_pool *pool;
};
extern struct bpf_mem_alloc bpf_global_ma;

static inline void *bpf_mem_alloc(struct bpf_mem_alloc *ma, size_t size)
{
	return shim_alloc(ma->pool, size);
}

static inline void bpf_mem_free(struct bpf_mem_alloc *ma, void *p)
{
	shim_free(ma->pool, p);
}

#endif
