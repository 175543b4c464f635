// SPDX-License-Identifier: GPL-2.0
/* The trace of a schedule: one line per step. */
#include <stdarg.h>
#include <stdio.h>

#include "engine.h"

static const char *context_of(const struct shim_cpu *cpu)
{
	return cpu->nmi ? "nmi" : cpu->hardirq ? "irq" : cpu->irqs_off ? "irqs-off" : "task";
}

void trace_step(const struct actor *a)
{
	if (a->kind == ACTOR_GP)
		printf("%5u       %-8s  %-18s ", ex_steps, "rcu", a->name);
	else
		printf("%5u  CPU%u %-8s  %-18s ", ex_steps, a->cpu,
		       context_of(&ex_cpus[a->cpu].cpu), a->name);
	if (a->text)
		printf("%s  %s\n", a->text, mem_describe(a->addr));
	else
		printf("begins\n");
}

void trace_note(const char *fmt, ...)
{
	va_list ap;

	if (!tracing)
		return;
	va_start(ap, fmt);
	printf("       -- ");
	vprintf(fmt, ap);
	printf("\n");
	va_end(ap);
}
