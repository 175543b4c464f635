// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "target.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "target_kinds.h"

/* A thread is gone some ten us after its last instruction. */
#define GONE_TIMEOUT_NS 5000000000ULL
#define STACK_SIZE (256 << 10)

const char *const target_kind_names[] = { "self",   "remote",  "remote-wait", "remote-read",
					  "zombie", "exiting", NULL };

/* Index: enum target_kind. No thread for the worker itself and for a leader that is gone. */
static void (*const bodies[])(struct target *) = {
	[TARGET_REMOTE] = target_spin,
	[TARGET_REMOTE_WAIT] = target_wait,
	[TARGET_REMOTE_READ] = target_read,
	[TARGET_EXITING] = target_exiting,
};

bool target_stopped(const struct target *t)
{
	return __atomic_load_n(&t->all->stop, __ATOMIC_RELAXED);
}

int target_pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) ? -errno : 0;
}

/* A thread's id is free again only when all that it ran on its way out is over; its join returns
 * before that. */
int target_await_gone(pid_t tid)
{
	uint64_t deadline = now_ns() + GONE_TIMEOUT_NS;

	while (!tgkill(getpid(), tid, 0)) {
		if (now_ns() > deadline)
			return -ETIMEDOUT;
		sched_yield();
	}
	return 0;
}

static void *target_thread(void *arg)
{
	struct target *t = arg;
	struct target_switches before;

	t->tid = gettid();
	t->err = target_pin(t->cpu);
	before = target_switches();
	sem_post(&t->started);
	if (!t->err)
		bodies[t->all->kind](t);
	target_add_switches(t, &before);
	return NULL;
}

/* Signals are the runner's and the workers' business: one that is handled here would end a wait. */
int target_start_thread(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = -pthread_create(thread, &attr, fn, arg);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	return err;
}

static int start(struct target *t)
{
	struct invocation *inv = t->all->inv;
	int err = target_start_thread(&t->thread, target_thread, t);

	if (err)
		return inv_fail(inv, err, "cannot create a target: %s", strerror(-err));
	t->running = true;
	while (sem_wait(&t->started) && errno == EINTR)
		;
	return t->err ? inv_fail(inv, t->err, "cannot pin a target to CPU %d: %s", t->cpu,
				 strerror(-t->err))
		      : 0;
}

static bool schedules(const struct invocation *inv, int cpu)
{
	for (unsigned int i = 0; i < inv->n_workers; i++)
		if (inv->workers[i].cpu == cpu)
			return true;
	return false;
}

/* The next CPU after `cpu` that this process may use and that schedules nothing; -1: none. */
static int next_free_cpu(const struct invocation *inv, int cpu)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return -1;
	for (cpu++; cpu < CPU_SETSIZE && cpu < TW_MAX_CPUS; cpu++)
		if (CPU_ISSET(cpu, &set) && !schedules(inv, cpu))
			return cpu;
	return -1;
}

/* Callbacks on a CPU must not interrupt each other's counting, hence one CPU per target. */
static int assign_cpus(struct targets *t)
{
	int cpu = -1;

	for (unsigned int i = 0; i < t->n; i++) {
		cpu = next_free_cpu(t->inv, cpu);
		if (cpu < 0)
			return inv_skip(t->inv,
					"no CPU is left for target %u of %u: each needs one that "
					"does not schedule (fewer --cpus)",
					i + 1, t->n);
		t->v[i].cpu = cpu;
	}
	return 0;
}

static int start_one(struct target *t, struct worker *w)
{
	int err = 0;

	switch (t->all->kind) {
	case TARGET_SELF:
		t->tid = w->tid;
		return 0;
	case TARGET_ZOMBIE:
		t->tid = getpid();
		err = target_await_zombie(t->tid);
		return err ? inv_fail(t->all->inv, err, "the main thread did not become a zombie")
			   : 0;
	case TARGET_REMOTE_WAIT:
		err = target_open_wait(t);
		break;
	case TARGET_REMOTE_READ:
		err = target_open_read(t);
		break;
	default:
		break;
	}
	return err ? inv_fail(t->all->inv, err, "cannot open what a target waits for: %s",
			      strerror(-err))
		   : start(t);
}

