/* SPDX-License-Identifier: GPL-2.0 */
/* The conservation laws that every sample obeys; a violation means that something was not counted. */
#ifndef TW_LAWS_H
#define TW_LAWS_H

#include <jansson.h>
#include <stddef.h>

/*
 * Checks the laws of one cohort (NULL: holds). 0, or -ERANGE with the broken law and its numbers in
 * why; `cohort` is what that calls it.
 *     delivered = filtered + attempts
 *     attempts  = accepted + ebusy + failed (by errno)
 *     accepted  = completed + cancelled + lost + in_flight_at_end
 */
int laws_check_cohort(const json_t *counts, const char *cohort, char *why, size_t size);

/*
 * Both cohorts of a sample, `counts` (the window) and `life`, where present; and, across the maps that
 * counted them:
 *     window <= life, term by term
 *     values in delivery_ns (negative ones too) = completed in the window
 */
int laws_check(const json_t *sample, char *why, size_t size);

#endif
