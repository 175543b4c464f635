// SPDX-License-Identifier: GPL-2.0
#include "inner_map.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Not its size: libbpf 1.1 follows a null pointer there. Arrays need a flag to differ in size. */
int inner_map_shape(struct inner_map *m, struct bpf_family *f, const char *outer, uint32_t type,
		    uint32_t flags)
{
	struct bpf_map *map = bpf_object__find_map_by_name(f->obj, outer);
	struct bpf_map *inner = map ? bpf_map__inner_map(map) : NULL;
	int err = inner ? bpf_map__set_type(inner, type) : -ENOENT;

	flags |= type == BPF_MAP_TYPE_ARRAY ? BPF_F_INNER_MAP : 0;
	err = err ?: bpf_map__set_map_flags(inner, flags);
	if (err)
		return bpf_family_fail(f, err, "cannot shape the maps in map %s: %s", outer,
				       strerror(-err));
	*m = (struct inner_map){
		.family = f,
		.outer = outer,
		.type = type,
		.flags = flags,
		.key_size = bpf_map__key_size(inner),
		.value_size = bpf_map__value_size(inner),
		.key_id = bpf_map__btf_key_type_id(inner),
		.value_id = bpf_map__btf_value_type_id(inner),
	};
	return 0;
}

int inner_map_new(const struct inner_map *m, uint32_t entries)
{
	LIBBPF_OPTS(bpf_map_create_opts, opts, .btf_fd = bpf_object__btf_fd(m->family->obj),
		    .btf_key_type_id = m->key_id, .btf_value_type_id = m->value_id,
		    .map_flags = m->flags);
	uint32_t zero = 0;
	int fd, err;

	fd = bpf_map_create(m->type, "elems", m->key_size, m->value_size, entries, &opts);
	if (fd < 0)
		return bpf_family_fail(m->family, -errno, "cannot create a map for map %s: %s",
				       m->outer, strerror(errno));
	if (bpf_map_update_elem(bpf_family_map_fd(m->family, m->outer), &zero, &fd, BPF_ANY)) {
		err = bpf_family_fail(m->family, -errno, "cannot put a map into map %s: %s",
				      m->outer, strerror(errno));
		close(fd);
		return err;
	}
	return fd;
}

int inner_map_drop(const struct inner_map *m)
{
	uint32_t zero = 0;

	if (bpf_map_delete_elem(bpf_family_map_fd(m->family, m->outer), &zero) && errno != ENOENT)
		return bpf_family_fail(m->family, -errno, "cannot empty map %s: %s", m->outer,
				       strerror(errno));
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
