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

/* The same look in every figure for the usual triggers and modes, whatever else is drawn: from 1; 0:
 * none. */
static size_t usual_look(const struct point *p)
{
	static const char *const triggers[] = { "perf-sw", "syscall", "prog-run", "perf-hw" };
	const char *trigger = json_string_value(sample_param(p->first, "trigger")) ?: "";
	const char *mode = json_string_value(sample_param(p->first, "mode")) ?: "";

	for (size_t i = 0; i < FIGURE_SERIES_MAX / 2; i++)
		if (!strcmp(trigger, triggers[i]))
			return 2 * i + 1 + !strcmp(mode, "resume");
	return 0;
}

/* look[I] = N: a style of plots/common.gp for each curve. */
static void put_looks(FILE *f, const struct figure_points *p)
{
	static const size_t spare[FIGURE_SERIES_MAX] = { 5, 6, 7, 8, 1, 2, 3, 4 };
	size_t look[FIGURE_SERIES_MAX] = { 0 }, next = 0;
	bool taken[FIGURE_SERIES_MAX + 1] = { false };

	for (size_t i = 0; i < p->n; i++) {
		size_t usual = usual_look(p->v[i]);

		if (look[p->series[i]] || !usual || taken[usual])
			continue;
		look[p->series[i]] = usual;
		taken[usual] = true;
	}
	fprintf(f, "array look[%zu]\n", p->n_series);
	for (size_t i = 0; i < p->n_series; i++) {
		while (!look[i] && taken[spare[next]])
			next++;
		look[i] = look[i] ?: spare[next];
		taken[look[i]] = true;
		fprintf(f, "look[%zu] = %zu\n", i + 1, look[i]);
	}
}

static int put_points(FILE *out, const struct figure *f, const struct figure_points *p)
{
	char variable[32], held[sizeof(p->held) + sizeof(p->others) + 40];

	snprintf(held, sizeof(held), "%s%s%s%s", p->held, *p->others ? "; also measured: " : "",
		 p->others, *p->others ? " (--where)" : "");
	put_string(out, "held", held);
	fprintf(out, "series = %zu\narray name[%zu]\n", p->n_series, p->n_series);
	for (size_t i = 0; i < p->n_series; i++) {
		snprintf(variable, sizeof(variable), "name[%zu]", i + 1);
		put_string(out, variable, p->names[i]);
	}
	put_looks(out, p);
	put_n(out, p);
	return put_metrics(out, f, p);
}

static void put_table(FILE *out, const struct figure *f, const struct figure_table *t)
{
	const char *words = f->optional;
	char column[FIGURE_WORDS];

	put_string(out, "held", t->held);
	put_string(out, "invocations", t->invocations);
	put_string(out, "interval", t->interval);
	put_string(out, "note", t->note);
	fputs("series = 0\narray name[1]\n", out);
	while (figure_word(&words, column, sizeof(column)))
		fprintf(out, "with_%s = %d\n", column, figure_table_has(t, column));
}

/* Either of points or of a table. */
struct content {
	const struct figure *figure;
	const struct figure_points *points;
	const struct figure_table *table;
};

static int write_run(const char *dir, const struct content *c, const struct figure_look *look)
{
	const char *name = c->figure->source->name;
	FILE *out = create(dir, "run.gp");
	int err = 0;

	if (!out)
		return -errno;
	put_string(out, "format", look->format);
	put_string(out, "figure", name);
	put_string(out, "figure_title", c->figure->title);
	put_string(out, "machine", look->machine);
	if (c->points)
		err = put_points(out, c->figure, c->points);
	else
		put_table(out, c->figure, c->table);
	fprintf(out, "load 'common.gp'\nload '%s.gp'\n", name);
	return finish(out, err);
}

static int write_scripts(const char *dir, const struct content *c, const struct figure_look *look)
{
	int err = copy(dir, &figure_common);

	err = err ?: copy(dir, c->figure->source);
	return err ?: write_run(dir, c, look);
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
	return err ?: write_scripts(dir, &(struct content){ .figure = f, .points = p }, look);
}

int figure_write_table(const char *dir, const struct figure *f, const struct figure_table *t,
		       const struct figure_look *look)
{
	FILE *out = create(dir, "rows.tsv");

	if (!out)
		return -errno;
	/* To gnuplot a quote begins a cell that tabs and line ends are part of. */
	for (size_t i = 0; i < t->size; i++)
		fputc(t->text[i] == '"' ? ' ' : t->text[i], out);
	return finish(out, 0) ?: write_scripts(dir, &(struct content){ f, NULL, t }, look);
}
