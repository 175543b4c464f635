/* SPDX-License-Identifier: GPL-2.0 */
/* Journals as one flat table, for other programs. */
#ifndef TW_EXPORT_H
#define TW_EXPORT_H

#include <stdio.h>

#include "inputs.h"
#include "points.h"

/* Plain: for gnuplot: tabs between cells, no quoting; what would need it is a blank. */
enum export_format { EXPORT_CSV, EXPORT_JSON, EXPORT_PLAIN };

/* One row per sample. 0 or -ENOMEM. */
int export_samples(FILE *out, const struct inputs *in, enum export_format format);

/* One row per occupied slot of histogram NAME, merged over the invocations of a point. 0, -ENOMEM,
 * -ENOENT if no sample has that histogram, or -EBADMSG if one contradicts itself. */
int export_hist(FILE *out, const struct inputs *in, enum export_format format, const char *name);

/*
 * One row per point: parameters, n (invocations), and of each metric the median over them as NAME,
 * and its 95 % interval, minimum and maximum below 6, as NAME_lo and NAME_hi. Journals are put
 * together: they should be of one environment. 0 or -ENOMEM.
 */
int export_points(FILE *out, const struct inputs *in, enum export_format format);

/* ---- for all of them ---- */

/* Rows of an ordered table. Names are the keys of `columns`; values are the caller's business. */
struct export_sink {
	FILE *out;
	enum export_format format;
	json_t *columns; /* object: only its keys, in order */
	size_t rows;
};

void export_begin(struct export_sink *s);
/* row: object; a column that it lacks is an empty cell (CSV) or null (JSON). 0 or -ENOMEM. */
int export_row(struct export_sink *s, const json_t *row);
void export_end(struct export_sink *s);

/* ---- one point ---- */

/* What the rows of a section's points may have. 0 or -ENOMEM. */
int export_point_columns(json_t *columns, const struct section *s);
int export_point(struct export_sink *sink, const struct section *s, const struct point *p);

/* The rows of one point's histogram, with a header, plain. As export_hist(). */
int export_hist_point(FILE *out, const struct section *s, const struct point *p, const char *name);

#endif