int targets_create(struct targets *t, struct invocation *inv, enum target_kind kind)
{
	int err = 0;

	t->inv = inv;
	t->kind = kind;
	t->v = calloc(inv->n_workers, sizeof(*t->v));
	if (!t->v)
		return inv_fail(inv, -ENOMEM, "no memory for targets");
	for (; t->n < inv->n_workers; t->n++) {
		struct target *one = &t->v[t->n];

		one->all = t;
		one->worker_cpu = inv->workers[t->n].cpu;
		one->wait_fd = one->feed_fd = one->wake_fd = -1;
		sem_init(&one->started, 0, 0);
	}
	if (kind != TARGET_SELF && kind != TARGET_ZOMBIE)
		err = assign_cpus(t);
	for (unsigned int i = 0; i < t->n && !err; i++)
		err = start_one(&t->v[i], &inv->workers[i]);
	return err;
}

static int map_array(struct targets *t, struct bpf_family *f, const char *name, int prot,
		     size_t size, void **out)
{
	*out = mmap(NULL, size, prot, MAP_SHARED, bpf_family_map_fd(f, name), 0);
	if (*out != MAP_FAILED)
		return 0;
	*out = NULL;
	return inv_fail(t->inv, -errno, "cannot map the array %s: %s", name, strerror(errno));
}

static int map_arrays(struct targets *t, struct bpf_family *f)
{
	int cpus = t->v[t->n - 1].worker_cpu + 1, err;
	void *p;

	t->slots_size = cpus * sizeof(*t->slots);
	err = map_array(t, f, "slots", PROT_READ, t->slots_size, &p);
	t->slots = p;
	if (err)
		return err;
	t->shared_size = cpus * sizeof(*t->shared);
	err = map_array(t, f, "targets", PROT_READ | PROT_WRITE, t->shared_size, &p);
	t->shared = p;
	return err;
}

int targets_publish(struct targets *t, struct bpf_family *f)
{
	int err = map_arrays(t, f);

	if (err)
		return err;
	t->published = now_ns();
	for (unsigned int i = 0; i < t->n; i++) {
		struct target *one = &t->v[i];
		struct tw_target *shared = &t->shared[one->worker_cpu];

		if (t->kind != TARGET_EXITING)
			shared->now = shared->seen = one->tid;
		/* RELEASE, paired with the thread's load: from now on it may announce its successors. */
		__atomic_store_n(&one->shared, shared, __ATOMIC_RELEASE);
	}
	return 0;
}

static int join(struct target *t, const struct timespec *until)
{
	if (!t->running)
		return 0;
	if (pthread_clockjoin_np(t->thread, NULL, CLOCK_MONOTONIC, until))
		return inv_fail(t->all->inv, -ETIMEDOUT, "target on CPU %d did not end", t->cpu);
	t->running = false;
	if (t->err)
		return inv_fail(t->all->inv, t->err, "target on CPU %d failed: %s", t->cpu,
				strerror(-t->err));
	return target_await_gone(t->tid)
		       ? inv_fail(t->all->inv, -ETIMEDOUT, "target %d ended, but stays", t->tid)
		       : 0;
}

int targets_stop(struct targets *t)
{
	struct timespec until;
	int err = 0;

	__atomic_store_n(&t->stop, true, __ATOMIC_RELAXED);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += GONE_TIMEOUT_NS / 1000000000;
	for (unsigned int i = 0; i < t->n; i++)
		target_wake(&t->v[i]);
	for (unsigned int i = 0; i < t->n; i++)
		err = join(&t->v[i], &until) ?: err;
	if (!t->gone)
		t->lived_s = (now_ns() - t->published) / 1e9;
	t->gone = !err;
	return err;
}

struct target_seen targets_seen(const struct targets *t)
{
	struct target_seen sum = { 0 };

	for (unsigned int i = 0; i < t->n; i++) {
		const struct target_seen *s = &t->v[i].seen;

		sum.loops += s->loops;
		sum.interrupted += s->interrupted;
		sum.voluntary += s->voluntary;
		sum.involuntary += s->involuntary;
		sum.generations += s->generations;
	}
	return sum;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void targets_free(struct targets *t)
{
	if (!t->gone)
		return;
	for (unsigned int i = 0; i < t->n; i++) {
		close_fd(&t->v[i].wait_fd);
		if (t->v[i].wake_fd != t->v[i].feed_fd)
			close_fd(&t->v[i].wake_fd);
		close_fd(&t->v[i].feed_fd);
		sem_destroy(&t->v[i].started);
	}
	if (t->shared)
		munmap(t->shared, t->shared_size);
	if (t->slots)
		munmap((void *)t->slots, t->slots_size);
	free(t->v);
	*t = (struct targets){ 0 };
}
