// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "quiesce.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

static int visit_every_cpu(void)
{
	cpu_set_t old, one;
	int err = 0;

	if (sched_getaffinity(0, sizeof(old), &old))
		return -errno;
	for (int cpu = 0; cpu < CPU_SETSIZE && !err; cpu++) {
		if (!CPU_ISSET(cpu, &old))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		err = sched_setaffinity(0, sizeof(one), &one) ? -errno : 0;
	}
	sched_setaffinity(0, sizeof(old), &old);
	return err;
}

bool version_is_rt(const char *version)
{
	return strstr(version, "PREEMPT_RT") || strstr(version, "PREEMPT RT");
}

/* On PREEMPT_RT an irq_work is run by a thread, which may be preempted in its middle. The file is of
 * kernels with the RT patches, before it was merged; the version text is always there. */
bool kernel_is_rt(void)
{
	FILE *f = fopen("/sys/kernel/realtime", "re");
	struct utsname uts;
	int rt = 0;

	if (f) {
		if (fscanf(f, "%d", &rt) != 1)
			rt = 0;
		fclose(f);
	}
	return rt || uname(&uts) || version_is_rt(uts.version);
}

int quiesce_cpus(void)
{
	if (kernel_is_rt())
		return -EOPNOTSUPP;
	return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) ? visit_every_cpu() : 0;
}
