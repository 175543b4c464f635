// SPDX-License-Identifier: GPL-2.0
/* twbench repro: measures what a cover letter claims again. */
#define _GNU_SOURCE
#include <argz.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "commands.h"
#include "env.h"
#include "exit_code.h"
#include "needs.h"
#include "repro.h"
#include "repro_args.h"
#include "repro_mail.h"
#include "run.h"

#define WHO "twbench repro"

/* ---- command line ---- */

enum { KEY_FORMAT = 0x100, KEY_DRY_RUN, KEY_SAME_SEED, KEY_LIMIT };

/* Six hours: a letter is a stranger's, and may ask for years. */
#define LIMIT_S 21600

struct args {
	struct repro_args run;
	bool json, dry_run;
	double limit_s; /* of measuring; 0: not given */
	char **paths; /* the letter, and journals */
	size_t n;
};

static const struct argp_option options[] = {
	{ "invocations", 'n', "N", 0, "Fresh processes per point, instead of the letter's number",
	  0 },
	{ "output", 'o', "JOURNAL", 0, "Journal to write", 0 },
	{ "same-seed", KEY_SAME_SEED, NULL, 0, "With the letter's seed: its order and schedules",
	  0 },
	{ "limit", KEY_LIMIT, "SECONDS", 0,
	  "Measure nothing if it would take longer (default: 21600, six hours)", 0 },
	{ "format", KEY_FORMAT, "text|json", 0, "How to say it (default: text)", 0 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Print what is claimed and what would be run", 0 },
	{ 0 },
};

static error_t parse_invocations(const struct argp_state *state, const char *arg, const char **out)
{
	char *end;
	long n = strtol(arg, &end, 10);

	*out = arg;
	if (end != arg && !*end && n >= 1 && n <= 100000)
		return 0;
	return cli_error(state, "--invocations '%s': must be 1..100000", arg);
}

static error_t parse_limit(const struct argp_state *state, const char *arg, double *out)
{
	char *end;

	*out = strtod(arg, &end);
	if (end != arg && !*end && *out >= 1 && *out <= 1e9)
		return 0;
	return cli_error(state, "--limit '%s': must be 1..1000000000 seconds", arg);
}

static error_t parse_format(const struct argp_state *state, const char *arg, bool *json)
{
	*json = !strcmp(arg, "json");
	if (*json || !strcmp(arg, "text"))
		return 0;
	return cli_error(state, "unknown format '%s': text or json", arg);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'n':
		return parse_invocations(state, arg, &args->run.invocations);
	case 'o':
		args->run.output = arg;
		return 0;
	case KEY_SAME_SEED:
		args->run.same_seed = true;
		return 0;
	case KEY_LIMIT:
		return parse_limit(state, arg, &args->limit_s);
	case KEY_FORMAT:
		return parse_format(state, arg, &args->json);
	case KEY_DRY_RUN:
		args->dry_run = true;
		return 0;
	case ARGP_KEY_ARGS:
		args->paths = state->argv + state->next;
		args->n = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "COVER\nCOVER JOURNAL\nCOVER BASE HEAD",
	.doc = "Measure again what a letter of twbench cover claims, and say of each row: reproduced,"
	       " not reproduced, or that this machine cannot tell. COVER is a mail that holds the"
	       " letter (\"-\": standard input), quoted or not; its last lines are a recipe, which is what"
	       " is judged.\v"
	       "Sides that are parts of one journal are measured here, in one session. Sides that are"
	       " two kernels or two commits cannot be: `twbench repro COVER -o FILE` measures the one"
	       " that runs, and COVER BASE HEAD judges both. Figures of one journal are compared only"
	       " on the machine and kernel that they are of. With journals nothing is measured.\n"
	       "A change is reproduced if the same verdict comes out in the same direction, among the"
	       " claimed rows and with the letter's floors; not reproduced if its interval here lies"
	       " nearer to zero, or on the other side of it.\n"
	       "Exit status: 0 reproduced; 1 not reproduced; 2 usage; 3 this machine cannot tell, or"
	       " only one side was measured; 4 another machine or kernel where that matters; 5 no"
	       " letter, a damaged one, or one of another version; 6 I/O or internal error; 77 nothing"
	       " could be measured here; 130 interrupted.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench repro mail.txt --dry-run     # what is claimed, what would be run?\n"
	       "  twbench repro mail.txt -n 40         # with more invocations than the letter\n"
	       "  twbench repro mail.txt -o base.jsonl # two kernels: on each\n"
	       "  twbench repro mail.txt base.jsonl head.jsonl\n",
};

static int usage(const char *text)
{
	fprintf(stderr, WHO ": %s\n", text);
	return EXIT_USAGE;
}

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	if (args->n < 1 || args->n > 3)
		return usage("which letter? COVER, or COVER and journals to judge instead of"
			     " measuring");
	if (args->run.output && !strcmp(args->run.output, "-"))
		return usage("-o -: the journal is read again, it needs a file");
	if (args->n > 1 && (args->dry_run || args->run.output || args->run.invocations ||
			    args->run.same_seed || args->limit_s > 0))
		return usage("-n, -o, --same-seed, --limit and --dry-run are for measuring; with"
			     " journals nothing is");
	return -1;
}

