// SPDX-License-Identifier: GPL-2.0
/* twbench cover: what to paste into a mail to a kernel list. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "compare_args.h"
#include "cover.h"
#include "exit_code.h"

#define WHO "twbench cover"

enum { KEY_STYLE = 0x100, KEY_PLOT };

struct args {
	struct compare_args with;
	enum cover_style style;
	bool plot;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "style", KEY_STYLE, "box|trigger", 0, "A table, or a line per row (default: box)", 0 },
	{ "plot", KEY_PLOT, NULL, 0, "Also the changes and their intervals as a picture of text",
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
	case KEY_STYLE:
		if (strcmp(arg, "box") && strcmp(arg, "trigger"))
			return cli_error(state, "unknown style '%s': box or trigger", arg);
		args->style = strcmp(arg, "box") ? COVER_TRIGGER : COVER_BOX;
		return 0;
	case KEY_PLOT:
		args->plot = true;
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
	       "  twbench cover a1.jsonl,a2.jsonl,... b1.jsonl,b2.jsonl,... --treatment kernel\n"
	       "  twbench cover run.jsonl:impl=posted run.jsonl:impl=refcounted --style trigger\n"
	       "  twbench cover main.jsonl head.jsonl --treatment twbench --plot >cover.txt\n"
	       "  twbench cover run.jsonl --metrics delivery_ns_p50,delivery_ns_p99\n",
};

static int parse_args(int argc, char **argv, struct args *args)
{
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	if (args->n < 1 || args->n > 2) {
		fputs(WHO ": which? JOURNAL, or BASE HEAD; `twbench run -o FILE` writes one\n",
		      stderr);
		return EXIT_USAGE;
	}
	if (args->plot && args->n == 1) {
		fputs(WHO ": --plot draws changes: of BASE HEAD, not of one JOURNAL\n", stderr);
		return EXIT_USAGE;
	}
	code = compare_args_treatment(&args->with, WHO);
	return code ? code : -1;
}

static int cover(const struct args *args)
{
	struct comparison c = { .opts = args->with.opts };
	int code, err;

	c.base.spec = args->paths[0];
	c.head.spec = args->paths[args->n - 1];
	c.base.want_sha256 = c.head.want_sha256 = true;
	code = args->n == 2 ? compare_run(&c) : compare_describe(&c);
	if (code) {
		fprintf(stderr, WHO ": %s\n", c.why);
	} else {
		err = cover_print(stdout, &c, args->style, args->plot);
		if (err)
			fprintf(stderr, WHO ": %s\n", strerror(-err));
		code = err ? EXIT_INTERNAL : EXIT_DONE;
	}
	compare_free(&c);
	return code;
}

int cmd_cover(int argc, char **argv)
{
	struct args args = { .with = COMPARE_ARGS_DEFAULTS };
	int code = parse_args(argc, argv, &args);

	if (code < 0) {
		/* The same floors as compare: the same verdicts. */
		code = compare_args_floors(&args.with, WHO, args.paths[0]);
		code = code ? code : cover(&args);
	}
	compare_args_free(&args.with);
	return code;
}
