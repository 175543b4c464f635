/* SPDX-License-Identifier: GPL-2.0 */
/* What the kinds of targets do; between target.c and target_kinds.c. */
#ifndef TW_TARGET_KINDS_H
#define TW_TARGET_KINDS_H

#include "target.h"

struct target_switches {
	long voluntary, involuntary;
};

/* Context switches of the calling thread until now; what came on top goes to t. */
struct target_switches target_switches(void);
void target_add_switches(struct target *t, const struct target_switches *since);

void target_spin(struct target *t);
void target_wait(struct target *t);
void target_read(struct target *t);
void target_exiting(struct target *t);

int target_open_wait(struct target *t);
int target_open_read(struct target *t);
void target_wake(struct target *t); /* a sleeper, for good */

int target_await_zombie(pid_t pid);
int target_await_gone(pid_t tid);
int target_pin(int cpu);
int target_start_thread(pthread_t *thread, void *(*fn)(void *), void *arg);

#endif
