// SPDX-License-Identifier: GPL-2.0
/* twbench run --against, --confirm: what comes after the measurement. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "exit_code.h"
#include "run.h"
#include "run_fresh.h"
#include "text.h"

#define WHO "twbench run"

/* The sides as `compare` takes them. */
struct sides {
	char *base, *head, *fresh;
};

static const char *impl(const struct run_args *a, size_t i)
{
	return json_string_value(json_array_get(json_object_get(a->values, "impl"), i));
}

/* New; NULL without memory. A name that begins with a dash is no option. */
static char *make_side(const char *path, const char *impl)
{
	char *text;

	return asprintf(&text, "%s%s%s%s", *path == '-' ? "./" : "", path, impl ? ":impl=" : "",
			impl ?: "") < 0
		       ? NULL
		       : text;
}

static int make_sides(const struct run_args *a, const char *path, struct sides *s)
{
	const char *base = a->verdict.against;

	*s = (struct sides){ .fresh = run_fresh_path(path) };
	s->base = base ? make_side(base, NULL) : make_side(path, impl(a, 0));
	s->head = make_side(path, base ? NULL : impl(a, 1));
	return s->base && s->head && s->fresh ? 0 : EXIT_INTERNAL;
}

/* ---- candidates ---- */

static bool is_of(const struct compare_row *r, const struct point *p)
{
	return !strcmp(json_string_value(json_object_get(r->base->id, "bench")), p->bench->name) &&
	       json_equal(json_object_get(r->base->id, "params"), p->params);
}

/* Adds the names of a row's points: one for all implementations, so once. */
static void add_points(const struct compare_row *r, const struct plan *plan, json_t *only)
{
	char name[512];

	for (size_t i = 0; i < plan->n_points; i++) {
		json_t *text;
		size_t k = 0;

		if (!is_of(r, &plan->points[i]))
			continue;
		point_name(&plan->points[i], name, sizeof(name));
		text = json_string(name);
		while (k < json_array_size(only) && !json_equal(json_array_get(only, k), text))
			k++;
		if (k == json_array_size(only))
			json_array_append(only, text);
		json_decref(text);
	}
}

/* Which points are red at first look. 0 or the exit code of the comparison. */
static int find_candidates(const struct run_args *a, const struct plan *plan, const struct sides *s,
			   json_t *only)
{
	struct compare_args with = a->verdict.with;
	struct comparison c = { 0 };
	int code = compare_args_treatment(&with, WHO);

	code = code ?: compare_args_floors(&with, WHO, s->base);
	if (code)
		goto out;
	c.opts = with.opts;
	c.base.spec = s->base;
	c.head.spec = s->head;
	code = compare_run(&c);
	if (code)
		fprintf(stderr, WHO ": %s\n", c.why);
	for (size_t i = 0; i < c.n_rows && !code; i++)
		if (c.rows[i].d.verdict == VERDICT_REGRESSION)
			add_points(&c.rows[i], plan, only);
	compare_free(&c);
out:
	compare_args_free(&with);
	return code;
}

/*
 * Measures again what is red. *fresh: there is a journal of it. 0, or the exit code with which it
 * ends here. A first look that cannot be confirmed stands: it is red.
 */
static int confirm(const struct run_args *a, const struct plan *plan, const json_t *args,
		   const char *path, const struct sides *s, bool *fresh)
{
	json_t *only = json_array();
	size_t n;
	int code = find_candidates(a, plan, s, only);

	n = json_array_size(only);
	if (!code && n) {
		fprintf(stderr,
			WHO ": a regression at first look: measuring %zu point%s again, into %s\n",
			n, n == 1 ? "" : "s", s->fresh);
		fflush(stdout);
		code = run_fresh(a, plan, args, s->fresh, only);
		*fresh = code == EXIT_DONE;
		if (code == EXIT_INTERRUPTED) {
			fprintf(stderr, WHO ": `twbench run --resume -o %s` goes on, and judges\n",
				path);
		} else if (code) {
			fprintf(stderr, WHO ": not confirmed: the first look stands\n");
			code = 0;
		}
	}
	json_decref(only);
	return code;
}

/* ---- the comparison ---- */

static void say(char **argv, int argc)
{
	fputs("verdict: twbench", stderr);
	for (int i = 0; i < argc; i++) {
		fputc(' ', stderr);
		text_word(stderr, argv[i]);
	}
	fputc('\n', stderr);
}

/* By the command that anyone can repeat. */
static int compare(const struct run_args *a, const struct sides *s, bool fresh)
{
	const struct run_verdict *v = &a->verdict;
	char *argv[COMPARE_MAX_WORDS + 10] = { "compare", s->base, s->head };
	int argc = 3;

	for (size_t i = 0; i < v->with.n_words; i++)
		argv[argc++] = (char *)v->with.words[i];
	if (fresh) {
		argv[argc++] = "--confirm";
		argv[argc++] = s->fresh;
	}
	if (v->strict)
		argv[argc++] = "--strict";
	if (v->format != FORMAT_TEXT) {
		argv[argc++] = "--format";
		argv[argc++] = (char *)compare_formats[v->format];
	}
	if (!a->quiet) {
		if (v->format == FORMAT_TEXT)
			putchar('\n');
		fflush(stdout);
		say(argv, argc);
		if (v->format == FORMAT_TEXT)
			fputc('\n', stderr);
	}
	return cmd_compare(argc, argv);
}

int run_verdict(const struct run_args *a, const struct plan *plan, const json_t *args,
		const char *path, int code)
{
	struct sides s = { 0 };
	bool fresh = false;

	if (!run_wants_verdict(a))
		return code;
	if (code == EXIT_UNTRUSTED || code == EXIT_INTERNAL)
		fprintf(stderr, WHO ": no verdict: the run had errors; `twbench compare` compares "
				    "what was measured\n");
	if (code != EXIT_DONE)
		return code;
	code = make_sides(a, path, &s);
	if (!code && a->verdict.confirm)
		code = confirm(a, plan, args, path, &s, &fresh);
	code = code ?: compare(a, &s, fresh);
	free(s.base);
	free(s.head);
	free(s.fresh);
	return code;
}
