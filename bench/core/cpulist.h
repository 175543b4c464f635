/* SPDX-License-Identifier: GPL-2.0 */
/* CPU lists: "0-3,7", "first" and "all" (of the CPUs that this process may run on). */
#ifndef TW_CPULIST_H
#define TW_CPULIST_H

#include <sched.h>
#include <stddef.h>

#include "tw_shared.h"

struct cpulist {
	unsigned int n;
	int cpu[TW_MAX_CPUS]; /* ascending, distinct */
};

/* -EINVAL with why: not a list, an id of TW_MAX_CPUS or more, or a CPU that is not online here or
 * not allowed to this process. */
int cpulist_parse(const char *text, struct cpulist *out, char *why, size_t size);

/* The shortest form, "0-3,7", into buf. */
void cpulist_format(const struct cpulist *l, char *buf, size_t size);

#endif
