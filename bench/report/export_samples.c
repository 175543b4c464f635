/* SPDX-License-Identifier: GPL-2.0 */
#include "export.h"

#include <errno.h>
#include <string.h>

/* What every sample is identified by; always there, in this order. */
static const char *const fixed[] = {
	"bench",    "impl",	 "invocation",	     "order",	   "pair", "boot_id",
	"window_s", "elapsed_s", "recursion_misses", "migrations", "seed",
};

/* Objects of a sample that become columns: parameters and metrics under their own names. */
static const struct {
	const char *key, *prefix;
} parts[] = {
	{ "params", "" },
	{ "counts", "counts_" },
	{ "life", "life_" },
	{ "metrics", "" },
};

/*
 * columns: name -> the part that owns it. A metric with the name of a parameter, or either with
 * that of a fixed column, is told apart by its origin in front. The caller owns the result.
 */
static json_t *column_name(const json_t *columns, const char *part, const char *prefix,
			   const char *key)
{
	json_t *name = json_sprintf("%s%s", prefix, key), *owner;

	owner = name ? json_object_get(columns, json_string_value(name)) : NULL;
	if (!owner || !strcmp(json_string_value(owner), part))
		return name;
	json_decref(name);
	return json_sprintf("%s_%s%s", part, prefix, key);
}

static int put_part(json_t *columns, json_t *row, const char *part, const char *prefix,
		    json_t *object);

/* Into the row; without one, only the column is made known. */
static int put(json_t *columns, json_t *row, const char *part, const char *name, json_t *v)
{
	json_t *chained;
	int err;

	if (json_is_object(v)) {
		chained = json_sprintf("%s_", name);
		err = chained ? put_part(columns, row, part, json_string_value(chained), v)
			      : -ENOMEM;
		json_decref(chained);
		return err;
	}
	if (row)
		return json_object_set(row, name, v) ? -ENOMEM : 0;
	if (json_object_get(columns, name))
		return 0;
	return json_object_set_new(columns, name, json_string(part)) ? -ENOMEM : 0;
}

static int put_part(json_t *columns, json_t *row, const char *part, const char *prefix,
		    json_t *object)
{
	const char *key;
	json_t *v, *name;
	int err = 0;

	json_object_foreach(object, key, v) {
		name = column_name(columns, part, prefix, key);
		err = err ?: name ? put(columns, row, part, json_string_value(name), v) : -ENOMEM;
		json_decref(name);
	}
	return err;
}

static int add_fixed(json_t *columns)
{
	size_t i;

	if (json_object_set_new(columns, "journal", json_string("fixed")))
		return -ENOMEM;
	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (json_object_set_new(columns, fixed[i], json_string("fixed")))
			return -ENOMEM;
	return 0;
}

/* The columns of one part of all samples come together, in the order of their first appearance. */
static int add_columns(json_t *columns, const struct inputs *in, size_t part)
{
	json_t *sample;
	size_t i, k;
	int err = 0;

	for (i = 0; i < in->n; i++)
		json_array_foreach(in->v[i].samples, k, sample)
			if (!err)
				err = put_part(columns, NULL, parts[part].key, parts[part].prefix,
					       json_object_get(sample, parts[part].key));
	return err;
}

static int put_sample(struct export_sink *s, const struct journal *j, json_t *sample)
{
	json_t *row = json_pack("{s:s}", "journal", j->path);
	int err = row ? 0 : -ENOMEM;
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]) && !err; i++) {
		json_t *v = json_object_get(sample, fixed[i]);

		if (v && json_object_set(row, fixed[i], v))
			err = -ENOMEM;
	}
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]) && !err; i++)
		err = put_part(s->columns, row, parts[i].key, parts[i].prefix,
			       json_object_get(sample, parts[i].key));
	err = err ?: export_row(s, row);
	json_decref(row);
	return err;
}

int export_samples(FILE *out, const struct inputs *in, enum export_format format)
{
	struct export_sink s = { out, format, json_object(), 0 };
	int err = s.columns ? add_fixed(s.columns) : -ENOMEM;
	json_t *sample;
	size_t i, k;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		err = err ?: add_columns(s.columns, in, i);
	if (err)
		goto out;
	export_begin(&s);
	for (i = 0; i < in->n; i++)
		json_array_foreach(in->v[i].samples, k, sample)
			err = err ?: put_sample(&s, &in->v[i], sample);
	export_end(&s);
out:
	json_decref(s.columns);
	return err;
}
