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

/* Stubs: threads of the shim do not migrate. */
static inline void migrate_disable(void)
{
}

static inline void migrate_enable(void)
{
}

#endif
