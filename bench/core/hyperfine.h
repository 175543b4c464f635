/* SPDX-License-Identifier: GPL-2.0 */
/* Commands timed by hyperfine(1), its JSON export read back. */
#ifndef TW_HYPERFINE_H
#define TW_HYPERFINE_H

#include "bench.h"
#include "command.h"

#define HYPERFINE_MAX 3 /* commands of one call */

/* What it says of one command, over `runs` runs of it. */
struct hyperfine_times {
	double median_ns, mean_ns, min_ns, user_ns, system_ns;
};

struct hyperfine {
	struct kept command;
	unsigned int runs;
	char runs_text[16];
	size_t n; /* commands */
	struct hyperfine_times times[HYPERFINE_MAX]; /* after hyperfine_run() */
};

/* Gets ready to time each of commands (ends with NULL; hyperfine splits them at blanks, there is no
 * shell), `runs` times after one run that does not count. Their output goes through a pipe. 0,
 * inv_skip() without hyperfine, or inv_fail(). See command_prepare() on when to call it. */
int hyperfine_prepare(struct invocation *inv, struct hyperfine *h, unsigned int runs,
		      const char *const commands[]);

/* Fills h->times. 0 or inv_fail(). */
int hyperfine_run(struct invocation *inv, struct hyperfine *h);

/* Takes a zeroed one, too. */
void hyperfine_end(struct hyperfine *h);

/* Reads an export of n commands with `runs` runs each. 0, or -EBADMSG with why. */
int hyperfine_read(const json_t *export, unsigned int runs, size_t n, struct hyperfine_times *times,
		   char *why, size_t size);

#endif
