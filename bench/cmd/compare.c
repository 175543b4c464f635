// SPDX-License-Identifier: GPL-2.0
/* twbench compare: better, worse, the same, or not to be told. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "compare_args.h"
#include "exit_code.h"
#include "noise_floor.h"
#include "print.h"

#define WHO "twbench compare"

/* ---- command line ---- */

enum { KEY_STRICT = 0x100, KEY_FORMAT, KEY_SELF, KEY_UNPAIRED, KEY_CONFIRM };

struct args {
	struct compare_args with;
	enum compare_format format;
	const char *confirm; /* journal of fresh data; NULL: none */
	bool strict, verbose;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "strict", KEY_STRICT, NULL, 0, "Exit with 3 if there is no verdict on some row", 0 },
	{ "format", KEY_FORMAT, "text|markdown|json|github", 0, "How to say it (default: text)",
	  0 },
	{ "verbose", 'v', NULL, 0, "Also p-values, Welch's t as cross-check, the floors", 0 },
	{ "self", KEY_SELF, NULL, 0,
	  "Compare the even with the odd invocations of one JOURNAL, and write what can be told"
	  " apart here to --floor-file",
	  0 },
	{ "confirm", KEY_CONFIRM, "FRESH", 0,
	  "Judge each regression again from FRESH, a journal of fresh data for the side of HEAD (for"
	  " both, if they are two selections of one journal); what is none there is INCONCLUSIVE,"
	  " what FRESH has not stays a regression",
	  0 },
	{ "unpaired", KEY_UNPAIRED, NULL, 0, "Two selections of one journal: do not use the pairs",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->with;
		return 0;
	case KEY_FORMAT:
		return compare_format_parse(state, arg, &args->format);
	case KEY_STRICT:
		args->strict = true;
		return 0;
	case KEY_SELF:
		args->with.opts.self = true;
		return 0;
	case KEY_CONFIRM:
		args->confirm = arg;
		return 0;
	case KEY_UNPAIRED:
		args->with.opts.unpaired = true;
		return 0;
	case 'v':
		args->verbose = true;
		return 0;
	case ARGP_KEY_ARGS:
		args->paths = state->argv + state->next;
		args->n = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &compare_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "BASE HEAD\nJOURNAL:impl=A JOURNAL:impl=B\n--self JOURNAL",
	.doc = "Say of each row (bench, parameters, metric) whether HEAD is worse, better or"
	       " equivalent to BASE, by exact rank tests on one number per invocation, corrected"
	       " for the number of rows. A side is a journal, or several between commas, and may"
	       " end in :NAME=VALUE to take only samples with that parameter; two selections of one"
	       " journal are compared pair by pair.\vExit status: 0 no regression; 1 a regression"
	       " (--self: the halves differ); 2 usage; 3 no verdict on some row (--strict only); 4"
	       " the environments are not comparable; 5 a bad, incomplete or foreign journal; 6"
	       " output failed; 77 a journal without a sample.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench compare main.jsonl head.jsonl --treatment twbench\n"
	       "  twbench compare run.jsonl:impl=posted run.jsonl:impl=refcounted\n"
	       "  twbench compare run.jsonl:mode=signal run.jsonl:mode=resume -v\n"
	       "  # two kernels: a journal of each boot, booted in turn; 5 boots of each for one\n"
	       "  # row, 8 for 40 rows\n"
	       "  twbench compare a1.jsonl,a2.jsonl,... b1.jsonl,b2.jsonl,... --treatment kernel\n"
	       "  # red only if twice\n"
	       "  twbench compare base.jsonl head.jsonl --confirm head2.jsonl\n"
	       "  # what can this machine tell apart?\n"
	       "  twbench compare --self run.jsonl\n",
};

static int usage(const char *text)
{
	fprintf(stderr, WHO ": %s\n", text);
	return EXIT_USAGE;
}

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	const struct compare_opts *opts = &args->with.opts;
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	if (opts->self && args->n != 1)
		return usage("--self compares the halves of one JOURNAL");
	if (!opts->self && args->n != 2)
		return usage("which two? BASE HEAD, or --self JOURNAL; `twbench run -o FILE` writes"
			     " one");
	if (opts->self && args->confirm)
		return usage("--self has no --confirm: no half is worse");
	if (opts->self && args->with.treatment)
		return usage("--self has no --treatment: nothing differs");
	code = compare_args_treatment(&args->with, WHO);
	return code ? code : -1;
}

/* ---- noise floor ---- */

static int write_floor(const struct comparison *c, const char *path)
{
	size_t n;
	int err = path ? noise_floor_write(path, c, &n) : 0;

	if (err) {
		fprintf(stderr, WHO ": cannot write %s: %s\n", path, strerror(-err));
		return EXIT_INTERNAL;
	}
	if (path && n)
		fprintf(stderr, WHO ": %s has the noise floors of %zu rows now\n", path, n);
	else if (path)
		fprintf(stderr,
			WHO ": too few invocations for an interval: no floor was written\n");
	return 0;
}

/* ---- */

static int print(const struct args *args, const struct comparison *c)
{
	int err = 0;

	switch (args->format) {
	case FORMAT_MARKDOWN:
		err = compare_print_markdown(stdout, c);
		break;
	case FORMAT_JSON:
		err = compare_print_json(stdout, c, args->strict);
		break;
	case FORMAT_GITHUB:
		err = compare_print_github(stdout, c);
		break;
	default:
		err = compare_print_text(stdout, c, args->verbose);
	}
	if (!err)
		return 0;
	fprintf(stderr, WHO ": %s\n", strerror(-err));
	return EXIT_INTERNAL;
}

static int compare(struct args *args)
{
	struct compare_args *with = &args->with;
	struct comparison c = { .opts = with->opts };
	char *path = compare_args_floor_path(with, args->paths[0]);
	int code;

	c.base.spec = args->paths[0];
	c.head.spec = args->paths[args->n - 1];
	c.fresh.spec = args->confirm;
	if (with->opts.self) {
		c.base.half = SIDE_EVEN;
		c.head.half = SIDE_ODD;
		c.opts.noise = NULL;
	}
	code = compare_run(&c);
	if (code) {
		fprintf(stderr, WHO ": %s\n", c.why);
	} else {
		code = print(args, &c);
		c.opts.noise = with->opts.noise;
		if (!code && with->opts.self)
			code = write_floor(&c, path);
		code = code ? code : compare_exit_code(&c, args->strict);
	}
	compare_free(&c);
	free(path);
	return code;
}

int cmd_compare(int argc, char **argv)
{
	struct args args = { .with = COMPARE_ARGS_DEFAULTS };
	int code = parse_args(argc, argv, &args);

	if (code < 0) {
		code = compare_args_floors(&args.with, WHO, args.paths[0]);
		code = code ? code : compare(&args);
	}
	compare_args_free(&args.with);
	return code;
}
