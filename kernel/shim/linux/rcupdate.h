/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery: read sides are counted per CPU, and deferred frees wait for those that were there. */
#ifndef SHIM_LINUX_RCUPDATE_H
#define SHIM_LINUX_RCUPDATE_H

#include "../machine.h"

static inline void rcu_read_lock(void)
{
	shim_reader_lock(&shim_this_cpu->rcu);
}

static inline void rcu_read_unlock(void)
{
	shim_reader_unlock(&shim_this_cpu->rcu);
}

/* Not in NMI (aborts). */
#define kfree_rcu(ptr, member) \
	shim_defer(SHIM_GP_RCU, &(ptr)->member, NULL, offsetof(__typeof__(*(ptr)), member))

#endif
