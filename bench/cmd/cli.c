// SPDX-License-Identifier: GPL-2.0
#include "cli.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "exit_code.h"

#ifndef TW_VERSION
#define TW_VERSION "unknown"
#endif

struct cli {
	void *input; /* the command's */
	bool done;
};

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
		argp_state_help(state, stdout, ARGP_HELP_STD_HELP & ~ARGP_HELP_EXIT_OK);
		break;
	case 'V':
		puts("twbench " TW_VERSION);
		break;
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
	const struct argp top = { .options = common_options, .parser = parse_common,
				  .args_doc = argp->args_doc, .doc = argp->doc,
				  .children = children };
	struct cli cli = { .input = input };
	char name[64];
	error_t err;

	own.doc = NULL;
	own.args_doc = NULL;
	snprintf(name, sizeof(name), "twbench %s", argv[0]);
	argv[0] = name;
	err = argp_parse(&top, argc, argv, ARGP_NO_EXIT | ARGP_NO_HELP, NULL, &cli);
	argv[0] = NULL;
	if (cli.done)
		return EXIT_DONE;
	return err ? EXIT_USAGE : -1;
}
