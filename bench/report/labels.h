/* SPDX-License-Identifier: GPL-2.0 */
/* Says which point a row is: a column per parameter that varies, the others once above. */
#ifndef TW_LABELS_H
#define TW_LABELS_H

#include "points.h"
#include "table.h"

struct rows {
	const struct section *section;
	bool numbered; /* a number for each point, explained above the table, as it is too wide */
	const void *arg;
};

/* "always  trigger=syscall mode=signal". */
int labels_constants(FILE *out, const struct section *s);
/* Of that: the parameters and values, "" if there are none; the caller frees. NULL: no memory. */
char *labels_constant(const struct section *s);
/* The parameters that vary, of one point: "rate=1000 mode=signal". Likewise. */
char *labels_of_point(const struct section *s, size_t point);

void labels_cols(struct table *t, const struct rows *r);
/* again: the point is that of the row above; blank cells. */
void labels_cells(struct table *t, const struct rows *r, size_t point, bool again);

/* Prints what build() makes; a second time with numbers if it is wider than TABLE_WIDTH. */
int labels_table(FILE *out, const struct section *s, const void *arg,
		 void (*build)(struct table *t, const struct rows *r));

#endif
