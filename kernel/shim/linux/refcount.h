/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel warns of and survives by saturation, aborts here. */
#ifndef SHIM_LINUX_REFCOUNT_H
#define SHIM_LINUX_REFCOUNT_H

#include <linux/atomic.h>

#include "../bug.h"

typedef struct {
	int refs;
} refcount_t;

static inline void refcount_set(refcount_t *r, int n)
{
	SHIM_POINT(SHIM_WRITE, r, sizeof(*r), "refcount_set");
	__atomic_store_n(&r->refs, n, __ATOMIC_RELAXED);
}

static inline int refcount_read(const refcount_t *r)
{
	SHIM_POINT(SHIM_READ, r, sizeof(*r), "refcount_read");
	return __atomic_load_n(&r->refs, __ATOMIC_RELAXED);
}

static inline bool refcount_inc_not_zero(refcount_t *r)
{
	int old;

	SHIM_POINT(SHIM_RMW, r, sizeof(*r), "refcount_inc_not_zero");
	old = __atomic_load_n(&r->refs, __ATOMIC_RELAXED);
	do {
		if (!old)
			return false;
		if (unlikely(old < 0))
			shim_bug("refcount: increment of %d", old);
	} while (!__atomic_compare_exchange_n(&r->refs, &old, old + 1, false, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return true;
}

/* Release; acquire for the one that reads 0. */
static inline bool refcount_dec_and_test(refcount_t *r)
{
	int now;

	SHIM_POINT(SHIM_RMW, r, sizeof(*r), "refcount_dec_and_test");
	now = __atomic_sub_fetch(&r->refs, 1, __ATOMIC_ACQ_REL);
	if (unlikely(now < 0))
		shim_bug("refcount: decrement of %d", now + 1);
	return now == 0;
}

#endif
