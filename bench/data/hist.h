/* SPDX-License-Identifier: GPL-2.0 */
/* User-space side of the histogram of bpf/tw_shared.h: merge, quantiles, JSON. */
#ifndef TW_HIST_H
#define TW_HIST_H

#include <jansson.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#include "tw_shared.h"

/* dst += src, exact. */
void hist_merge(struct tw_hist *dst, const struct tw_hist *src);

/*
 * The q-quantile (0 < q < 1) of the counted values plus `infinite` further ones above all of them
 * (EBUSY, lost and pending calls of an *offered* percentile), as the middle of the bin that holds
 * the value of rank ceil(q * n), clipped to [min, max]. INFINITY where the rank lies among the
 * infinite ones, or in `over` (where `max` alone is exact, and is returned if it is that rank).
 * NAN if n == 0. NAN as well if n cannot support a two-sided 95 % interval, see hist_supports().
 */
double hist_quantile(const struct tw_hist *h, uint64_t infinite, double q);

/* Whether n values support a two-sided 95 % order-statistic interval for q: q^n <= 0.025 and
 * (1 - q)^n <= 0.025. p90 needs 36, p99 368, p99.9 3,688. */
bool hist_supports(uint64_t n, double q);

/* Exact mean; NAN if empty. */
double hist_mean(const struct tw_hist *h);

/* {"bits":7,"count":..,"under":..,"over":..,"negative":..,"sum":..,"min":..,"max":..,
 *  "bins":[[index,count],..]}; min and max are 0 if empty. NULL without memory, or if a member is
 *  above INT64_MAX, where integers of JSON end. The caller owns it. */
json_t *hist_to_json(const struct tw_hist *h);

/* Fills *h; -EINVAL if o is not a histogram or contradicts itself (count against bins, order of the
 * indexes, min or max outside the lowest or highest occupied slot, a sum that these bins cannot
 * have). */
int hist_from_json(const json_t *o, struct tw_hist *h);

/*
 * Replaces the bins of o, which hist_from_json() accepted, by a text of a few bytes per bin in a
 * member "packed", which hist_from_json() takes too: two hundred bytes per bin of a parsed array
 * make a gigabyte of a long journal. For memory only, never for a file. 0 or -ENOMEM.
 */
int hist_pack(json_t *o);

#endif
