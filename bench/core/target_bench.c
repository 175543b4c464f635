// SPDX-License-Identifier: GPL-2.0
#include "target_bench.h"

#include <errno.h>

#include "family.h"
#include "params.h"

/* A perf event would schedule from an interrupt: the worker's own call is the only context that is
 * known to be safe with a remote target. */
static int check_trigger(struct invocation *inv)
{
	return inv->trigger->fire
		       ? 0
		       : inv_skip(inv, "a target is scheduled on by its worker only: --triggers "
				       "syscall or prog-run");
}

static int load(struct invocation *inv, struct target_bench *tb)
{
	unsigned int cpus = inv->workers[inv->n_workers - 1].cpu + 1;
	static const char *const maps[] = { "slots", "targets", NULL };
	struct tw_config config;
	int err;

	family_config(inv, &config);
	err = family_open(inv, &tb->family, "targets", "elems", &config, &tb->open);
	if (err)
		return err;
	for (size_t i = 0; maps[i]; i++)
		if (bpf_family_resize(&tb->family, maps[i], cpus))
			return family_fail(inv, &tb->family, -EINVAL);
	err = family_load(inv, &tb->family);
	tb->loaded = !err;
	return err;
}

int target_bench_setup(struct invocation *inv, struct target_bench *tb)
{
	int kind = name_index(target_kind_names, inv_str(inv, "target"));
	int err = check_trigger(inv);

	inv->targets_vanish = kind == TARGET_EXITING;
	if (!err)
		err = targets_create(&tb->targets, inv, kind);
	if (!err)
		err = load(inv, tb);
	return err ? err : targets_publish(&tb->targets, &tb->family);
}

int target_bench_collect(struct invocation *inv, struct target_bench *tb,
			 struct cohort_pending *pending)
{
	int err = 0;

	/* What a zombie did not run is lost already, not pending. */
	if (tb->targets.kind == TARGET_ZOMBIE)
		err = cohort_lose(inv, &tb->family);
	if (!err)
		err = cohort_pending(inv, &tb->family, pending);
	if (!err)
		err = targets_stop(&tb->targets);
	if (!err)
		err = cohort_lose(inv, &tb->family);
	return err ? err : cohort_collect(inv, &tb->family);
}

bool target_bench_teardown(struct invocation *inv, struct target_bench *tb)
{
	if (targets_stop(&tb->targets))
		return false;
	if (tb->loaded)
		cohort_lose(inv, &tb->family);
	targets_free(&tb->targets);
	if (tb->open)
		cohort_teardown(inv, &tb->family);
	return true;
}
