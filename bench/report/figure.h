/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Figures: plots/NAME.gp, embedded into the executable. Lines "#: KEY WORDS" at its beginning say
 * what it needs; gnuplot takes them for comments.
 *
 *     title    what the picture shows
 *     bench    whose points
 *     metrics  of which a point must have each, or it is not drawn
 *     optional metrics that a point may have
 *     hist     a histogram that it must have
 *     where    PARAM=VALUE that the points must have
 *     x        parameters along the axis: the points of one curve differ in them
 *     vary     1: at least two values of x, or there is nothing to see
 *     series   parameters that tell curves apart; the implementation always does
 *     each     invocation: a row for each, instead of medians
 *     measure  the twbench command that measures it
 *     rows     columns of a table made elsewhere (of compare, or --rows), instead of all but title,
 *              measure, and optional, which names columns then
 *
 * A script that finds nothing to draw after all prints why and ends with status 2.
 *
 * All other parameters are held: one combination of values is drawn, and the picture says which.
 */
#ifndef TW_FIGURE_H
#define TW_FIGURE_H

#include <stdbool.h>
#include <stddef.h>

#include "points.h"

#define FIGURE_WORDS 240
#define FIGURE_SERIES_MAX 8 /* as many looks as plots/common.gp has */

struct figure_source {
	const char *name;
	const char *start, *end; /* text of the .gp */
};

extern const struct figure_source figure_sources[]; /* generated from plots/, ends with NULL */
extern const struct figure_source figure_common;

struct figure {
	const struct figure_source *source;
	char title[FIGURE_WORDS], bench[FIGURE_WORDS], metrics[FIGURE_WORDS];
	char optional[FIGURE_WORDS], hist[FIGURE_WORDS];
	char where[FIGURE_WORDS], x[FIGURE_WORDS], vary[FIGURE_WORDS], series[FIGURE_WORDS];
	char each[FIGURE_WORDS], measure[FIGURE_WORDS], rows[FIGURE_WORDS];
};

const struct figure_source *figure_by_name(const char *name);

/* 0, or -EINVAL with why: a key that is not known or missing. */
int figure_parse(const struct figure_source *source, struct figure *f, char *why, size_t size);

/* The next blank-separated word of *words, copied; false if there is none (or it does not fit). */
bool figure_word(const char **words, char *buf, size_t size);
bool figure_has_word(const char *words, const char *word);

/* What is drawn, of which points. Borrows from the sections. */
struct figure_points {
	const struct section *section;
	const struct point **v; /* by series, then as in the section */
	size_t *series; /* of each of v, from 0 */
	size_t n, n_series;
	char names[FIGURE_SERIES_MAX][FIGURE_WORDS];
	char held[2 * FIGURE_WORDS]; /* "rate=10000 cpus=0-1": what is the same for all */
	char others[2 * FIGURE_WORDS]; /* "rate=1000,2000": the values of those left out */
	size_t left_out; /* points of the bench that could be drawn, but differ in what is held */
};

/*
 * where: further PARAM=VALUE, ends with NULL. 0, -ENOMEM, or -ENOENT: it cannot be drawn, with one
 * line in why, what is missing. Release with figure_points_free() in any case.
 */
int figure_select(const struct figure *f, const struct sections *s, char *const *where,
		  struct figure_points *out, char *why, size_t size);
void figure_points_free(struct figure_points *p);

/* ---- files for gnuplot ---- */

struct figure_look {
	const char *format; /* "svg", "png", "txt" */
	const char *machine; /* a line about where the numbers are from */
};

/* Into directory dir: run.gp (which draws into "picture"), common.gp, the figure's .gp,
 * points-N.tsv and hist-N.tsv for each series N = 1.. 0 or -errno. */
int figure_write(const char *dir, const struct figure *f, const struct figure_points *p,
		 const struct figure_look *look);

/* A table that was made elsewhere, tab-separated; its first line names the columns. */
struct figure_table {
	const char *text;
	size_t size;
	/* For the words around the picture; "": not known. */
	const char *held, *invocations, *interval, *note;
};

/* 0, or -EINVAL with why: a column that f->rows names is missing, or there is no row. */
int figure_check_table(const struct figure *f, const struct figure_table *t, char *why,
		       size_t size);
bool figure_table_has(const struct figure_table *t, const char *column);

/* The same for a table: rows.tsv, and with_COLUMN = 1 or 0 of those that f->optional names. */
int figure_write_table(const char *dir, const struct figure *f, const struct figure_table *t,
		       const struct figure_look *look);

#endif
