// SPDX-License-Identifier: GPL-2.0
/*
 * Hardware cycles on every worker's CPU: an NMI on bare-metal x86. The worker spins, so the period
 * is cycles per second over the rate; the clock is the nominal one, and a core that runs faster or
 * slower delivers in proportion (intended against delivered shows it).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>

#include "perf_trigger.h"

/* Cycles per second: base frequency, else the maximum, else the current one in /proc/cpuinfo. Of one
 * CPU for all: on hybrid parts the others deliver in proportion. */
static double nominal_hz(int cpu)
{
	static const char *const files[] = { "base_frequency", "cpuinfo_max_freq" };
	char path[96], line[256];
	double value = 0;
	FILE *f;

	for (int i = 0; i < 2 && !value; i++) {
		snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/%s", cpu,
			 files[i]);
		f = fopen(path, "r");
		if (f && fscanf(f, "%lf", &value) == 1)
			value *= 1e3;
		if (f)
			fclose(f);
	}
	f = value ? NULL : fopen("/proc/cpuinfo", "r");
	while (f && !value && fgets(line, sizeof(line), f))
		if (sscanf(line, "cpu MHz : %lf", &value) == 1)
			value *= 1e6;
	if (f)
		fclose(f);
	return value;
}

static int perf_hw_open(struct invocation *inv, struct bpf_program *prog)
{
	double hz = nominal_hz(inv->workers[0].cpu);

	if (hz <= 0)
		return inv_skip(inv, "the CPU's clock frequency is unknown: no period for a rate");
	return perf_trigger_open(inv, prog, PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES,
				 hz / inv_u64(inv, "rate"));
}

const struct trigger trigger_perf_hw = {
	.name = "perf-hw",
	.help = "hardware cycles event on the worker's CPU",
	.context = "NMI",
	.program = "on_perf",
	.needs = NEEDS_PERF_HW,
	.max_rate = 100000,
	.open = perf_hw_open,
	.quiet = perf_trigger_quiet,
	.throttled = perf_trigger_throttled,
	.close = perf_trigger_close,
};
