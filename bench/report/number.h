/* SPDX-License-Identifier: GPL-2.0 */
/* Numbers as text, with '.' as decimal point whatever the locale. */
#ifndef TW_NUMBER_H
#define TW_NUMBER_H

#include <jansson.h>

#include "median.h"

#define NUMBER_MAX 32
#define SPREAD_MAX (2 * NUMBER_MAX + 8)

/*
 * For tables, at most 14 characters: thousands apart ("12 345"), three significant digits below
 * 100, four decimals where the name says `_ratio`. "-" for NAN.
 */
const char *number_text(char buf[NUMBER_MAX], double v, const char *name);

/* "[lo, hi]" for a 95 % interval, "lo .. hi" for minimum and maximum, "-" for a single value. */
const char *number_spread(char buf[SPREAD_MAX], const struct spread *s, const char *name);

/* All digits that the number has, as few as read back to the same value: for machines. */
const char *number_full(char buf[NUMBER_MAX], const json_t *v);

/* The unit that the end of an identifier promises: "ns", "1/s", ..., or "". */
const char *number_unit(const char *name);

#endif
