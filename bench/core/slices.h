/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Targets that compute, and account for it by slices of time, every second of which has load: so that
 * what the works cost them can be told from a drift of the machine. A slice is judged by the works
 * that it had, not by those that it was to have.
 */
#ifndef TW_SLICES_H
#define TW_SLICES_H

#include "perf_count.h"
#include "target.h"

struct slice {
	uint64_t turns; /* of the loop */
	uint64_t works; /* callbacks that ran in it */
	uint64_t cpu_ns; /* that it had the CPU, interrupts and callbacks included */
	uint64_t counters[COUNTERS];
};

/* One target's. Its thread writes `slices`, `n` and `err`; read after its end. */
struct sliced {
	struct perf_count *counters;
	struct slice *slices[2]; /* without a work, with some */
	unsigned int n[2], max;
	int err; /* of reading the counters */
};

struct slices {
	struct sliced *v; /* by target */
	unsigned int n;
	unsigned int n_counters; /* that this machine has, of enum perf_counter */
	bool go;
};

/* spin() of targets; arg: struct slices. Computes once they are open. */
void slices_compute(struct target *t, void *arg);

/* Opens the targets' counters and lets them compute; after family_load(), which orders descriptors.
 * 0 or inv_fail(); slices_free() in any case. */
int slices_open(struct slices *s, struct invocation *inv, const struct targets *targets);

/* After the targets' end. Slices without a work, or with some, of all targets: the sum over them, and
 * the median of what a turn costs, and of what a work costs beside turns of turn_ns. NAN: none. */
struct slice slices_sum(const struct slices *s, unsigned int on);
double slices_turn_ns(const struct slices *s, unsigned int on);
double slices_work_ns(const struct slices *s, double turn_ns);

void slices_free(struct slices *s);

#endif
