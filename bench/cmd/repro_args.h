/* SPDX-License-Identifier: GPL-2.0 */
/* The arguments of a letter: they come from a mail. */
#ifndef TW_REPRO_ARGS_H
#define TW_REPRO_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "recipe_read.h"

struct repro_args {
	const char *output;
	const char *invocations; /* NULL: the letter's */
	bool same_seed;
};

/*
 * A command line of run, as argz(3): the letter's, as far as it says what is measured. What writes
 * or reads files is dropped, an option that is not known to be harmless is refused. Returns 0, or the
 * exit code after one line on stderr.
 */
int repro_args(const struct recipe *letter, const struct repro_args *with, char **argz, size_t *n);

/* Says on stderr how long it will take. 0, or the exit code, also if that is more than the limit. */
int repro_args_time(const char *argz, size_t n, double limit_s);

/* On stderr, before it is run. */
void repro_args_print(const char *argz, size_t n);

#endif
