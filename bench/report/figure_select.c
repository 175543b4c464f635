// SPDX-License-Identifier: GPL-2.0
/* Which points a figure draws, as which curve: none that differ in what is not shown. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "figure.h"
#include "text.h"

/* Beyond any plan; it bounds what lies on the stack, and the time that n * n comparisons take. */
#define POINTS_MAX 4096

struct selecting {
	const struct figure *figure;
	struct figure_points *out;
	char *why;
	size_t why_size;
};

__attribute__((format(printf, 2, 3))) static int cannot(struct selecting *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, s->why_size, fmt, ap);
	va_end(ap);
	text_clean(s->why);
	return -ENOENT;
}

__attribute__((format(printf, 3, 4))) static void append(char *buf, size_t size, const char *fmt,
							 ...)
{
	size_t used = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + used, size - used, fmt, ap);
	va_end(ap);
	text_clean(buf + used);
	text_whole(buf);
}

static void keep_if(struct figure_points *p, const bool *wanted)
{
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++)
		if (wanted[i])
			p->v[k++] = p->v[i];
	p->n = k;
}

static int start(struct selecting *s, const struct sections *all)
{
	struct figure_points *p = s->out;

	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].name, s->figure->bench))
			p->section = &all->v[i];
	if (!p->section)
		return cannot(s, "no sample of bench %s", s->figure->bench);
	if (p->section->n > POINTS_MAX)
		return cannot(s, "bench %s has more than %d points", s->figure->bench, POINTS_MAX);
	p->v = calloc(p->section->n, sizeof(*p->v));
	p->series = calloc(p->section->n, sizeof(*p->series));
	if (!p->v || !p->series)
		return -ENOMEM;
	while (p->n < p->section->n) {
		p->v[p->n] = &p->section->points[p->n];
		p->n++;
	}
	return 0;
}

/* ---- what points must have ---- */

static int select_where(struct selecting *s, const char *condition)
{
	const char *equals = strchr(condition, '=');
	char name[64], value[256];
	bool wanted[s->out->n];

	snprintf(name, sizeof(name), "%.*s", (int)(equals - condition), condition);
	for (size_t i = 0; i < s->out->n; i++) {
		const json_t *v = sample_param(s->out->v[i]->first, name);

		wanted[i] = v && !strcmp(text_value(value, sizeof(value), v), equals + 1);
	}
	keep_if(s->out, wanted);
	return s->out->n ? 0
			 : cannot(s, "no sample of bench %s with %s", s->figure->bench, condition);
}

static bool point_has_hist(const struct point *p, const char *name)
{
	const json_t *sample;
	size_t i;

	json_array_foreach(p->samples, i, sample)
		if (json_integer_value(json_object_get(
			    json_object_get(json_object_get(sample, "hist"), name), "count")) > 0)
			return true;
	return false;
}

static int select_metric(struct selecting *s, const char *name)
{
	bool wanted[s->out->n], is_hist = !strcmp(name, s->figure->hist);
	struct spread spread;

	for (size_t i = 0; i < s->out->n; i++) {
		if (point_spread(s->out->v[i], sample_metric, name, &spread))
			return -ENOMEM;
		wanted[i] = is_hist ? point_has_hist(s->out->v[i], name) : spread.n > 0;
	}
	keep_if(s->out, wanted);
	return s->out->n ? 0
			 : cannot(s, "no sample of bench %s has %s%s", s->figure->bench,
				  is_hist ? "a histogram of " : "", name);
}

static int select_needed(struct selecting *s, char *const *where)
{
	const char *words = s->figure->where;
	char word[FIGURE_WORDS];
	int err = 0;

	while (!err && figure_word(&words, word, sizeof(word)))
		err = select_where(s, word);
	for (; !err && where && *where; where++)
		err = select_where(s, *where);
	for (words = s->figure->metrics; !err && figure_word(&words, word, sizeof(word));)
		err = select_metric(s, word);
	return err ?: *s->figure->hist ? select_metric(s, s->figure->hist) : 0;
}

