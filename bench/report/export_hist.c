/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms for plots: the merge over invocations is exact, so a point needs one curve. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "hist.h"
#include "points.h"

struct hist_rows {
	struct export_sink sink;
	const char *path; /* of the journal at hand */
	const char *name; /* of the histogram */
	uint64_t negative;
};

static int merge_point(const struct point *p, const char *name, struct tw_hist *sum)
{
	struct tw_hist *h = malloc(sizeof(*h));
	const json_t *sample;
	size_t i;
	int err = h ? 0 : -ENOMEM;

	memset(sum, 0, sizeof(*sum));
	json_array_foreach(p->samples, i, sample) {
		const json_t *json = json_object_get(json_object_get(sample, "hist"), name);

		if (err || !json)
			continue;
		err = hist_from_json(json, h) ? -EBADMSG : 0;
		if (!err)
			hist_merge(sum, h);
	}
	free(h);
	return err;
}

/* width 0: unknown, for values beyond the bins. */
static int put_slot(struct hist_rows *r, const struct section *s, const struct point *p,
		    uint64_t low, uint64_t width, uint64_t count)
{
	json_t *row, *own, *name;
	size_t i;
	int err = 0;

	if (!count)
		return 0;
	row = json_object();
	json_array_foreach(s->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = sample_param(p->first, key);

		if (v && json_object_set(row, key, (json_t *)v))
			err = -ENOMEM;
	}
	/* Last: a parameter `count` of a foreign journal must not pass for ours. */
	own = json_pack("{s:s, s:s, s:I, s:o, s:I}", "journal", r->path, "bench", s->name, "low_ns",
			(json_int_t)low, "width_ns", width ? json_integer(width) : json_null(),
			"count", (json_int_t)count);
	if (!own || json_object_update(row, own))
		err = -ENOMEM;
	err = err ?: export_row(&r->sink, row);
	json_decref(own);
	json_decref(row);
	return err;
}

static int put_point(struct hist_rows *r, const struct section *s, const struct point *p,
		     struct tw_hist *h)
{
	uint32_t i;
	int err = merge_point(p, r->name, h);

	if (err)
		return err;
	r->negative += h->negative;
	err = put_slot(r, s, p, 0, 1, h->under);
	for (i = 0; i < TW_HIST_BINS; i++)
		err = err ?: put_slot(r, s, p, tw_hist_low(i), tw_hist_width(i), h->bins[i]);
	return err ?: put_slot(r, s, p, 1ULL << TW_HIST_LOG2_MAX, 0, h->over);
}

static int put_journal(struct hist_rows *r, const struct journal *j)
{
	struct tw_hist *h = malloc(sizeof(*h));
	struct sections s;
	size_t i, k;
	int err = h ? sections_build(&j, 1, &s) : -ENOMEM;

	if (err)
		goto free_hist;
	r->path = j->path;
	for (i = 0; i < s.n; i++)
		for (k = 0; k < s.v[i].n; k++)
			err = err ?: put_point(r, &s.v[i], &s.v[i].points[k], h);
	sections_free(&s);
free_hist:
	free(h);
	return err;
}

int export_hist_point(FILE *out, const struct section *s, const struct point *p, const char *name)
{
	static const char *const columns[] = { "bench", "low_ns", "width_ns", "count" };
	struct hist_rows r = { .sink = { out, EXPORT_PLAIN, json_object(), 0 }, .name = name };
	struct tw_hist *h = malloc(sizeof(*h));
	int err = h && r.sink.columns ? 0 : -ENOMEM;

	for (size_t i = 0; i < 4 && !err; i++)
		if (json_object_set_new(r.sink.columns, columns[i], json_true()))
			err = -ENOMEM;
	if (!err) {
		r.path = "";
		export_begin(&r.sink);
		err = put_point(&r, s, p, h);
		export_end(&r.sink);
	}
	json_decref(r.sink.columns);
	free(h);
	return err;
}

/* Those of the samples that have the histogram, so that other benches bring no empty columns. */
static int add_columns(json_t *columns, const struct inputs *in, const char *name)
{
	static const char *const first[] = { "journal", "bench", "impl" };
	static const char *const last[] = { "low_ns", "width_ns", "count" };
	json_t *sample, *v;
	bool found = false;
	const char *key;
	size_t i, k;
	int bad = 0;

	for (i = 0; i < 3; i++)
		bad |= json_object_set_new(columns, first[i], json_true());
	for (i = 0; i < in->n; i++) {
		json_array_foreach(in->v[i].samples, k, sample) {
			if (!json_object_get(json_object_get(sample, "hist"), name))
				continue;
			found = true;
			json_object_foreach(json_object_get(sample, "params"), key, v)
				bad |= json_object_set_new(columns, key, json_true());
		}
	}
	for (i = 0; i < 3; i++)
		bad |= json_object_set_new(columns, last[i], json_true());
	if (bad)
		return -ENOMEM;
	return found ? 0 : -ENOENT;
}

int export_hist(FILE *out, const struct inputs *in, enum export_format format, const char *name)
{
	struct hist_rows r = { .sink = { out, format, json_object(), 0 }, .name = name };
	int err = r.sink.columns ? add_columns(r.sink.columns, in, name) : -ENOMEM;
	size_t i;

	if (err)
		goto out;
	export_begin(&r.sink);
	for (i = 0; i < in->n && !err; i++)
		err = put_journal(&r, &in->v[i]);
	export_end(&r.sink);
	if (r.negative)
		fprintf(stderr, "twbench export: %llu negative values of %s are in no row\n",
			(unsigned long long)r.negative, name);
out:
	json_decref(r.sink.columns);
	return err;
}
