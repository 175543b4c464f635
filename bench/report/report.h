/* SPDX-License-Identifier: GPL-2.0 */
/* The report of journals that were made in one environment: plain text, or a part of a page. */
#ifndef TW_REPORT_H
#define TW_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "journal.h"
#include "metric.h"
#include "points.h"

struct html;
struct rows;
struct table;

struct report {
	FILE *out; /* plain text */
	struct html *html; /* instead, unless it is NULL */
	/* What else there is to show of a section, if anything; arg is its own. 0 or -errno. */
	int (*after_section)(const struct report *r, const struct section *s);
	void *arg;
	bool all; /* every metric and every percentile */
	const struct journal *const *journals;
	size_t n;
};

/* 0 or -errno. */
int report_print(const struct report *r);

/* Machine, kernel, command, ... : what a reader asks first. */
int report_head(const struct report *r, const struct sections *s);

/* Machine and kernel, for one line below a picture. */
void report_machine(const json_t *env, char *buf, size_t size);

/* Of that: what is of the environment, and the command of a journal. 0 or -ENOMEM. */
int report_environment(FILE *out, const json_t *env);
int report_command(FILE *out, json_t *header);

/* The tables that the section's bench describes, and what they leave out if all is wanted. */
int report_tables(const struct report *r, const struct section *s);

/* One table; nothing if no point has a number for it. chosen: by point, whether it may have a row;
 * NULL: all may. */
int report_table(const struct report *r, const struct section *s, const char *title,
		 const struct column *columns, const bool *chosen);

/* Implementations of one bench next to each other, where there are several. *shown: whether it was so. */
int report_side_by_side(const struct report *r, const struct section *s, bool *shown);

/* The delivery_ns percentiles of table t over all attempts, for the points where that says more. */
int report_offered(const struct report *r, const struct section *s, const struct table_desc *t);

/* A column's value over the invocations of a point; NAN unless all of them have it. 0 or -ENOMEM. */
int column_spread(const struct point *p, const struct column *c, struct spread *s);

/* One row per metric; skip(section, name) leaves one out, NULL: none. */
int report_generic(const struct report *r, const struct section *s,
		   bool (*skip)(const struct section *s, const char *name));

/* Where the section's numbers come from, as far as its samples say so. */
int report_sources(const struct report *r, const struct section *s);

/* What the notation means; what the recorder costs; losses. */
int report_footer(const struct report *r, const struct sections *s);

/* Skips, errors, warnings, and what is incomplete. */
int report_messages(const struct report *r);

/* ---- text or page: all that is written goes through these; 0 or -errno ---- */

/* As text_item(). */
int report_item(const struct report *r, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Something else begins: a blank line, or a heading. */
int report_part(const struct report *r, const char *title);
int report_bench(const struct report *r, const struct section *s);
/* A table, see labels_table(); title: NULL, or lines that end in no '\n'. */
int report_rows(const struct report *r, const char *title, const struct section *s, const void *arg,
		void (*build)(struct table *t, const struct rows *r));

#endif
