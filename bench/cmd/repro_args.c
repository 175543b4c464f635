// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "repro_args.h"

#include <argz.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "run.h"
#include "text.h"

#define WHO "twbench repro"
#define MAX_ARGS 1000
#define MAX_SIZE (64 << 10)

/*
 * Those of run, by what becomes of them; getopt_long() understands what argp does: --out=x, -ox. An
 * option that run gets later is refused until it is listed here.
 */
enum fate { KEEP = 0x100, DROP, INVOCATIONS, BUDGET, SEED };

static const struct option known[] = {
	{ "profile", required_argument, NULL, KEEP },
	{ "duration", required_argument, NULL, KEEP },
	{ "cpus", required_argument, NULL, KEEP },
	{ "rates", required_argument, NULL, KEEP },
	{ "arrival", required_argument, NULL, KEEP },
	{ "modes", required_argument, NULL, KEEP },
	{ "triggers", required_argument, NULL, KEEP },
	{ "targets", required_argument, NULL, KEEP },
	{ "impl", required_argument, NULL, KEEP },
	{ "set", required_argument, NULL, KEEP },
	{ "only", required_argument, NULL, KEEP },
	{ "invocations", required_argument, NULL, INVOCATIONS },
	{ "budget", required_argument, NULL, BUDGET },
	{ "seed", required_argument, NULL, SEED },
	{ "output", required_argument, NULL, DROP },
	{ "against", required_argument, NULL, DROP },
	{ "confirm", no_argument, NULL, DROP },
	{ "alpha", required_argument, NULL, DROP },
	{ "level", required_argument, NULL, DROP },
	{ "floor", required_argument, NULL, DROP },
	{ "floor-file", required_argument, NULL, DROP },
	{ "treatment", required_argument, NULL, DROP },
	{ "metrics", required_argument, NULL, DROP },
	{ "format", required_argument, NULL, DROP },
	{ "strict", no_argument, NULL, DROP },
	{ "require-live", no_argument, NULL, DROP },
	{ "resume", no_argument, NULL, DROP },
	{ "dry-run", no_argument, NULL, DROP },
	{ "quiet", no_argument, NULL, DROP },
	{ 0 },
};

struct building {
	const struct repro_args *with;
	char *argz;
	size_t n;
	int err;
};

static void add(struct building *b, const char *word)
{
	b->err = b->err ? b->err : argz_add(&b->argz, &b->n, word);
}

static void add_option(struct building *b, const char *name, const char *value)
{
	char *dashed;

	if (asprintf(&dashed, "%s%s", name[1] ? "--" : "-", name) < 0) {
		b->err = ENOMEM;
		return;
	}
	add(b, dashed);
	add(b, value);
	free(dashed);
}

static void take(struct building *b, enum fate fate, const char *name, const char *value)
{
	bool keep = fate == KEEP || (fate == SEED && b->with->same_seed) ||
		    ((fate == INVOCATIONS || fate == BUDGET) && !b->with->invocations);

	if (keep)
		add_option(b, name, value);
}

static enum fate fate_of_short(int c)
{
	return c == 'n' ? INVOCATIONS : c == 'p' || c == 'd' ? KEEP : DROP;
}

/* What begins with a dash would be an option in the new command line. */
static bool take_bench(struct building *b, const char *name)
{
	add(b, name);
	return *name != '-';
}

/* false: something that may not be run. */
static bool take_all(struct building *b, int argc, char **argv)
{
	bool fine = true;
	int c, index = 0;

	optind = 0;
	opterr = 0;
	while (fine && (c = getopt_long(argc, argv, "-p:n:d:o:q", known, &index)) != -1) {
		if (c == 1)
			fine = take_bench(b, optarg);
		else if (c >= KEEP)
			take(b, c, known[index].name, optarg);
		else if (c == '?')
			fine = false;
		else
			take(b, fate_of_short(c), (char[]){ c, '\0' }, optarg);
	}
	while (fine && optind < argc)
		fine = take_bench(b, argv[optind++]);
	return fine;
}

