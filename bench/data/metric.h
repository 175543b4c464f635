/* SPDX-License-Identifier: GPL-2.0 */
/* What a bench reports, one row per metric: tables, journal, comparison and plots loop over rows. */
#ifndef TW_METRIC_H
#define TW_METRIC_H

#include <stdbool.h>
#include <stddef.h>

enum metric_kind {
	METRIC_GAUGE, /* one number per invocation */
	METRIC_HIST, /* a histogram; its scalars are <name>_mean, _p50, _p90, _p99, ... */
};

enum metric_better { BETTER_NONE, BETTER_LOWER, BETTER_HIGHER };

struct metric {
	const char *name; /* identifier with its unit at the end: delivery_ns, ebusy_ratio */
	const char *unit; /* as printed in a table: "ns", "1/s", "" */
	enum metric_kind kind;
	enum metric_better better;
	const char *help; /* one line */
};

/* A column of a report's table: one number per point, the median over its invocations. */
struct column {
	const char *head; /* "\n" starts its second line */
	const char *metric; /* a gauge, or of a histogram NAME_mean, NAME_p50, NAME_p99_9, ... */
	const char *spread; /* head of a column with the spread, which follows; NULL: none */
	bool offered; /* a percentile over all attempts: what never completed is infinite */
	bool optional; /* left out where no point has the number */
};

/* A table of the report: a row per point that has any of its numbers. */
struct table_desc {
	const char *title; /* one sentence; NULL ends the list */
	const struct column *columns; /* ends with head == NULL */
};

/*
 * Implementations side by side: a row per point and metric, a column per implementation, and
 * ratios, each the median over pairs of invocations that ran one after the other.
 */
struct side_by_side {
	const char *title; /* whole lines; says what kind of figures these are */
	const char *const *metrics; /* gauges, ends with NULL */
	/* Names of implementations, each numerator with its denominator; ends with of == NULL. What is
	 * named nowhere is set against the first denominator. */
	const struct impl_ratio {
		const char *of, *to;
	} *ratios;
};

/* The quantiles that are reported, lowest first; ends with key == NULL. */
struct quantile {
	double q;
	const char *key; /* "p50", "p99", "p99_9": suffix in journal and export */
	const char *label; /* "p50", "p99", "p99.9": in tables */
};

extern const struct quantile quantiles[];

#endif
