// SPDX-License-Identifier: GPL-2.0
/* A figure's files for gnuplot: data in the columns of `twbench export`, and the scripts. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "figure.h"
#include "text.h"

__attribute__((format(printf, 2, 3))) static FILE *create(const char *dir, const char *fmt, ...)
{
	char name[64], path[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(name, sizeof(name), fmt, ap);
	va_end(ap);
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, "we");
}

static int finish(FILE *f, int err)
{
	err = err ?: ferror(f) ? -EIO : 0;
	return fclose(f) && !err ? -errno : err;
}

static int copy(const char *dir, const struct figure_source *s)
{
	FILE *f = create(dir, "%s.gp", s->name);

	if (!f)
		return -errno;
	fwrite(s->start, 1, s->end - s->start, f);
	return finish(f, 0);
}

/* Text of a journal is foreign. Between single quotes gnuplot expands nothing, neither escapes nor
 * `commands`; those of the text would end the string, or might be expanded by a later use of it. */
static void put_string(FILE *f, const char *name, const char *value)
{
	fprintf(f, "%s = '", name);
	for (; *value; value++) {
		unsigned char c = *value;

		fputc(c == '\'' || c == '`' ? '"' : c < ' ' || c == 0x7f ? ' ' : c, f);
	}
	fputs("'\n", f);
}

/* "7 invocations", "5 to 7 invocations": of each point. */
static void put_n(FILE *f, const struct figure_points *p)
{
	size_t low = SIZE_MAX, high = 0;
	char text[80];

	for (size_t i = 0; i < p->n; i++) {
		size_t n = json_array_size(p->v[i]->samples);

		low = n < low ? n : low;
		high = n > high ? n : high;
	}
	if (low == high)
		snprintf(text, sizeof(text), "%zu invocation%s", low, low == 1 ? "" : "s");
	else
		snprintf(text, sizeof(text), "%zu to %zu invocations", low, high);
	put_string(f, "invocations", text);
	/* Six are needed for an interval: see median_ranks(). */
	put_string(f, "interval",
		   low >= 6   ? "95 % interval"
		   : high < 6 ? "minimum and maximum"
			      : "95 % interval, or min and max below 6 invocations");
}

/* with_METRIC = '1 3': the curves that have it in any point, for iterations over those. */
static int put_with(FILE *f, const struct figure_points *p, const char *metric)
{
	char variable[FIGURE_WORDS + 8], list[4 * FIGURE_SERIES_MAX] = "";
	bool has[FIGURE_SERIES_MAX] = { false };
	struct spread spread;

	for (size_t i = 0; i < p->n; i++) {
		if (point_spread(p->v[i], sample_metric, metric, &spread))
			return -ENOMEM;
		has[p->series[i]] |= spread.n && isfinite(spread.median);
	}
	for (size_t i = 0; i < p->n_series; i++)
		if (has[i])
			sprintf(list + strlen(list), "%s%zu", *list ? " " : "", i + 1);
	snprintf(variable, sizeof(variable), "with_%s", metric);
	put_string(f, variable, list);
	return 0;
}

static int put_metrics(FILE *f, const struct figure *fig, const struct figure_points *p)
{
	const char *lists[] = { fig->metrics, fig->optional };
	char metric[FIGURE_WORDS];
	int err = 0;

	for (size_t i = 0; i < 2; i++)
		while (!err && figure_word(&lists[i], metric, sizeof(metric)))
			err = put_with(f, p, metric);
	return err;
}

