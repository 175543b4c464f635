/* SPDX-License-Identifier: GPL-2.0 */
/* One invocation seen from the runner: spawn, talk, reap, let go of the maps. */
#ifndef TW_CHILD_H
#define TW_CHILD_H

#include <jansson.h>
#include <stddef.h>

#include "plan.h"

enum child_status {
	CHILD_SAMPLE,
	CHILD_SKIP,
	CHILD_ERROR, /* it said why, or died */
	CHILD_INTERRUPTED, /* on our own demand */
};

/*
 * Runs item of plan in a fresh process. CHILD_SAMPLE: *sample is the caller's. Otherwise why holds
 * the reason. `interrupted` (set by a signal handler) stops it: SIGTERM, and SIGKILL if that does
 * not help. Returns after the child was reaped and its maps were let go.
 */
enum child_status child_run(const struct plan *plan, const struct item *item, uint64_t seed,
			    const volatile int *interrupted, json_t **sample, char *why,
			    size_t size);

#endif
