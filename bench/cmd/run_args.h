/* SPDX-License-Identifier: GPL-2.0 */
/* Options of `twbench run`, as typed. */
#ifndef TW_RUN_ARGS_H
#define TW_RUN_ARGS_H

#include <jansson.h>
#include <stdbool.h>

#include "compare_args.h"
#include "plan.h"

#define RUN_MAX_BENCHES 64

/* What is compared afterwards, and how. */
struct run_verdict {
	const char *against; /* journals of the base; NULL: none */
	bool confirm; /* measure again what is red */
	bool strict;
	enum compare_format format;
	struct compare_args with;
	bool given; /* any of it */
};

/* Its input is a struct run_verdict; keys 0x300 and up. */
extern const struct argp run_verdict_argp;

struct run_args {
	const char *benches[RUN_MAX_BENCHES + 1];
	unsigned int n_benches;
	enum profile profile;
	const char *output;
	uint64_t invocations; /* 0: the profile's */
	double window_s, budget_s; /* 0: the profile's; none */
	uint64_t seed, other_seed; /* not to be used again, unless it is typed */
	bool has_seed;
	bool resume, dry_run, quiet, require_live;
	json_t *values; /* see struct plan_request */
	bool plan_given; /* something that determines the plan was typed */
	bool points_given; /* which points it has, more than --only */
	struct run_verdict verdict;
	bool no_tables; /* of the journal; talk goes on */
};

/* -1: go on; otherwise the exit code (help, or a usage error that was reported). On -1 and on
 * errors a->values is the caller's. */
int run_args_parse(struct run_args *a, int argc, char **argv);

#endif
