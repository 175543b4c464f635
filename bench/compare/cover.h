/* SPDX-License-Identifier: GPL-2.0 */
/* What is posted to a kernel list: plain text, at most 75 columns, no tabs. */
#ifndef TW_COVER_H
#define TW_COVER_H

#include <stdbool.h>
#include <stdio.h>

#include "compare.h"

#define COVER_WIDTH 75

enum cover_style {
	COVER_BOX, /* a table */
	COVER_TRIGGER, /* a line per row, as of a kernel's own benches */
};

/* One journal, or two compared; plot: with a picture of the changes behind each table. 0 or -errno.
 */
int cover_print(FILE *out, const struct comparison *c, enum cover_style style, bool plot);

/* ---- parts ---- */

struct section;

/* The rows of a section, in each of the styles. */
int cover_box(FILE *out, const struct comparison *c, const struct section *s);
int cover_trigger(FILE *out, const struct comparison *c, const struct section *s);

/* One for all sections: what lies at the same column is the same change. */
struct cover_axis {
	double step; /* from mark to mark, a fraction */
	int first, last; /* steps from 0 */
	int per_step; /* columns */
	int metric; /* columns of its name */
};

#define COVER_NUMBER 5 /* columns of a point's: "#123 " */

/* false: no row has a change in percent and an interval. */
bool cover_axis(const struct comparison *c, struct cover_axis *a);
/* A line per row of the section; nothing if none can be drawn. */
void cover_plot(FILE *out, const struct comparison *c, const struct section *s,
		const struct cover_axis *a);

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
 *     base-select=impl=posted head-select=impl=refcounted
 *     arg=run arg=user-ebusy arg=-n arg=20
 *     claim=1f3a9c02:I:-64.1:-64.9:-63.2 check=5d41402a
 *
 * From "twbench-repro/1" at the start of a line through all lines behind it that begin with two
 * blanks: words, NAME=VALUE. Bytes that are no printable ASCII, blanks and % are %XX. A value that
 * does not fit goes on in a word NAME+=VALUE. base and head repeat for a side of several journals;
 * commit, seed and args are those of the first journal of the head (of a single journal: of that,
 * which is the base). Where they apply:
 *
 *   base-select, head-select   NAME=VALUE: only samples with that parameter
 *   treatment                  as of compare; then base-kernel, head-kernel (releases), base-commit,
 *                              head-commit, if they are meant to differ
 *   machine, kernel            machine_id_hash, release: of a letter of one journal
 *   kernel-build, base-build, head-build: beside a release, short_hash() of kernel_version
 *   floor (percent), alpha, level   if they are not the usual ones
 *   claim                      per row that says something: see claim.h
 *   check                      last: the short hash of all words before it, each whole, not encoded,
 *                              with a line feed behind it
 *
 * 0 or -ENOMEM.
 */
int cover_recipe(FILE *out, const struct comparison *c);

#endif
