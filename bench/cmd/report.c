/* SPDX-License-Identifier: GPL-2.0 */
/* twbench report: journals as plain text, for people and for kernel lists. */
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

#define WHO "twbench report"

/* ---- command line ---- */

enum { KEY_HTML = 0x100 };

struct args {
	bool all, html;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{ "all", 'a', NULL, 0, "Print every metric and every percentile", 0 },
	{ "html", KEY_HTML, "DIR", 0, "Write pages into DIR (not available yet)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'a':
		args->all = true;
		return 0;
	case KEY_HTML:
		args->html = true;
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
	.doc = "Print what journals say as plain text, at most 100 columns wide. Journals of one"
	       " environment become one table, others follow each other. \"-\" is standard input."
	       "\v"
	       "Exit status: 0; 2 usage; 5 bad or foreign input; 6 output failed.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  twbench report results/run.jsonl\n"
	       "  twbench report --all monday.jsonl tuesday.jsonl\n"
	       "  twbench run -p smoke -o - | twbench report -\n",
};

/* -1: go on; otherwise the exit code. */
static int parse_args(int argc, char **argv, struct args *args)
{
	int code = cli_parse(&argp, argc, argv, args);

	if (code >= 0)
		return code;
	if (args->html) {
		fputs(WHO ": --html is not available yet\n", stderr);
		return EXIT_USAGE;
	}
	if (!args->n) {
		fputs(WHO ": which JOURNAL? `twbench run -o FILE` writes one\n", stderr);
		return EXIT_USAGE;
	}
	return -1;
}

/* ---- journals of one environment ---- */

/* Moves those that go with the first of v[from..] next to it; returns where the others start. */
static size_t gather(const struct journal **v, size_t n, size_t from)
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

		end = gather(v, n, from);
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

int cmd_report(int argc, char **argv)
{
	struct args args = { 0 };
	struct inputs in;
	int code = parse_args(argc, argv, &args), err;

	if (code >= 0)
		return code;
	code = inputs_read(WHO, args.paths, args.n, &in);
	if (code)
		return code;
	err = print_all(&in, args.all);
	inputs_free(&in);
	if (!err)
		return EXIT_DONE;
	fprintf(stderr, WHO ": %s\n", strerror(-err));
	return EXIT_INTERNAL;
}
