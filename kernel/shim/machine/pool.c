// SPDX-License-Identifier: GPL-2.0
/* The allocators of the implementations: counted, and failing on demand; and the end of the road. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <linux/bpf_mem_alloc.h>
#include <linux/slab.h>

struct shim_pool shim_bpf_mem = { .name = "bpf-mem" }, shim_kmalloc = { .name = "kmalloc-nolock" };
struct bpf_mem_alloc bpf_global_ma = { &shim_bpf_mem };

static u64 fail_in; /* 0: none; atomically */
static bool failed;

void shim_fail_nth(u64 n)
{
	__atomic_store_n(&failed, false, __ATOMIC_RELAXED);
	__atomic_store_n(&fail_in, n, __ATOMIC_RELAXED);
}

bool shim_has_failed(void)
{
	return __atomic_load_n(&failed, __ATOMIC_RELAXED);
}

static bool fails(void)
{
	u64 n = __atomic_load_n(&fail_in, __ATOMIC_RELAXED);

	do
		if (likely(!n))
			return false;
	while (!__atomic_compare_exchange_n(&fail_in, &n, n - 1, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED));
	if (n != 1)
		return false;
	__atomic_store_n(&failed, true, __ATOMIC_RELAXED);
	return true;
}

void *shim_alloc(struct shim_pool *pool, size_t size)
{
	void *p;

	SHIM_POINT(SHIM_PLAIN, NULL, 0, pool->name);
	p = fails() ? NULL : shim_mem_alloc(size);
	__atomic_fetch_add(p ? &pool->allocs : &pool->failed, 1, __ATOMIC_RELAXED);
	if (p)
		__atomic_fetch_add(&shim_live.contexts, 1, __ATOMIC_RELAXED);
	return p;
}

void shim_free(struct shim_pool *pool, void *p)
{
	SHIM_POINT(SHIM_PLAIN, p, 1, "free");
	__atomic_fetch_add(&pool->frees, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&shim_live.contexts, 1, __ATOMIC_RELAXED);
	shim_mem_free(p);
}

#if !defined(SHIM_EXPLORE) && !defined(SHIM_BENCH)
shim_point_fn shim_point_hook;
#endif

void (*shim_bug_hook)(const char *text);

void shim_bug(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (shim_bug_hook)
		shim_bug_hook(text);
	fprintf(stderr, "shim: BUG: %s\n", text);
	abort();
}
