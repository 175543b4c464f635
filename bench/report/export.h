/* SPDX-License-Identifier: GPL-2.0 */
/* Journals as one flat table, for other programs. */
#ifndef TW_EXPORT_H
#define TW_EXPORT_H

#include <stdio.h>

#include "inputs.h"

enum export_format { EXPORT_CSV, EXPORT_JSON };

/* One row per sample. 0 or -ENOMEM. */
int export_samples(FILE *out, const struct inputs *in, enum export_format format);

/* One row per occupied slot of histogram NAME, merged over the invocations of a point. 0, -ENOMEM,
 * -ENOENT if no sample has that histogram, or -EBADMSG if one contradicts itself. */
int export_hist(FILE *out, const struct inputs *in, enum export_format format, const char *name);

/* ---- for both ---- */

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

#endif
