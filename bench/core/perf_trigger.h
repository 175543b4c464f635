/* SPDX-License-Identifier: GPL-2.0 */
/* What the perf-* triggers share: one sampling event per worker's CPU. */
#ifndef TW_PERF_TRIGGER_H
#define TW_PERF_TRIGGER_H

#include "bench.h"

/* Opens an event of this type on every worker's CPU; period as in struct perf_tick_attr. */
int perf_trigger_open(struct invocation *inv, struct bpf_program *prog, uint32_t type,
		      uint64_t config, uint64_t period);
void perf_trigger_quiet(struct invocation *inv);
uint64_t perf_trigger_throttled(struct invocation *inv);
void perf_trigger_close(struct invocation *inv);

#endif
