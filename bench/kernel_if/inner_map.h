/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The map inside a map of maps with one entry. No program holds a reference to it, so that user
 * space decides when its last user goes.
 */
#ifndef TW_INNER_MAP_H
#define TW_INNER_MAP_H

#include "bpf_family.h"

/* What the inner map of `outer` is. Before bpf_family_load(). */
int inner_map_shape(struct bpf_family *f, const char *outer, uint32_t type, uint32_t flags,
		    uint32_t entries);

/* Creates one and puts it into `outer`, in the place of the last one. Its descriptor, or -errno with
 * f->why. */
int inner_map_new(struct bpf_family *f, const char *outer);

/* Takes it out of `outer`. With the descriptor closed too, it is gone. */
int inner_map_drop(struct bpf_family *f, const char *outer);

/* Bytes that the kernel charges for the map of this descriptor, without contexts; 0: it does not
 * say. */
uint64_t inner_map_bytes(int fd);

#endif
