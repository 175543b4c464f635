/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <float.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "hist_bounds.h"

/* 1 - 95 %, half of it in each tail. */
#define TAIL 0.025

void hist_merge(struct tw_hist *dst, const struct tw_hist *src)
{
	if (src->count && (!dst->count || src->min < dst->min))
		dst->min = src->min;
	if (src->count && (!dst->count || src->max > dst->max))
		dst->max = src->max;
	dst->count += src->count;
	dst->sum += src->sum;
	dst->under += src->under;
	dst->over += src->over;
	dst->negative += src->negative;
	for (uint32_t i = 0; i < TW_HIST_BINS; i++)
		dst->bins[i] += src->bins[i];
}

bool hist_supports(uint64_t n, double q)
{
	return pow(q, n) <= TAIL && pow(1 - q, n) <= TAIL;
}

/* ceil(q * n), in 1 .. n. The product is lowered by its own rounding error: 0.07 * 100 is 7, not
 * the 7.000000000000001 that would become rank 8. */
static uint64_t rank_of(double q, uint64_t n)
{
	double x = q * n;
	uint64_t rank = ceil(x - x * 2 * DBL_EPSILON);

	return rank < 1 ? 1 : rank > n ? n : rank;
}

static double clip(double v, double min, double max)
{
	return v < min ? min : v > max ? max : v;
}

double hist_quantile(const struct tw_hist *h, uint64_t infinite, double q)
{
	uint64_t n = h->count + infinite, rank, seen = h->under;

	if (!n || !hist_supports(n, q))
		return NAN;
	rank = rank_of(q, n);
	if (rank > h->count)
		return INFINITY;
	if (rank <= seen)
		return 0;
	for (uint32_t i = 0; i < TW_HIST_BINS; i++) {
		seen += h->bins[i];
		if (rank <= seen)
			return clip(tw_hist_low(i) + (tw_hist_width(i) - 1) / 2.0, h->min, h->max);
	}
	return rank == h->count ? h->max : INFINITY;
}

double hist_mean(const struct tw_hist *h)
{
	return h->count ? (double)h->sum / h->count : NAN;
}

/* ---- JSON ---- */

static json_t *bins_to_json(const struct tw_hist *h)
{
	json_t *bins = json_array();

	for (uint32_t i = 0; bins && i < TW_HIST_BINS; i++) {
		if (!h->bins[i])
			continue;
		if (h->bins[i] > INT64_MAX ||
		    json_array_append_new(
			    bins, json_pack("[I,I]", (json_int_t)i, (json_int_t)h->bins[i]))) {
			json_decref(bins);
			return NULL;
		}
	}
	return bins;
}

json_t *hist_to_json(const struct tw_hist *h)
{
	json_t *o = json_pack("{s:i}", "bits", TW_HIST_BITS);

	for (const struct hist_member *m = hist_members; o && m->key; m++) {
		uint64_t v = *(const __u64 *)((const char *)h + m->offset);

		if (m->of_values && !h->count)
			v = 0;
		if (v > INT64_MAX || json_object_set_new(o, m->key, json_integer(v)))
			goto fail;
	}
	if (!o || json_object_set_new(o, "bins", bins_to_json(h)))
		goto fail;
	return o;
fail:
	json_decref(o);
	return NULL;
}

static int get_u64(const json_t *v, uint64_t *out)
{
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return -EINVAL;
	*out = json_integer_value(v);
	return 0;
}

/* Pairs [index, count]: indexes strictly ascending, counts at least 1. */
static int bins_from_json(const json_t *bins, struct tw_hist *h)
{
	uint64_t next = 0, index, count;
	const json_t *pair;
	size_t i;

	if (!json_is_array(bins))
		return -EINVAL;
	json_array_foreach(bins, i, pair) {
		if (json_array_size(pair) != 2 || get_u64(json_array_get(pair, 0), &index) ||
		    get_u64(json_array_get(pair, 1), &count))
			return -EINVAL;
		if (index < next || index >= TW_HIST_BINS || !count)
			return -EINVAL;
		h->bins[index] = count;
		next = index + 1;
	}
	return 0;
}

/* ---- bins as text: index difference and count in turn, 5 bits per character, low bits first ---- */

#define DIGIT_BITS 5
#define MORE (1 << DIGIT_BITS)
#define DIGIT_ZERO '0'
#define NUMBER_MAX ((64 + DIGIT_BITS - 1) / DIGIT_BITS)

static char *put_number(char *s, uint64_t v)
{
	for (; v >= MORE; v >>= DIGIT_BITS)
		*s++ = DIGIT_ZERO + (MORE | (v & (MORE - 1)));
	*s++ = DIGIT_ZERO + v;
	return s;
}

static const char *get_number(const char *s, uint64_t *v)
{
	unsigned int digit = MORE;

	*v = 0;
	for (unsigned int shift = 0; digit & MORE && *s && shift < 64; shift += DIGIT_BITS) {
		digit = *s++ - DIGIT_ZERO;
		*v |= (uint64_t)(digit & (MORE - 1)) << shift;
	}
	return s;
}

int hist_pack(json_t *o)
{
	const json_t *bins = json_object_get(o, "bins"), *pair;
	char *text = malloc(json_array_size(bins) * 2 * NUMBER_MAX + 1), *end = text;
	json_int_t index = 0;
	int err;
	size_t i;

	if (!text)
		return -ENOMEM;
	json_array_foreach(bins, i, pair) {
		json_int_t next = json_integer_value(json_array_get(pair, 0));

		end = put_number(end, next - index);
		end = put_number(end, json_integer_value(json_array_get(pair, 1)));
		index = next;
	}
	err = json_object_set_new(o, "packed", json_stringn(text, end - text)) ? -ENOMEM : 0;
	free(text);
	if (!err)
		json_object_del(o, "bins");
	return err;
}

static int bins_from_text(const char *s, struct tw_hist *h)
{
	uint64_t index = 0, diff, count;

	while (*s) {
		s = get_number(s, &diff);
		if (!*s || diff >= TW_HIST_BINS - index)
			return -EINVAL;
		index += diff;
		s = get_number(s, &count);
		h->bins[index] = count;
	}
	return 0;
}

static bool consistent(const struct tw_hist *h)
{
	struct hist_bounds bins = { 0 };

	for (uint32_t i = 0; i < TW_HIST_BINS; i++)
		hist_bounds_add_bin(&bins, i, h->bins[i]);
	return hist_bounds_allow(&bins, h);
}

int hist_from_json(const json_t *o, struct tw_hist *h)
{
	const char *packed = json_string_value(json_object_get(o, "packed"));
	uint64_t bits;
	int err;

	memset(h, 0, sizeof(*h));
	if (!json_is_object(o) || get_u64(json_object_get(o, "bits"), &bits) ||
	    bits != TW_HIST_BITS)
		return -EINVAL;
	for (const struct hist_member *m = hist_members; m->key; m++) {
		uint64_t v;

		if (get_u64(json_object_get(o, m->key), &v))
			return -EINVAL;
		*(__u64 *)((char *)h + m->offset) = v;
	}
	err = packed ? bins_from_text(packed, h) : bins_from_json(json_object_get(o, "bins"), h);
	return err || !consistent(h) ? -EINVAL : 0;
}
