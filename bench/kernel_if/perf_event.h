/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One sampling event on one CPU, opened through libperf, that runs a BPF program.
 *
 * libperf has no public getter of an event's descriptor, and its internal headers differ between
 * versions (and need the kernel tree's private list.h). The descriptor is found without them: an
 * event on one CPU is one descriptor, the kernel hands out the lowest free one, so it is the one
 * that was free just before; that it is a perf event is checked. Only valid while a single thread
 * opens descriptors, which setup() guarantees.
 */
#ifndef TW_PERF_EVENT_H
#define TW_PERF_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bpf_program;
struct perf_tick;

struct perf_tick_attr {
	uint32_t type; /* PERF_TYPE_* */
	uint64_t config; /* PERF_COUNT_* */
	uint64_t period; /* ns of the cpu-clock, or events; fixed, never adapted (freq = 0) */
	int cpu;
};

/* Opens disabled, attaches prog, enables. exclude_idle is always set. 0 or -errno with why;
 * *out is released by perf_tick_close(). */
int perf_tick_open(const struct perf_tick_attr *attr, struct bpf_program *prog,
		   struct perf_tick **out, char *why, size_t size);

/* Stops firing; the program does not run after it returned. */
void perf_tick_disable(struct perf_tick *t);

/* Throttle records that the kernel wrote: times it stopped the event until the next timer tick.
 * *full: the ring has no room left, so that there may have been more. */
uint64_t perf_tick_throttled(struct perf_tick *t, bool *full);

void perf_tick_close(struct perf_tick *t); /* t may be NULL */

#endif
