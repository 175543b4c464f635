// SPDX-License-Identifier: GPL-2.0
#include "side_point.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* ---- which point ---- */

static uint64_t hash_bytes(uint64_t h, const void *bytes, size_t n)
{
	/* FNV-1a */
	for (const unsigned char *p = bytes; n--; p++)
		h = (h ^ *p) * 0x100000001b3ULL;
	return h;
}

static uint64_t hash_value(uint64_t h, const json_t *v)
{
	json_int_t number = json_integer_value(v);

	if (json_is_string(v))
		return hash_bytes(h, json_string_value(v), json_string_length(v));
	return hash_bytes(h, &number, sizeof(number));
}

/* Whatever the order of the parameters. */
static uint64_t hash_point(const json_t *bench, const json_t *impl, const json_t *params,
			   const json_t *select)
{
	uint64_t h = hash_value(hash_value(0xcbf29ce484222325ULL, bench), impl);
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)params, name, v)
		if (!json_object_get(select, name))
			h += hash_value(hash_bytes(0x9e3779b97f4a7c15ULL, name, strlen(name)), v);
	return h;
}

/* Whether line's parameters are those of the point, but for what was selected by. */
static bool same_params(const json_t *mine, const json_t *params, const json_t *select)
{
	size_t n = 0;
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)params, name, v) {
		if (json_object_get(select, name))
			continue;
		if (!json_equal(v, json_object_get(mine, name)))
			return false;
		n++;
	}
	return n == json_object_size(mine);
}

static struct side_point *new_point(struct side *s, uint64_t hash, json_t *bench, json_t *impl,
				    const json_t *params)
{
	struct side_point *p = reallocarray(s->points, s->n_points + 1, sizeof(*p));
	json_t *own = json_copy((json_t *)params);
	const char *name;
	json_t *v;

	if (!p || !own)
		return NULL;
	s->points = p;
	p += s->n_points++;
	*p = (struct side_point){ .hash = hash };
	json_object_foreach(s->select, name, v)
		json_object_del(own, name);
	p->id = json_pack("{sO so sO*}", "bench", bench, "params", own, "impl", impl);
	return p->id ? p : NULL;
}

static struct side_point *point_of(struct side *s, const json_t *line)
{
	json_t *bench = json_object_get(line, "bench"), *params = json_object_get(line, "params");
	json_t *impl = json_object_get(s->select, "impl") ? NULL : json_object_get(line, "impl");
	uint64_t hash = hash_point(bench, impl, params, s->select);

	for (size_t i = 0; i < s->n_points; i++) {
		struct side_point *p = &s->points[i];

		if (p->hash == hash && json_equal(json_object_get(p->id, "bench"), bench) &&
		    (!impl || json_equal(json_object_get(p->id, "impl"), impl)) &&
		    same_params(json_object_get(p->id, "params"), params, s->select))
			return p;
	}
	return new_point(s, hash, bench, impl, params);
}

/* ---- columns ---- */

static int grow(struct side_point *p)
{
	size_t cap = p->cap ? 2 * p->cap : 16;
	struct side_sample *samples = reallocarray(p->samples, cap, sizeof(*samples));

	if (!samples)
		return -ENOMEM;
	p->samples = samples;
	for (size_t i = 0; i < p->n_columns; i++) {
		double *column = reallocarray(p->columns[i], cap, sizeof(*column));

		if (!column)
			return -ENOMEM;
		p->columns[i] = column;
	}
	p->cap = cap;
	return 0;
}

static int add_column(struct side_point *p, const char *name)
{
	size_t n = p->n_columns;
	char **names = reallocarray(p->names, n + 1, sizeof(*names));
	double **columns;

	if (!names)
		return -ENOMEM;
	p->names = names;
	columns = reallocarray(p->columns, n + 1, sizeof(*columns));
	if (!columns)
		return -ENOMEM;
	p->columns = columns;
	names[n] = strdup(name);
	columns[n] = malloc(p->cap * sizeof(**columns));
	if (!names[n] || !columns[n]) {
		free(names[n]);
		free(columns[n]);
		return -ENOMEM;
	}
	for (size_t i = 0; i < p->n; i++)
		columns[n][i] = NAN;
	p->n_columns++;
	return 0;
}

/* guess: where it was in the sample before. */
static size_t find_column(const struct side_point *p, const char *name, size_t guess)
{
	size_t i = 0;

	if (guess < p->n_columns && !strcmp(p->names[guess], name))
		return guess;
	while (i < p->n_columns && strcmp(p->names[i], name))
		i++;
	return i;
}

/* What only a copy of the line has the same. */
static uint64_t mark_of(const json_t *line)
{
	static const char *const keys[] = { "boot_id", "order", "invocation", "seed" };
	double elapsed = json_number_value(json_object_get(line, "elapsed_s"));
	uint64_t h = hash_bytes(0xcbf29ce484222325ULL, &elapsed, sizeof(elapsed));

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		h = hash_value(h, json_object_get(line, keys[i]));
	return h;
}

int side_add_sample(struct side *s, json_t *line, const struct side_sample *about)
{
	struct side_point *p = point_of(s, line);
	const char *name;
	size_t guess = 0;
	uint64_t mark;
	double v;
	json_t *j;

	if (!p || (p->n == p->cap && grow(p)))
		return -ENOMEM;
	for (size_t i = 0; i < p->n_columns; i++)
		p->columns[i][p->n] = NAN;
	mark = mark_of(line);
	json_object_foreach(json_object_get(line, "metrics"), name, j) {
		size_t i = find_column(p, name, guess);

		if (i == p->n_columns && add_column(p, name))
			return -ENOMEM;
		v = json_number_value(j);
		mark = hash_bytes(mark, &v, sizeof(v));
		p->columns[i][p->n] = v;
		guess = i + 1;
	}
	p->samples[p->n] = *about;
	p->samples[p->n++].mark = mark;
	return 0;
}

const double *side_column(const struct side_point *p, const char *metric)
{
	size_t i = find_column(p, metric, 0);

	return i < p->n_columns ? p->columns[i] : NULL;
}

const struct side_point *side_find(const struct side *s, const struct side_point *like)
{
	for (size_t i = 0; i < s->n_points; i++)
		if (json_equal(s->points[i].id, like->id))
			return &s->points[i];
	return NULL;
}

void side_free_point(struct side_point *p)
{
	json_decref(p->id);
	free(p->samples);
	for (size_t i = 0; i < p->n_columns; i++) {
		free(p->names[i]);
		free(p->columns[i]);
	}
	free(p->names);
	free(p->columns);
}
