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
#include "compare.h"
#include "exit_code.h"
#include "noise_floor.h"
#include "print.h"

#define WHO "twbench compare"

/* ---- command line ---- */

enum {
	KEY_ALPHA = 0x100,
	KEY_FLOOR,
	KEY_STRICT,
	KEY_TREATMENT,
	KEY_FORMAT,
	KEY_METRICS,
	KEY_BENCH,
	KEY_SELF,
	KEY_FLOOR_FILE,
	KEY_UNPAIRED,
	KEY_LEVEL,
};

enum format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_GITHUB, FORMATS };

static const char *const format_names[FORMATS] = { "text", "markdown", "json", "github" };

struct args {
	struct compare_opts opts;
	const char *treatment, *floor_file;
	enum format format;
	bool strict, verbose;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "alpha", KEY_ALPHA, "A", 0, "Chance of any false alarm among all rows (default: 0.01)",
	  0 },
	{ "level", KEY_LEVEL, "L", 0, "Of the intervals (default: 0.99)", 0 },
	{ "floor", KEY_FLOOR, "PCT", 0,
	  "Change of a median, mean or rate that does not matter, percent (default: 1). p99: twice"
	  " that, p99.9 and above: five times, ratios: a thousandth per percent",
	  0 },
	{ "floor-file", KEY_FLOOR_FILE, "FILE", 0,
	  "Floors that --self measured; no floor is below them. Default: " NOISE_FLOOR_FILE
	  " beside BASE, if it is there; \"none\": none",
	  0 },
	{ "strict", KEY_STRICT, NULL, 0, "Exit with 3 if there is no verdict on some row", 0 },
	{ "treatment", KEY_TREATMENT, "WHAT,...", 0,
	  "What is meant to differ: kernel, config, impl, twbench, or fields of the environment",
	  0 },
	{ "bench", KEY_BENCH, "NAME,...", 0, "Compare only these", 0 },
	{ "metrics", KEY_METRICS, "NAME,...", 0,
	  "Compare these; patterns like '*_p99_9' take what has a better and a worse; default: what"
	  " a report's first table shows, and what its others show with a spread",
	  0 },
	{ "format", KEY_FORMAT, "text|markdown|json|github", 0, "How to say it (default: text)",
	  0 },
	{ "verbose", 'v', NULL, 0, "Also p-values, Welch's t as cross-check, the floors", 0 },
	{ "self", KEY_SELF, NULL, 0,
	  "Compare the even with the odd invocations of one JOURNAL, and write what can be told"
	  " apart here to --floor-file",
	  0 },
	{ "unpaired", KEY_UNPAIRED, NULL, 0, "Two selections of one journal: do not use the pairs",
	  0 },
	{ 0 },
};

/* A number in (lo, hi). */
static error_t parse_number(const struct argp_state *state, const char *what, const char *arg,
			    double lo, double hi, double *out)
{
	char *end;

	*out = strtod(arg, &end);
	if (end == arg || *end || !(*out > lo && *out < hi))
		return cli_error(state, "%s '%s': a number between %g and %g", what, arg, lo, hi);
	return 0;
}

static error_t parse_floor(const struct argp_state *state, const char *arg, double *floor)
{
	char *end;

	*floor = strtod(arg, &end) / 100;
	if (end == arg || *end || !(*floor >= 0 && *floor < 1))
		return cli_error(state, "floor '%s': percent, 0 or more and below 100", arg);
	return 0;
}

static error_t parse_format(const struct argp_state *state, const char *arg, enum format *format)
{
	for (int i = 0; i < FORMATS; i++) {
		if (strcmp(arg, format_names[i]))
			continue;
		*format = i;
		return 0;
	}
	return cli_error(state, "unknown format '%s': text, markdown, json or github", arg);
}

