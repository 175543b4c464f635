/* SPDX-License-Identifier: GPL-2.0 */
/* twbench report: journals as plain text, for people and for kernel lists, or as a page. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "commands.h"
#include "exit_code.h"
#include "inputs.h"
#include "report.h"
#include "report_html.h"

#define WHO REPORT_WHO

/* ---- command line ---- */

enum { KEY_HTML = 0x100 };

struct args {
	struct report_html html; /* dir: NULL: plain text */
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Print every metric and every percentile", 0 },
	{ "html", KEY_HTML, "DIR", 0,
	  "Write DIR/index.html instead: one page with the tables, the figures that `twbench plot`"
	  " draws, and the verdicts of `twbench compare` if there are two journals. It holds no"
	  " script and refers to nothing else",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &args->html.with;
		return 0;
	case 'a':
		args->html.all = true;
		return 0;
	case KEY_HTML:
		args->html.dir = arg;
		return 0;
	case ARGP_KEY_ARGS:
		args->paths = state->argv + state->next;
		args->html.paths = args->paths;
		args->n = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &compare_argp, 0, "With --html and two journals, as of twbench compare:", 0 }, { 0 }
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "JOURNAL...",
	.doc = "Print what journals say as plain text, at most 100 columns wide. Journals of one"
	       " environment become one table, others follow each other. \"-\" is standard input."
	       "\v"
	       "--html prints the path of the page, whose figures need gnuplot. Of two journals the"
	       " first is the base; where they cannot be compared the page says why.\n"
	       "Exit status: 0, whatever the verdicts are; 2 usage; 5 bad or foreign input; 6 output"
	       " failed.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench report results/run.jsonl\n"
	       "  twbench report --all monday.jsonl tuesday.jsonl\n"
	       "  twbench report --html page main.jsonl patched.jsonl --treatment kernel\n"
	       "  twbench run -p smoke -o - | twbench report -\n",
};

static bool compares(const struct args *args)
{
	return args->html.dir && args->n == 2;
}

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	if (!args->n) {
		fputs(WHO ": which JOURNAL? `twbench run -o FILE` writes one\n", stderr);
		return EXIT_USAGE;
	}
	if (!compares(args) && compare_args_given(&args->html.with)) {
		fputs(WHO ": options of a comparison go with --html and two journals\n", stderr);
		return EXIT_USAGE;
	}
	code = compare_args_treatment(&args->html.with, WHO);
	return code ? code : -1;
}

/* ---- journals of one environment ---- */

size_t report_gather(const struct journal **v, size_t n, size_t from)
{
	const struct journal *tmp;
	char fields[512];
	size_t i, end = from + 1;

	for (i = end; i < n; i++) {
		if (!inputs_same_env(v[from], v[i], fields, sizeof(fields))) {
			fprintf(stderr, WHO ": %s and %s are kept apart: they differ in %s\n",
				v[from]->path, v[i]->path, fields);
			continue;
		}
		tmp = v[i];
		memmove(v + end + 1, v + end, (i - end) * sizeof(*v));
		v[end++] = tmp;
	}
	return end;
}

static int print_groups(const struct journal **v, size_t n, bool all)
{
	size_t i, from, end;
	int err = 0;

	for (from = 0; from < n && !err; from = end) {
		struct report r = { .out = stdout, .all = all, .journals = v + from };

		end = report_gather(v, n, from);
		r.n = end - from;
		if (from)
			fputs("\n\n", stdout);
		if (r.n < n)
			for (i = from; i < end; i++)
				printf("==== %s\n", v[i]->path);
		err = report_print(&r);
	}
	return err;
}

static int print_all(const struct inputs *in, bool all)
{
	const struct journal **v = calloc(in->n, sizeof(*v));
	size_t i;
	int err = -ENOMEM;

	if (v) {
		for (i = 0; i < in->n; i++)
			v[i] = &in->v[i];
		err = print_groups(v, in->n, all);
	}
	free(v);
	return err;
}

static int report(struct args *args)
{
	struct inputs in;
	int code = inputs_read(WHO, args->paths, args->n, &in), err;

	if (code)
		return code;
	if (args->html.dir) {
		if (compares(args))
			code = compare_args_floors(&args->html.with, WHO, args->paths[0]);
		code = code ? code : report_html(&args->html, &in);
	} else {
		err = print_all(&in, args->html.all);
		if (err)
			fprintf(stderr, WHO ": %s\n", strerror(-err));
		code = err ? EXIT_INTERNAL : EXIT_DONE;
	}
	inputs_free(&in);
	return code;
}

int cmd_report(int argc, char **argv)
{
	struct args args = { .html.with = COMPARE_ARGS_DEFAULTS };
	int code = parse_args(argc, argv, &args);

	if (code < 0)
		code = report(&args);
	compare_args_free(&args.html.with);
	return code;
}
