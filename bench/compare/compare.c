// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "compare.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "exit_code.h"
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

static int by_mark(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* New, ascending. */
static uint64_t *marks_of(const struct side *s)
{
	uint64_t *v = malloc((s->n_samples + 1) * sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < s->n_points && v; i++)
		for (size_t k = 0; k < s->points[i].n; k++)
			v[n++] = s->points[i].samples[k].mark;
	if (v)
		qsort(v, n, sizeof(*v), by_mark);
	return v;
}

static bool has_twins(const uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i] == v[i - 1])
			return true;
	return false;
}

static bool share_one(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
	for (size_t i = 0, k = 0; i < n && k < m;) {
		if (a[i] == b[k])
			return true;
		if (a[i] < b[k])
			i++;
		else
			k++;
	}
	return false;
}

/* A copy compared with its original is a gate that cannot fail; a copy on one side counts twice. 1,
 * 0 or -ENOMEM. */
static int share_a_sample(const struct comparison *c)
{
	uint64_t *a = marks_of(&c->base), *b = marks_of(&c->head);
	size_t n = c->base.n_samples, m = c->head.n_samples;
	int shared = a && b ? 0 : -ENOMEM;

	if (!shared)
		shared = has_twins(a, n) || has_twins(b, m) || share_one(a, n, b, m);
	free(a);
	free(b);
	return shared;
}

static int check_sides(struct comparison *c)
{
	int shared;

	if (!same_names(c->base.select, c->head.select)) {
		WHY(c, "select both sides by the same parameters: %s, %s", c->base.spec,
		    c->head.spec);
		return EXIT_USAGE;
	}
	shared = share_a_sample(c);
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
static int refused_row(struct comparison *c, int err)
{
	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].d.error)
			WHY(c, "%s %s: %s",
			    json_string_value(json_object_get(c->rows[i].base->id, "bench")),
			    c->rows[i].metric, strerror(-c->rows[i].d.error));
	if (err == -ENOMEM)
		WHY(c, "no memory");
	return err == -ENOMEM ? EXIT_INTERNAL : EXIT_BAD_INPUT;
}

static int decide(struct comparison *c)
{
	struct decide_row *rows = calloc(c->n_rows, sizeof(*rows));
	struct decision *out = calloc(c->n_rows, sizeof(*out));
	int err = rows && out ? 0 : -ENOMEM;

	for (size_t i = 0; i < c->n_rows && !err; i++)
		rows[i] = c->rows[i].data;
	if (!err)
		err = decide_rows(rows, c->n_rows, &c->opts.decide, out);
	for (size_t i = 0; i < c->n_rows && out; i++) {
		c->rows[i].d = out[i];
		if (!err)
			c->count[out[i].verdict]++;
	}
	free(rows);
	free(out);
	return err ? refused_row(c, err) : 0;
}

/* Also under another name, as of a path with .. in it. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !strcmp(a, b) ||
	       (!stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

static bool same_journals(const struct side *a, const struct side *b)
{
	for (size_t i = 0; i < a->n_journals; i++)
		if (i >= b->n_journals || !same_file(a->journals[i].path, b->journals[i].path))
			return false;
	return a->n_journals == b->n_journals;
}

static enum compare_unit unit_of(const struct comparison *c)
{
	if (c->opts.treatment.boots)
		return COMPARE_BOOTS;
	if (c->opts.self || c->opts.unpaired || !same_journals(&c->base, &c->head))
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
	code = code ? code : compare_check_environments(c);
	code = code ? code : make_rows(c);
	code = code ? code : decide(c);
	if (!code && compare_warn(c)) {
		WHY(c, "no memory");
		code = EXIT_INTERNAL;
	}
	return code;
}

void compare_free(struct comparison *c)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		free((double *)c->rows[i].data.base);
		free((double *)c->rows[i].data.head);
	}
	free(c->rows);
	side_free(&c->base);
	side_free(&c->head);
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
	err = err ? err : compare_warn_single(c);
	if (err)
		WHY(c, err == -ENOENT ? "%s has no metric to show" : "%s: no memory", c->base.spec);
	return !err ? 0 : err == -ENOENT ? EXIT_USAGE : EXIT_INTERNAL;
}
