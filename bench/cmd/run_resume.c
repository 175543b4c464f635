// SPDX-License-Identifier: GPL-2.0
/* twbench run --resume: what an interruption left. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "env.h"
#include "exit_code.h"
#include "run.h"

/* The environment must be the one of the first part, or the journal would mix two machines. */
static int check_same_machine(const struct journal *j)
{
	static const char *const keys[] = { "machine_id_hash",	  "kernel_release",
					    "kernel_version",	  "cpu_model",
					    "cpus_allowed",	  "kernel_cmdline",
					    "kernel_config_hash", "twbench_commit" };
	json_t *env = env_record(), *then = json_object_get(j->header, "env");
	int code = 0;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]) && !code; i++) {
		if (json_equal(json_object_get(env, keys[i]), json_object_get(then, keys[i])))
			continue;
		fprintf(stderr, "twbench run: cannot resume %s here: %s differs\n", j->path,
			keys[i]);
		code = EXIT_NOT_COMPARABLE;
	}
	json_decref(env);
	return code;
}

/* Without rights that the first part had, the rest would be skipped and the journal called
 * complete. */
static int check_same_plan(const struct journal *j, const struct plan *plan)
{
	json_t *then = json_object_get(json_object_get(j->header, "plan"), "samples");

	if (!then || (size_t)json_integer_value(then) == plan->n_items)
		return 0;
	fprintf(stderr,
		"twbench run: cannot resume %s here: it planned %lld samples, here are %zu; "
		"--dry-run shows what cannot be measured\n",
		j->path, (long long)json_integer_value(then), plan->n_items);
	return EXIT_NOT_COMPARABLE;
}

/* What is left: of the measurement, or of the verdict alone. */
static int go_on(const struct run_args *a, const json_t *args, const struct journal *j)
{
	bool measured = j->state == JOURNAL_COMPLETE;
	struct plan plan;
	int code = run_make_plan(a, &plan);

	if (!code && a->dry_run) {
		run_print_plan(&plan);
		goto out;
	}
	code = code ?: check_same_plan(j, &plan);
	code = code ?: run_verdict_check(a, &plan, a->output, measured);
	if (code)
		goto out;
	if (!measured)
		code = run_measure(a, &plan, args, a->output, j);
	/* As if it had not been interrupted. */
	if ((measured || code == EXIT_DONE) && run_wants_verdict(a) && json_array_size(j->errors))
		code = EXIT_INTERNAL;
	code = run_verdict(a, &plan, json_object_get(j->header, "args"), a->output, code);
out:
	plan_free(&plan);
	return code;
}

static int resume_journal(const struct run_args *a, const json_t *args, const struct journal *j)
{
	struct run_args first;
	char **argv = NULL;
	/* what the journal was started with */
	int code = run_parse_words(json_object_get(j->header, "args"), &first, &argv);

	if (code < 0 && j->state == JOURNAL_COMPLETE && !run_wants_verdict(&first)) {
		fprintf(stderr, "%s is complete: nothing to resume\n", j->path);
		code = EXIT_DONE;
	}
	if (code < 0)
		code = check_same_machine(j) ?: -1;
	if (code < 0) {
		first.seed = json_integer_value(json_object_get(j->header, "seed"));
		first.output = a->output;
		first.quiet |= a->quiet;
		first.dry_run = a->dry_run;
		first.no_tables = a->no_tables;
		code = go_on(&first, args, j);
	}
	json_decref(first.values);
	free(argv);
	return code;
}

int run_resume(const struct run_args *a, const json_t *args)
{
	struct journal j;
	char why[256];
	int code, err;

	if (!a->output || !strcmp(a->output, "-")) {
		fprintf(stderr, "twbench run: --resume needs the journal: -o JOURNAL\n");
		return EXIT_USAGE;
	}
	if (a->plan_given || a->verdict.given || a->verdict.with.n_words) {
		fprintf(stderr, "twbench run: --resume takes its options from the journal: only "
				"-o, --quiet and --dry-run go with it\n");
		return EXIT_USAGE;
	}
	err = journal_read(a->output, &j, why, sizeof(why));
	if (err) {
		fprintf(stderr, "twbench run: cannot resume: %s%s\n", why,
			err == -ENODATA ? "; delete it and run anew" : "");
		return EXIT_BAD_INPUT;
	}
	code = resume_journal(a, args, &j);
	journal_free(&j);
	return code;
}
