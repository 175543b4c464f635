// SPDX-License-Identifier: GPL-2.0
#include "compare_args.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "exit_code.h"
#include "noise_floor.h"

enum {
	KEY_ALPHA = 0x200,
	KEY_LEVEL,
	KEY_FLOOR,
	KEY_FLOOR_FILE,
	KEY_TREATMENT,
	KEY_METRICS,
	KEY_BENCH,
};

static const struct argp_option verdict_options[] = {
	{ "alpha", KEY_ALPHA, "A", 0, "Chance of any false alarm among all rows (default: 0.01)",
	  0 },
	{ "level", KEY_LEVEL, "L", 0, "Of the intervals (default: 0.99)", 0 },
	{ "floor", KEY_FLOOR, "PCT", 0,
	  "Change of a median, mean or rate that does not matter, percent (default: 1). p99: twice"
	  " that, p99.9 and above: five times, ratios: a thousandth per percent",
	  0 },
	{ "floor-file", KEY_FLOOR_FILE, "FILE", 0,
	  "Floors that compare --self measured; no floor is below them. Default: " NOISE_FLOOR_FILE
	  " beside BASE, if it is there; \"none\": none",
	  0 },
	{ "treatment", KEY_TREATMENT, "WHAT,...", 0,
	  "What is meant to differ: kernel, config, impl, twbench, or fields of the environment",
	  0 },
	{ "metrics", KEY_METRICS, "NAME,...", 0,
	  "Compare these; patterns like '*_p99_9' take what has a better and a worse; default: what"
	  " a report's first table shows, and what its others show with a spread",
	  0 },
	{ 0 },
};

static const struct argp_option options[] = {
	{ "bench", KEY_BENCH, "NAME,...", 0, "Compare only these", 0 },
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

/* Typed again, it is kept again: the last one counts wherever it is handed on to. */
static error_t keep_word(const struct argp_state *state, struct compare_args *args, int key,
			 const char *arg)
{
	static const char *const names[] = { "--alpha",	     "--level",	    "--floor",
					     "--floor-file", "--treatment", "--metrics" };

	if (args->n_words + 2 > COMPARE_MAX_WORDS)
		return cli_error(state, "too many options");
	args->words[args->n_words++] = names[key - KEY_ALPHA];
	args->words[args->n_words++] = arg;
	return 0;
}

static error_t parse_verdict(int key, char *arg, struct argp_state *state)
{
	struct compare_args *args = state->input;

	if (key >= KEY_ALPHA && key <= KEY_METRICS && keep_word(state, args, key, arg))
		return EINVAL;
	switch (key) {
	case KEY_ALPHA:
		return parse_number(state, "alpha", arg, 0, 1, &args->opts.decide.alpha);
	case KEY_LEVEL:
		return parse_number(state, "level", arg, 0, 1, &args->opts.decide.level);
	case KEY_FLOOR:
		return parse_floor(state, arg, &args->opts.floor);
	case KEY_FLOOR_FILE:
		args->floor_file = arg;
		return 0;
	case KEY_TREATMENT:
		args->treatment = arg;
		return 0;
	case KEY_METRICS:
		args->opts.metrics = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp compare_verdict_argp = { .options = verdict_options, .parser = parse_verdict };

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct compare_args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = args;
		return 0;
	case KEY_BENCH:
		args->opts.benches = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &compare_verdict_argp, 0, NULL, 0 }, { 0 } };

const struct argp compare_argp = { .options = options, .parser = parse, .children = children };

const char *const compare_formats[FORMATS] = { "text", "markdown", "json", "github" };

error_t compare_format_parse(const struct argp_state *state, const char *arg,
			     enum compare_format *format)
{
	for (int i = 0; i < FORMATS; i++) {
		if (strcmp(arg, compare_formats[i]))
			continue;
		*format = i;
		return 0;
	}
	return cli_error(state, "unknown format '%s': text, markdown, json or github", arg);
}

bool compare_args_given(const struct compare_args *args)
{
	return args->n_words || args->opts.benches;
}

int compare_args_treatment(struct compare_args *args, const char *who)
{
	char why[300];
	int err = treatment_parse(&args->opts.treatment, args->treatment, why, sizeof(why));

	if (!err)
		return 0;
	fprintf(stderr, "%s: --treatment %s\n", who, err == -EINVAL ? why : strerror(-err));
	return err == -EINVAL ? EXIT_USAGE : EXIT_INTERNAL;
}

char *compare_args_floor_path(const struct compare_args *args, const char *base)
{
	if (!args->floor_file)
		return noise_floor_path(base);
	return strcmp(args->floor_file, "none") ? strdup(args->floor_file) : NULL;
}

int compare_args_floors(struct compare_args *args, const char *who, const char *base)
{
	char *path = compare_args_floor_path(args, base), why[600];
	int err = path ? noise_floor_read(path, &args->opts.noise, why, sizeof(why)) : 0;

	free(path);
	/* A file that nobody named need not be there; one that --self will write neither. */
	if (!err || (err == -ENOENT && (!args->floor_file || args->opts.self)) ||
	    (err == -ENOTDIR && !args->floor_file))
		return 0;
	fprintf(stderr, "%s: %s\n", who, why);
	return EXIT_BAD_INPUT;
}

void compare_args_free(struct compare_args *args)
{
	json_decref(args->opts.noise);
	args->opts.noise = NULL;
	treatment_free(&args->opts.treatment);
}
