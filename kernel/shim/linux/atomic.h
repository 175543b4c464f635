/* SPDX-License-Identifier: GPL-2.0 */
/* Full barriers, as the kernel's value-returning operations are. */
#ifndef SHIM_LINUX_ATOMIC_H
#define SHIM_LINUX_ATOMIC_H

#include <linux/compiler.h>

/* The value before; equal to old if it was exchanged. */
#define cmpxchg(ptr, old, new)                                                              \
	({                                                                                  \
		__typeof__(*(ptr)) __old = (old);                                           \
		SHIM_POINT(SHIM_RMW, ptr, sizeof(*(ptr)), "cmpxchg " #ptr " " #old " -> " #new); \
		__atomic_compare_exchange_n(ptr, &__old, (__typeof__(*(ptr)))(new), false,  \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
		__old;                                                                      \
	})
#define xchg(ptr, new)                                                              \
	({                                                                          \
		SHIM_POINT(SHIM_RMW, ptr, sizeof(*(ptr)), "xchg " #ptr " " #new);   \
		__atomic_exchange_n(ptr, (__typeof__(*(ptr)))(new), __ATOMIC_SEQ_CST); \
	})

typedef struct {
	int counter;
} atomic_t;

typedef struct {
	s64 counter;
} atomic64_t;

static inline s64 atomic64_read(const atomic64_t *v)
{
	SHIM_POINT(SHIM_READ, v, sizeof(*v), "atomic64_read");
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static inline void atomic64_inc(atomic64_t *v)
{
	SHIM_POINT(SHIM_RMW, v, sizeof(*v), "atomic64_inc");
	__atomic_fetch_add(&v->counter, 1, __ATOMIC_RELAXED);
}

static inline bool atomic64_dec_and_test(atomic64_t *v)
{
	SHIM_POINT(SHIM_RMW, v, sizeof(*v), "atomic64_dec_and_test");
	return __atomic_sub_fetch(&v->counter, 1, __ATOMIC_SEQ_CST) == 0;
}

#endif
