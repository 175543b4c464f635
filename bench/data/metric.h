/* SPDX-License-Identifier: GPL-2.0 */
/* What a bench reports, one row per metric: tables, journal, comparison and plots loop over rows. */
#ifndef TW_METRIC_H
#define TW_METRIC_H

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

/* The quantiles that are reported, lowest first; ends with key == NULL. */
struct quantile {
	double q;
	const char *key; /* "p50", "p99", "p99_9": suffix in journal and export */
	const char *label; /* "p50", "p99", "p99.9": in tables */
};

extern const struct quantile quantiles[];

#endif
