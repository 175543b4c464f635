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

static int index_of(const struct held_maps *h, const json_t *id)
{
	for (unsigned int i = 0; i < h->n; i++)
		if (json_is_integer(id) && h->id[i] == json_integer_value(id))
			return i;
	return -1;
}

int held_maps_take(struct held_maps *h, const json_t *ids)
{
	json_t *id;
	size_t i;

	json_array_foreach(ids, i, id) {
		int fd;

		if (index_of(h, id) >= 0)
			continue;
		fd = h->n < HELD_MAPS_MAX ? bpf_map_get_fd_by_id(json_integer_value(id)) : -1;
		if (fd < 0)
			return h->n < HELD_MAPS_MAX ? -errno : -E2BIG;
		h->id[h->n] = json_integer_value(id);
		h->fd[h->n++] = fd;
		if (is_counters(fd))
			h->counters_fd = fd;
	}
	return 0;
}

int held_maps_let_go(struct held_maps *h, const json_t *ids)
{
	json_t *id;
	size_t i;

	if (!json_is_array(ids))
		return -EPROTO;
	json_array_foreach(ids, i, id)
		if (index_of(h, id) < 0)
			return -ENOENT;
	json_array_foreach(ids, i, id) {
		int at = index_of(h, id);

		if (at < 0)
			continue; /* named twice */
		if (h->fd[at] == h->counters_fd)
			h->counters_fd = -1;
		close(h->fd[at]);
		h->n--;
		h->id[at] = h->id[h->n];
		h->fd[at] = h->fd[h->n];
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
