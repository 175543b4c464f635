/* SPDX-License-Identifier: GPL-2.0 */
/* twbench report: journals as plain text, for people and for kernel lists. */
#include <argp.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "report.h"

#ifndef TW_VERSION
#define TW_VERSION "unknown"
#endif

#define WHO "twbench report"

enum { EXIT_DONE = 0, EXIT_USAGE = 2, EXIT_IO = 6 };

int cmd_report(int argc, char **argv);

/* ---- command line ---- */

enum { KEY_HTML = 0x100, KEY_VERSION, KEY_USAGE };

struct args {
	bool all, html, done;
	char **paths;
	size_t n;
};

static const struct argp_option options[] = {
	{"all", 'a', NULL, 0, "Print every metric and every percentile", 0},
	{"html", KEY_HTML, "DIR", 0, "Write pages into DIR (not available yet)", 0},
	{"help", 'h', NULL, 0, "Print this help", 1},
	{"usage", KEY_USAGE, NULL, 0, "Print the options in short", 1},
	{"version", KEY_VERSION, NULL, 0, "Print the version", 1},
	{0},
};

/* Prints instead of reporting; without the EXIT flags, argp leaves exit() to main(). */
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
		if (args->done || args->html)
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
	.doc = "Print what journals say as plain text, at most 100 columns wide. Journals of one"
	       " environment become one table, others follow each other. \"-\" is standard input."
	       "\v"
	       "Exit status: 0; 2 usage; 5 bad or foreign input; 6 output failed.\n"
	       "\n"
	       "Examples:\n"
	       "  twbench report results/run.jsonl\n"
	       "  twbench report --all monday.jsonl tuesday.jsonl\n"
	       "  twbench run -p smoke -o - | twbench report -\n",
};

/* argp names the program after argv[0], which is "report" alone. */
static int parse_args(int argc, char **argv, struct args *args)
{
	static char name[] = WHO;
	char *old = argv[0];
	error_t err;

	argv[0] = name;
	err = argp_parse(&argp, argc, argv, ARGP_NO_HELP | ARGP_NO_EXIT, NULL, args);
	argv[0] = old;
	if (!err && args->html && !args->done) {
		fputs(WHO ": --html is not available yet\n", stderr);
		return -EINVAL;
	}
	return -err;
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
		struct report r = {.out = stdout, .all = all, .journals = v + from};

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
	err = print_all(&in, args.all);
	inputs_free(&in);
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = -errno;
	if (!err)
		return EXIT_DONE;
	fprintf(stderr, WHO ": the report could not be printed: %s\n", strerror(-err));
	return EXIT_IO;
}
