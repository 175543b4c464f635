// SPDX-License-Identifier: GPL-2.0
#include "laws.h"

#include <errno.h>
#include <stdio.h>

static json_int_t get(const json_t *c, const char *name)
{
	return json_integer_value(json_object_get(c, name));
}

static json_int_t sum_failed(const json_t *c)
{
	json_t *failed = json_object_get(c, "failed"), *v;
	json_int_t sum = 0;
	const char *key;

	json_object_foreach(failed, key, v)
		sum += json_integer_value(v);
	return sum;
}

static int check(const json_t *sample, const char *cohort, char *why, size_t size)
{
	const json_t *c = json_object_get(sample, cohort);
	const struct {
		const char *law;
		json_int_t left, right;
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
		snprintf(why, size, "conservation law broken (%s): %s: %lld is not %lld", cohort,
			 laws[i].law, (long long)laws[i].left, (long long)laws[i].right);
		return -ERANGE;
	}
	return 0;
}

int laws_check(const json_t *sample, char *why, size_t size)
{
	int err = check(sample, "counts", why, size);

	return err ? err : check(sample, "life", why, size);
}
