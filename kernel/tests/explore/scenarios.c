// SPDX-License-Identifier: GPL-2.0
/* The table of scenarios. To add one: a row. */
#include "scenario.h"

#define TASK(cpu, name, func) { ACTOR_TASK, cpu, name, func }
#define NMI(cpu, name, func) { ACTOR_NMI, cpu, name, func }
#define HARDIRQ(cpu, name, func) { ACTOR_HARDIRQ, cpu, name, func }
#define AFTER(n) .after = 1 + (n)

static void deletes_itself(void)
{
	w.on_callback = ex_delete;
}

const struct scenario scenarios[] = {
	{ "schedule-schedule", "two CPUs schedule the same element",
	  { TASK(0, "scheduler", p_signal), TASK(2, "scheduler 2", p_resume) },
	  .both_allocs = true },
	{ "callback-deletes", "the callback of a remote target deletes its own element (D1, R14)",
	  { TASK(0, "scheduler", p_signal), TASK(1, "target", p_user) },
	  .setup = deletes_itself, .both_allocs = true },
	{ 0 },
};
