/* SPDX-License-Identifier: GPL-2.0 */
/* What the fake bench does with maps that the runner holds. Only for fake_bench.h. */
#ifndef FAKE_MAPS_H
#define FAKE_MAPS_H

#include <bpf/bpf.h>

#include "held_maps.h"

static uint32_t fake_map(int *fd)
{
	struct bpf_map_info info = {};
	__u32 len = sizeof(info);

	*fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "fake", 4, 4, 1, NULL);
	return *fd < 0 || bpf_obj_get_info_by_fd(*fd, &info, &len) ? 0 : info.id;
}

/* A map is gone with its last descriptor. */
static bool fake_map_exists(uint32_t id)
{
	int fd = bpf_map_get_fd_by_id(id);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Many more than it can hold at once, each of them let go before the next. */
static int fake_hold_maps(struct invocation *inv)
{
	for (int i = 0; i < 3 * HELD_MAPS_MAX; i++) {
		int fd, err;
		uint32_t id = fake_map(&fd);

		if (!id)
			return inv_skip(inv, "no BPF maps here");
		err = inv_publish_maps(inv, &id, 1);
		/* once more changes nothing */
		err = err ?: inv_publish_maps(inv, &id, 1);
		close(fd);
		if (err || !fake_map_exists(id))
			fake_log("not-held");
		err = err ?: inv_unhold_maps(inv, &id, 1);
		if (err || fake_map_exists(id))
			fake_log("not-let-go");
		if (err)
			return err;
	}
	return 0;
}

static int fake_hold_too_many(struct invocation *inv)
{
	for (int i = 0; i <= HELD_MAPS_MAX; i++) {
		int fd, err;
		uint32_t id = fake_map(&fd);

		if (!id)
			return inv_skip(inv, "no BPF maps here");
		err = inv_publish_maps(inv, &id, 1);
		close(fd);
		if (err)
			return err;
		fake_log("held");
	}
	return 0;
}

/* One that is held and one that is not: both stay as they are. */
static int fake_unhold_unknown(struct invocation *inv)
{
	uint32_t ids[2] = { 0, INT32_MAX };
	int fd, err;

	ids[0] = fake_map(&fd);
	if (!ids[0])
		return inv_skip(inv, "no BPF maps here");
	err = inv_publish_maps(inv, ids, 1);
	close(fd);
	err = err ?: inv_unhold_maps(inv, ids, 2);
	fake_log(fake_map_exists(ids[0]) ? "kept" : "let-go");
	return err;
}

static int fake_unhold_twice(struct invocation *inv)
{
	int fd, err;
	uint32_t id = fake_map(&fd);

	if (!id)
		return inv_skip(inv, "no BPF maps here");
	err = inv_publish_maps(inv, &id, 1);
	err = err ?: inv_unhold_maps(inv, &id, 1);
	fake_log(err ? "refused" : "let-go");
	err = err ?: inv_unhold_maps(inv, &id, 1);
	close(fd);
	return err;
}

static const struct fake_maps_act {
	const char *act;
	int (*run)(struct invocation *inv);
} fake_maps_acts[] = {
	{ "hold-maps", fake_hold_maps },
	{ "hold-too-many", fake_hold_too_many },
	{ "unhold-unknown", fake_unhold_unknown },
	{ "unhold-twice", fake_unhold_twice },
	{ 0 },
};

#endif
