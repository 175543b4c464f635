/* SPDX-License-Identifier: GPL-2.0 */
/* The runner's side of an invocation, inside the child process. Not for drivers. */
#ifndef TW_INVOCATION_CORE_H
#define TW_INVOCATION_CORE_H

#include <pthread.h>
#include <signal.h>
#include <stdio.h>

#include "bench.h"

/* What the parent knows the child by; the child's control socket. */
#define INVOCATION_COMMAND "_invocation"
#define INVOCATION_FD 3

struct invocation_core {
	FILE *in, *out; /* control socket: one JSON object per line, both ways */
	json_t *metrics, *hists, *warnings, *sources;
	int err;
	bool skip;
	char why[256];
	uint64_t started;
	/* Workers wait here between their creation and setup()'s success. */
	pthread_mutex_t gate_lock;
	pthread_cond_t gate_moved;
	enum { GATE_PARKED, GATE_GO, GATE_ABORT } gate;
	unsigned int parked;
	bool stop;
	pthread_t *threads;
};

/* Set by SIGTERM: wind down, tear down in order, report nothing. */
extern volatile sig_atomic_t invocation_interrupted;

/* workers.c: create pinned and parked; open the gate (go) or send them home; join. */
int workers_create(struct invocation *inv);
void workers_open_gate(struct invocation *inv, bool go);
int workers_join(struct invocation *inv);

/* phases.c: from the barrier to the last join. */
int phases_run(struct invocation *inv);

/* result.c */
int result_init(struct invocation *inv);
void result_fini(struct invocation *inv);
json_t *result_sample(struct invocation *inv); /* the members of a sample line */

/* The child's main: argv of INVOCATION_COMMAND. Returns the exit code. */
int invocation_main(int argc, char **argv);

#endif
