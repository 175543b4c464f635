// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "marks.h"
#include "noise_floor.h"

#define WHY(c, ...) snprintf((c)->why, sizeof((c)->why), __VA_ARGS__)

/* ---- reading ---- */

static void *read_in_thread(void *side)
{
	return (void *)(intptr_t)side_read(side);
}

/* Parsing is what takes time: one side per CPU. Jansson's seed must be there before. */
static int read_sides(struct comparison *c)
{
	bool both_stdin = !strncmp(c->base.spec, "-", 2) && !strncmp(c->head.spec, "-", 2);
	pthread_t thread;
	void *head_code;
	int code;

	if (both_stdin) {
		WHY(c, "standard input can be read only once: give a file");
		return EXIT_USAGE;
	}
	json_object_seed(0);
	if (pthread_create(&thread, NULL, read_in_thread, &c->head)) {
		WHY(c, "no thread to read with");
		return EXIT_INTERNAL;
	}
	code = side_read(&c->base);
	pthread_join(thread, &head_code);
	if (code || head_code)
		WHY(c, "%s", code ? c->base.why : c->head.why);
	return code ? code : (int)(intptr_t)head_code;
}

static bool same_names(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)a, name, v)
		if (!json_object_get(b, name))
			return false;
	return json_object_size(a) == json_object_size(b);
}

static int check_sides(struct comparison *c)
{
	int shared;

	if (!same_names(c->base.select, c->head.select)) {
		WHY(c, "select both sides by the same parameters: %s, %s", c->base.spec,
		    c->head.spec);
		return EXIT_USAGE;
	}
	/* A copy compared with its original is a gate that cannot fail; one on the same side counts
	 * twice. */
	shared = sides_share(&c->base, &c->head, true);
	if (shared < 0)
		WHY(c, "no memory");
	else if (shared)
		WHY(c, "%s, %s: a sample is there twice: is one a copy of another?", c->base.spec,
		    c->head.spec);
	return shared < 0 ? EXIT_INTERNAL : shared ? EXIT_USAGE : 0;
}

/* ---- verdicts ---- */

/* A metric that is not positive somewhere cannot be told in percent; a row of one of its values
 * is. */
static int refused_row(struct comparison *c, const struct compare_row *rows, size_t n, int err)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].d.error)
			WHY(c, "%s %s: %s",
			    json_string_value(json_object_get(rows[i].base->id, "bench")),
			    rows[i].metric, strerror(-rows[i].d.error));
	if (err == -ENOMEM)
		WHY(c, "no memory");
	return err == -ENOMEM ? EXIT_INTERNAL : EXIT_BAD_INPUT;
}

int compare_decide(struct comparison *c, struct compare_row *rows, size_t n)
{
	struct decide_row *in = calloc(n + 1, sizeof(*in));
	struct decision *out = calloc(n + 1, sizeof(*out));
	int err = in && out ? 0 : -ENOMEM;

	for (size_t i = 0; i < n && !err; i++)
		in[i] = rows[i].data;
	if (!err)
		err = decide_rows(in, n, &c->opts.decide, out);
	for (size_t i = 0; i < n && out; i++)
		rows[i].d = out[i];
	free(in);
	free(out);
	return err ? refused_row(c, rows, n, err) : 0;
}

static void count(struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++)
		c->count[c->rows[i].d.verdict]++;
}

static enum compare_unit unit_of(const struct comparison *c)
{
	if (c->opts.treatment.boots)
		return COMPARE_BOOTS;
	if (c->opts.self || c->opts.unpaired || !sides_are_parts(&c->base, &c->head))
		return COMPARE_INVOCATIONS;
	return COMPARE_PAIRS;
}

static int make_rows(struct comparison *c)
{
	int err = compare_check_names(c);

	if (err == -EINVAL)
		return EXIT_USAGE;
	c->unit = unit_of(c);
	c->foreign_noise = c->opts.noise && !noise_floor_is_of(c->opts.noise, c);
	if (c->foreign_noise)
		c->opts.noise = NULL;
	err = err ? err : compare_make_rows(c);
	if (err == -ENOENT && c->opts.only)
		return 0;

	if (err == -ENOENT)
		WHY(c,
		    "%s and %s have no bench, parameters and metric in common that could be"
		    " compared",
		    c->base.spec, c->head.spec);
	else if (err)
		WHY(c, "no memory");
	return !err ? 0 : err == -ENOENT ? EXIT_NOT_COMPARABLE : EXIT_INTERNAL;
}

int compare_run(struct comparison *c)
{
	int code = read_sides(c);

	c->left_out = json_array();
	c->warnings = json_array();
	code = code ? code : check_sides(c);
	code = code ? code : compare_read_fresh(c);
	code = code ? code : compare_check_environments(c);
	code = code ? code : make_rows(c);
	if (code || !c->n_rows)
		return code;
	code = compare_decide(c, c->rows, c->n_rows);
	code = code ? code : compare_confirm(c);
	if (!code)
		count(c);
	if (!code && compare_warn(c)) {
		WHY(c, "no memory");
		code = EXIT_INTERNAL;
	}
	return code;
}

static void free_rows(struct compare_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free((double *)rows[i].data.base);
		free((double *)rows[i].data.head);
	}
	free(rows);
}

void compare_free(struct comparison *c)
{
	free_rows(c->rows, c->n_rows);
	free_rows(c->again, c->n_again);
	side_free(&c->base);
	side_free(&c->head);
	side_free(&c->fresh);
	side_free(&c->fresh_base);
	json_decref(c->differs);
	json_decref(c->left_out);
	json_decref(c->warnings);
}

int compare_describe(struct comparison *c)
{
	int code = side_read(&c->base), err;

	c->left_out = json_array();
	c->warnings = json_array();
	if (code) {
		WHY(c, "%s", c->base.why);
		return code;
	}
	err = compare_check_names(c);
	if (err == -EINVAL)
		return EXIT_USAGE;
	err = err ? err : compare_make_single(c);
	if (err == -ENOENT && c->opts.only)
		return 0;
	err = err ? err : compare_warn_single(c);
	if (err)
		WHY(c, err == -ENOENT ? "%s has no metric to show" : "%s: no memory", c->base.spec);
	return !err ? 0 : err == -ENOENT ? EXIT_USAGE : EXIT_INTERNAL;
}
