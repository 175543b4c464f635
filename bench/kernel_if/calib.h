/* SPDX-License-Identifier: GPL-2.0 */
/* Cost of the clock and of the injected loop, by running them in BPF on one CPU. */
#ifndef TW_CALIB_H
#define TW_CALIB_H

#include <stddef.h>

struct calib; /* a loaded calibration program */

struct calib_cost {
	double loop_ns; /* one iteration of the injected loop */
	double clock_ns; /* one clock read */
};

/* 0 or -errno with why; *out is released by calib_close(). */
int calib_open(struct calib **out, char *why, size_t size);
/* Measures on the CPU that the caller is pinned to: the median of repeated slopes (2N minus N
 * iterations), so that fixed costs cancel. 0 or -errno. */
int calib_measure(struct calib *c, struct calib_cost *cost);
void calib_close(struct calib *c);

#endif
