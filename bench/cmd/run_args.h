/* SPDX-License-Identifier: GPL-2.0 */
/* Options of `twbench run`, as typed. */
#ifndef TW_RUN_ARGS_H
#define TW_RUN_ARGS_H

#include <jansson.h>
#include <stdbool.h>

#include "plan.h"

#define RUN_MAX_BENCHES 64

struct run_args {
	const char *benches[RUN_MAX_BENCHES + 1];
	unsigned int n_benches;
	enum profile profile;
	const char *output;
	uint64_t invocations; /* 0: the profile's */
	double window_s, budget_s; /* 0: the profile's; none */
	uint64_t seed;
	bool has_seed;
	bool resume, dry_run, quiet, require_live;
	bool no_table; /* no option: of a command that measures and says something else */
	json_t *values; /* see struct plan_request */
	bool plan_given; /* something that determines the plan was typed */
};

/* -1: go on; otherwise the exit code (help, or a usage error that was reported). On -1 and on
 * errors a->values is the caller's. */
int run_args_parse(struct run_args *a, int argc, char **argv);

#endif
