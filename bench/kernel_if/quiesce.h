/* SPDX-License-Identifier: GPL-2.0 */
/* Waiting for what the kernel still has under way. */
#ifndef TW_QUIESCE_H
#define TW_QUIESCE_H

#include <stdbool.h>

/*
 * Returns after every CPU has scheduled or interrupted at least once since the call, so that any
 * irq_work that was queued before it has run: membarrier(GLOBAL), or, where the kernel refuses that
 * (nohz_full), by running on every CPU in turn. 0 or -errno; -EOPNOTSUPP on PREEMPT_RT, where the
 * irq_work is a thread and nothing can be said: the caller must let time pass instead.
 */
int quiesce_cpus(void);

/*
 * Whether the running kernel is a PREEMPT_RT one. There even the CPU that schedules cannot know when
 * an irq_work's handler is over: nothing may be deleted or updated.
 */
bool kernel_is_rt(void);

/* The same of a kernel's version text, as uname -v prints it. */
bool version_is_rt(const char *version);

#endif
