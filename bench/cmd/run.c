// SPDX-License-Identifier: GPL-2.0
/* twbench run: plan, journal, runner, table. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "commands.h"
#include "env.h"
#include "needs.h"
#include "run.h"
#include "run_args.h"
#include "runner.h"

void run_default_output(char *buf, size_t size)
{
	time_t t = time(NULL);
	struct tm tm;
	char stamp[32];
	bool in_tree = !access("results", W_OK);

	strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", gmtime_r(&t, &tm));
	if (in_tree)
		mkdir("results/runs", 0777);
	snprintf(buf, size, "%stwbench-%s.jsonl", in_tree ? "results/runs/" : "", stamp);
	for (int n = 2; !access(buf, F_OK); n++)
		snprintf(buf, size, "%stwbench-%s-%d.jsonl", in_tree ? "results/runs/" : "", stamp,
			 n);
}

static int make_plan(const struct run_args *a, struct plan *plan)
{
	struct plan_request r = {
		.benches = a->benches,
		.profile = a->profile,
		.values = a->values,
		.invocations = a->invocations,
		.window_s = a->window_s,
		.budget_s = a->budget_s,
		.seed = a->seed,
	};
	char why[256];

	if (!plan_make(&r, plan, why, sizeof(why)))
		return 0;
	fprintf(stderr, "twbench run: %s\n", why);
	return EXIT_USAGE;
}

static void print_plan(const struct plan *plan)
{
	char label[160];

	printf("%zu points, %u invocations of each, %.3g s windows: %zu samples, about %.0f s; "
	       "seed %llu\n",
	       plan->n_points, plan->invocations, plan->window_ns / 1e9, plan->n_items,
	       plan_total_s(plan), (unsigned long long)plan->seed);
	for (size_t i = 0; i < plan->n_points; i++) {
		point_label(&plan->points[i], label, sizeof(label));
		printf("  %s%s%s\n", label, plan->points[i].unfit[0] ? "  SKIP: " : "",
		       plan->points[i].unfit);
	}
}

/* Each reason once: twenty points that lack the same thing lack one thing. */
static void print_unfit(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_points; i++) {
		size_t j = 0;

		while (j < i && strcmp(plan->points[i].unfit, plan->points[j].unfit))
			j++;
		if (plan->points[i].unfit[0] && j == i)
			fprintf(stderr, "twbench: cannot measure here: %s\n",
				plan->points[i].unfit);
	}
}

static bool fits(const struct plan *plan, const char *bench)
{
	for (size_t i = 0; i < plan->n_points; i++)
		if (!plan->points[i].unfit[0] && !strcmp(plan->points[i].bench->name, bench))
			return true;
	return false;
}

/*
 * Whether the plan is worth starting. Without a usable kernel, what needs none runs; but not if
 * somebody asked for a live bench by name, or requires one.
 */
static int check_usable(const struct run_args *a, const struct plan *plan)
{
	bool nothing = !plan->n_items;
	char why[256];
	bool live = !needs_check(NEEDS_BPF | NEEDS_KFUNC, why, sizeof(why));

	for (unsigned int i = 0; i < a->n_benches; i++)
		nothing |= !fits(plan, a->benches[i]);
	if (nothing || (a->require_live && !live)) {
		if (!live)
			fprintf(stderr, "twbench: no usable kernel: %s\n", why);
		else
			print_unfit(plan);
		fprintf(stderr,
			"twbench: nothing was measured; 'twbench doctor' says what this "
			"machine can do, 'twbench run user-schedule' and 'twbench run nop --set "
			"nop.where=user' need no kernel support\n");
		return EXIT_NOTHING;
	}
	if (!live && !a->n_benches)
		fprintf(stderr, "no usable kernel (%s): running only what needs none\n", why);
	return 0;
}

static int open_journal(const char *path, bool resume, struct journal_writer **w)
{
	int err = resume ? journal_append_to(path, w) : journal_create(path, w);

	if (err == -EEXIST)
		fprintf(stderr,
			"twbench run: %s already holds a journal: choose another name, or "
			"go on with --resume\n",
			path);
	else if (err == -EBUSY)
		fprintf(stderr, "twbench run: %s is being written by another run\n", path);
	else if (err)
		fprintf(stderr, "twbench run: cannot write %s: %s\n", path, strerror(-err));
	return err ? EXIT_USAGE : 0;
}

/* A file name may be any bytes, a journal is UTF-8. No argument may go missing, or --resume would
 * read the others wrongly; it takes the name of the journal from its own -o. */
