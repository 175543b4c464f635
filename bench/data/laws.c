// SPDX-License-Identifier: GPL-2.0
#include "laws.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

/* 128 bits: huge counts must not wrap into a law that holds. */
typedef unsigned __int128 sum_t;

static sum_t get(const json_t *c, const char *name)
{
	return (uint64_t)json_integer_value(json_object_get(c, name));
}

static sum_t sum_failed(const json_t *c)
{
	json_t *failed = json_object_get(c, "failed"), *v;
	sum_t sum = 0;
	const char *key;

	json_object_foreach(failed, key, v)
		sum += (uint64_t)json_integer_value(v);
	return sum;
}

int laws_check_cohort(const json_t *c, const char *cohort, char *why, size_t size)
{
	const struct {
		const char *law;
		sum_t left, right;
	} laws[] = {
		{ "delivered = filtered + attempts", get(c, "delivered"),
		  get(c, "filtered") + get(c, "attempts") },
		{ "attempts = accepted + ebusy + failed", get(c, "attempts"),
		  get(c, "accepted") + get(c, "ebusy") + sum_failed(c) },
		{ "accepted = completed + cancelled + lost + in_flight_at_end", get(c, "accepted"),
		  get(c, "completed") + get(c, "cancelled") + get(c, "lost") +
			  get(c, "in_flight_at_end") },
	};

	for (size_t i = 0; i < sizeof(laws) / sizeof(laws[0]); i++) {
		if (laws[i].left == laws[i].right)
			continue;
		snprintf(why, size, "conservation law broken (%s): %s: %llu is not %llu", cohort,
			 laws[i].law, (unsigned long long)laws[i].left,
			 (unsigned long long)laws[i].right);
		return -ERANGE;
	}
	return 0;
}

int laws_check(const json_t *sample, char *why, size_t size)
{
	int err = laws_check_cohort(json_object_get(sample, "counts"), "counts", why, size);

	return err ? err : laws_check_cohort(json_object_get(sample, "life"), "life", why, size);
}
