// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does a whole work cost, from STANDBY to STANDBY?
 *
 * One operation: the kfunc called on an element in STANDBY, for the calling task; the interrupt,
 * where one was raised; the return to user space, in which the callback runs. In user space, on the
 * shim.
 *
 * Time stamps: clock_gettime() around USER_BATCH operations on one element, one after the other.
 *
 * delivery=call: the handler of the irq_work is called where the interrupt would come, so that its
 * code is part of the operation, but not what taking an interrupt costs. delivery=signal: the
 * thread sends itself a signal, which costs far more than an interrupt: it shows what is saved
 * where none is raised. context=irqs-off: the program is called with interrupts off; an
 * implementation that does without the irq_work elsewhere may need it there.
 *
 * Not measured: entry and exit of the kernel, contention, cache misses of a real load.
 */
#include <errno.h>
#include <stdlib.h>

#include "params.h"
#include "user/user.h"

static const struct metric user_schedule_metrics[] = {
	{ "schedule_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "STANDBY to STANDBY: call, handler, callback" },
	{ "schedule_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "likewise, instructions" },
	{ "irq_work_ratio", "", METRIC_GAUGE, BETTER_LOWER, "irq_works per operation" },
	{ 0 },
};

static const char *const rows[] = { "schedule_ns", "schedule_insns", "irq_work_ratio", NULL };

static const struct side_by_side user_schedule_side = {
	"A work from STANDBY to STANDBY, target self.\n" USER_TITLE, rows, user_ratios
};

static const char *const context_names[] = { "task", "irqs-off", NULL }; /* enum user_context */
static const char *const delivery_names[] = { "call", "signal", NULL }; /* enum user_delivery */

static const struct opt user_schedule_opts[] = {
	OPT_ROW_MODE("signal", "signal", "signal resume"),
	{ .name = "context",
	  .type = OPT_ENUM,
	  .choices = context_names,
	  .def = { "task", "task irqs-off", "task irqs-off" },
	  .help = "where the call comes from: task context, interrupts on or off" },
	{ .name = "delivery",
	  .type = OPT_ENUM,
	  .choices = delivery_names,
	  .def = { "call", "call", "call signal" },
	  .help = "how the interrupt comes: a call in its place, or a real signal" },
	{ 0 },
};

struct schedule {
	uint32_t (*round)(struct user_bed *b, uint32_t element, uint32_t n);
	uint64_t irq_works, operations; /* all of them */
};

static int do_round(struct worker *w, struct user_meter *m)
{
	const struct user_bench *ub = w->inv->priv;
	struct schedule *s = ub->priv;
	uint64_t completed = user_completed();
	uint32_t accepted;

	user_batch_begin(m);
	accepted = s->round(ub->bed, 0, USER_BATCH);
	user_batch_end(m, 0, USER_BATCH);
	s->operations += USER_BATCH;
	s->irq_works = user_irq_works();
	return accepted == USER_BATCH && user_completed() - completed == USER_BATCH ? 0 : -EIO;
}

static int user_schedule_setup(struct invocation *inv)
{
	struct user_bench wanted = { .n_series = 1, .round = do_round };
	struct schedule *s = calloc(1, sizeof(*s));
	enum user_context context = name_index(context_names, inv_str(inv, "context"));
	enum user_mode mode = name_index(mode_names, inv_str(inv, "mode"));
	int err;

	wanted.delivery = name_index(delivery_names, inv_str(inv, "delivery"));
	wanted.priv = s;
	if (!s)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = user_setup(inv, &wanted, 1);
	if (!err)
		s->round = ((struct user_bench *)inv->priv)
				   ->impl->round[mode][context][wanted.delivery];
	return err;
}

static int user_schedule_collect(struct invocation *inv)
{
	struct user_bench *ub = inv->priv;
	const struct schedule *s = ub->priv;
	int err = user_finish(inv, ub);

	if (err)
		return err;
	user_gauges(inv, ub->meters, "schedule_ns", "schedule_insns", 0, -1);
	inv_gauge(inv, "irq_work_ratio", (double)s->irq_works / s->operations);
	return 0;
}

const struct bench bench_user_schedule = {
	.name = "user-schedule",
	.question = USER_FIGURES "what does a whole work cost, from STANDBY to STANDBY?",
	.metrics = user_schedule_metrics,
	.side_by_side = &user_schedule_side,
	.opts = user_schedule_opts,
	.impl_at = user_name_at,
	.stands_in = true,
	.extra_s = user_extra_s,
	.setup = user_schedule_setup,
	.work = user_work,
	.collect = user_schedule_collect,
	.teardown = user_teardown,
};