/* ---- checking ---- */

/* What run would say, and before anything is measured. *argv, to be freed, keeps a alive as far as
 * argz does not. */
static int parse(const char *argz, size_t n, struct run_args *a, char ***argv)
{
	size_t argc = argz_count(argz, n);
	int code = EXIT_INTERNAL;

	*a = (struct run_args){ 0 };
	*argv = calloc(argc + 1, sizeof(**argv));
	if (*argv) {
		argz_extract(argz, n, *argv);
		code = run_args_parse(a, argc, *argv);
	}
	return code < 0 ? 0 : code == EXIT_USAGE ? EXIT_BAD_INPUT : code;
}

static int check_values(const char *argz, size_t n)
{
	struct run_args a;
	char **argv;
	int code = parse(argz, n, &a, &argv);

	json_decref(a.values);
	free(argv);
	return code;
}

static int refuse(const char *word)
{
	char *text = strdup(word);

	if (text)
		text_clean(text);
	fprintf(stderr,
		WHO ": the letter's arguments have '%s': not an option that is run from a mail\n",
		text ? text : "?");
	free(text);
	return EXIT_BAD_INPUT;
}

static int build(struct building *b, int argc, char **argv)
{
	add(b, "run");
	if (!take_all(b, argc, argv))
		return refuse(argv[optind > 1 ? optind - 1 : 1]);
	if (b->with->invocations)
		add_option(b, "n", b->with->invocations);
	add_option(b, "o", b->with->output);
	return b->err ? EXIT_INTERNAL : check_values(b->argz, b->n);
}

/* What parsing takes grows with their square. */
static bool is_long(const json_t *args)
{
	const json_t *arg;
	size_t i, size = 0;

	json_array_foreach(args, i, arg)
		size += json_string_length(arg);
	return json_array_size(args) > MAX_ARGS || size > MAX_SIZE;
}

int repro_args(const struct recipe *letter, const struct repro_args *with, char **argz, size_t *n)
{
	const json_t *args = recipe_words(letter, "arg"), *arg;
	char **argv = calloc(json_array_size(args) + 1, sizeof(*argv));
	struct building b = { .with = with };
	size_t i;
	int code;

	if (!argv)
		return EXIT_INTERNAL;
	if (is_long(args)) {
		free(argv);
		fputs(WHO ": the letter's arguments are more than are run from a mail\n", stderr);
		return EXIT_BAD_INPUT;
	}
	json_array_foreach(args, i, arg)
		argv[i] = (char *)json_string_value(arg);
	code = build(&b, json_array_size(args), argv);
	free(argv);
	*argz = b.argz;
	*n = b.n;
	return code;
}

void repro_args_print(const char *argz, size_t n)
{
	char *line = malloc(n + 1);

	if (line) {
		memcpy(line, argz, n);
		argz_stringify(line, n, ' ');
		text_clean(line);
		fprintf(stderr, WHO ": twbench %s\n", line);
	}
	free(line);
}

static int judge_time(const struct plan *plan, double limit_s)
{
	double s = plan_total_s(plan);

	fprintf(stderr, WHO ": %zu samples, about %.0f s\n", plan->n_items, s);
	if (s <= limit_s)
		return 0;
	fprintf(stderr, WHO ": longer than %g s: nothing is measured without --limit %.0f\n",
		limit_s, ceil(s));
	return EXIT_USAGE;
}

int repro_args_time(const char *argz, size_t n, double limit_s)
{
	struct plan plan = { 0 };
	struct run_args a;
	char **argv;
	int code = parse(argz, n, &a, &argv);

	code = code ? code : run_make_plan(&a, &plan);
	code = code ? code : judge_time(&plan, limit_s);
	plan_free(&plan);
	json_decref(a.values);
	free(argv);
	return code;
}
