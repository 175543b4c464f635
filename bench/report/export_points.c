// SPDX-License-Identifier: GPL-2.0
/* A row per point: medians and intervals, which no other program has to compute again. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "points.h"

/* In front of all columns; the metrics' names come behind the parameters'. */
static const char *const fixed[] = { "bench", "n" };

static bool is_fixed(const char *name)
{
	return !strcmp(name, fixed[0]) || !strcmp(name, fixed[1]);
}

/* Takes v. The names of metrics are foreign, and of any length. */
static int put_named(json_t *to, const char *name, const char *end, json_t *v)
{
	char *column;
	int err;

	if (asprintf(&column, "%s%s", name, end) < 0) {
		json_decref(v);
		return -1;
	}
	err = json_object_set_new(to, column, v);
	free(column);
	return err;
}

int export_point_columns(json_t *columns, const struct section *s)
{
	static const char *const ends[] = { "", "_lo", "_hi" };
	json_t *sample, *v, *name;
	const char *key;
	size_t i, k;
	int bad = 0;

	for (i = 0; i < 2; i++)
		bad |= json_object_set_new(columns, fixed[i], json_true());
	json_array_foreach(s->params, i, name)
		bad |= json_object_set_new(columns, json_string_value(name), json_true());
	for (i = 0; i < s->n; i++) {
		json_array_foreach(s->points[i].samples, k, sample) {
			json_object_foreach(json_object_get(sample, "metrics"), key, v)
				for (size_t e = 0; e < 3; e++)
					bad |= put_named(columns, key, ends[e], json_true());
		}
	}
	return bad ? -ENOMEM : 0;
}

/* JSON has no infinities: an empty cell. */
static int put_number(json_t *row, const char *name, const char *end, double v)
{
	if (!isfinite(v))
		return 0;
	/* Whole numbers stay whole. */
	return put_named(row, name, end,
			 fabs(v) < 1e18 && v == (json_int_t)v ? json_integer((json_int_t)v)
							      : json_real(v));
}

static int put_metrics(json_t *row, const struct point *p)
{
	json_t *sample, *seen = json_object(), *v;
	struct spread spread;
	const char *key;
	int err = seen ? 0 : -ENOMEM;
	size_t i;

	json_array_foreach(p->samples, i, sample)
		json_object_update(seen, json_object_get(sample, "metrics"));
	json_object_foreach(seen, key, v) {
		err = err ?: point_spread(p, sample_metric, key, &spread);
		if (err || !spread.n || is_fixed(key))
			continue;
		if (put_number(row, key, "", spread.median) ||
		    put_number(row, key, "_lo", spread.lo) ||
		    put_number(row, key, "_hi", spread.hi))
			err = -ENOMEM;
	}
	json_decref(seen);
	return err;
}

int export_point(struct export_sink *sink, const struct section *s, const struct point *p)
{
	json_t *row = json_object(), *own, *name;
	size_t i;
	int err = row ? put_metrics(row, p) : -ENOMEM;

	json_array_foreach(s->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = sample_param(p->first, key);

		if (!err && v && json_object_set(row, key, (json_t *)v))
			err = -ENOMEM;
	}
	own = json_pack("{s:s, s:I}", "bench", s->name, "n",
			(json_int_t)json_array_size(p->samples));
	if (!err && (!own || json_object_update(row, own)))
		err = -ENOMEM;
	err = err ?: export_row(sink, row);
	json_decref(own);
	json_decref(row);
	return err;
}

int export_points(FILE *out, const struct inputs *in, enum export_format format)
{
	const struct journal **v = calloc(in->n, sizeof(*v));
	struct export_sink sink = { out, format, json_object(), 0 };
	struct sections s = { 0 };
	size_t i, k;
	int err = v && sink.columns ? 0 : -ENOMEM;

	for (i = 0; i < in->n && !err; i++)
		v[i] = &in->v[i];
	err = err ?: sections_build(v, in->n, &s);
	for (i = 0; i < s.n; i++)
		err = err ?: export_point_columns(sink.columns, &s.v[i]);
	if (!err)
		export_begin(&sink);
	for (i = 0; i < s.n; i++)
		for (k = 0; k < s.v[i].n; k++)
			err = err ?: export_point(&sink, &s.v[i], &s.v[i].points[k]);
	if (!err)
		export_end(&sink);
	sections_free(&s);
	json_decref(sink.columns);
	free(v);
	return err;
}
