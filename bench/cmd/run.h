/* SPDX-License-Identifier: GPL-2.0 */
/* The parts of `twbench run`. All that return int: an exit code, and what is wrong has been said. */
#ifndef TW_RUN_H
#define TW_RUN_H

#include <jansson.h>

#include "journal.h"
#include "plan.h"
#include "run_args.h"

/* ---- words of a command line, as the header of a journal has them ---- */

json_t *run_word(const char *arg);
json_t *run_words(int argc, char **argv);
/* Parses them; *argv, to be freed, keeps a alive as far as args does not. -1: go on. */
int run_parse_words(const json_t *args, struct run_args *a, char ***argv);

/* ---- measuring ---- */

int run_make_plan(const struct run_args *a, struct plan *plan);
void run_print_plan(const struct plan *plan);
/* Writes the journal, resumed or new, and shows its tables. */
int run_measure(const struct run_args *a, const struct plan *plan, const json_t *args,
		const char *path, const struct journal *resumed);
int run_new(struct run_args *a, const json_t *args);
int run_resume(const struct run_args *a, const json_t *args);
/* Whether a new journal can be made there. */
int run_check_new(const char *path);

/* A name in results/runs/ inside the tree, else in the working directory; never an existing one. */
void run_default_output(char *buf, size_t size);
/* As cmd_run(), but a new journal, with nothing on stdout. */
int run_without_table(int argc, char **argv);

/* ---- --against, --confirm ---- */

bool run_wants_verdict(const struct run_args *a);
/* Whether its options go together; -1: go on. */
int run_verdict_usage(const struct run_args *a);
/* What BASE measured goes before what was typed, in *args and a; likewise. */
int run_take_plan(struct run_args *a, json_t **args, char ***argv);
/* What can be judged before anything is measured, perhaps for nothing. path: of the journal; NULL:
 * none will be. measured: it is complete already. */
int run_verdict_check(const struct run_args *a, const struct plan *plan, const char *path,
		      bool measured);
/* The verdict, if one is wanted, on the journal that measuring ended with `code`. args: the
 * journal's. */
int run_verdict(const struct run_args *a, const struct plan *plan, const json_t *args,
		const char *path, int code);

#endif
