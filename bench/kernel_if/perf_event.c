// SPDX-License-Identifier: GPL-2.0
#include "perf_event.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <perf/core.h>
#include <perf/cpumap.h>
#include <perf/evsel.h>
#include <perf/threadmap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A throttle writes two records of 32 bytes, at most one per timer tick: 16 pages hold 1,024
 * throttles, a second of them without a break. Nothing reads before the end. */
#define RING_PAGES 16

struct perf_tick {
	struct perf_cpu_map *cpus;
	struct perf_thread_map *threads;
	struct perf_evsel *evsel;
	struct bpf_link *link;
	struct perf_event_mmap_page *ring;
	int fd; /* libperf's */
};

static int quiet_print(enum libperf_print_level level, const char *fmt, va_list ap)
{
	return 0;
}

static int lowest_free_fd(void)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd;
}

static bool is_perf_event(int fd)
{
	char path[48], target[40] = "";

	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d", fd);
	return readlink(path, target, sizeof(target) - 1) > 0 && strstr(target, "[perf_event]");
}

static int open_evsel(struct perf_tick *t, const struct perf_tick_attr *a)
{
	/* wakeup_events: nobody waits on the ring. exclude_idle: the idle task is never a target. */
	struct perf_event_attr attr = {
		.type = a->type,
		.config = a->config,
		.size = sizeof(attr),
		.sample_period = a->period,
		.disabled = 1,
		.exclude_idle = 1,
		.wakeup_events = 1 << 20,
	};
	char cpu[16];
	int err;

	snprintf(cpu, sizeof(cpu), "%d", a->cpu);
	libperf_init(quiet_print);
	t->cpus = perf_cpu_map__new(cpu);
	t->threads = perf_thread_map__new_dummy(); /* pid -1: every task on the CPU */
	t->evsel = perf_evsel__new(&attr);
	if (!t->cpus || !t->threads || !t->evsel)
		return -ENOMEM;
	perf_thread_map__set_pid(t->threads, 0, -1);
	t->fd = lowest_free_fd();
	if (t->fd < 0)
		return -errno;
	err = perf_evsel__open(t->evsel, t->cpus, t->threads);
	return err ? err : is_perf_event(t->fd) ? 0 : -EBADF;
}

/* bpf_link__destroy() closes the descriptor it was given, and libperf closes its own. */
static int attach(struct perf_tick *t, struct bpf_program *prog)
{
	int copy = fcntl(t->fd, F_DUPFD_CLOEXEC, t->fd), err;

	if (copy < 0)
		return -errno;
	t->link = bpf_program__attach_perf_event(prog, copy);
	if (t->link)
		return 0;
	err = -errno;
	close(copy);
	return err;
}

static int map_ring(struct perf_tick *t)
{
	int err = perf_evsel__mmap(t->evsel, RING_PAGES);

	if (err)
		return err;
	t->ring = perf_evsel__mmap_base(t->evsel, 0, 0);
	return t->ring ? 0 : -ENOMEM;
}

int perf_tick_open(const struct perf_tick_attr *attr, struct bpf_program *prog,
		   struct perf_tick **out, char *why, size_t size)
{
	struct perf_tick *t = calloc(1, sizeof(*t));
	const char *what = "open";
	int err = t ? 0 : -ENOMEM;

	if (!err)
		err = open_evsel(t, attr);
	if (!err) {
		what = "map the ring of";
		err = map_ring(t);
	}
	if (!err) {
		what = "attach to";
		err = attach(t, prog);
	}
	if (!err) {
		what = "enable";
		err = perf_evsel__enable(t->evsel);
	}
	if (err) {
		snprintf(why, size, "cannot %s perf event type %u on CPU %d: %s", what, attr->type,
			 attr->cpu, strerror(-err));
		perf_tick_close(t);
		return err;
	}
	*out = t;
	return 0;
}

void perf_tick_disable(struct perf_tick *t)
{
	perf_evsel__disable(t->evsel);
}

uint64_t perf_tick_throttled(struct perf_tick *t, bool *full)
{
	const char *data = (const char *)t->ring + t->ring->data_offset;
	uint64_t mask = t->ring->data_size - 1, n = 0;
	uint64_t head = __atomic_load_n(&t->ring->data_head, __ATOMIC_ACQUIRE);
	uint64_t pos = t->ring->data_tail;

	*full = head - pos + 2 * sizeof(struct perf_event_header) + 64 > t->ring->data_size;
	/* Records are 8-byte aligned, so their headers never wrap. */
	while (pos < head) {
		const struct perf_event_header *h = (const void *)(data + (pos & mask));

		n += h->type == PERF_RECORD_THROTTLE;
		if (!h->size)
			break;
		pos += h->size;
	}
	return n;
}

void perf_tick_close(struct perf_tick *t)
{
	if (!t)
		return;
	bpf_link__destroy(t->link);
	if (t->ring)
		perf_evsel__munmap(t->evsel);
	if (t->evsel) {
		perf_evsel__close(t->evsel);
		perf_evsel__delete(t->evsel);
	}
	perf_cpu_map__put(t->cpus);
	perf_thread_map__put(t->threads);
	free(t);
}
