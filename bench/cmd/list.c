// SPDX-License-Identifier: GPL-2.0
/* twbench list: benches with their parameters and metrics, and triggers; computed from the tables. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "chosen.h"
#include "cli.h"
#include "commands.h"
#include "exit_code.h"
#include "opts.h"

static const char *const better_names[] = {
	[BETTER_NONE] = "",
	[BETTER_LOWER] = "lower",
	[BETTER_HIGHER] = "higher",
};

static void print_opt(const struct opt *o)
{
	char range[160];

	opt_describe(o, range, sizeof(range));
	printf("    %-12s %s (%s; default %s)\n", o->name, o->help, range,
	       opt_default(o, PROFILE_QUICK));
}

static void print_bench(const struct bench *b)
{
	const char *impl;

	printf("%s: %s\n", b->name, b->question);
	if (b->impl_at) {
		printf("  implementations\n   ");
		for (unsigned int i = 0; (impl = bench_impl(b, i)); i++)
			printf(" %s", impl);
		printf("\n");
	}
	printf("  parameters\n");
	for (const struct opt *o = b->opts; o->name; o++)
		print_opt(o);
	printf("  metrics\n");
	for (const struct metric *m = b->metrics; m->name; m++)
		printf("    %-25s %-5s %s%s%s\n", m->name, m->unit, m->help,
		       m->better ? "; better: " : "", better_names[m->better]);
	printf("\n");
}

static void print_text(void)
{
	for (size_t i = 0; benches[i]; i++)
		print_bench(benches[i]);
	printf("triggers\n");
	for (size_t i = 0; triggers[i]; i++)
		printf("    %-12s %s (calls from: %s)\n", triggers[i]->name, triggers[i]->help,
		       triggers[i]->context);
}

static json_t *opts_json(const struct bench *b)
{
	json_t *all = json_array();
	char range[160];

	for (const struct opt *o = b->opts; o->name; o++) {
		opt_describe(o, range, sizeof(range));
		json_array_append_new(all, json_pack("{ss ss ss s{ss ss ss}}", "name", o->name,
						     "help", o->help, "range", range, "default",
						     "smoke", opt_default(o, PROFILE_SMOKE),
						     "quick", opt_default(o, PROFILE_QUICK), "full",
						     opt_default(o, PROFILE_FULL)));
	}
	return all;
}

static json_t *impls_json(const struct bench *b)
{
	json_t *all = json_array();
	const char *impl;

	for (unsigned int i = 0; (impl = bench_impl(b, i)); i++)
		json_array_append_new(all, json_string(impl));
	return all;
}

static json_t *metrics_json(const struct bench *b)
{
	json_t *all = json_array();

	for (const struct metric *m = b->metrics; m->name; m++)
		json_array_append_new(
			all, json_pack("{ss ss ss ss ss}", "name", m->name, "unit", m->unit, "kind",
				       m->kind == METRIC_HIST ? "histogram" : "gauge", "better",
				       better_names[m->better], "help", m->help));
	return all;
}

static int print_json(void)
{
	json_t *b = json_array(), *t = json_array(), *all;
	int err;

	for (size_t i = 0; benches[i]; i++)
		json_array_append_new(b, json_pack("{ss ss so so so}", "name", benches[i]->name,
						   "question", benches[i]->question,
						   "implementations", impls_json(benches[i]),
						   "parameters", opts_json(benches[i]), "metrics",
						   metrics_json(benches[i])));
	for (size_t i = 0; triggers[i]; i++)
		json_array_append_new(t, json_pack("{ss ss ss}", "name", triggers[i]->name, "help",
						   triggers[i]->help, "context",
						   triggers[i]->context));
	all = json_pack("{so so}", "benches", b, "triggers", t);
	err = json_dumpf(all, stdout, JSON_INDENT(2));
	printf("\n");
	json_decref(all);
	return err ? EXIT_INTERNAL : EXIT_DONE;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	int *json = state->input;

	if (key != 'j')
		return ARGP_ERR_UNKNOWN;
	*json = 1;
	return 0;
}

int cmd_list(int argc, char **argv)
{
	static const struct argp_option options[] = {
		{ "json", 'j', NULL, 0, "For scripts", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = options,
		.parser = parse,
		.doc = "Benches, their parameters and metrics, and triggers.\v"
		       "EXAMPLES\n"
		       "  twbench list\n"
		       "  twbench list --json | jq '.benches[].name'",
	};
	int json = 0, code = cli_parse(&argp, argc, argv, &json);

	if (code >= 0)
		return code;
	if (json)
		return print_json();
	print_text();
	return EXIT_DONE;
}