/* ---- judging ---- */

/* A journal as typed, or as the letter selects from it; new. */
static char *side_of(const struct recipe *letter, const char *name, const char *path)
{
	const json_t *select = recipe_words(letter, name), *v;
	char *spec = strdup(path), *more;
	size_t i;

	if (strrchr(path, ':') && access(path, F_OK))
		return spec; /* it has a selection already, or there is no such file */
	json_array_foreach(select, i, v) {
		int n = asprintf(&more, "%s%c%s", spec, i ? ',' : ':', json_string_value(v));

		free(spec);
		spec = n < 0 ? NULL : more;
	}
	return spec;
}

static int print_answer(const struct args *args, const struct repro *r)
{
	int err = args->json ? repro_print_json(stdout, r) : repro_print_letter(stdout, r->letter);

	if (!err && !args->json)
		err = repro_print_text(stdout, r);
	if (!err)
		return repro_exit_code(r);
	fprintf(stderr, WHO ": %s\n", strerror(-err));
	return EXIT_INTERNAL;
}

static int judge(const struct args *args, const struct recipe *letter, const char *base,
		 const char *head)
{
	struct repro r = { .letter = letter };
	char *a = side_of(letter, "base-select", base), *b = side_of(letter, "head-select", head);
	int code = a && b ? 0 : EXIT_INTERNAL;

	r.c.base.spec = a;
	r.c.head.spec = b;
	if (!code)
		code = repro_run(&r);
	if (code)
		fprintf(stderr, WHO ": %s\n", r.c.why[0] ? r.c.why : "no memory");
	else
		code = print_answer(args, &r);
	repro_free(&r);
	free(a);
	free(b);
	return code;
}

static int judge_journals(const struct args *args, const struct recipe *letter)
{
	bool two = recipe_sides(letter) == RECIPE_JOURNALS;

	if (two && args->n == 2)
		return usage("the letter's sides are two journals: COVER BASE HEAD");
	if (recipe_sides(letter) == RECIPE_SINGLE && args->n == 3)
		return usage("the letter is of one journal: COVER JOURNAL");
	return judge(args, letter, args->paths[1], args->paths[args->n - 1]);
}

/* ---- measuring ---- */

/* What cannot be judged need not be measured; what may differ is said before. */
static int check_here(const struct recipe *letter, const json_t *env)
{
	char why[600];

	if (recipe_sides(letter) == RECIPE_SINGLE &&
	    !repro_is_here(letter, env, why, sizeof(why))) {
		fprintf(stderr, WHO ": %s\n", why);
		return EXIT_NOT_COMPARABLE;
	}
	if (!repro_is_version(letter, env, why, sizeof(why)))
		fprintf(stderr, WHO ": warning: %s\n", why);
	if (!repro_is_build(letter, env, why, sizeof(why)))
		fprintf(stderr, WHO ": warning: %s\n", why);
	return 0;
}

static int run(char *argz, size_t n)
{
	size_t argc = argz_count(argz, n);
	char **argv = calloc(argc + 1, sizeof(*argv));
	int code = EXIT_INTERNAL;

	if (argv) {
		argz_extract(argz, n, argv);
		code = run_without_table(argc, argv);
	}
	free(argv);
	return code;
}

