/* SPDX-License-Identifier: GPL-2.0 */
/* Interrupts of this CPU: machinery. A signal, or a step of the explorer, is held back while off. */
#ifndef SHIM_LINUX_IRQFLAGS_H
#define SHIM_LINUX_IRQFLAGS_H

#include "../machine.h"

/* In hard interrupt and NMI interrupts are off, too. */
static inline bool irqs_disabled(void)
{
	const struct shim_cpu *cpu = shim_this_cpu;

	return cpu->irqs_off || cpu->hardirq || cpu->nmi;
}

#endif
