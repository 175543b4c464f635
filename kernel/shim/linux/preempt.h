/* SPDX-License-Identifier: GPL-2.0 */
/* What context this CPU is in: machinery, see machine.h. */
#ifndef SHIM_LINUX_PREEMPT_H
#define SHIM_LINUX_PREEMPT_H

#include <linux/compiler.h>

#include "../machine.h"

static inline bool in_nmi(void)
{
	return shim_this_cpu->nmi;
}

/* True in NMI, too: its entry raises both counts. */
static inline bool in_hardirq(void)
{
	return shim_this_cpu->hardirq || shim_this_cpu->nmi;
}

/* Threads of the shim do not migrate: the depth is counted, and looked at after each task work. */
static inline void migrate_disable(void)
{
#ifndef SHIM_BENCH
	if (shim_this_cpu)
		shim_this_cpu->no_migration++;
#endif
}

static inline void migrate_enable(void)
{
#ifndef SHIM_BENCH
	if (shim_this_cpu && !shim_this_cpu->no_migration--)
		shim_bug("migrate_enable without migrate_disable");
#endif
}

#endif
