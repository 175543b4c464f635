// SPDX-License-Identifier: GPL-2.0
#include "hist_bounds.h"

#define OVER_LOW (1ULL << TW_HIST_LOG2_MAX)

const struct hist_member hist_members[] = {
	{ "count", offsetof(struct tw_hist, count), false },
	{ "under", offsetof(struct tw_hist, under), false },
	{ "over", offsetof(struct tw_hist, over), false },
	{ "negative", offsetof(struct tw_hist, negative), false },
	{ "sum", offsetof(struct tw_hist, sum), false },
	{ "min", offsetof(struct tw_hist, min), true },
	{ "max", offsetof(struct tw_hist, max), true },
	{ NULL, 0, false },
};

void hist_bounds_add(struct hist_bounds *b, uint64_t count, uint64_t low, uint64_t high)
{
	if (!count)
		return;
	if (!b->count) {
		b->min_low = low;
		b->min_high = high;
	}
	b->max_low = low;
	b->max_high = high;
	b->count += count;
	b->sum_low += (unsigned __int128)count * low;
	b->sum_high += (unsigned __int128)count * high;
}

void hist_bounds_add_bin(struct hist_bounds *b, uint32_t index, uint64_t count)
{
	uint64_t low = tw_hist_low(index);

	hist_bounds_add(b, count, low, low + tw_hist_width(index) - 1);
}

bool hist_bounds_allow(const struct hist_bounds *bins, const struct tw_hist *h)
{
	struct hist_bounds b = { 0 };

	hist_bounds_add(&b, h->under, 0, 0);
	if (bins->count && b.count) {
		b.max_low = bins->max_low;
		b.max_high = bins->max_high;
		b.count += bins->count;
		b.sum_low += bins->sum_low;
		b.sum_high += bins->sum_high;
	} else if (bins->count) {
		b = *bins;
	}
	hist_bounds_add(&b, h->over, OVER_LOW, h->max);
	return h->count == b.count && h->min <= h->max && h->min >= b.min_low &&
	       h->min <= b.min_high && h->max >= b.max_low && h->max <= b.max_high &&
	       h->sum >= b.sum_low && h->sum <= b.sum_high;
}
