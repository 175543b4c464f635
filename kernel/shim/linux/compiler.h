/* SPDX-License-Identifier: GPL-2.0 */
/* READ_ONCE() and friends on __atomic built-ins, so that sanitizers see them. */
#ifndef SHIM_LINUX_COMPILER_H
#define SHIM_LINUX_COMPILER_H

#include <linux/types.h>

#include "../point.h"

#define likely(x) __builtin_expect(!!(x), 1)
#define unlikely(x) __builtin_expect(!!(x), 0)

/* Consume would do for dependent reads; compilers make acquire of it, and so do we. On x86 both are a
 * plain load. */
#define READ_ONCE(x)                                                     \
	({                                                               \
		SHIM_POINT(SHIM_READ, &(x), sizeof(x), "read " #x);      \
		__atomic_load_n(&(x), __ATOMIC_ACQUIRE);                 \
	})
#define WRITE_ONCE(x, v)                                                 \
	({                                                               \
		SHIM_POINT(SHIM_WRITE, &(x), sizeof(x), "write " #x);    \
		__atomic_store_n(&(x), (v), __ATOMIC_RELAXED);           \
	})

#define container_of(ptr, type, member) ((type *)((char *)(ptr)-offsetof(type, member)))

#endif
