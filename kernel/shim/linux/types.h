/* SPDX-License-Identifier: GPL-2.0 */
/* Stubs: kernel names for what the C library has. */
#ifndef SHIM_LINUX_TYPES_H
#define SHIM_LINUX_TYPES_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* As the kernel's, without a message. */
#undef static_assert
#define static_assert(expr) _Static_assert(expr, #expr)

typedef uint8_t u8;
typedef uint32_t u32;
typedef int32_t s32;
typedef uint64_t u64;
typedef int64_t s64;

struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head

#define fallthrough __attribute__((__fallthrough__))

#endif
