/* SPDX-License-Identifier: GPL-2.0 */
/* Executes a plan, one fresh process per invocation, and writes the journal. */
#ifndef TW_RUNNER_H
#define TW_RUNNER_H

#include <jansson.h>
#include <stdbool.h>

#include "exit_code.h"
#include "journal.h"
#include "plan.h"

struct runner {
	const struct plan *plan;
	struct journal_writer *journal;
	const char *journal_path; /* for messages */
	const json_t *env;
	const json_t *args; /* array of strings: the command line */
	const struct journal *resumed; /* what an interrupted run left; NULL: a new journal */
	bool quiet;
	bool *full; /* set if the journal took no more; may be NULL */
};

/* Writes header (or resume), skips, samples, errors and footer. Prints progress and one line per
 * trouble on stderr. */
enum exit_code runner_run(const struct runner *r);

#endif
