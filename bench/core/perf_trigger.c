// SPDX-License-Identifier: GPL-2.0
#include "perf_trigger.h"

#include <errno.h>
#include <stdlib.h>

#include "perf_event.h"

struct perf_ticks {
	unsigned int n;
	struct perf_tick *tick[];
};

int perf_trigger_open(struct invocation *inv, struct bpf_program *prog, uint32_t type,
		      uint64_t config, uint64_t period)
{
	struct perf_ticks *t = calloc(1, sizeof(*t) + inv->n_workers * sizeof(t->tick[0]));
	char why[160];

	if (!t)
		return inv_fail(inv, -ENOMEM, "no memory");
	inv->trigger_priv = t;
	for (; t->n < inv->n_workers; t->n++) {
		struct perf_tick_attr attr = { .type = type,
					       .config = config,
					       .period = period,
					       .cpu = inv->workers[t->n].cpu };
		int err = perf_tick_open(&attr, prog, &t->tick[t->n], why, sizeof(why));

		if (err)
			return inv_fail(inv, err, "%s", why);
	}
	return 0;
}

void perf_trigger_quiet(struct invocation *inv)
{
	struct perf_ticks *t = inv->trigger_priv;

	for (unsigned int i = 0; t && i < t->n; i++)
		perf_tick_disable(t->tick[i]);
}

uint64_t perf_trigger_throttled(struct invocation *inv)
{
	struct perf_ticks *t = inv->trigger_priv;
	bool full, any_full = false;
	uint64_t sum = 0;

	for (unsigned int i = 0; t && i < t->n; i++) {
		sum += perf_tick_throttled(t->tick[i], &full);
		any_full |= full;
	}
	if (any_full)
		inv_warn(inv, "throttled: a lower bound, the kernel had no room to report more "
			      "(lower --rates, or raise kernel.perf_cpu_time_max_percent)");
	return sum;
}

void perf_trigger_close(struct invocation *inv)
{
	struct perf_ticks *t = inv->trigger_priv;

	for (unsigned int i = 0; t && i < t->n; i++)
		perf_tick_close(t->tick[i]);
	free(t);
	inv->trigger_priv = NULL;
}
