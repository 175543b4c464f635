/* SPDX-License-Identifier: GPL-2.0 */
/* Progress on stderr: a line that is rewritten on a terminal, plain lines elsewhere. Written between
 * invocations only. */
#ifndef TW_PROGRESS_H
#define TW_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool quiet, terminal;
	size_t total, done;
	double item_s; /* expected, until measured */
	uint64_t started; /* CLOCK_MONOTONIC, ns */
	size_t next_line; /* not a terminal: the next `done` that is worth a line */
};

void progress_start(struct progress *p, bool quiet, size_t total, double item_s);
void progress_step(struct progress *p, const char *label); /* about to run `label` */
void progress_done(struct progress *p);
/* Ends the rewritten line, so that a message can follow. */
void progress_clear(const struct progress *p);

#endif
