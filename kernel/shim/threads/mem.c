// SPDX-License-Identifier: GPL-2.0
/*
 * Memory: the C library's, so that AddressSanitizer sees every use after free. Its functions must not be
 * entered by an interrupt that found them at work, hence busy.
 *
 * Benches (SHIM_BENCH) have a cache per thread instead, as the kernel's allocators have one per CPU: a
 * pop and a push. SHIM_MALLOC: not they either, in builds that check memory.
 */
#include <stdlib.h>

#include "threads.h"

#if defined(SHIM_BENCH) && !defined(SHIM_MALLOC)

#define CACHED 128 /* bytes: contexts; everything else goes to the C library */

static _Thread_local struct callback_head *cache;

void *shim_mem_alloc(size_t size)
{
	struct callback_head *p = cache;

	if (unlikely(size > CACHED || !p))
		return malloc(size > CACHED ? size : CACHED);
	cache = p->next;
	return p;
}

void shim_mem_free(void *p)
{
	struct callback_head *head = p;

	head->next = cache;
	cache = head;
}

#else

void *shim_mem_alloc(size_t size)
{
	void *p;

	shim_busy_begin();
	p = malloc(size);
	shim_busy_end();
	if (!p)
		shim_bug("no memory left");
	/* Whoever relies on zeroes that nobody promised finds these. */
	return memset(p, 0xa5, size);
}

void shim_mem_free(void *p)
{
	shim_busy_begin();
	free(p);
	shim_busy_end();
}

#endif