/* ---- what is held ---- */

static bool is_series(const struct figure *f, const char *name)
{
	return !strcmp(name, "impl") || figure_has_word(f->series, name);
}

static bool is_held(const struct figure *f, const char *name)
{
	return !is_series(f, name) && !figure_has_word(f->x, name);
}

/* Whether p and q agree in all parameters that `which` names. Held ones need not apply to both:
 * some triggers know no arrivals. */
static bool agree(const struct selecting *s, const struct point *p, const struct point *q,
		  bool (*which)(const struct figure *, const char *))
{
	const json_t *name;
	size_t i;

	json_array_foreach(s->out->section->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = sample_param(p->first, key), *w = sample_param(q->first, key);

		if (!which(s->figure, key) || (which == is_held && (!v || !w)))
			continue;
		if (v != w && !json_equal(v, w))
			return false;
	}
	return true;
}

static size_t count_held(const struct selecting *s, const struct point *p)
{
	const json_t *name;
	size_t i, n = 0;

	json_array_foreach(s->out->section->params, i, name)
		n += is_held(s->figure, json_string_value(name)) &&
		     sample_param(p->first, json_string_value(name));
	return n;
}

/* How many parameters are as the bench has them by default. */
static size_t count_usual(const struct section *section, const struct point *p)
{
	const struct opt *o = section->bench ? section->bench->opts : NULL;
	char value[128], first[128];
	size_t n = 0;

	for (; o && o->name; o++) {
		const char *words = o->def[PROFILE_QUICK] ?: o->def[0] ?: "";

		text_value(value, sizeof(value), sample_param(p->first, o->name));
		n += figure_word(&words, first, sizeof(first)) && !strcmp(value, first);
	}
	return n;
}

/*
 * The combination of a point that has the most parameters, so that none of what it lacks has to be
 * guessed; among these the one that most points agree with, the most usual, the last.
 */
static const struct point *best_held(const struct selecting *s)
{
	const struct figure_points *p = s->out;
	const struct point *best = NULL;
	size_t top[3] = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		size_t of[3] = { count_held(s, p->v[i]), 0, count_usual(p->section, p->v[i]) }, k;

		for (k = 0; k < p->n; k++)
			of[1] += agree(s, p->v[i], p->v[k], is_held);
		for (k = 0; k < 2 && of[k] == top[k];)
			k++;
		if (of[k] < top[k])
			continue;
		best = p->v[i];
		memcpy(top, of, sizeof(top));
	}
	return best;
}

static bool is_new_value(const struct figure_points *p, size_t i, const char *name)
{
	const json_t *v = sample_param(p->v[i]->first, name);

	for (size_t k = 0; k < i; k++)
		if (json_equal(v, sample_param(p->v[k]->first, name)))
			return false;
	return v;
}

/* What --where can choose instead of the values that best has. */
static void say_others(struct selecting *s, const struct point *best)
{
	struct figure_points *p = s->out;
	const json_t *name, *held, *v;
	char value[128];
	size_t i, k, n;

	json_array_foreach(p->section->params, k, name) {
		const char *key = json_string_value(name);

		held = is_held(s->figure, key) ? sample_param(best->first, key) : NULL;
		for (i = 0, n = 0; i < p->n && held; i++) {
			v = sample_param(p->v[i]->first, key);
			if (!is_new_value(p, i, key) || json_equal(held, v))
				continue;
			append(p->others, sizeof(p->others), "%s%s%s%s",
			       n || !*p->others ? "" : " ", n ? "," : key, n ? "" : "=",
			       text_value(value, sizeof(value), v));
			n++;
		}
	}
}

static void hold(struct selecting *s)
{
	struct figure_points *p = s->out;
	const struct point *best = best_held(s);
	size_t before = p->n;
	bool wanted[p->n];

	for (size_t i = 0; i < p->n; i++)
		wanted[i] = agree(s, best, p->v[i], is_held);
	say_others(s, best);
	keep_if(p, wanted);
	p->left_out = before - p->n;
}

