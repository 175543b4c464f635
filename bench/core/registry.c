// SPDX-License-Identifier: GPL-2.0
#include <string.h>
#include <time.h>

#include "bench.h"

const struct bench *bench_by_name(const char *name)
{
	for (size_t i = 0; benches[i]; i++)
		if (!strcmp(benches[i]->name, name))
			return benches[i];
	return NULL;
}

const struct trigger *trigger_by_name(const char *name)
{
	for (size_t i = 0; triggers[i]; i++)
		if (!strcmp(triggers[i]->name, name))
			return triggers[i];
	return NULL;
}

uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000ULL + (uint64_t)ts.tv_nsec;
}
