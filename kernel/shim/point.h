/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Scheduling points. Every operation of the shim on memory that actors share announces itself here,
 * before it happens. Built with SHIM_EXPLORE, the explorer may then let another actor go first, and
 * checks that the memory is alive. In the plain flavour a test can hook in, to do there what an
 * interrupt or another CPU could do. Benches pay nothing.
 */
#ifndef SHIM_POINT_H
#define SHIM_POINT_H

enum shim_op {
	SHIM_READ, /* atomic read */
	SHIM_WRITE, /* atomic write */
	SHIM_RMW, /* atomic read-modify-write, and locked sections */
	SHIM_IRQ, /* irq_work queued */
	SHIM_ADD, /* task_work_add, task_work_cancel, task_work_run: on a task's list */
	SHIM_GP, /* read sides and deferred frees */
	SHIM_PLAIN, /* anything else that others can see: alloc, free */
};

#ifdef SHIM_EXPLORE
/* addr: what is accessed; size in bytes; text: the operation, for the trace. Implemented by the
 * explorer; may not return (the schedule was given up). */
void shim_point(enum shim_op op, const void *addr, unsigned int size, const char *text);
#define SHIM_POINT(op, addr, size, text) shim_point(op, (const void *)(addr), size, text)
#elif defined(SHIM_BENCH)
#define SHIM_POINT(op, addr, size, text) ((void)0)
#else
typedef void (*shim_point_fn)(enum shim_op op, const void *addr, unsigned int size,
			      const char *text);
/* Set while no other thread runs. */
extern shim_point_fn shim_point_hook;

static inline void shim_point(enum shim_op op, const void *addr, unsigned int size,
			      const char *text)
{
	if (__builtin_expect(!!shim_point_hook, 0))
		shim_point_hook(op, addr, size, text);
}
#define SHIM_POINT(op, addr, size, text) shim_point(op, (const void *)(addr), size, text)
#endif

#endif