static int write_run(const char *dir, const struct figure *f, const struct figure_points *p,
		     const struct figure_look *look)
{
	FILE *out = create(dir, "run.gp");
	int err = 0;

	if (!out)
		return -errno;
	put_string(out, "format", look->format);
	put_string(out, "figure", f->source->name);
	put_string(out, "figure_title", f->title);
	put_string(out, "machine", look->machine);
	put_string(out, "held", p ? p->held : "");
	fprintf(out, "series = %zu\n", p ? p->n_series : 0);
	fprintf(out, "array name[%zu]\n", p ? p->n_series : 1);
	for (size_t i = 0; p && i < p->n_series; i++) {
		char variable[32];

		snprintf(variable, sizeof(variable), "name[%zu]", i + 1);
		put_string(out, variable, p->names[i]);
	}
	if (p) {
		put_n(out, p);
		err = put_metrics(out, f, p);
	} else {
		put_string(out, "interval", look->interval ?: "99 % interval");
	}
	fprintf(out, "load 'common.gp'\nload '%s.gp'\n", f->source->name);
	return finish(out, err);
}

static int write_scripts(const char *dir, const struct figure *f, const struct figure_points *p,
			 const struct figure_look *look)
{
	int err = copy(dir, &figure_common);

	err = err ?: copy(dir, f->source);
	return err ?: write_run(dir, f, p, look);
}

/* A point of one invocation has that as its median and bounds. */
static int write_each(struct export_sink *sink, const struct section *s, const struct point *p)
{
	json_t *sample;
	size_t i;
	int err = 0;

	json_array_foreach(p->samples, i, sample) {
		struct point one = { .first = sample, .samples = json_array() };

		if (err || json_array_append(one.samples, sample))
			err = err ?: -ENOMEM;
		err = err ?: export_point(sink, s, &one);
		json_decref(one.samples);
	}
	return err;
}

static int write_series(const char *dir, const struct figure *f, const struct figure_points *p,
			size_t series, json_t *columns)
{
	struct export_sink sink = { create(dir, "points-%zu.tsv", series + 1), EXPORT_PLAIN,
				    columns, 0 };
	int err = 0;

	if (!sink.out)
		return -errno;
	export_begin(&sink);
	for (size_t i = 0; i < p->n && !err; i++) {
		if (p->series[i] != series)
			continue;
		err = *f->each ? write_each(&sink, p->section, p->v[i])
			       : export_point(&sink, p->section, p->v[i]);
	}
	export_end(&sink);
	return finish(sink.out, err);
}

static int write_hist(const char *dir, const struct figure *f, const struct figure_points *p,
		      size_t i)
{
	FILE *out = create(dir, "hist-%zu.tsv", p->series[i] + 1);

	return out ? finish(out, export_hist_point(out, p->section, p->v[i], f->hist)) : -errno;
}

/* Scripts may name them whether or not a sample has them. */
static int add_columns(json_t *columns, const struct figure *f)
{
	const char *lists[] = { f->metrics, f->optional };
	static const char *const ends[] = { "", "_lo", "_hi" };
	char metric[FIGURE_WORDS], column[FIGURE_WORDS + 4];
	int bad = 0;

	for (size_t i = 0; i < 2; i++) {
		while (figure_word(&lists[i], metric, sizeof(metric))) {
			for (size_t e = 0; e < 3; e++) {
				snprintf(column, sizeof(column), "%s%s", metric, ends[e]);
				bad |= json_object_set_new(columns, column, json_true());
			}
		}
	}
	return bad ? -ENOMEM : 0;
}

int figure_write(const char *dir, const struct figure *f, const struct figure_points *p,
		 const struct figure_look *look)
{
	json_t *columns = json_object();
	int err = columns ? export_point_columns(columns, p->section) : -ENOMEM;

	err = err ?: add_columns(columns, f);
	for (size_t i = 0; i < p->n_series; i++)
		err = err ?: write_series(dir, f, p, i, columns);
	for (size_t i = 0; *f->hist && i < p->n; i++)
		err = err ?: write_hist(dir, f, p, i);
	json_decref(columns);
	return err ?: write_scripts(dir, f, p, look);
}

int figure_write_rows(const char *dir, const struct figure *f, const struct figure_look *look)
{
	return write_scripts(dir, f, NULL, look);
}
