// SPDX-License-Identifier: GPL-2.0
/*
 * Descriptors of maps below those of links and perf events.
 *
 * A dying process puts its files from the highest descriptor down (the puts are deferred through a
 * LIFO list). With the link above the map the program is gone when the map loses its last user;
 * the other way round it still ran about a hundred times in between, which is one of the ways into
 * the kernel's cancel race.
 */
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bpf_family.h"

static int highest_map_fd(const struct bpf_family *f)
{
	struct bpf_map *map;
	int max = -1;

	bpf_object__for_each_map(map, f->obj)
		if (bpf_map__fd(map) > max)
			max = bpf_map__fd(map);
	return max;
}

int bpf_family_seal(struct bpf_family *f)
{
	int max = highest_map_fd(f), fd;

	for (;;) {
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fd > max)
			break;
		if (f->n_null_fds == (int)(sizeof(f->null_fds) / sizeof(f->null_fds[0]))) {
			close(fd);
			fd = -1;
			errno = EMFILE;
			break;
		}
		f->null_fds[f->n_null_fds++] = fd;
	}
	if (fd < 0) {
		snprintf(f->why, sizeof(f->why), "cannot order descriptors: /dev/null: %s",
			 strerror(errno));
		return -errno;
	}
	close(fd);
	return 0;
}

/* Attaches something: a BPF link or a perf event. Programs and maps by themselves do not. */
static bool is_attachment(const char *target)
{
	return strstr(target, "bpf_link") || strstr(target, "bpf-link") ||
	       strstr(target, "[perf_event]");
}

int bpf_family_check_order(struct bpf_family *f)
{
	int max = highest_map_fd(f), err = 0;
	struct dirent *e;
	/* Not /proc/self: that is the main thread, which may have exited. */
	DIR *d = opendir("/proc/thread-self/fd");

	if (!d) {
		snprintf(f->why, sizeof(f->why), "/proc/thread-self/fd: %s", strerror(errno));
		return -errno;
	}
	while ((e = readdir(d))) {
		char target[64] = "";
		int fd = atoi(e->d_name);

		if (readlinkat(dirfd(d), e->d_name, target, sizeof(target) - 1) < 0 ||
		    !is_attachment(target) || fd > max)
			continue;
		snprintf(f->why, sizeof(f->why), "descriptor %d (%s) lies below map descriptor %d",
			 fd, target, max);
		err = -EBUSY;
	}
	closedir(d);
	return err;
}
