/* SPDX-License-Identifier: GPL-2.0 */
/* The journals that a command reads. */
#ifndef TW_INPUTS_H
#define TW_INPUTS_H

#include <stdbool.h>
#include <stddef.h>

#include "journal.h"

struct inputs {
	struct journal *v;
	size_t n;
};

/*
 * Reads all paths. Complains on stderr as `who` about what is bad, given twice, or incomplete (that
 * one is no failure). Returns the exit code: 0, 2, 5 or 6; nothing is left to free unless it is 0.
 */
int inputs_read(const char *who, char *const *paths, size_t n, struct inputs *out);
void inputs_free(struct inputs *in);

/* What of the environment differs from run to run on one and the same machine. */
bool inputs_is_volatile(const char *key);

/* Whether one table may hold both; if not, `fields` names what differs in the environment. */
bool inputs_same_env(const struct journal *a, const struct journal *b, char *fields, size_t size);

#endif