static const char *word(const struct recipe *letter, const char *name)
{
	const char *text = recipe_word(letter, name);

	return text ? text : "another";
}

/* One session cannot hold two kernels or commits: what next? */
static int tell_next(const struct args *args, const struct recipe *letter, const json_t *env,
		     const char *path)
{
	bool kernel = recipe_word(letter, "base-kernel");
	const char *what = kernel ? "kernel" : "commit";
	const char *base = word(letter, kernel ? "base-kernel" : "base-commit");
	const char *head = word(letter, kernel ? "head-kernel" : "head-commit");
	const char *here = json_string_value(
		json_object_get(env, kernel ? "kernel_release" : "twbench_commit"));
	size_t boots = json_array_size(recipe_words(letter, "base"));
	bool is_base = repro_is_side(letter, env, "base");
	bool is_head = repro_is_side(letter, env, "head");
	const char *side = !here		? "of unknown"
			   : is_base && is_head ? "either of the letter's, as far as it says"
			   : is_base		? "the letter's base"
			   : is_head		? "the letter's head"
						: "neither of the letter's";

	fprintf(stderr, WHO ": %s holds one side: %s %s, %s\n", path, what, here ? here : "-",
		side);
	fprintf(stderr, WHO ": the letter compares base, %s %s, with head, %s %s", what, base, what,
		head);
	if (boots > 1)
		fprintf(stderr, ", %zu boots of each in turn", boots);
	fprintf(stderr, "; measure the other side likewise, then: twbench repro %s BASE HEAD\n",
		args->paths[0]);
	return EXIT_INCONCLUSIVE;
}

static int after_run(const struct args *args, const struct recipe *letter, const json_t *env,
		     const char *path, int code)
{
	if (code == EXIT_INTERRUPTED)
		fprintf(stderr,
			WHO ": go on by `twbench run --resume -o %s`, then `twbench repro %s %s`\n",
			path, args->paths[0], path);
	/* Untrusted: lines of errors, not samples; what the others say is judged, with a warning. */
	if (code && code != EXIT_UNTRUSTED)
		return code;
	if (recipe_sides(letter) == RECIPE_JOURNALS)
		return tell_next(args, letter, env, path);
	return judge(args, letter, path, path);
}

static int measure(const struct args *args, const struct recipe *letter, char *argz, size_t n)
{
	json_t *env;
	int code;

	needs_prepare();
	env = env_record();
	code = check_here(letter, env);
	repro_args_print(argz, n);
	code = code ? code : repro_args_time(argz, n, args->limit_s > 0 ? args->limit_s : LIMIT_S);
	fflush(stdout); /* or a child has it, too */
	if (!code && !args->dry_run)
		code = after_run(args, letter, env, args->run.output, run(argz, n));
	json_decref(env);
	return code;
}

/* ---- */

static int print_letter(const struct recipe *letter)
{
	int err = repro_print_letter(stdout, letter);

	err = err ? err : repro_print_claims(stdout, letter);
	if (!err)
		return 0;
	fprintf(stderr, WHO ": %s\n", strerror(-err));
	return EXIT_INTERNAL;
}

static int repro(struct args *args, const struct recipe *letter)
{
	char path[160], *argz = NULL;
	size_t n = 0;
	int code;

	if (args->n == 1 && !args->run.output) {
		run_default_output(path, sizeof(path));
		args->run.output = path;
	}
	code = args->n == 1 ? repro_args(letter, &args->run, &argz, &n) : 0;
	if (!code && args->dry_run)
		code = print_letter(letter);
	if (!code && !letter->n_claims) {
		fprintf(stderr,
			WHO ": the letter claims nothing: none of its rows has a verdict\n");
		code = EXIT_INCONCLUSIVE;
	}
	if (!code)
		code = args->n == 1 ? measure(args, letter, argz, n) : judge_journals(args, letter);
	free(argz);
	return code;
}

int cmd_repro(int argc, char **argv)
{
	struct args args = { 0 };
	struct recipe letter = { 0 };
	int code = parse_args(argc, argv, &args);

	if (code < 0) {
		code = repro_read_mail(args.paths[0], &letter);
		code = code ? code : repro(&args, &letter);
		recipe_free(&letter);
	}
	return code;
}
