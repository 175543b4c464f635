// SPDX-License-Identifier: GPL-2.0
/* Options of `twbench run` about what is compared afterwards. */
#include "cli.h"
#include "run_args.h"

enum { KEY_AGAINST = 0x300, KEY_CONFIRM, KEY_STRICT, KEY_FORMAT };

static const struct argp_option options[] = {
	{ "against", KEY_AGAINST, "BASE,...", 0,
	  "Measure what the journal BASE did, unless benches or sweeps are given, compare BASE with"
	  " it, and exit as compare does. BASE is judged before anything is measured",
	  0 },
	{ "confirm", KEY_CONFIRM, NULL, 0,
	  "Measure again what is a regression, into a journal beside the other (x.jsonl,"
	  " x-confirm.jsonl); it stands only if it is one again. With --against, or of two"
	  " implementations: --impl A,B",
	  0 },
	{ "strict", KEY_STRICT, NULL, 0, "Exit with 3 if there is no verdict on some row", 0 },
	{ "format", KEY_FORMAT, "text|markdown|json|github", 0,
	  "How to say it (default: text); all but text: without the tables of the run", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_verdict *v = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &v->with;
		return 0;
	case KEY_AGAINST:
		v->against = arg;
		break;
	case KEY_CONFIRM:
		v->confirm = true;
		break;
	case KEY_STRICT:
		v->strict = true;
		break;
	case KEY_FORMAT:
		if (compare_format_parse(state, arg, &v->format))
			return EINVAL;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	v->given = true;
	return 0;
}

static const struct argp_child children[] = { { &compare_verdict_argp, 0, NULL, 0 }, { 0 } };

const struct argp run_verdict_argp = { .options = options, .parser = parse, .children = children };
