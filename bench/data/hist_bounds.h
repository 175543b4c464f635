/* SPDX-License-Identifier: GPL-2.0 */
/* What the slots of a histogram say about its other members. */
#ifndef TW_HIST_BOUNDS_H
#define TW_HIST_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tw_shared.h"

/*
 * How many values, between which bounds the lowest, the highest and the sum lie. 128 bits: a forged
 * count times a bin's value must not wrap into a plausible sum. Starts from zeros.
 */
struct hist_bounds {
	unsigned __int128 count, sum_low, sum_high;
	uint64_t min_low, min_high, max_low, max_high;
};

/* Slots in ascending order; one without a value changes nothing. */
void hist_bounds_add(struct hist_bounds *b, uint64_t count, uint64_t low, uint64_t high);
void hist_bounds_add_bin(struct hist_bounds *b, uint32_t index, uint64_t count);

/* Whether h, without a look at its bins, can be the histogram whose bins have these bounds. */
bool hist_bounds_allow(const struct hist_bounds *bins, const struct tw_hist *h);

/* The members of a histogram beside its bins, in the order of writing. */
struct hist_member {
	const char *key; /* NULL ends the table */
	size_t offset; /* of its __u64 in struct tw_hist */
	bool of_values; /* means nothing without a value */
};

extern const struct hist_member hist_members[];

#endif
