/* SPDX-License-Identifier: GPL-2.0 */
/* Counters of one thread, through libperf: counted, never sampled; nothing is attached to them. */
#ifndef TW_PERF_COUNT_H
#define TW_PERF_COUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum perf_counter {
	COUNT_SWITCHES,
	COUNT_TASK_CLOCK, /* ns on a CPU */
	COUNT_SOFTWARE, /* number of those that every kernel has */
	COUNT_CYCLES = COUNT_SOFTWARE,
	COUNT_INSNS,
	COUNT_CACHE_MISSES,
	COUNTERS,
};

struct perf_count;

/* The first n of enum perf_counter, of thread tid: user and kernel, or user alone, for which fewer rights
 * are needed. 0 or -errno with why. Opens descriptors: see perf_event.h for when. */
int perf_count_open(pid_t tid, unsigned int n, bool user_only, struct perf_count **out, char *why,
		    size_t size);

/* All values until now, scaled where a PMU shared them out; what was not opened is 0. May be called
 * by any thread, one at a time. 0 or -errno. */
int perf_count_read(struct perf_count *c, uint64_t v[COUNTERS]);

void perf_count_close(struct perf_count *c); /* c may be NULL */

#endif
