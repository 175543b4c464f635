// SPDX-License-Identifier: GPL-2.0
/*
 * What the compiler calls at every access of the implementations and of the machine, which are built
 * with -fsanitize=thread: this is our own run time for it, in place of ThreadSanitizer's. So plain
 * accesses count too: for the order of events, and for what is alive.
 */
#include "engine.h"

static void plain(const void *p, unsigned int size, bool write)
{
	if (co_on_stack(p))
		return;
	if (running && opt.fine && *mem_kind(p))
		shim_point(SHIM_PLAIN, p, size, write ? "plain write" : "plain read");
	else
		mem_check(p, size, NULL);
	order_access(p, size, write);
}

static void atomic(const volatile void *p, unsigned int size, bool write)
{
	mem_check((const void *)p, size, NULL);
	order_access((const void *)p, size, write);
}

void __tsan_init(void);
void __tsan_init(void)
{
}

#define PLAIN(n)                                      \
	void __tsan_read##n(const void *p);           \
	void __tsan_write##n(const void *p);          \
	void __tsan_unaligned_read##n(const void *p); \
	void __tsan_unaligned_write##n(const void *p); \
	void __tsan_read##n(const void *p)            \
	{                                             \
		plain(p, n, false);                   \
	}                                             \
	void __tsan_write##n(const void *p)           \
	{                                             \
		plain(p, n, true);                    \
	}                                             \
	void __tsan_unaligned_read##n(const void *p)  \
	{                                             \
		plain(p, n, false);                   \
	}                                             \
	void __tsan_unaligned_write##n(const void *p) \
	{                                             \
		plain(p, n, true);                    \
	}
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_func_entry(void *pc);
void __tsan_func_entry(void *pc)
{
}

void __tsan_func_exit(void);
void __tsan_func_exit(void)
{
}

void __tsan_read_range(const void *p, unsigned long size);
void __tsan_read_range(const void *p, unsigned long size)
{
	plain(p, size, false);
}

void __tsan_write_range(const void *p, unsigned long size);
void __tsan_write_range(const void *p, unsigned long size)
{
	plain(p, size, true);
}

void __tsan_atomic_thread_fence(int order);
void __tsan_atomic_thread_fence(int order)
{
}

void __tsan_atomic_signal_fence(int order);
void __tsan_atomic_signal_fence(int order)
{
}

/* One actor runs at a time, so plain operations will do. */
#define ACCESS(n, type)                                                                   \
	type __tsan_atomic##n##_load(const volatile type *p, int order);                  \
	void __tsan_atomic##n##_store(volatile type *p, type v, int order);               \
	bool __tsan_atomic##n##_compare_exchange_strong(volatile type *p, type *old,      \
							type v, int order, int failed);   \
	bool __tsan_atomic##n##_compare_exchange_weak(volatile type *p, type *old,        \
						      type v, int order, int failed);     \
	type __tsan_atomic##n##_load(const volatile type *p, int order)                   \
	{                                                                                 \
		atomic(p, sizeof(*p), false);                                             \
		return *p;                                                                \
	}                                                                                 \
	void __tsan_atomic##n##_store(volatile type *p, type v, int order)                \
	{                                                                                 \
		atomic(p, sizeof(*p), true);                                              \
		*p = v;                                                                   \
	}                                                                                 \
	bool __tsan_atomic##n##_compare_exchange_strong(volatile type *p, type *old,      \
							type v, int order, int failed)    \
	{                                                                                 \
		atomic(p, sizeof(*p), *p == *old);                                        \
		if (*p == *old) {                                                         \
			*p = v;                                                           \
			return true;                                                      \
		}                                                                         \
		*old = *p;                                                                \
		return false;                                                             \
	}                                                                                 \
	bool __tsan_atomic##n##_compare_exchange_weak(volatile type *p, type *old,        \
						      type v, int order, int failed)      \
	{                                                                                 \
		return __tsan_atomic##n##_compare_exchange_strong(p, old, v, order, failed); \
	}

#define CHANGE(n, type, name, now)                                           \
	type __tsan_atomic##n##_##name(volatile type *p, type v, int order); \
	type __tsan_atomic##n##_##name(volatile type *p, type v, int order)  \
	{                                                                    \
		type old;                                                    \
									     \
		atomic(p, sizeof(*p), true);                                 \
		old = *p;                                                    \
		*p = (type)(now);                                            \
		return old;                                                  \
	}

#define ATOMICS(n, type)                       \
	ACCESS(n, type)                        \
	CHANGE(n, type, exchange, v)           \
	CHANGE(n, type, fetch_add, old + v)    \
	CHANGE(n, type, fetch_sub, old - v)    \
	CHANGE(n, type, fetch_and, old & v)    \
	CHANGE(n, type, fetch_or, old | v)     \
	CHANGE(n, type, fetch_xor, old ^ v)
ATOMICS(8, u8)
ATOMICS(16, uint16_t)
ATOMICS(32, u32)
ATOMICS(64, u64)
