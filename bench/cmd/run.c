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

int run_make_plan(const struct run_args *a, struct plan *plan)
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

void run_print_plan(const struct plan *plan)
{
	char label[512];
	size_t unfit = 0;

	for (size_t i = 0; i < plan->n_points; i++)
		unfit += plan->points[i].unfit[0] != '\0';
	printf("%zu points", plan->n_points);
	if (unfit)
		printf(" (%zu of them skipped)", unfit);
	printf(", %u invocations of each, %.3g s windows: %zu samples, about %.0f s; seed %llu\n",
	       plan->invocations, plan->window_ns / 1e9, plan->n_items, plan_total_s(plan),
	       (unsigned long long)plan->seed);
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

	for (unsigned int i = 0; i < a->n_benches && !json_object_get(a->values, "only"); i++)
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

static int refuse_journal(const char *path, int err)
{
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

static int open_journal(const char *path, bool resume, struct journal_writer **w)
{
	return refuse_journal(path, resume ? journal_append_to(path, w) : journal_create(path, w));
}

int run_check_new(const char *path)
{
	struct stat st;

	return refuse_journal(path, !stat(path, &st) && st.st_size ? -EEXIST : 0);
}

static int show_report(const struct run_args *a, const char *path)
{
	char *argv[] = { "report", (char *)path, NULL };
	struct stat st;

	/* A device or a pipe holds nothing to read again. */
	if (a->quiet || a->no_tables || stat(path, &st) || !S_ISREG(st.st_mode))
		return 0;
	fprintf(stderr, "journal: %s\n\n", path);
	/* What a program is to read is the comparison alone. */
	return a->verdict.format == FORMAT_TEXT ? cmd_report(2, argv) : 0;
}

int run_measure(const struct run_args *a, const struct plan *plan, const json_t *args,
		const char *path, const struct journal *resumed)
{
	bool full = false;
	struct runner r = { .plan = plan,
			    .journal_path = path,
			    .args = args,
			    .resumed = resumed,
			    .quiet = a->quiet,
			    .full = &full };
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
	/* Also of a run with errors: the rest of it is there, and the report says what is not. */
	if (code != EXIT_USAGE && code != EXIT_NOTHING && !full)
		show_report(a, path);
	return code;
}

static int new_journal(const struct run_args *a, const struct plan *plan, const json_t *args)
{
	const char *path = a->output;
	char buf[160];
	int code;

	if (!path) {
		run_default_output(buf, sizeof(buf));
		path = buf;
	}
	code = run_verdict_check(a, plan, path, false);
	code = code ?: check_usable(a, plan);
	if (code)
		return code;
	return run_verdict(a, plan, args, path, run_measure(a, plan, args, path, NULL));
}

int run_new(struct run_args *a, const json_t *args)
{
	struct plan plan;
	int code;

	if (!a->has_seed && getrandom(&a->seed, sizeof(a->seed), 0) == sizeof(a->seed))
		a->seed &= 0x7fffffff;
	/* An order of its own. */
	if (!a->has_seed && a->seed == a->other_seed)
		a->seed ^= 1;
	code = run_make_plan(a, &plan);
	if (!code && a->dry_run)
		code = run_verdict_check(a, &plan, NULL, false);
	if (!code && a->dry_run)
		run_print_plan(&plan);
	else if (!code)
		code = new_journal(a, &plan, args);
	plan_free(&plan);
	return code;
}

int cmd_run(int argc, char **argv)
{
	struct run_args a;
	json_t *args = run_words(argc, argv);
	char **words = NULL;
	int code;

	needs_prepare();
	code = run_args_parse(&a, argc, argv);
	if (code < 0 && !a.resume) {
		code = run_verdict_usage(&a);
		if (code < 0 && a.verdict.against && !a.points_given)
			code = run_take_plan(&a, &args, &words);
	}
	if (code < 0)
		code = a.resume ? run_resume(&a, args) : run_new(&a, args);
	json_decref(a.values);
	json_decref(args);
	free(words);
	return code;
}

int run_without_table(int argc, char **argv)
{
	struct run_args a;
	json_t *args = run_words(argc, argv);
	int code;

	needs_prepare();
	code = run_args_parse(&a, argc, argv);
	a.no_tables = true;
	if (code < 0)
		code = run_new(&a, args);
	json_decref(a.values);
	json_decref(args);
	return code;
}
