/* SPDX-License-Identifier: GPL-2.0 */
/* twbench export: journals as one flat table, for plots and other programs. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "export.h"
#include "inputs.h"

#ifndef TW_VERSION
#define TW_VERSION "unknown"
#endif

#define WHO "twbench export"

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_IO = 6 };

int cmd_export(int argc, char **argv);

/* ---- command line ---- */

enum { KEY_FORMAT = 0x100, KEY_HIST, KEY_VERSION, KEY_USAGE };

struct args {
	enum export_format format;
	const char *hist;
	bool done;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{"format", KEY_FORMAT, "csv|json", 0, "What to write (default: csv)", 0},
	{"hist", KEY_HIST, "METRIC", 0,
	 "Write the bins of this histogram instead, merged over the invocations of a point", 0},
	{"help", 'h', NULL, 0, "Print this help", 1},
	{"usage", KEY_USAGE, NULL, 0, "Print the options in short", 1},
	{"version", KEY_VERSION, NULL, 0, "Print the version", 1},
	{0},
};

/* Prints instead of exporting; without the EXIT flags, argp leaves exit() to main(). */
static error_t only_print(struct argp_state *state, unsigned int help_flags)
{
	struct args *args = state->input;

	if (help_flags)
		argp_state_help(state, stdout, help_flags & ~ARGP_HELP_EXIT_OK);
	else
		puts("twbench " TW_VERSION);
	args->done = true;
	state->next = state->argc;
	return 0;
}

static error_t parse_format(struct argp_state *state, const char *arg)
{
	struct args *args = state->input;

	if (!strcmp(arg, "csv")) {
		args->format = EXPORT_CSV;
	} else if (!strcmp(arg, "json")) {
		args->format = EXPORT_JSON;
	} else {
		argp_error(state, "unknown format '%s': csv or json", arg);
		return EINVAL;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_FORMAT:
		return parse_format(state, arg);
	case KEY_HIST:
		args->hist = arg;
		return 0;
	case 'h':
		return only_print(state, ARGP_HELP_STD_HELP);
	case KEY_USAGE:
		return only_print(state, ARGP_HELP_USAGE);
	case KEY_VERSION:
		return only_print(state, 0);
	case ARGP_KEY_ARGS:
		args->paths = state->argv + state->next;
		args->n = state->argc - state->next;
		return 0;
	case ARGP_KEY_NO_ARGS:
		if (args->done)
			return 0;
		argp_error(state, "which JOURNAL? `twbench run -o FILE` writes one");
		return EINVAL;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "JOURNAL...",
	.doc = "Write the samples of journals as one table, a row each: parameters and metrics under"
	       " their own names, counters as counts_* (window) and life_* (whole life), nothing"
	       " where a sample lacks it. CSV is quoted as in RFC 4180, lines end in LF. \"-\" is"
	       " standard input."
	       "\v"
	       "--hist: low_ns is the bin's smallest value, width_ns how many values it holds"
	       " (nothing: without bound), count the number of events.\n"
	       "Exit status: 0; 2 usage; 5 bad or foreign input; 6 output failed.\n"
	       "\n"
	       "Examples:\n"
	       "  twbench export results/run.jsonl >run.csv\n"
	       "  twbench export --hist delivery_ns results/run.jsonl >cdf.csv\n"
	       "  twbench export --format json run.jsonl | jq '.[].delivery_ns_p50'\n",
};

/* argp names the program after argv[0], which is "export" alone. */
static int parse_args(int argc, char **argv, struct args *args)
{
	static char name[] = WHO;
	char *old = argv[0];
	error_t err;

	argv[0] = name;
	err = argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, args);
	argv[0] = old;
	return -err;
}

/* Lists the right names, from all samples, each once. */
static void say_unknown_hist(const struct inputs *in, const char *name)
{
	json_t *seen = json_object(), *sample, *v;
	const char *key;
	size_t i, k;

	for (i = 0; i < in->n; i++)
		json_array_foreach (in->v[i].samples, k, sample)
			json_object_update(seen, json_object_get(sample, "hist"));
	fprintf(stderr, WHO ": no sample has a histogram '%s'; there %s", name,
		json_object_size(seen) ? "are:" : "is none");
	json_object_foreach (seen, key, v)
		fprintf(stderr, " %s", key);
	fputc('\n', stderr);
	json_decref(seen);
}

int cmd_export(int argc, char **argv)
{
	struct args args = {0};
	struct inputs in;
	int code, err;

	if (parse_args(argc, argv, &args))
		return EXIT_USAGE;
	if (args.done)
		return EXIT_DONE;
	code = inputs_read(WHO, args.paths, args.n, &in);
	if (code)
		return code;
	err = args.hist ? export_hist(stdout, &in, args.format, args.hist)
			: export_samples(stdout, &in, args.format);
	if (err == -ENOENT)
		say_unknown_hist(&in, args.hist);
	inputs_free(&in);
	if (err == -ENOENT)
		return EXIT_USAGE;
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -errno;
	if (!err)
		return EXIT_DONE;
	fprintf(stderr, WHO ": the table could not be written: %s\n", strerror(-err));
	return EXIT_IO;
}
