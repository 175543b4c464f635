// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "target_kinds.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Long against the way of a work, and short enough for hundreds of exits in a window. */
#define LIFE_NS 1000000ULL
#define ZOMBIE_TIMEOUT_NS 1000000000ULL

struct target_switches target_switches(void)
{
	struct rusage r = { 0 };

	getrusage(RUSAGE_THREAD, &r);
	return (struct target_switches){ r.ru_nvcsw, r.ru_nivcsw };
}

void target_add_switches(struct target *t, const struct target_switches *since)
{
	struct target_switches now = target_switches();

	t->seen.voluntary += now.voluntary - since->voluntary;
	t->seen.involuntary += now.involuntary - since->involuntary;
}

void target_spin(struct target *t)
{
	if (t->all->spin) {
		t->all->spin(t, t->all->spin_arg);
		return;
	}
	while (!target_stopped(t)) {
		for (int i = 0; i < 100; i++)
			cpu_relax();
		t->seen.loops++;
	}
}

int target_open_wait(struct target *t)
{
	struct epoll_event e = { .events = EPOLLIN };

	t->wait_fd = epoll_create1(EPOLL_CLOEXEC);
	t->feed_fd = t->wake_fd = eventfd(0, EFD_CLOEXEC);
	if (t->wait_fd < 0 || t->wake_fd < 0 ||
	    epoll_ctl(t->wait_fd, EPOLL_CTL_ADD, t->feed_fd, &e))
		return -errno;
	return 0;
}

void target_wait(struct target *t)
{
	struct epoll_event e;

	for (; !target_stopped(t); t->seen.loops++)
		if (epoll_wait(t->wait_fd, &e, 1, -1) < 0)
			t->seen.interrupted += errno == EINTR;
}

int target_open_read(struct target *t)
{
	int pair[2];

	if (pipe2(pair, O_CLOEXEC))
		return -errno;
	t->wait_fd = pair[0];
	t->wake_fd = pair[1];
	return 0;
}

/* The kernel goes back into read() by itself after a work: no EINTR, just a wake-up and a switch. */
void target_read(struct target *t)
{
	char byte;

	for (; !target_stopped(t); t->seen.loops++)
		if (read(t->wait_fd, &byte, 1) < 0)
			t->seen.interrupted += errno == EINTR;
}

void target_wake(struct target *t)
{
	uint64_t one = 1;

	/* Eight bytes into a pipe are as good as one. Both are empty: this cannot block. */
	if (t->wake_fd >= 0 && write(t->wake_fd, &one, sizeof(one)) < 0)
		inv_fail(t->all->inv, -errno, "cannot wake a target: %s", strerror(errno));
}

struct mortal {
	pid_t tid;
	sem_t born;
};

static void *mortal_thread(void *arg)
{
	struct mortal *m = arg;
	uint64_t end = now_ns() + LIFE_NS;

	/* Ordered by the semaphore. */
	m->tid = gettid();
	sem_post(&m->born);
	while (now_ns() < end)
		cpu_relax();
	return NULL;
}

/* Announced only with the one before it gone: see struct tw_target. */
static void announce(struct target *t, const struct mortal *m)
{
	uint64_t now = t->seen.generations << 32 | (uint32_t)m->tid;

	__atomic_store_n(&t->shared->now, now, __ATOMIC_RELEASE);
}

static int live_once(struct target *t)
{
	struct mortal m = { 0 };
	pthread_t thread;
	int err;

	sem_init(&m.born, 0, 0);
	err = target_start_thread(&thread, mortal_thread, &m);
	if (err)
		return err;
	sem_wait(&m.born); /* signals are blocked here */
	t->seen.generations++;
	announce(t, &m);
	pthread_join(thread, NULL);
	err = target_await_gone(m.tid);
	sem_destroy(&m.born);
	return err;
}

void target_exiting(struct target *t)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	while (!target_stopped(t) && !t->err) {
		if (__atomic_load_n(&t->shared, __ATOMIC_ACQUIRE))
			t->err = live_once(t);
		else
			nanosleep(&ms, NULL);
	}
}

static bool is_zombie(pid_t pid)
{
	char path[64], line[256], *state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", pid);
	f = fopen(path, "r");
	state = f && fgets(line, sizeof(line), f) ? strrchr(line, ')') : NULL;
	if (f)
		fclose(f);
	return state && state[1] && state[2] == 'Z';
}

/* A zombie has run everything it will ever run. */
int target_await_zombie(pid_t pid)
{
	uint64_t deadline = now_ns() + ZOMBIE_TIMEOUT_NS;
	struct timespec ms = { .tv_nsec = 1000000 };

	while (!is_zombie(pid)) {
		if (now_ns() > deadline)
			return -ETIMEDOUT;
		nanosleep(&ms, NULL);
	}
	return 0;
}
