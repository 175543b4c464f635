// SPDX-License-Identifier: GPL-2.0
#include "run_args.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "cli.h"
#include "exit_code.h"
#include "opts.h"

enum {
	KEY_SEED = 0x100,
	KEY_CPUS,
	KEY_RATES,
	KEY_ARRIVAL,
	KEY_MODES,
	KEY_TRIGGERS,
	KEY_TARGETS,
	KEY_IMPL,
	KEY_SET,
	KEY_REQUIRE_LIVE,
	KEY_RESUME,
	KEY_DRY_RUN,
	KEY_BUDGET,
	KEY_ONLY,
};

static const struct argp_option options[] = {
	{ "profile", 'p', "NAME", 0, "smoke (seconds), quick (default, minutes) or full", 0 },
	{ "output", 'o', "JOURNAL", 0, "Journal to write; - is standard output", 0 },
	{ "invocations", 'n', "N", 0, "Fresh processes per point", 0 },
	{ "duration", 'd', "SECONDS", 0, "Length of one window", 0 },
	{ "budget", KEY_BUDGET, "SECONDS", 0,
	  "Reduce the invocations to take no longer; --confirm may take as long again", 0 },
	{ "seed", KEY_SEED, "N", 0, "Of order and schedules; recorded in any case", 0 },
	{ "cpus", KEY_CPUS, "LIST", 0, "CPUs that schedule: 0-3,7, first, all; repeat to sweep",
	  1 },
	{ "rates", KEY_RATES, "N,...", 0, "Due instants per CPU and second", 1 },
	{ "arrival", KEY_ARRIVAL, "NAME,...", 0, "constant, poisson, max", 1 },
	{ "modes", KEY_MODES, "NAME,...", 0, "signal, resume", 1 },
	{ "triggers", KEY_TRIGGERS, "NAME,...", 0, "See twbench list", 1 },
	{ "targets", KEY_TARGETS, "NAME,...", 0, "self, remote, zombie, ...: see twbench list", 1 },
	{ "impl", KEY_IMPL, "NAME,...", 0,
	  "stock: the running kernel's own; others in user space: see twbench list", 1 },
	{ "set", KEY_SET, "BENCH.OPTION=V,...", 0, "Any parameter of a bench", 1 },
	{ "only", KEY_ONLY, "POINT", 0,
	  "Of all that, this point alone, as --dry-run prints it; may be repeated", 1 },
	{ "require-live", KEY_REQUIRE_LIVE, NULL, 0, "Exit 77 without a usable kernel", 2 },
	{ "resume", KEY_RESUME, NULL, 0, "Go on with an interrupted journal (-o)", 2 },
	{ "dry-run", KEY_DRY_RUN, NULL, 0, "Print the plan and its duration", 2 },
	{ "quiet", 'q', NULL, 0, "No progress, no table of the run", 2 },
	{ 0 },
};

static const char doc[] =
	"Measures, one fresh process per invocation in random order, and writes a journal.\v"
	"EXAMPLES\n"
	"  # every bench, three minutes\n"
	"  twbench run\n"
	"  # how the tail grows with the rate\n"
	"  twbench run latency --triggers syscall --rates 1000,10000,100000 -n 20\n"
	"  # one CPU against all\n"
	"  twbench run latency --cpus 0 --cpus all -o cpus.jsonl\n"
	"  # what does the refcount cost? (in user space: no kernel's time)\n"
	"  twbench run user-schedule user-ebusy --impl posted,refcounted -n 20\n"
	"  # is the new build slower than the one of a journal? Red only if twice\n"
	"  twbench run --against main.jsonl --treatment twbench --confirm -o head.jsonl\n"
	"  # the same of two implementations, side by side\n"
	"  twbench run user-schedule --impl posted,refcounted -n 20 --confirm\n"
	"  # go on after an interruption\n"
	"  twbench run --resume -o cpus.jsonl";

static error_t seconds(struct argp_state *state, const char *name, const char *arg, double *out)
{
	char *end;

	*out = strtod(arg, &end);
	if (!*end && end != arg && *out >= 0.001 && *out <= 1e6)
		return 0;
	return cli_error(state, "%s '%s': must be 0.001..1000000 seconds", name, arg);
}

