/* SPDX-License-Identifier: GPL-2.0 */
/* Whether this machine has what a bench needs, found by trying. */
#ifndef TW_NEEDS_H
#define TW_NEEDS_H

#include <stddef.h>

/* 0 if all needs (NEEDS_*) are met; else -errno of the first unmet one and why: what is missing and
 * what to do. Each need is tried once per process. */
int needs_check(unsigned int needs, char *why, size_t size);

/* Makes the syscall tracepoints reachable: where tracefs is not mounted it is mounted in a mount
 * namespace of this process alone, invisible to the rest of the system. Best effort. */
void needs_prepare(void);

#endif
