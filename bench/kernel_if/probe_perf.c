/* SPDX-License-Identifier: GPL-2.0 */
/* Whether sampling events open on a whole CPU. Direct system call: libperf is for measuring. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int first_cpu(void)
{
	cpu_set_t set;
	int cpu;

	/* EINVAL where the kernel knows more CPUs than cpu_set_t */
	if (sched_getaffinity(0, sizeof(set), &set))
		return sched_getcpu();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &set))
			return cpu;
	return 0;
}

/* Opens what the perf triggers open, but disabled. */
static int try_event(uint32_t type, uint64_t config)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = type,
		.config = config,
		.sample_period = 1000000,
		.disabled = 1,
		.exclude_idle = 1,
	};
	int fd;

	fd = syscall(SYS_perf_event_open, &attr, -1, first_cpu(), -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static int explain(int err, const char *event, char *why, size_t size)
{
	switch (err) {
	case 0:
		break;
	case -EACCES:
	case -EPERM:
		snprintf(why, size,
			 "may not open %s on a CPU: %s: run as root or with CAP_PERFMON, or "
			 "sysctl kernel.perf_event_paranoid=0",
			 event, strerror(-err));
		break;
	case -ENOSYS:
		snprintf(why, size,
			 "no perf_event_open(2): needs a kernel with CONFIG_PERF_EVENTS=y, and no "
			 "seccomp filter on it");
		break;
	case -EBUSY:
		snprintf(why, size, "cannot open %s: %s: end the program that holds the counters",
			 event, strerror(-err));
		break;
	default:
		snprintf(why, size, "cannot open %s on a CPU: %s: see perf_event_open(2)", event,
			 strerror(-err));
	}
	return err;
}

int probe_perf_sw(char *why, size_t size)
{
	return explain(try_event(PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_CLOCK), "cpu-clock", why,
		       size);
}

int probe_perf_hw(char *why, size_t size)
{
	int err = try_event(PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES);

	if (err == -ENOENT || err == -EOPNOTSUPP || err == -ENODEV) {
		snprintf(why, size,
			 "no hardware counters on this machine (no PMU, or not passed "
			 "to this guest)");
		return err;
	}
	return explain(err, "cycles", why, size);
}