static error_t integer(struct argp_state *state, const char *name, const char *arg, uint64_t min,
		       uint64_t max, uint64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoull(arg, &end, 10);
	if (isdigit((unsigned char)*arg) && !*end && !errno && *out >= min && *out <= max)
		return 0;
	return cli_error(state, "%s '%s': must be %llu..%llu", name, arg, (unsigned long long)min,
			 (unsigned long long)max);
}

/* Appends the values to those of the option; sep 0: one value. */
static void add_values(struct run_args *a, const char *key, const char *text, char sep)
{
	const char seps[] = { sep, '\0' };
	json_t *list = json_object_get(a->values, key);
	char *copy = strdup(text), *rest = copy, *item;

	if (!list) {
		list = json_array();
		json_object_set_new(a->values, key, list);
	}
	while (copy && (item = strsep(&rest, seps)))
		json_array_append_new(list, json_string(item));
	free(copy);
}

/* Whether a row of some bench takes it, or no bench has such a row; why is the first one's. */
static bool fits_a_row(const char *key, const char *text, char *why, size_t size)
{
	bool refused = false;
	char other[256];

	for (size_t i = 0; benches[i]; i++) {
		const struct opt *o = opt_find(benches[i], key);
		json_t *value = o ? opt_value(o, text, refused ? other : why,
					      refused ? sizeof(other) : size)
				  : NULL;

		json_decref(value);
		if (value)
			return true;
		refused |= o != NULL;
	}
	return !refused;
}

/* Whether it fits the benches that were chosen is the plan's to say: they may yet come. */
static error_t check_values(struct argp_state *state, const char *key, json_t *list)
{
	char why[256];
	json_t *v;
	size_t n;

	json_array_foreach(list, n, v)
		if (!fits_a_row(key, json_string_value(v), why, sizeof(why)))
			return cli_error(state, "%s", why);
	return 0;
}

static error_t add_sweep(struct argp_state *state, const char *key, const char *arg, char sep)
{
	struct run_args *a = state->input;

	add_values(a, key, arg, sep);
	return check_values(state, key, json_object_get(a->values, key));
}

static error_t unknown_option(struct argp_state *state, const struct bench *b, const char *name)
{
	char list[256] = "";

	for (const struct opt *o = b->opts; o->name; o++) {
		strncat(list, " ", sizeof(list) - strlen(list) - 1);
		strncat(list, o->name, sizeof(list) - strlen(list) - 1);
	}
	cli_error(state, "%s has no option '%s'; it has:%s", b->name, name, list);
	return EINVAL;
}

static error_t unknown_bench(struct argp_state *state, const char *name)
{
	char list[256] = "";

	for (size_t i = 0; benches[i]; i++) {
		strncat(list, " ", sizeof(list) - strlen(list) - 1);
		strncat(list, benches[i]->name, sizeof(list) - strlen(list) - 1);
	}
	cli_error(state, "no bench '%s'; there are:%s", name, list);
	return EINVAL;
}

/* BENCH.OPTION=V[,V] */
static error_t add_set(struct argp_state *state, const char *arg)
{
	struct run_args *a = state->input;
	char *copy = strdup(arg), *eq = copy ? strchr(copy, '=') : NULL;
	char *dot = eq ? memchr(copy, '.', eq - copy) : NULL, why[256];
	const struct bench *b;
	const struct opt *o;
	json_t *values = NULL;
	error_t err = EINVAL;

	if (!dot) {
		cli_error(state, "--set '%s': must be BENCH.OPTION=VALUE", arg);
		goto out;
	}
	*dot = *eq = '\0';
	b = bench_by_name(copy);
	o = b ? opt_find(b, dot + 1) : NULL;
	if (!o) {
		err = b ? unknown_option(state, b, dot + 1) : unknown_bench(state, copy);
		goto out;
	}
	values = opt_values(o, eq + 1, o->type == OPT_CPUS ? '\0' : ',', why, sizeof(why));
	if (!values) {
		cli_error(state, "--set %s.%s", b->name, why);
		goto out;
	}
	*dot = '.';
	add_values(a, copy, eq + 1, o->type == OPT_CPUS ? '\0' : ',');
	err = 0;
out:
	json_decref(values);
	free(copy);
	return err;
}

