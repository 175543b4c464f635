// SPDX-License-Identifier: GPL-2.0
#include "cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "exit_code.h"
#include "version.h"

struct cli {
	void *input; /* the command's */
	bool done;
};

static bool error_was_said;

error_t cli_error(const struct argp_state *state, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s: ", state->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	error_was_said = true;
	return EINVAL;
}

static const struct argp_option common_options[] = {
	{ "help", 'h', NULL, 0, "Print this help", -1 },
	{ "version", 'V', NULL, 0, "Print the version", -1 },
	{ 0 },
};

/* Without the EXIT flags argp leaves exit() to main(). */
static error_t parse_common(int key, char *arg, struct argp_state *state)
{
	struct cli *cli = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = cli->input;
		return 0;
	case 'h':
		/* Not argp_state_help(): that is silent under ARGP_NO_ERRS. */
		argp_help(state->root_argp, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK,
			  state->name);
		break;
	case 'V':
		puts("twbench " TW_VERSION);
		break;
	case ARGP_KEY_ERROR:
		if (!error_was_said)
			cli_error(state, "unknown or incomplete option '%s': see %s --help",
				  state->argv[state->next > 1 ? state->next - 1 : state->argc - 1],
				  state->name);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	cli->done = true;
	state->next = state->argc;
	return 0;
}

int cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	/* The parent's documentation is what --help prints; the child brings options and parser. */
	struct argp own = *argp;
	const struct argp_child children[] = { { &own, 0, NULL, 0 }, { 0 } };
	const struct argp top = { .options = common_options,
				  .parser = parse_common,
				  .args_doc = argp->args_doc,
				  .doc = argp->doc,
				  .children = children };
	struct cli cli = { .input = input };
	char name[64];
	error_t err;

	error_was_said = false;
	own.doc = NULL;
	own.args_doc = NULL;
	snprintf(name, sizeof(name), "twbench %s", argv[0]);
	argv[0] = name;
	/* argp's own words for an unknown option are two lines, one of them wrong. */
	err = argp_parse(&top, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP | ARGP_NO_ERRS, NULL, &cli);
	argv[0] = NULL;
	if (cli.done)
		return EXIT_DONE;
	return err ? EXIT_USAGE : -1;
}
