/* SPDX-License-Identifier: GPL-2.0 */
/* What is posted to a kernel list: plain text, at most 75 columns, no tabs. */
#ifndef TW_COVER_H
#define TW_COVER_H

#include <stdio.h>

#include "compare.h"

#define COVER_WIDTH 75

enum cover_style {
	COVER_BOX, /* a table */
	COVER_TRIGGER, /* a line per row, as of a kernel's own benches */
};

/* One journal, or two compared. 0 or -errno. */
int cover_print(FILE *out, const struct comparison *c, enum cover_style style);

/* ---- parts ---- */

struct section;

/* The rows of a section, in each of the styles. */
int cover_box(FILE *out, const struct comparison *c, const struct section *s);
int cover_trigger(FILE *out, const struct comparison *c, const struct section *s);

/* The median of a side of a row over its replicates: as text, "1 234"; and "1.2%", half the width
 * of its 95 % interval (below 6: half the range) in percent of it; in the metric's own unit for
 * ratios. */
struct cover_figure {
	char median[32], spread[32];
	double half; /* of the interval, in the metric's own unit */
	double shown; /* spread as a number, in its unit */
};

int cover_figure(const double *v, size_t n, const struct compare_row *r, struct cover_figure *out);

/* "worse", "better", "differs", "same", "?" */
const char *cover_verdict(const struct compare_row *r);

/*
 * What `twbench repro` reads:
 *
 *   twbench-repro/1 commit=8301de2a893e version=0.1.0 seed=7 hash=sha256
 *     base=<64 hexadecimal digits of the journal> head=<likewise>
 *     arg=run arg=latency arg=-n arg=20
 *
 * From "twbench-repro/1" at the start of a line through all lines behind it that begin with two
 * blanks: words, NAME=VALUE. Bytes that are no printable ASCII, blanks and % are %XX. A value that
 * does not fit goes on in a word NAME+=VALUE. base and head repeat for a side of several journals;
 * commit, seed and args are those of the first journal of the head (of a single journal: of that,
 * which is the base). 0 or -ENOMEM.
 */
int cover_recipe(FILE *out, const struct comparison *c);

#endif