static error_t set_profile(struct argp_state *state, const char *arg)
{
	struct run_args *a = state->input;

	for (int i = 0; i < PROFILES; i++) {
		if (!strcmp(profiles[i].name, arg)) {
			a->profile = i;
			return 0;
		}
	}
	cli_error(state, "no profile '%s'; there are: smoke quick full", arg);
	return EINVAL;
}

static error_t add_bench(struct argp_state *state, const char *arg)
{
	struct run_args *a = state->input;

	if (!bench_by_name(arg))
		return unknown_bench(state, arg);
	if (a->n_benches == RUN_MAX_BENCHES)
		return cli_error(state, "more than %d benches", RUN_MAX_BENCHES);
	a->benches[a->n_benches++] = arg;
	return 0;
}

static error_t add_impls(struct argp_state *state, const char *arg)
{
	struct run_args *a = state->input;
	char list[256];
	json_t *v;
	size_t i;

	add_values(a, "impl", arg, ',');
	json_array_foreach(json_object_get(a->values, "impl"), i, v) {
		if (impl_exists(json_string_value(v)))
			continue;
		impls_describe(list, sizeof(list));
		cli_error(state, "no implementation '%s'; there are: %s", json_string_value(v),
			  list);
		return EINVAL;
	}
	return 0;
}

static error_t parse_sweep(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'p':
		return set_profile(state, arg);
	case KEY_CPUS:
		return add_sweep(state, "cpus", arg, '\0');
	case KEY_RATES:
		return add_sweep(state, "rate", arg, ',');
	case KEY_ARRIVAL:
		return add_sweep(state, "arrival", arg, ',');
	case KEY_MODES:
		return add_sweep(state, "mode", arg, ',');
	case KEY_TRIGGERS:
		return add_sweep(state, "trigger", arg, ',');
	case KEY_TARGETS:
		return add_sweep(state, "target", arg, ',');
	case KEY_SET:
		return add_set(state, arg);
	case KEY_IMPL:
		return add_impls(state, arg);
	case ARGP_KEY_ARG:
		return add_bench(state, arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_plan(int key, char *arg, struct argp_state *state)
{
	struct run_args *a = state->input;
	error_t err;

	switch (key) {
	case 'n':
		return integer(state, "--invocations", arg, 1, 100000, &a->invocations);
	case 'd':
		return seconds(state, "--duration", arg, &a->window_s);
	case KEY_BUDGET:
		return seconds(state, "--budget", arg, &a->budget_s);
	case KEY_SEED:
		a->has_seed = true;
		return integer(state, "--seed", arg, 0, 0x7fffffff, &a->seed);
	case KEY_ONLY:
		add_values(a, "only", arg, '\0');
		return 0;
	default:
		err = parse_sweep(key, arg, state);
		a->points_given |= err != ARGP_ERR_UNKNOWN;
		return err;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct run_args *a = state->input;
	error_t err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->verdict;
		return 0;
	case 'o':
		a->output = arg;
		return 0;
	case 'q':
		a->quiet = true;
		return 0;
	case KEY_REQUIRE_LIVE:
		a->require_live = true;
		return 0;
	case KEY_RESUME:
		a->resume = true;
		return 0;
	case KEY_DRY_RUN:
		a->dry_run = true;
		return 0;
	}
	err = parse_plan(key, arg, state);
	if (err != ARGP_ERR_UNKNOWN)
		a->plan_given = true;
	return err;
}

static const struct argp_child children[] = {
	{ &run_verdict_argp, 0, "To compare afterwards, as twbench compare does:", 3 }, { 0 }
};

int run_args_parse(struct run_args *a, int argc, char **argv)
{
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.args_doc = "[BENCH...]",
		.doc = doc,
		.children = children,
	};

	*a = (struct run_args){ .profile = PROFILE_QUICK,
				.values = json_object(),
				.verdict.with = COMPARE_ARGS_DEFAULTS };
	return a->values ? cli_parse(&argp, argc, argv, a) : EXIT_INTERNAL;
}
