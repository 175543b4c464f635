/* SPDX-License-Identifier: GPL-2.0 */
/* A comparison in each of the forms that `twbench compare --format` names. All return 0 or
 * -errno. */
#ifndef TW_COMPARE_PRINT_H
#define TW_COMPARE_PRINT_H

#include <stdio.h>

#include "compare.h"

struct html;
struct point;
struct section;

/* Plain text, at most 100 columns; verbose: p-values, Welch's t, the floors. */
int compare_print_text(FILE *out, const struct comparison *c, bool verbose);
int compare_print_markdown(FILE *out, const struct comparison *c);
/* One object, keys as in results/twbench-compare-1.schema.json. */
int compare_print_json(FILE *out, const struct comparison *c, bool strict);
/* Annotations of GitHub Actions; the summary (Markdown) goes to the file $GITHUB_STEP_SUMMARY if
 * set. */
int compare_print_github(FILE *out, const struct comparison *c);
/* Into a page, below a heading; forest: the picture of plots/forest.gp as SVG, or NULL. */
int compare_print_html(struct html *h, const struct comparison *c, const char *forest);
/* Why there are no verdicts: what compare_run() returned, if not 0. */
int compare_print_html_refused(struct html *h, const struct comparison *c, int code);
/*
 * Tab-separated, for plots/forest.gp: row change lo hi verdict floor control. Fractions; only rows
 * that compare_row_is_percent() takes. The control last, otherwise as in the table.
 */
int compare_print_rows(FILE *out, const struct comparison *c);

/* ---- shared ---- */

/* Whether its change is a fraction with an interval: it can go on an axis of percent. */
bool compare_row_is_percent(const struct compare_row *r);
/* arg: the comparison. For compare_sort(): points that have rows. */
bool compare_has_rows(const void *arg, const struct side_point *p);

/* "1 of 12 rows worse, 3 better, 8 equivalent": the verdict's reasons. */
void compare_tell_counts(FILE *f, const struct comparison *c);
/* "latency rate=1000 mode=signal delivery_ns_p99: reason" of an element of left_out; new text. */
char *compare_tell_left_out(const json_t *o);
/* "latency delivery_ns_p50 (rate=1000)": the parameters that vary among the rows' points. */
char *compare_tell_row(const struct comparison *c, const struct compare_row *r);
/* "not confirmed: +0.1% [..]% on fresh data: EQUIVALENT; first look +2.1% [..]%": of a candidate; new
 * text. */
char *compare_tell_confirm(const struct compare_row *r);
/* "JOURNAL (selected impl=a)", as typed, or the half of a journal. */
char *compare_tell_side(const struct comparison *c, const struct side *s);
/* An item per field of the environment that differs, and may; fmt: of its name and both values. */
int compare_print_differs(FILE *out, const struct comparison *c, const char *fmt);

/* ---- JSON ---- */

/* There is no infinity: what is not finite is null. New. */
json_t *compare_json_real(double v);
/* A name as a key: "NO REGRESSION" -> "no_regression". New. */
json_t *compare_json_name(const char *name);

#endif
