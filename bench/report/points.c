/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE
#include "points.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "text.h"

const json_t *sample_param(const json_t *sample, const char *name)
{
	const json_t *v = json_object_get(json_object_get(sample, "params"), name);

	return v || strcmp(name, "impl") ? v : json_object_get(sample, "impl");
}

static char *point_key(const json_t *sample)
{
	static const char *const parts[] = { "bench", "impl", "params" };
	json_t *key = json_array();
	char *text = NULL;
	size_t i;

	for (i = 0; i < 3; i++) {
		json_t *part = json_object_get(sample, parts[i]);

		if (json_array_append_new(key, part ? json_incref(part) : json_null()))
			goto out;
	}
	text = json_dumps(key, JSON_SORT_KEYS | JSON_COMPACT);
out:
	json_decref(key);
	return text;
}

/* Last element of v if it is of this bench: sections are filled one after another. */
static struct section *section_of(struct sections *s, const char *name)
{
	struct section *v;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, name))
			return &s->v[i];
	v = reallocarray(s->v, s->n + 1, sizeof(*v));
	if (!v)
		return NULL;
	s->v = v;
	v += s->n++;
	*v = (struct section){ .name = name, .bench = bench_by_name(name), .params = json_array() };
	return v->params ? v : NULL;
}

static int add_point(struct section *s, const json_t *sample)
{
	struct point *p = reallocarray(s->points, s->n + 1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	s->points = p;
	p += s->n;
	*p = (struct point){ .first = sample, .samples = json_array() };
	if (!p->samples)
		return -ENOMEM;
	s->n++;
	return 0;
}

/* keys: text of a point -> its index in its section. */
static int add_sample(struct sections *s, json_t *keys, json_t *sample)
{
	const char *name = json_string_value(json_object_get(sample, "bench"));
	struct section *section = section_of(s, name ?: "-");
	char *key = point_key(sample);
	int err = -ENOMEM;
	json_t *at;

	if (!section || !key)
		goto out;
	at = json_object_get(keys, key);
	if (!at) {
		err = add_point(section, sample);
		if (err)
			goto out;
		at = json_integer(section->n - 1);
		err = -ENOMEM;
		if (json_object_set_new(keys, key, at))
			goto out;
	}
	err = 0;
	if (json_array_append(section->points[json_integer_value(at)].samples, sample))
		err = -ENOMEM;
out:
	free(key);
	return err;
}

static bool holds(const json_t *names, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach(names, i, v)
		if (!strcmp(json_string_value(v), name))
			return true;
	return false;
}

static int add_name(struct section *s, const char *name)
{
	if (holds(s->params, name))
		return 0;
	return json_array_append_new(s->params, json_string(name)) ? -ENOMEM : 0;
}

static bool any_has(const struct section *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (sample_param(s->points[i].first, name))
			return true;
	return false;
}

/* Samples come in random order: the order of a known bench's options is the one that lasts. */
static int name_params(struct section *s)
{
	const struct opt *opt;
	const char *name;
	json_t *v;
	size_t i;
	int err = any_has(s, "impl") ? add_name(s, "impl") : 0;

	for (opt = s->bench ? s->bench->opts : NULL; opt && opt->name && !err; opt++)
		if (any_has(s, opt->name))
			err = add_name(s, opt->name);
	for (i = 0; i < s->n && !err; i++) {
		json_t *params = json_object_get(s->points[i].first, "params");

		json_object_foreach(params, name, v)
			err = err ?: add_name(s, name);
	}
	return err;
}

static int compare_values(const json_t *a, const json_t *b)
{
	char x[64], y[64];

	if (json_is_number(a) && json_is_number(b)) {
		double d = json_number_value(a) - json_number_value(b);

		return (d > 0) - (d < 0);
	}
	return strverscmp(text_value(x, sizeof(x), a), text_value(y, sizeof(y), b));
}

/* What the parameter can be, in the order in which its bench names it; NULL: no such list. */
static const char *const *choices_of(const struct section *s, const char *name)
{
	const struct opt *o;

	for (o = s->bench && s->bench->opts ? s->bench->opts : NULL; o && o->name; o++)
		if (!strcmp(o->name, name))
			return o->type == OPT_ENUM ? o->choices : NULL;
	return NULL;
}

/* Place among the choices; after all of them if it is none. */
static int place_of(const char *const *choices, const json_t *v)
{
	const char *text = json_string_value(v);
	int i = 0;

	while (choices[i] && (!text || strcmp(choices[i], text)))
		i++;
	return i;
}

/* A control that its bench names first (none, off, ...) comes first in the table, too. */
static int compare_points(const void *a, const void *b, void *section)
{
	const struct point *p = a, *q = b;
	const struct section *s = section;
	const json_t *v;
	size_t i;

	json_array_foreach(s->params, i, v) {
		const char *name = json_string_value(v);
		const char *const *choices = choices_of(s, name);
		const json_t *x = sample_param(p->first, name), *y = sample_param(q->first, name);
		int d = choices ? place_of(choices, x) - place_of(choices, y) : 0;

		d = d ?: compare_values(x, y);
		if (d)
			return d;
	}
	return 0;
}

static int compare_sections(const void *a, const void *b)
{
	return strcmp(((const struct section *)a)->name, ((const struct section *)b)->name);
}

int sections_build(const struct journal *const *journals, size_t n, struct sections *out)
{
	json_t *keys = json_object(), *sample;
	int err = keys ? 0 : -ENOMEM;
	size_t i, k;

	*out = (struct sections){ 0 };
	for (i = 0; i < n; i++)
		json_array_foreach(journals[i]->samples, k, sample)
			err = err ?: add_sample(out, keys, sample);
	json_decref(keys);
	for (i = 0; i < out->n && !err; i++) {
		struct section *s = &out->v[i];

		err = name_params(s);
		qsort_r(s->points, s->n, sizeof(*s->points), compare_points, s);
	}
	if (err)
		sections_free(out);
	else if (out->n)
		qsort(out->v, out->n, sizeof(*out->v), compare_sections);
	return err;
}

void sections_free(struct sections *s)
{
	size_t i, k;

	for (i = 0; i < s->n; i++) {
		for (k = 0; k < s->v[i].n; k++)
			json_decref(s->v[i].points[k].samples);
		free(s->v[i].points);
		json_decref(s->v[i].params);
	}
	free(s->v);
	*s = (struct sections){ 0 };
}

const json_t *param_value(const struct section *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++) {
		const json_t *v = sample_param(s->points[i].first, name);

		if (v)
			return v;
	}
	return NULL;
}

/* Whether two points agree in all that both have. */
static bool look_alike(const struct section *s, const struct point *a, const struct point *b)
{
	const json_t *name;
	size_t i;

	json_array_foreach(s->params, i, name) {
		const json_t *v = sample_param(a->first, json_string_value(name));
		const json_t *w = sample_param(b->first, json_string_value(name));

		if (v && w && !json_equal(v, w))
			return false;
	}
	return true;
}

/* Whether only this, or the like, tells point i, which has it, from one that has it not. */
static bool tells_apart(const struct section *s, size_t i, const char *name)
{
	for (size_t j = 0; j < s->n; j++)
		if (!sample_param(s->points[j].first, name) &&
		    look_alike(s, &s->points[i], &s->points[j]))
			return true;
	return false;
}

bool param_varies(const struct section *s, const char *name)
{
	const json_t *v = param_value(s, name);

	for (size_t i = 0; i < s->n; i++) {
		const json_t *w = sample_param(s->points[i].first, name);

		if (w && (!json_equal(v, w) || tells_apart(s, i, name)))
			return true;
	}
	return false;
}
