/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map inside a map of maps with one entry. No program holds a reference to it, so that user
 * space decides when its last user goes.
 *
 * Functions return 0 or -errno and then say why in the family's `why`.
 */
#ifndef TW_INNER_MAP_H
#define TW_INNER_MAP_H

#include "bpf_family.h"

/* libbpf forgets what the inner maps look like as soon as it has loaded. */
struct inner_map {
	struct bpf_family *family;
	const char *outer; /* its name */
	uint32_t type, flags, key_size, value_size, key_id, value_id;
};

/* What the inner map of `outer` is. Before bpf_family_load(). */
int inner_map_shape(struct inner_map *m, struct bpf_family *f, const char *outer, uint32_t type,
		    uint32_t flags);

/* Creates one with so many entries and puts it into the outer map, in the place of the last one. Its
 * descriptor, or -errno. */
int inner_map_new(const struct inner_map *m, uint32_t entries);

/* Takes it out of the outer map. With the descriptor closed too, it is gone. */
int inner_map_drop(const struct inner_map *m);

/* Bytes that the kernel charges for the map of this descriptor, without contexts; 0: it does not
 * say. */
uint64_t inner_map_bytes(int fd);

#endif
