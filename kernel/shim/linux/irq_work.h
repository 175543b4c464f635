/* SPDX-License-Identifier: GPL-2.0 */
/* Machinery: see machine.h for when handlers run. */
#ifndef SHIM_LINUX_IRQ_WORK_H
#define SHIM_LINUX_IRQ_WORK_H

#include <linux/atomic.h>

/* Bits of irq_work.flags. */
#define IRQ_WORK_PENDING 1
#define IRQ_WORK_BUSY 2

struct irq_work {
	struct irq_work *next;
	int flags;
	void (*func)(struct irq_work *work);
};

static inline void init_irq_work(struct irq_work *work, void (*func)(struct irq_work *))
{
	work->next = NULL;
	work->flags = 0;
	work->func = func;
}

/* On this CPU. False if it is queued already. Any context. */
bool irq_work_queue(struct irq_work *work);

#endif
