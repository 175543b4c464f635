/* SPDX-License-Identifier: GPL-2.0 */
/* run, for commands that measure. */
#ifndef TW_RUN_H
#define TW_RUN_H

#include <stddef.h>

/* A name in results/runs/ inside the tree, else in the working directory; never an existing one. */
void run_default_output(char *buf, size_t size);

/* As cmd_run(), but with nothing on stdout. */
int run_without_table(int argc, char **argv);

#endif
