/* SPDX-License-Identifier: GPL-2.0 */
/* twbench report --html: one page of what the other commands print and draw. */
#ifndef TW_REPORT_HTML_H
#define TW_REPORT_HTML_H

#include <stdbool.h>

#include "compare_args.h"
#include "inputs.h"

#define REPORT_WHO "twbench report"

struct report_html {
	const char *dir;
	bool all;
	char *const *paths; /* of the journals, as typed */
	struct compare_args with; /* of two journals; its floors have been read */
};

/* Writes DIR/index.html and prints its path. Returns the exit code. */
int report_html(const struct report_html *o, const struct inputs *in);

/* Moves those of one environment with the first of v[from..] next to it, and says which are kept
 * apart; returns where the others start. */
size_t report_gather(const struct journal **v, size_t n, size_t from);

#endif
