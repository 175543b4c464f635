/* SPDX-License-Identifier: GPL-2.0 */
/* twbench export: journals as one flat table, for plots and other programs. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "exit_code.h"
#include "export.h"
#include "inputs.h"

#define WHO "twbench export"

/* ---- command line ---- */

enum { KEY_FORMAT = 0x100, KEY_HIST, KEY_POINTS };

struct args {
	enum export_format format;
	const char *hist;
	bool points;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "format", KEY_FORMAT, "csv|json", 0, "What to write (default: csv)", 0 },
	{ "hist", KEY_HIST, "METRIC", 0,
	  "Write the bins of this histogram instead, merged over the invocations of a point", 0 },
	{ "points", KEY_POINTS, NULL, 0,
	  "Write a row per point instead: medians over its invocations, with their intervals", 0 },
	{ 0 },
};

static error_t parse_format(struct argp_state *state, const char *arg)
{
	struct args *args = state->input;

	if (strcmp(arg, "csv") && strcmp(arg, "json"))
		return cli_error(state, "unknown format '%s': csv or json", arg);
	args->format = strcmp(arg, "csv") ? EXPORT_JSON : EXPORT_CSV;
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
	case KEY_POINTS:
		args->points = true;
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
	.args_doc = "JOURNAL...",
	.doc = "Write the samples of journals as one table, a row each: parameters and metrics under"
	       " their own names, counters as counts_* (window) and life_* (whole life), nothing"
	       " where a sample lacks it. CSV is quoted as in RFC 4180, lines end in LF. \"-\" is"
	       " standard input."
	       "\v"
	       "--hist: low_ns is the bin's smallest value, width_ns how many values it holds"
	       " (nothing: without bound), count the number of events.\n"
	       "--points: n is the number of invocations; of a metric NAME, NAME is the median,"
	       " NAME_lo and NAME_hi its 95 % interval, or minimum and maximum if n < 6.\n"
	       "Exit status: 0; 2 usage; 5 bad or foreign input; 6 output failed.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench export results/run.jsonl >run.csv\n"
	       "  twbench export --hist delivery_ns results/run.jsonl >cdf.csv\n"
	       "  twbench export --points results/run.jsonl >medians.csv\n"
	       "  twbench export --format json run.jsonl | jq '.[].delivery_ns_p50'\n",
};

/* Lists the right names, from all samples, each once. */
static void say_unknown_hist(const struct inputs *in, const char *name)
{
	json_t *seen = json_object(), *sample, *v;
	const char *key;
	size_t i, k;

	for (i = 0; i < in->n; i++)
		json_array_foreach(in->v[i].samples, k, sample)
			json_object_update(seen, json_object_get(sample, "hist"));
	fprintf(stderr, WHO ": no sample has a histogram '%s'; there %s", name,
		json_object_size(seen) ? "are:" : "is none");
	json_object_foreach(seen, key, v)
		fprintf(stderr, " %s", key);
	fputc('\n', stderr);
	json_decref(seen);
}

static int write_table(const struct args *args, const struct inputs *in)
{
	if (args->hist)
		return export_hist(stdout, in, args->format, args->hist);
	return args->points ? export_points(stdout, in, args->format)
			    : export_samples(stdout, in, args->format);
}

int cmd_export(int argc, char **argv)
{
	struct args args = { 0 };
	struct inputs in;
	int code = cli_parse(&argp, argc, argv, &args), err;

	if (code >= 0)
		return code;
	if (args.hist && args.points) {
		fputs(WHO ": --hist or --points, not both\n", stderr);
		return EXIT_USAGE;
	}
	if (!args.n) {
		fputs(WHO ": which JOURNAL? `twbench run -o FILE` writes one\n", stderr);
		return EXIT_USAGE;
	}
	code = inputs_read(WHO, args.paths, args.n, &in);
	if (code)
		return code;
	err = write_table(&args, &in);
	if (err == -ENOENT)
		say_unknown_hist(&in, args.hist);
	else if (err)
		fprintf(stderr, WHO ": %s\n", strerror(-err));
	inputs_free(&in);
	return !err ? EXIT_DONE : err == -ENOENT ? EXIT_USAGE : EXIT_INTERNAL;
}
