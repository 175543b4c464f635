// SPDX-License-Identifier: GPL-2.0
/*
 * The software cpu-clock on every worker's CPU: an hrtimer, so hard interrupt context. The period
 * is fixed; the kernel's own losses (overruns, throttling) show as intended against delivered. Its
 * due instants are the hrtimer's, unknown to us: there is no latency_ns.
 */
#include <linux/perf_event.h>

#include "perf_trigger.h"

static int perf_sw_open(struct invocation *inv, struct bpf_program *prog)
{
	return perf_trigger_open(inv, prog, PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK,
				 1000000000ULL / inv_u64(inv, "rate"));
}

const struct trigger trigger_perf_sw = {
	.name = "perf-sw",
	.help = "software cpu-clock event on the worker's CPU",
	.context = "hardirq",
	.program = "on_perf",
	.needs = NEEDS_PERF_SW,
	/* Periods below 10 us are clamped; at 100 kHz half of the ticks are lost (measured on two
	 * virtual CPUs), at 20 kHz less than 1 %. */
	.max_rate = 20000,
	.open = perf_sw_open,
	.quiet = perf_trigger_quiet,
	.throttled = perf_trigger_throttled,
	.close = perf_trigger_close,
};
