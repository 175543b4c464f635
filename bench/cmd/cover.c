// SPDX-License-Identifier: GPL-2.0
/* twbench cover: what to paste into a mail to a kernel list. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "cover.h"
#include "exit_code.h"
#include "noise_floor.h"

#define WHO "twbench cover"

enum { KEY_STYLE = 0x100, KEY_TREATMENT, KEY_METRICS, KEY_BENCH, KEY_FLOOR };

struct args {
	struct compare_opts opts;
	const char *treatment;
	enum cover_style style;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "style", KEY_STYLE, "box|trigger", 0, "A table, or a line per row (default: box)", 0 },
	{ "treatment", KEY_TREATMENT, "WHAT,...", 0, "What is meant to differ, see twbench compare",
	  0 },
	{ "bench", KEY_BENCH, "NAME,...", 0, "Only these", 0 },
	{ "metrics", KEY_METRICS, "NAME,...", 0, "Only these, see twbench compare", 0 },
	{ "floor", KEY_FLOOR, "PCT", 0,
	  "Change that does not matter, see twbench compare (default: 1)", 0 },
	{ 0 },
};

static error_t parse_floor(const struct argp_state *state, const char *arg, double *floor)
{
	char *end;

	*floor = strtod(arg, &end) / 100;
	if (end == arg || *end || !(*floor >= 0 && *floor < 1))
		return cli_error(state, "floor '%s': percent, 0 or more and below 100", arg);
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case KEY_STYLE:
		if (strcmp(arg, "box") && strcmp(arg, "trigger"))
			return cli_error(state, "unknown style '%s': box or trigger", arg);
		args->style = strcmp(arg, "box") ? COVER_TRIGGER : COVER_BOX;
		return 0;
	case KEY_TREATMENT:
		args->treatment = arg;
		return 0;
	case KEY_METRICS:
		args->opts.metrics = arg;
		return 0;
	case KEY_BENCH:
		args->opts.benches = arg;
		return 0;
	case KEY_FLOOR:
		return parse_floor(state, arg, &args->opts.floor);
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
	.args_doc = "BASE HEAD\nJOURNAL",
	.doc = "Print a comparison as plain text for a mail: at most 75 columns, no tabs; machine,"
	       " commits and the exact command beside the table; what every +- is; the bench nop as"
	       " control. Of one journal: a table without verdicts. The last lines are a recipe"
	       " from which `twbench repro` measures it again.\vJournals are given as to twbench"
	       " compare, which is also what judges: this command ends with 0 whatever the verdicts"
	       " are.\n"
	       "Exit status: 0; 2 usage; 4 the environments are not comparable; 5 a bad, incomplete"
	       " or foreign journal; 6 output failed; 77 a journal without a sample.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench cover main.jsonl patched.jsonl --treatment kernel >cover.txt\n"
	       "  twbench cover run.jsonl:impl=stock run.jsonl:impl=refcounted --style trigger\n"
	       "  twbench cover run.jsonl --metrics delivery_ns_p50,delivery_ns_p99\n",
};

static int parse_args(int argc, char **argv, struct args *args)
{
	char why[300];
	int code = cli_parse(&argp, argc, argv, args), err;

	if (code >= 0)
		return code;
	if (args->n < 1 || args->n > 2) {
		fputs(WHO ": which? JOURNAL, or BASE HEAD; `twbench run -o FILE` writes one\n",
		      stderr);
		return EXIT_USAGE;
	}
	err = treatment_parse(&args->opts.treatment, args->treatment, why, sizeof(why));
	if (!err)
		return -1;
	fprintf(stderr, WHO ": --treatment %s\n", err == -EINVAL ? why : strerror(-err));
	return err == -EINVAL ? EXIT_USAGE : EXIT_INTERNAL;
}

/* The same floors as compare: the same verdicts. */
static int read_floor(struct args *args)
{
	char *path = noise_floor_path(args->paths[0]), why[600];
	int err = path ? noise_floor_read(path, &args->opts.noise, why, sizeof(why)) : -ENOMEM;

	free(path);
	if (!err || err == -ENOENT || err == -ENOTDIR)
		return 0;
	fprintf(stderr, WHO ": %s\n", why);
	return EXIT_BAD_INPUT;
}

static int cover(const struct args *args)
{
	struct comparison c = { .opts = args->opts };
	int code, err;

	c.base.spec = args->paths[0];
	c.head.spec = args->paths[args->n - 1];
	c.base.want_sha256 = c.head.want_sha256 = true;
	code = args->n == 2 ? compare_run(&c) : compare_describe(&c);
	if (code) {
		fprintf(stderr, WHO ": %s\n", c.why);
	} else {
		err = cover_print(stdout, &c, args->style);
		if (err)
			fprintf(stderr, WHO ": %s\n", strerror(-err));
		code = err ? EXIT_INTERNAL : EXIT_DONE;
	}
	compare_free(&c);
	return code;
}

int cmd_cover(int argc, char **argv)
{
	struct args args = { .opts = { .decide = DECIDE_DEFAULTS, .floor = 0.01 } };
	int code = parse_args(argc, argv, &args);

	if (code < 0) {
		code = read_floor(&args);
		code = code ? code : cover(&args);
	}
	json_decref(args.opts.noise);
	treatment_free(&args.opts.treatment);
	return code;
}
