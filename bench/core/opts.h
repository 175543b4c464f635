/* SPDX-License-Identifier: GPL-2.0 */
/* Parameters of benches: values from rows of struct opt, checked before anything runs. */
#ifndef TW_OPTS_H
#define TW_OPTS_H

#include <jansson.h>
#include <stddef.h>

#include "bench.h"

/* The row `name` of a bench, or NULL. */
const struct opt *opt_find(const struct bench *b, const char *name);

/*
 * One value, as it goes into params: an integer for OPT_U64, else a string (CPU lists in their
 * shortest form). NULL with one line of why: not a number, out of range (says the range), not one
 * of the choices (lists them). The caller owns the reference.
 */
json_t *opt_value(const struct opt *o, const char *text, char *why, size_t size);

/* The swept values of one option: a JSON array of opt_value()s. sep separates them in text. */
json_t *opt_values(const struct opt *o, const char *text, char sep, char *why, size_t size);

/* The profile's default text (blank-separated). */
const char *opt_default(const struct opt *o, enum profile p);

/* "1..1000000000", "signal|resume", ...: for help and errors. */
void opt_describe(const struct opt *o, char *buf, size_t size);

#endif
