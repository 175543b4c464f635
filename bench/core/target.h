/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Tasks that the workers schedule on, where that is not the worker itself: threads of this process
 * (never anybody else's), one per worker, each pinned to a CPU of its own that schedules nothing.
 *
 * Their life encloses that of the works: created in setup() before anything is attached; ended by
 * targets_stop() after the workers were joined; only then can be told what they lost.
 */
#ifndef TW_TARGET_H
#define TW_TARGET_H

#include <pthread.h>
#include <semaphore.h>

#include "bench.h"
#include "bpf_family.h"

enum target_kind {
	TARGET_SELF, /* the worker: no thread of its own */
	TARGET_REMOTE, /* spins in user space */
	TARGET_REMOTE_WAIT, /* in epoll_wait(), which a notification ends with EINTR */
	TARGET_REMOTE_READ, /* in read() of a pipe, which the kernel restarts */
	TARGET_ZOMBIE, /* the leader of this process, which has exited (bench.leader_exits) */
	TARGET_EXITING, /* one thread after the other, each gone after a millisecond */
};

extern const char *const target_kind_names[]; /* index: enum target_kind */

/* What a target saw, from its start to its stop. */
struct target_seen {
	uint64_t loops; /* of the spinning; for sleepers: waits */
	uint64_t interrupted; /* waits that ended with EINTR */
	uint64_t voluntary, involuntary; /* context switches */
	uint64_t generations; /* threads that came and went */
};

struct target {
	struct targets *all;
	struct tw_target *shared; /* what the program reads; NULL before targets_publish() */
	int cpu; /* where it runs */
	int worker_cpu; /* the CPU that schedules on it */
	pid_t tid;
	pthread_t thread;
	bool running;
	sem_t started;
	int err; /* the thread's: read once it has started, and after its end */
	int wait_fd, feed_fd, wake_fd; /* sleepers: epoll or pipe; what is waited for; its writer */
	struct target_seen seen; /* the thread's until it ended */
};

struct targets {
	struct invocation *inv;
	enum target_kind kind;
	struct target *v; /* by worker */
	unsigned int n;
	struct tw_target *shared; /* mapped, by CPU of the worker */
	const struct tw_slot_elem *slots; /* likewise; read only */
	size_t shared_size, slots_size;
	bool stop, gone;
	uint64_t published; /* ns */
	double lived_s; /* from then until their end */
	/* What a TARGET_REMOTE does until target_stopped(). NULL: spins. Set before targets_create(). */
	void (*spin)(struct target *t, void *arg);
	void *spin_arg;
};

/* Creates and starts them: inv_skip() where there is no CPU left for one. t is zeroed, but for spin.
 * targets_stop() and targets_free() take it after a failure, too. */
int targets_create(struct targets *t, struct invocation *inv, enum target_kind kind);

/* Tells the programs of f (loaded) whom to schedule on: map `targets`; and maps `slots`. */
int targets_publish(struct targets *t, struct bpf_family *f);

/* Works that it has run until now; after targets_publish(). */
static inline uint64_t target_completed(const struct target *t)
{
	return __atomic_load_n(&t->all->slots[t->worker_cpu].slot.completed, __ATOMIC_RELAXED);
}

bool target_stopped(const struct target *t); /* for spin(); cheap */

/*
 * Ends them, waking sleepers: what is pending on these runs then. After this returned 0 none of them
 * runs a callback any more, and none will. The workers are joined. -ETIMEDOUT: some would not end;
 * t and the maps must then stay. May be called again.
 */
int targets_stop(struct targets *t);

/* Sum over all; after targets_stop(). */
struct target_seen targets_seen(const struct targets *t);

/* Nothing, unless they are gone. */
void targets_free(struct targets *t);

#endif
