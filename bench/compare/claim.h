/* SPDX-License-Identifier: GPL-2.0 */
/* What a cover letter claims of a row, as one word of its recipe. */
#ifndef TW_CLAIM_H
#define TW_CLAIM_H

#include <stdbool.h>

#include "compare.h"
#include "short_hash.h"

#define CLAIM_MAX 128
#define CLAIM_DIGITS 4 /* of a change */

/* The letters are those of the word. */
enum claim_kind {
	CLAIM_REGRESSION = 'R',
	CLAIM_IMPROVEMENT = 'I',
	CLAIM_CHANGED = 'C',
	CLAIM_EQUIVALENT = 'E',
	CLAIM_MEDIAN = 'M', /* of a letter of one journal: a figure, no change */
};

struct claim {
	char id[SHORT_HASH_SIZE]; /* see row_id() */
	enum claim_kind kind;
	bool difference; /* scale of the change: DECIDE_DIFFERENCE */
	double value, lo, hi; /* as of struct decision; of a median, in the metric's unit */
	double floor; /* that was measured on the letter's machine; NAN: the usual one */
};

/*
 * Which row it is, here and elsewhere: the short hash of
 *
 *   ["BENCH","IMPL",{"PARAM":VALUE,...},"METRIC"]
 *
 * as JSON without blanks, parameters sorted. IMPL is null if it was selected by or is the
 * treatment. What was selected by is no parameter, nor is `cpus` where all points of the bench on
 * that side have the same: "all" is another list on another machine. 0 or -ENOMEM.
 */
int row_id(char id[SHORT_HASH_SIZE], const struct side *s, const struct side_point *p,
	   const char *metric);

/* 1: it claims something; 0: a control row, or no verdict; -ENOMEM. */
int claim_of_row(const struct comparison *c, const struct compare_row *r, struct claim *out);

/* The median of a single row with its interval (below 6 values: the range, level 0) into d.shift,
 * d.lo, d.hi, d.level. 0 or -ENOMEM. */
int claim_fill_median(struct compare_row *r);

/*
 * "ID:KIND:VALUE:LO:HI" and, if a floor was measured, ":FLOOR". Changes in percent; with a `d`
 * behind KIND, they are differences in the metric's own unit.
 */
void claim_text(char buf[CLAIM_MAX], const struct claim *claim);
/* 0 or -EINVAL */
int claim_parse(struct claim *claim, const char *text);

#endif
