// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does a rejected call cost?
 *
 * One operation: the kfunc called on an element that has an outstanding work, which gets EBUSY. In
 * user space, on the shim, by one thread: nobody else touches the element, or the program's and the
 * task's counters.
 *
 * Time stamps: clock_gettime() around USER_BATCH operations on one element; the element is taken
 * before each batch, and its work delivered after it. Not measured: the cache lines that rejected
 * calls of several CPUs take from one another (user-contend).
 */
#include <errno.h>

#include "params.h"
#include "user/user.h"

static const struct metric user_ebusy_metrics[] = {
	{ "reject_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "a call that gets EBUSY" },
	{ "reject_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "likewise, instructions" },
	{ 0 },
};

static const char *const rows[] = { "reject_ns", "reject_insns", NULL };

static const struct side_by_side user_ebusy_side = { "A rejected call.\n" USER_TITLE, rows,
						     user_ratios };

static const char *const state_names[] = { "pending", "scheduled", NULL };

static const struct opt user_ebusy_opts[] = {
	{ .name = "state",
	  .type = OPT_ENUM,
	  .choices = state_names,
	  .def = { "scheduled", "scheduled", "pending scheduled" },
	  .help = "of the work that the element has: irq_work raised, or on the task's list" },
	{ 0 },
};

static int do_round(struct worker *w, struct user_meter *m)
{
	const struct user_bench *ub = w->inv->priv;
	bool scheduled = name_index(state_names, inv_str(w->inv, "state"));
	uint32_t rejected;

	if (!user_occupy(ub->bed, ub->impl, 0, scheduled))
		return -EIO;
	user_batch_begin(m);
	rejected = ub->impl->reject(ub->bed, 0, USER_BATCH);
	user_batch_end(m, 0, USER_BATCH);
	user_settle();
	return rejected == USER_BATCH ? 0 : -EIO;
}

static int user_ebusy_setup(struct invocation *inv)
{
	const struct user_bench wanted = { .n_series = 1, .round = do_round };

	return user_setup(inv, &wanted, 1);
}

static int user_ebusy_collect(struct invocation *inv)
{
	struct user_bench *ub = inv->priv;
	int err = user_finish(inv, ub);

	if (!err)
		user_gauges(inv, ub->meters, "reject_ns", "reject_insns", 0, -1);
	return err;
}

const struct bench bench_user_ebusy = {
	.name = "user-ebusy",
	.question = USER_FIGURES "what does a rejected call cost?",
	.metrics = user_ebusy_metrics,
	.side_by_side = &user_ebusy_side,
	.opts = user_ebusy_opts,
	.impl_at = user_name_at,
	.stands_in = true,
	.extra_s = user_extra_s,
	.setup = user_ebusy_setup,
	.work = user_work,
	.collect = user_ebusy_collect,
	.teardown = user_teardown,
};
