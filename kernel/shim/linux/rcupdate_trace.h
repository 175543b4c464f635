/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery. A tasks-trace grace period implies one of rcu, so that hard interrupts hold it back. */
#ifndef SHIM_LINUX_RCUPDATE_TRACE_H
#define SHIM_LINUX_RCUPDATE_TRACE_H

#include "../machine.h"

static inline void rcu_read_lock_trace(void)
{
	shim_reader_lock(&shim_this_cpu->trace);
}

static inline void rcu_read_unlock_trace(void)
{
	shim_reader_unlock(&shim_this_cpu->trace);
}

/* Not in NMI (aborts). */
static inline void call_rcu_tasks_trace(struct rcu_head *head, void (*func)(struct rcu_head *))
{
	shim_defer(SHIM_GP_TRACE, head, func, 0);
}

#endif
