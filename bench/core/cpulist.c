// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "cpulist.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool allowed_cpu(int cpu)
{
	cpu_set_t set;

	return !sched_getaffinity(0, sizeof(set), &set) && CPU_ISSET(cpu, &set);
}

static void allowed_cpus(struct cpulist *out, unsigned int max)
{
	out->n = 0;
	for (int cpu = 0; cpu < TW_MAX_CPUS && out->n < max; cpu++)
		if (allowed_cpu(cpu))
			out->cpu[out->n++] = cpu;
}

/* One "a" or "a-b"; returns the end or NULL. */
static const char *parse_range(const char *s, unsigned long *a, unsigned long *b)
{
	char *end;

	if (!isdigit((unsigned char)*s))
		return NULL;
	*a = *b = strtoul(s, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return NULL;
		*b = strtoul(end + 1, &end, 10);
	}
	return *b >= *a && (!*end || *end == ',') ? end : NULL;
}

int cpulist_parse(const char *text, struct cpulist *out, char *why, size_t size)
{
	bool want[TW_MAX_CPUS] = { false };
	const char *s = text;
	unsigned long a, b;

	if (!strcmp(text, "first") || !strcmp(text, "all")) {
		allowed_cpus(out, *text == 'f' ? 1 : TW_MAX_CPUS);
		if (!out->n)
			snprintf(why, size, "none of the CPUs 0-%d is allowed here",
				 TW_MAX_CPUS - 1);
		return out->n ? 0 : -EINVAL;
	}
	do {
		s = parse_range(s, &a, &b);
		if (!s) {
			snprintf(why, size, "'%s' is not a CPU list such as 0-3,7", text);
			return -EINVAL;
		}
		for (; a <= b; a++) {
			if (a >= TW_MAX_CPUS || !allowed_cpu(a)) {
				snprintf(why, size, "CPU %lu is not online, or not allowed here",
					 a);
				return -EINVAL;
			}
			want[a] = true;
		}
	} while (*s++ == ',');

	out->n = 0;
	for (int cpu = 0; cpu < TW_MAX_CPUS; cpu++)
		if (want[cpu])
			out->cpu[out->n++] = cpu;
	return 0;
}

void cpulist_format(const struct cpulist *l, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	for (unsigned int i = 0, j; i < l->n && used < size; i = j) {
		for (j = i + 1; j < l->n && l->cpu[j] == l->cpu[j - 1] + 1; j++)
			;
		used += snprintf(buf + used, size - used, "%s%d", i ? "," : "", l->cpu[i]);
		if (j > i + 1 && used < size)
			used += snprintf(buf + used, size - used, "-%d", l->cpu[j - 1]);
	}
}