static json_t *arg_json(const char *arg)
{
	json_t *s = json_string(arg);
	char *copy = s ? NULL : strdup(arg);

	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c > 127)
			*c = '?';
	if (copy)
		s = json_string(copy);
	free(copy);
	return s;
}

static json_t *args_json(int argc, char **argv)
{
	json_t *args = json_array();

	json_array_append_new(args, json_string("run"));
	for (int i = 1; i < argc; i++)
		json_array_append_new(args, arg_json(argv[i]));
	return args;
}

static int show_report(const struct run_args *a, const char *path)
{
	char *argv[] = { "report", (char *)path, NULL };
	struct stat st;

	/* A device or a pipe holds nothing to read again. */
	if (a->quiet || a->no_table || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	fprintf(stderr, "journal: %s\n\n", path);
	return cmd_report(2, argv);
}

static int measure(const struct run_args *a, const struct plan *plan, const json_t *args,
		   const char *path, const struct journal *resumed)
{
	struct runner r = { .plan = plan,
			    .journal_path = path,
			    .args = args,
			    .resumed = resumed,
			    .quiet = a->quiet };
	int code = open_journal(path, resumed, &r.journal), err;
	json_t *env;

	if (code)
		return code;
	env = env_record();
	r.env = env;
	code = runner_run(&r);
	err = journal_close_writer(r.journal);
	if (err && code == EXIT_DONE) {
		fprintf(stderr, "twbench run: cannot finish %s: %s\n", path, strerror(-err));
		code = EXIT_INTERNAL;
	}
	json_decref(env);
	if (code == EXIT_DONE || code == EXIT_UNTRUSTED || code == EXIT_INTERRUPTED)
		show_report(a, path);
	return code;
}

static int run_new(struct run_args *a, const json_t *args)
{
	char path[160];
	struct plan plan;
	int code;

	if (!a->has_seed && getrandom(&a->seed, sizeof(a->seed), 0) == sizeof(a->seed))
		a->seed &= 0x7fffffff;
	code = make_plan(a, &plan);
	if (code)
		return code;
	if (a->dry_run) {
		print_plan(&plan);
	} else {
		code = check_usable(a, &plan);
		if (!a->output)
			run_default_output(path, sizeof(path));
		if (!code)
			code = measure(a, &plan, args, a->output ? a->output : path, NULL);
	}
	plan_free(&plan);
	return code;
}

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

/* Parses the options that the journal was started with; *strings keeps them alive. */
static int original_args(const struct journal *j, struct run_args *a, char ***strings)
{
	json_t *args = json_object_get(j->header, "args");
	size_t n = json_array_size(args);
	char **argv = calloc(n + 1, sizeof(*argv));

	*strings = argv;
	for (size_t i = 0; i < n; i++)
		argv[i] = (char *)json_string_value(json_array_get(args, i));
	return run_args_parse(a, n, argv);
}

static int resume_journal(const struct run_args *a, const json_t *args, const struct journal *j)
{
	struct run_args first;
	struct plan plan;
	char **strings;
	int code;

	if (j->state == JOURNAL_COMPLETE) {
		fprintf(stderr, "%s is complete: nothing to resume\n", j->path);
		return EXIT_DONE;
	}
	code = check_same_machine(j);
	if (code)
		return code;
	code = original_args(j, &first, &strings);
	if (code < 0) {
		first.seed = json_integer_value(json_object_get(j->header, "seed"));
		first.quiet |= a->quiet;
		code = make_plan(&first, &plan);
		if (!code && a->dry_run)
			print_plan(&plan);
		else if (!code)
			code = check_same_plan(j, &plan)
				       ?: measure(&first, &plan, args, a->output, j);
		plan_free(&plan);
	}
	json_decref(first.values);
	free(strings);
	return code;
}

static int run_resume(const struct run_args *a, const json_t *args)
{
	struct journal j;
	char why[256];
	int code, err;

	if (!a->output || !strcmp(a->output, "-")) {
		fprintf(stderr, "twbench run: --resume needs the journal: -o JOURNAL\n");
		return EXIT_USAGE;
	}
	if (a->plan_given) {
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

static int run(int argc, char **argv, bool table)
{
	struct run_args a;
	json_t *args = args_json(argc, argv);
	int code;

	needs_prepare();
	code = run_args_parse(&a, argc, argv);
	a.no_table = !table;
	if (code < 0)
		code = a.resume ? run_resume(&a, args) : run_new(&a, args);
	json_decref(a.values);
	json_decref(args);
	return code;
}

int cmd_run(int argc, char **argv)
{
	return run(argc, argv, true);
}

int run_without_table(int argc, char **argv)
{
	return run(argc, argv, false);
}
