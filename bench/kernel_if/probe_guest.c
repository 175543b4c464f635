/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whether this kernel may be crashed. Two independent witnesses, both left on purpose: a cloud
 * machine has hypervisor bits too, and it is somebody's.
 */
#include "probe.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "cmdline.h"

#define GUEST_TOKEN "twbench.guest=1"
#define GUEST_MARKER "/run/twbench-guest"

int probe_guest(char *why, size_t size)
{
	char line[4096];
	struct stat st;
	size_t len;
	FILE *f;

	f = fopen("/proc/cmdline", "re");
	len = f ? fread(line, 1, sizeof(line) - 1, f) : 0;
	line[len] = '\0';
	if (f)
		fclose(f);
	if (!cmdline_has(line, GUEST_TOKEN)) {
		snprintf(why, size,
			 "not a disposable guest (no " GUEST_TOKEN " on the kernel command line): "
			 "run it with scripts/vm");
		return -EPERM;
	}
	if (lstat(GUEST_MARKER, &st) || !S_ISREG(st.st_mode)) {
		snprintf(why, size,
			 "not a disposable guest (no " GUEST_MARKER ", which our own init leaves): "
			 "run it with scripts/vm");
		return -EPERM;
	}
	return 0;
}
