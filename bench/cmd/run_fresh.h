/* SPDX-License-Identifier: GPL-2.0 */
/* Measuring again what is a regression at first look. */
#ifndef TW_RUN_FRESH_H
#define TW_RUN_FRESH_H

#include "run.h"

/* Where to: "x.jsonl" -> "x-confirm.jsonl". New; NULL without memory. */
char *run_fresh_path(const char *path);

/* only: array of the names of the points. args: those of the journal at path. Goes on with what an
 * interruption left. The exit code of the run. */
int run_fresh(const struct run_args *a, const struct plan *plan, const json_t *args,
	      const char *fresh, const json_t *only);

#endif
