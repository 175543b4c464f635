// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "run_fresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exit_code.h"
#include "plan_args.h"

char *run_fresh_path(const char *path)
{
	static const char end[] = ".jsonl";
	size_t n = strlen(path), cut = n;
	char *text;

	if (n >= strlen(end) && !strcmp(path + n - strlen(end), end))
		cut = n - strlen(end);
	return asprintf(&text, "%.*s-confirm%s", (int)cut, path, path + cut) < 0 ? NULL : text;
}

/* "--only POINT", "--only=POINT"; a shortened one begins like no other option. Takes words. */
static json_t *without_only(json_t *words)
{
	size_t i = 0;

	while (i < json_array_size(words)) {
		const char *word = json_string_value(json_array_get(words, i));

		if (strncmp(word, "--on", 4)) {
			i++;
			continue;
		}
		if (!strchr(word, '='))
			json_array_remove(words, i + 1);
		json_array_remove(words, i);
	}
	return words;
}

/*
 * The command that measures it, from which --resume can go on, too: the plan of the first look, as
 * often, of these points alone. A budget is one of its own.
 */
static json_t *words_of(const struct plan *plan, const json_t *args, const char *fresh,
			const json_t *only)
{
	json_t *words = without_only(plan_args(args)), *v;
	size_t i;

	json_array_append_new(words, json_string("-n"));
	json_array_append_new(words, json_sprintf("%u", plan->invocations));
	json_array_foreach(only, i, v) {
		json_array_append_new(words, json_string("--only"));
		json_array_append(words, v);
	}
	json_array_append_new(words, json_string("-o"));
	json_array_append_new(words, run_word(fresh));
	return words;
}

static int measure(const struct run_args *a, const struct plan *plan, const json_t *words,
		   const char *fresh)
{
	struct run_args b;
	char **argv = NULL;
	int code = run_parse_words(words, &b, &argv);

	if (code < 0) {
		b.output = fresh;
		b.quiet = a->quiet;
		b.no_tables = true;
		b.other_seed = plan->seed;
		code = run_new(&b, words);
	}
	json_decref(b.values);
	free(argv);
	return code;
}

/* What could not be trusted when it was measured cannot be when it is resumed. */
static int check_errors(const char *fresh)
{
	char why[256];
	struct journal j;
	int code;

	if (journal_read(fresh, &j, why, sizeof(why)))
		return EXIT_BAD_INPUT;
	code = json_array_size(j.errors) ? EXIT_UNTRUSTED : EXIT_DONE;
	if (code)
		fprintf(stderr, "twbench run: %s has errors: `twbench report` shows them\n", fresh);
	journal_free(&j);
	return code;
}

static int go_on(const struct run_args *a, const char *fresh)
{
	const struct run_args b = {
		.output = fresh, .quiet = a->quiet, .no_tables = true, .resume = true
	};
	json_t *words = json_pack("[s,s,s,o]", "run", "--resume", "-o", run_word(fresh));
	int code = run_resume(&b, words);

	json_decref(words);
	return code == EXIT_DONE ? check_errors(fresh) : code;
}

int run_fresh(const struct run_args *a, const struct plan *plan, const json_t *args,
	      const char *fresh, const json_t *only)
{
	struct stat st;
	json_t *words;
	int code;

	/* An empty one was killed before its first line. */
	if (!stat(fresh, &st) && st.st_size)
		return go_on(a, fresh);
	words = words_of(plan, args, fresh, only);
	code = measure(a, plan, words, fresh);
	json_decref(words);
	return code;
}
