/* SPDX-License-Identifier: GPL-2.0 */
/* Which metrics are compared, which way is worse, and what change does not matter. Pure. */
#ifndef TW_CHOOSE_H
#define TW_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "decide.h"
#include "metric.h"

struct bench;

/* The descriptor of a scalar, NAME or of a histogram NAME_mean, NAME_p50, ...; NULL: none. */
const struct metric *scalar_metric(const struct bench *b, const char *scalar);

/* 1: more is worse; -1: less is worse; 0: neither, or not known. */
int scalar_worse(const struct bench *b, const char *scalar);

/*
 * What is compared unless something is asked for: what the bench's first table shows, and what its
 * other tables show with a spread, as far as one way is better. A bench without tables: its gauges
 * likewise.
 */
bool scalar_is_default(const struct bench *b, const char *scalar);

/*
 * wanted: names and patterns (fnmatch) between commas; "default" is the above, NULL is "default". A
 * pattern takes only what has a direction, a name anything.
 */
bool scalar_is_wanted(const struct bench *b, const char *scalar, const char *wanted);

/* What the floor of a row is, as a multiple of that of a median: p99 2, p99.9 and above 5. */
double scalar_floor_factor(const char *scalar);

/* Ratios may be 0, and a change of 0.0001 to 0.0002 is not one of 100 %. */
bool scalar_is_ratio(const char *scalar);

#endif
