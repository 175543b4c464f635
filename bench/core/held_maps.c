// SPDX-License-Identifier: GPL-2.0
#include "held_maps.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "quiesce.h"

#define RELEASE_AFTER_NS 1000000000ULL

void held_maps_init(struct held_maps *h)
{
	h->n = 0;
	h->counters_fd = -1;
}

static bool is_counters(int fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	return !bpf_obj_get_info_by_fd(fd, &info, &len) && !strcmp(info.name, "counters") &&
	       info.value_size == sizeof(struct tw_counters);
}

int held_maps_take(struct held_maps *h, const json_t *ids)
{
	json_t *id;
	size_t i;

	json_array_foreach(ids, i, id) {
		int fd = h->n < HELD_MAPS_MAX ? bpf_map_get_fd_by_id(json_integer_value(id)) : -1;

		if (fd < 0)
			return h->n < HELD_MAPS_MAX ? -errno : -E2BIG;
		h->fd[h->n++] = fd;
		if (is_counters(fd))
			h->counters_fd = fd;
	}
	return 0;
}

/* Whether every accepted work has ended. Unknown counts as not. */
static bool all_ended(const struct held_maps *h)
{
	int cpus = libbpf_num_possible_cpus();
	struct tw_counters *all = cpus > 0 ? calloc(cpus, sizeof(*all)) : NULL;
	uint64_t accepted = 0, ended = 0;
	uint32_t zero = 0;
	bool known;

	known = all && h->counters_fd >= 0 && !bpf_map_lookup_elem(h->counters_fd, &zero, all);
	for (int c = 0; known && c < cpus; c++) {
		for (int p = 0; p < TW_PHASES; p++) {
			accepted += all[c].phase[p].accepted;
			ended += all[c].phase[p].completed + all[c].phase[p].lost +
				 all[c].phase[p].cancelled;
		}
	}
	free(all);
	return known && accepted == ended;
}

void held_maps_release(struct held_maps *h, uint64_t reaped_ns)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	if (!h->n)
		return;
	while ((!all_ended(h) || quiesce_cpus()) && now_ns() < reaped_ns + RELEASE_AFTER_NS)
		nanosleep(&ms, NULL);
	while (h->n)
		close(h->fd[--h->n]);
	h->counters_fd = -1;
}
