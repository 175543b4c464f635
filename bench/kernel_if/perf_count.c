// SPDX-License-Identifier: GPL-2.0
#include "perf_count.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <perf/core.h>
#include <perf/evsel.h>
#include <perf/threadmap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct perf_count {
	struct perf_thread_map *threads;
	struct perf_evsel *evsel[COUNTERS];
	unsigned int n;
};

static const struct {
	uint32_t type;
	uint64_t config;
	const char *name;
} events[COUNTERS] = {
	[COUNT_SWITCHES] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES,
			     "context-switches" },
	[COUNT_TASK_CLOCK] = { PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, "task-clock" },
	[COUNT_CYCLES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, "cycles" },
	[COUNT_INSNS] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, "instructions" },
	[COUNT_CACHE_MISSES] = { PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, "cache-misses" },
};

static int quiet_print(enum libperf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static int open_one(struct perf_count *c, unsigned int i, bool user_only)
{
	struct perf_event_attr attr = {
		.type = events[i].type,
		.config = events[i].config,
		.size = sizeof(attr),
		.exclude_kernel = user_only,
		.exclude_hv = user_only,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
	};
	int err;

	c->evsel[i] = perf_evsel__new(&attr);
	if (!c->evsel[i])
		return -ENOMEM;
	/* No CPU map: the thread, wherever it runs. */
	err = perf_evsel__open(c->evsel[i], NULL, c->threads);
	if (!err)
		c->n++;
	return err;
}

int perf_count_open(pid_t tid, unsigned int n, bool user_only, struct perf_count **out, char *why,
		    size_t size)
{
	struct perf_count *c = calloc(1, sizeof(*c));
	int err = 0;

	libperf_init(quiet_print);
	if (c)
		c->threads = perf_thread_map__new_dummy();
	if (!c || !c->threads) {
		free(c);
		snprintf(why, size, "no memory for counters");
		return -ENOMEM;
	}
	perf_thread_map__set_pid(c->threads, 0, tid);
	for (unsigned int i = 0; i < n && !err; i++) {
		err = open_one(c, i, user_only);
		if (err)
			snprintf(why, size, "cannot count %s of thread %d: %s", events[i].name, tid,
				 strerror(-err));
	}
	if (err) {
		perf_count_close(c);
		return err;
	}
	*out = c;
	return 0;
}

int perf_count_read(struct perf_count *c, uint64_t v[COUNTERS])
{
	memset(v, 0, COUNTERS * sizeof(*v));
	for (unsigned int i = 0; i < c->n; i++) {
		struct perf_counts_values now = { 0 };
		int err = perf_evsel__read(c->evsel[i], 0, 0, &now);

		if (err)
			return err;
		v[i] = now.run && now.run < now.ena ? (double)now.val * now.ena / now.run : now.val;
	}
	return 0;
}

void perf_count_close(struct perf_count *c)
{
	if (!c)
		return;
	for (unsigned int i = 0; i < COUNTERS; i++) {
		if (!c->evsel[i])
			continue;
		if (i < c->n)
			perf_evsel__close(c->evsel[i]);
		perf_evsel__delete(c->evsel[i]);
	}
	perf_thread_map__put(c->threads);
	free(c);
}
