// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "needs.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

#include "bench.h"
#include "probe.h"

static int probe_kfunc_need(char *why, size_t size)
{
	return probe_kfunc(why, size) == KFUNC_NONE ? -ENOENT : 0;
}

static int probe_bpf_need(char *why, size_t size)
{
	int err = probe_bpf_load(why, size);

	if (!err)
		err = probe_pid_ns(why, size);
	return err ? err : probe_time_ns(why, size);
}

/* In the order in which they are named: the most basic lack first. */
static struct {
	unsigned int need;
	int (*probe)(char *why, size_t size);
	bool tried;
	int err;
	char why[256];
} probes[] = {
	{ .need = NEEDS_GUEST, .probe = probe_guest },
	{ .need = NEEDS_BPF, .probe = probe_bpf_need },
	{ .need = NEEDS_KFUNC, .probe = probe_kfunc_need },
	{ .need = NEEDS_TRACEFS, .probe = probe_tracefs },
	{ .need = NEEDS_PERF_SW, .probe = probe_perf_sw },
	{ .need = NEEDS_PERF_HW, .probe = probe_perf_hw },
};

int needs_check(unsigned int needs, char *why, size_t size)
{
	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		if (!(needs & probes[i].need))
			continue;
		if (!probes[i].tried)
			probes[i].err = probes[i].probe(probes[i].why, sizeof(probes[i].why));
		probes[i].tried = true;
		if (probes[i].err) {
			snprintf(why, size, "%s", probes[i].why);
			return probes[i].err;
		}
	}
	return 0;
}

void needs_prepare(void)
{
	if (!access("/sys/kernel/tracing/events", F_OK) ||
	    !access("/sys/kernel/debug/tracing/events", F_OK))
		return;
	/* Private from /sys down: a mount propagates by its parent. (/ itself is no mount point in a
	 * chroot.) */
	if (unshare(CLONE_NEWNS) || mount(NULL, "/sys", NULL, MS_REC | MS_PRIVATE, NULL))
		return;
	mount("tracefs", "/sys/kernel/tracing", "tracefs", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
}
