// SPDX-License-Identifier: GPL-2.0
#include "inner_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

__attribute__((format(printf, 3, 4))) static int fail(struct bpf_family *f, int err,
						      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->why, sizeof(f->why), fmt, ap);
	va_end(ap);
	return err;
}

static struct bpf_map *inner_of(struct bpf_family *f, const char *outer)
{
	struct bpf_map *map = bpf_object__find_map_by_name(f->obj, outer);

	return map ? bpf_map__inner_map(map) : NULL;
}

int inner_map_shape(struct bpf_family *f, const char *outer, uint32_t type, uint32_t flags,
		    uint32_t entries)
{
	struct bpf_map *map = inner_of(f, outer);
	int err = map ? bpf_map__set_type(map, type) : -ENOENT;

	err = err ?: bpf_map__set_map_flags(map, flags);
	err = err ?: bpf_map__set_max_entries(map, entries);
	return err ? fail(f, err, "cannot shape the maps in map %s: %s", outer, strerror(-err)) : 0;
}

int inner_map_new(struct bpf_family *f, const char *outer)
{
	int outer_fd = bpf_family_map_fd(f, outer), fd, err;
	struct bpf_map *map = inner_of(f, outer);
	LIBBPF_OPTS(bpf_map_create_opts, opts);
	uint32_t zero = 0;

	if (!map || outer_fd < 0)
		return fail(f, -ENOENT, "no map of maps %s", outer);
	opts.btf_fd = bpf_object__btf_fd(f->obj);
	opts.btf_key_type_id = bpf_map__btf_key_type_id(map);
	opts.btf_value_type_id = bpf_map__btf_value_type_id(map);
	opts.map_flags = bpf_map__map_flags(map);
	fd = bpf_map_create(bpf_map__type(map), "elems", bpf_map__key_size(map),
			    bpf_map__value_size(map), bpf_map__max_entries(map), &opts);
	if (fd < 0)
		return fail(f, -errno, "cannot create a map for map %s: %s", outer,
			    strerror(errno));
	if (bpf_map_update_elem(outer_fd, &zero, &fd, BPF_ANY)) {
		err = fail(f, -errno, "cannot put a map into map %s: %s", outer, strerror(errno));
		close(fd);
		return err;
	}
	return fd;
}

int inner_map_drop(struct bpf_family *f, const char *outer)
{
	uint32_t zero = 0;

	if (bpf_map_delete_elem(bpf_family_map_fd(f, outer), &zero) && errno != ENOENT)
		return fail(f, -errno, "cannot empty map %s: %s", outer, strerror(errno));
	return 0;
}

uint64_t inner_map_bytes(int fd)
{
	unsigned long long bytes = 0;
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "memlock: %llu", &bytes) == 1)
			break;
	if (f)
		fclose(f);
	return bytes;
}
