// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "noise_floor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare.h"

char *noise_floor_path(const char *spec)
{
	json_t *paths = NULL, *select = NULL;
	char *path = NULL;

	if (!side_parse_spec(spec, &paths, &select)) {
		const char *first = json_string_value(json_array_get(paths, 0)),
			   *slash = strrchr(first, '/');

		if (asprintf(&path, "%.*s" NOISE_FLOOR_FILE, slash ? (int)(slash + 1 - first) : 0,
			     first) < 0)
			path = NULL;
	}
	json_decref(paths);
	json_decref(select);
	return path;
}

/* ---- reading ---- */

static bool is_row(const json_t *row)
{
	const char *bench, *metric, *scale;
	const json_t *params, *half;

	return !json_unpack((json_t *)row, "{ss so ss ss so}", "bench", &bench, "params", &params,
			    "metric", &metric, "scale", &scale, "half_width", &half) &&
	       json_is_object(params) && json_is_number(half) && json_number_value(half) >= 0;
}

static bool is_noise_floor(const json_t *o)
{
	const char *schema = json_string_value(json_object_get(o, "schema"));
	const json_t *rows = json_object_get(o, "rows"), *row;
	size_t i;

	if (!schema || strcmp(schema, NOISE_FLOOR_SCHEMA) || !json_is_array(rows) ||
	    !json_is_string(json_object_get(o, "machine_id_hash")))
		return false;
	json_array_foreach(rows, i, row)
		if (!is_row(row))
			return false;
	return true;
}

int noise_floor_read(const char *path, json_t **out, char *why, size_t size)
{
	FILE *f = fopen(path, "re");
	json_error_t e;
	int err = f ? 0 : -errno;

	*out = NULL;
	if (err) {
		snprintf(why, size, "%s: %s", path, strerror(-err));
		return err;
	}
	*out = json_loadf(f, JSON_REJECT_DUPLICATES, &e);
	fclose(f);
	if (is_noise_floor(*out))
		return 0;
	snprintf(why, size, "%s is not a file of noise floors (" NOISE_FLOOR_SCHEMA ")", path);
	json_decref(*out);
	*out = NULL;
	return -EBADMSG;
}

/* ---- rows ---- */

static const char *scale_name(const struct compare_row *r)
{
	return r->data.scale == DECIDE_LOG ? "log" : "difference";
}

static bool is_of(const json_t *row, const struct compare_row *r)
{
	json_t *params = json_copy(json_object_get(row, "params"));
	const char *metric = json_string_value(json_object_get(row, "metric"));
	const char *scale = json_string_value(json_object_get(row, "scale"));
	bool same =
		json_equal(json_object_get(row, "bench"), json_object_get(r->base->id, "bench")) &&
		json_equal(params, json_object_get(r->base->id, "params")) &&
		!strcmp(metric, r->metric) && !strcmp(scale, scale_name(r));

	json_decref(params);
	return same;
}

static json_t *find_row(const json_t *noise, const struct compare_row *r)
{
	json_t *row;
	size_t i;

	json_array_foreach(json_object_get(noise, "rows"), i, row)
		if (is_of(row, r))
			return row;
	return NULL;
}

double noise_floor_of(const json_t *noise, const struct compare_row *r)
{
	const json_t *row = find_row(noise, r);

	return row ? json_number_value(json_object_get(row, "half_width")) : NAN;
}

static const json_t *machine_of(const struct side *s)
{
	return json_object_get(json_object_get(s->journals[0].header, "env"), "machine_id_hash");
}

bool noise_floor_is_of(const json_t *noise, const struct comparison *c)
{
	const json_t *machine = json_object_get(noise, "machine_id_hash");

	return json_equal(machine, machine_of(&c->base)) &&
	       json_equal(machine, machine_of(&c->head));
}

/* ---- writing ---- */

double noise_floor_half_width(const struct compare_row *r)
{
	if (r->data.scale == DECIDE_LOG)
		return expm1((log1p(r->d.hi) - log1p(r->d.lo)) / 2);
	return (r->d.hi - r->d.lo) / 2;
}

static bool are_one(const struct compare_row *a, const struct compare_row *b)
{
	return a->data.scale == b->data.scale && !strcmp(a->metric, b->metric) &&
	       json_equal(json_object_get(a->base->id, "bench"),
			  json_object_get(b->base->id, "bench")) &&
	       json_equal(json_object_get(a->base->id, "params"),
			  json_object_get(b->base->id, "params"));
}

/* A floor is that of all implementations: they are compared with each other. */
static double greatest_half_width(const struct comparison *c, const struct compare_row *r)
{
	double half = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].d.level > 0 && are_one(&c->rows[i], r))
			half = fmax(half, noise_floor_half_width(&c->rows[i]));
	return half;
}

static int put_row(json_t *noise, const struct comparison *c, const struct compare_row *r)
{
	json_t *old = find_row(noise, r);
	json_t *row =
		json_pack("{sO sO ss ss sf sI ss}", "bench", json_object_get(r->base->id, "bench"),
			  "params", json_object_get(r->base->id, "params"), "metric", r->metric,
			  "scale", scale_name(r), "half_width", greatest_half_width(c, r), "n",
			  (json_int_t)r->data.n_base, "journal", c->base.journals[0].path);

	if (!row)
		return -ENOMEM;
	if (!old)
		return json_array_append_new(json_object_get(noise, "rows"), row) ? -ENOMEM : 0;
	json_object_clear(old);
	json_object_update(old, row);
	json_decref(row);
	return 0;
}

static int write_whole(const char *path, const json_t *o)
{
	char *tmp;
	int err = 0;

	if (asprintf(&tmp, "%s.%d.tmp", path, getpid()) < 0)
		return -ENOMEM;
	if (json_dump_file(o, tmp, JSON_INDENT(1) | JSON_REAL_PRECISION(6)))
		err = errno ? -errno : -EIO;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	free(tmp);
	return err;
}

int noise_floor_write(const char *path, const struct comparison *c, size_t *n)
{
	json_t *noise = json_incref(c->opts.noise);
	int err = 0;

	if (!noise || !noise_floor_is_of(noise, c)) {
		json_decref(noise);
		noise = json_pack("{ss sO? s[]}", "schema", NOISE_FLOOR_SCHEMA, "machine_id_hash",
				  machine_of(&c->base), "rows");
	}
	*n = 0;
	for (size_t i = 0; i < c->n_rows && noise && !err; i++) {
		if (!(c->rows[i].d.level > 0))
			continue;
		err = put_row(noise, c, &c->rows[i]);
		++*n;
	}
	if (!noise)
		err = -ENOMEM;
	if (!err && *n)
		err = write_whole(path, noise);
	json_decref(noise);
	return err;
}
