/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The runner's own descriptors of its child's maps.
 *
 * A map's last user must not go while works of a live trigger are under way: stock kernels can be
 * panicked in that window. Whatever happens to the child, the runner still holds its maps, and lets
 * go only after the child was reaped and nothing is under way.
 */
#ifndef TW_HELD_MAPS_H
#define TW_HELD_MAPS_H

#include <jansson.h>
#include <stdint.h>

#define HELD_MAPS_MAX 32

struct held_maps {
	uint32_t id[HELD_MAPS_MAX];
	int fd[HELD_MAPS_MAX];
	unsigned int n;
	int counters_fd; /* the one of them that counts accepted and completed works, or -1 */
};

void held_maps_init(struct held_maps *h);

/* Takes hold of maps by id; of one that is held already, nothing more. 0, or -errno with what was
 * taken still in h. */
int held_maps_take(struct held_maps *h, const json_t *ids);

/* Closes those of these ids, whose owner vouches that nothing is under way on them (see
 * inv_unhold_maps()). 0, or -ENOENT, and then none, if one of them is not held. */
int held_maps_let_go(struct held_maps *h, const json_t *ids);

/* The child was reaped at reaped_ns (CLOCK_MONOTONIC): waits until accepted == completed + lost +
 * cancelled and the CPUs have passed, or else until a second after the reaping, and closes. */
void held_maps_release(struct held_maps *h, uint64_t reaped_ns);

#endif
