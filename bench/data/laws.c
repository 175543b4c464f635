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

/* The window is part of the life. */
static int check_part(const json_t *sample, char *why, size_t size)
{
	static const char *const names[] = { "delivered", "filtered", "attempts",
					     "accepted",  "ebusy",    "completed",
					     "cancelled", "lost",     "in_flight_at_end" };
	const json_t *c = json_object_get(sample, "counts"), *l = json_object_get(sample, "life");

	for (size_t i = 0; c && l && i < sizeof(names) / sizeof(names[0]); i++) {
		if (get(c, names[i]) <= get(l, names[i]))
			continue;
		snprintf(why, size, "conservation law broken: %s: %lld in the window, %lld in all",
			 names[i], (long long)get(c, names[i]), (long long)get(l, names[i]));
		return -ERANGE;
	}
	return 0;
}

/* Counted by one map, recorded by another: every completed work of the window has its value. */
static int check_recorded(const json_t *sample, char *why, size_t size)
{
	const json_t *h = json_object_get(json_object_get(sample, "hist"), "delivery_ns");
	const json_t *c = json_object_get(sample, "counts");

	if (!h || !c || get(h, "count") + get(h, "negative") == get(c, "completed"))
		return 0;
	snprintf(why, size,
		 "conservation law broken: delivery_ns has %lld values, completed are %lld",
		 (long long)(get(h, "count") + get(h, "negative")), (long long)get(c, "completed"));
	return -ERANGE;
}

int laws_check(const json_t *sample, char *why, size_t size)
{
	int err = laws_check_cohort(json_object_get(sample, "counts"), "counts", why, size);

	err = err ? err : laws_check_cohort(json_object_get(sample, "life"), "life", why, size);
	err = err ? err : check_part(sample, why, size);
	return err ? err : check_recorded(sample, why, size);
}