/* ---- curves ---- */

/* Of the first point that has it. */
static const json_t *common_param(const struct figure_points *p, const char *name)
{
	const json_t *v = NULL;

	for (size_t i = 0; i < p->n && !v; i++)
		v = sample_param(p->v[i]->first, name);
	return v;
}

static bool varies(const struct figure_points *p, const char *name)
{
	const json_t *v = common_param(p, name);

	for (size_t i = 0; i < p->n; i++) {
		const json_t *w = sample_param(p->v[i]->first, name);

		if (w && !json_equal(v, w))
			return true;
	}
	return false;
}

/* In the order in which the figure names them; what all have in common only if `all`. */
static void name_series(struct selecting *s, const struct point *p, char *name, bool all)
{
	const char *words = s->figure->series;
	char key[64], value[128];
	const json_t *v;

	while (figure_word(&words, key, sizeof(key))) {
		v = sample_param(p->first, key);
		text_value(value, sizeof(value), v);
		if (v && (all || varies(s->out, key)))
			append(name, FIGURE_WORDS, "%s%s%s%s", *name ? " " : "",
			       json_is_string(v) ? "" : key, json_is_string(v) ? "" : "=", value);
	}
	if (varies(s->out, "impl"))
		append(name, FIGURE_WORDS, "%s%s", *name ? " " : "",
		       text_value(value, sizeof(value), sample_param(p->first, "impl")));
	if (!*name && !all)
		name_series(s, p, name, true);
}

static int split(struct selecting *s)
{
	struct figure_points *p = s->out;
	const struct point *old[p->n];
	size_t k = 0, n = p->n;
	bool done[n];

	memcpy(old, p->v, sizeof(old));
	memset(done, 0, sizeof(done));
	for (size_t i = 0; i < n; i++) {
		if (done[i])
			continue;
		if (p->n_series == FIGURE_SERIES_MAX)
			return cannot(s,
				      "more than %d curves: choose by --where PARAM=VALUE (of: %s)",
				      FIGURE_SERIES_MAX, s->figure->series);
		name_series(s, old[i], p->names[p->n_series], false);
		for (size_t j = i; j < n; j++) {
			if (!agree(s, old[i], old[j], is_series))
				continue;
			done[j] = true;
			p->series[k] = p->n_series;
			p->v[k++] = old[j];
		}
		p->n_series++;
	}
	return 0;
}

static int check_x(struct selecting *s)
{
	const struct figure_points *p = s->out;

	for (size_t i = 1; i < p->n; i++)
		if (p->series[i] == p->series[i - 1])
			return 0;
	return *s->figure->vary ? cannot(s, "only one value of %s", s->figure->x) : 0;
}

/* Whatever is the same for all and in no name of a curve. */
static void say_held(struct selecting *s)
{
	struct figure_points *p = s->out;
	bool named = p->n_series == 1;
	const json_t *name;
	char value[128];
	size_t i;

	json_array_foreach(p->section->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = common_param(p, key);

		if (!v || varies(p, key) || (named && figure_has_word(s->figure->series, key)) ||
		    (!strcmp(key, "impl") && json_is_string(v) &&
		     !strcmp(json_string_value(v), "stock")))
			continue;
		append(p->held, sizeof(p->held), "%s%s=%s", *p->held ? " " : "", key,
		       text_value(value, sizeof(value), v));
	}
}

int figure_select(const struct figure *f, const struct sections *sections, char *const *where,
		  struct figure_points *out, char *why, size_t size)
{
	struct selecting s = { f, out, why, size };
	int err;

	*out = (struct figure_points){ 0 };
	err = start(&s, sections);
	err = err ?: select_needed(&s, where);
	if (err)
		return err;
	hold(&s);
	err = split(&s);
	err = err ?: check_x(&s);
	if (!err)
		say_held(&s);
	return err;
}

void figure_points_free(struct figure_points *p)
{
	free(p->v);
	free(p->series);
	*p = (struct figure_points){ 0 };
}
