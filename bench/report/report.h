/* SPDX-License-Identifier: GPL-2.0 */
/* The plain-text report of journals that were made in one environment. */
#ifndef TW_REPORT_H
#define TW_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "journal.h"
#include "points.h"

struct report {
	FILE *out;
	bool all; /* every metric and every percentile */
	const struct journal *const *journals;
	size_t n;
};

/* 0 or -ENOMEM. */
int report_print(const struct report *r);

/* Machine, kernel, command, ... : what a reader asks first. */
int report_head(const struct report *r, const struct sections *s);

int report_latency(const struct report *r, const struct section *s);

/* One row per metric; skip(name) leaves one out, NULL: none. */
int report_generic(const struct report *r, const struct section *s, bool (*skip)(const char *name));

/* What the notation means; what the recorder costs; losses; skips, errors, warnings. */
int report_footer(const struct report *r, const struct sections *s);

/* Skips, errors, warnings, and what is incomplete. */
int report_messages(const struct report *r);

#endif
