/* SPDX-License-Identifier: GPL-2.0 */
/* What the command line of every command has in common: --help, --version, errors without exit(). */
#ifndef TW_CLI_H
#define TW_CLI_H

#include <argp.h>

/* -1: parsed, go on; otherwise the exit code to return at once (0 after --help and --version). */
int cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* One line on stderr, "twbench COMMAND: ..."; returns EINVAL, for the parser to return. */
error_t cli_error(const struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