static error_t parse_text(int key, char *arg, struct args *args)
{
	switch (key) {
	case KEY_TREATMENT:
		args->treatment = arg;
		return 0;
	case KEY_FLOOR_FILE:
		args->floor_file = arg;
		return 0;
	case KEY_METRICS:
		args->opts.metrics = arg;
		return 0;
	case KEY_BENCH:
		args->opts.benches = arg;
		return 0;
	case KEY_STRICT:
		args->strict = true;
		return 0;
	case KEY_SELF:
		args->opts.self = true;
		return 0;
	case KEY_UNPAIRED:
		args->opts.unpaired = true;
		return 0;
	case 'v':
		args->verbose = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_ALPHA:
		return parse_number(state, "alpha", arg, 0, 1, &args->opts.decide.alpha);
	case KEY_LEVEL:
		return parse_number(state, "level", arg, 0, 1, &args->opts.decide.level);
	case KEY_FLOOR:
		return parse_floor(state, arg, &args->opts.floor);
	case KEY_FORMAT:
		return parse_format(state, arg, &args->format);
	case ARGP_KEY_ARGS:
		args->paths = state->argv + state->next;
		args->n = state->argc - state->next;
		return 0;
	default:
		return parse_text(key, arg, args);
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
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
	       "  twbench compare main.jsonl patched.jsonl --treatment kernel\n"
	       "  twbench compare run.jsonl:impl=stock run.jsonl:impl=refcounted\n"
	       "  twbench compare run.jsonl:mode=signal run.jsonl:mode=resume -v\n"
	       "  twbench compare a1.jsonl,a2.jsonl b1.jsonl,b2.jsonl --format markdown\n"
	       "  twbench compare --self run.jsonl     # what can this machine tell apart?\n",
};

static int usage(const char *text)
{
	fprintf(stderr, WHO ": %s\n", text);
	return EXIT_USAGE;
}

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	char why[300];
	int code = cli_parse(&argp, argc, argv, args), err;

	if (code >= 0)
		return code;
	if (args->opts.self && args->n != 1)
		return usage("--self compares the halves of one JOURNAL");
	if (!args->opts.self && args->n != 2)
		return usage("which two? BASE HEAD, or --self JOURNAL; `twbench run -o FILE` writes"
			     " one");
	if (args->opts.self && args->treatment)
		return usage("--self has no --treatment: nothing differs");
	err = treatment_parse(&args->opts.treatment, args->treatment, why, sizeof(why));
	if (!err)
		return -1;
	fprintf(stderr, WHO ": --treatment %s\n", err == -EINVAL ? why : strerror(-err));
	return err == -EINVAL ? EXIT_USAGE : EXIT_INTERNAL;
}

/* ---- noise floor ---- */

/* The path, NULL for none; *must: it was named, so it has to be there. */
static char *floor_path(const struct args *args, bool *must)
{
	*must = args->floor_file;
	if (!args->floor_file)
		return noise_floor_path(args->paths[0]);
	return strcmp(args->floor_file, "none") ? strdup(args->floor_file) : NULL;
}

static int read_floor(struct args *args, const char *path, bool must)
{
	char why[600];
	int err = path ? noise_floor_read(path, &args->opts.noise, why, sizeof(why)) : 0;

	if (!err || (err == -ENOENT && (!must || args->opts.self)) || (err == -ENOTDIR && !must))
		return 0;
	fprintf(stderr, WHO ": %s\n", why);
	return EXIT_BAD_INPUT;
}

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

static int compare(struct args *args, const char *path)
{
	struct comparison c = { .opts = args->opts };
	int code;

	c.base.spec = args->paths[0];
	c.head.spec = args->paths[args->n - 1];
	if (args->opts.self) {
		c.base.half = SIDE_EVEN;
		c.head.half = SIDE_ODD;
		c.opts.noise = NULL;
	}
	code = compare_run(&c);
	if (code) {
		fprintf(stderr, WHO ": %s\n", c.why);
	} else {
		code = print(args, &c);
		c.opts.noise = args->opts.noise;
		if (!code && args->opts.self)
			code = write_floor(&c, path);
		code = code ? code : compare_exit_code(&c, args->strict);
	}
	compare_free(&c);
	return code;
}

int cmd_compare(int argc, char **argv)
{
	struct args args = { .opts = { .decide = DECIDE_DEFAULTS, .floor = 0.01 } };
	int code = parse_args(argc, argv, &args);
	char *path = NULL;
	bool must;

	if (code < 0) {
		path = floor_path(&args, &must);
		code = read_floor(&args, path, must);
		code = code ? code : compare(&args, path);
	}
	free(path);
	json_decref(args.opts.noise);
	treatment_free(&args.opts.treatment);
	return code;
}
