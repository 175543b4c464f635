/* SPDX-License-Identifier: GPL-2.0 */
/* One sample -> one number; a point's samples -> their spread. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "metric.h"
#include "points.h"

bool split_percentile(const char *name, char *hist, size_t size, double *q)
{
	const struct quantile *k;
	size_t n = strlen(name);

	for (k = quantiles; k->key; k++) {
		size_t len = strlen(k->key) + 1;

		if (n <= len || n - len >= size || name[n - len] != '_' ||
		    strcmp(name + n - len + 1, k->key))
			continue;
		memcpy(hist, name, n - len);
		hist[n - len] = '\0';
		*q = k->q;
		return true;
	}
	return false;
}

static double hist_percentile(const json_t *sample, const char *name, uint64_t infinite)
{
	const json_t *json;
	char hist[64];
	struct tw_hist *h;
	double q, v = NAN;

	if (!split_percentile(name, hist, sizeof(hist), &q))
		return NAN;
	json = json_object_get(json_object_get(sample, "hist"), hist);
	if (!json)
		return NAN;
	h = malloc(sizeof(*h));
	if (h && !hist_from_json(json, h))
		v = hist_quantile(h, infinite, q);
	free(h);
	return v;
}

double sample_metric(const json_t *sample, const char *name)
{
	const json_t *v = json_object_get(json_object_get(sample, "metrics"), name);

	return json_is_number(v) ? json_number_value(v) : hist_percentile(sample, name, 0);
}

uint64_t sample_infinite(const json_t *sample)
{
	static const char *const names[] = { "ebusy", "lost", "in_flight_at_end", "cancelled" };
	json_t *counts = json_object_get(sample, "counts"), *v;
	uint64_t sum = 0;
	const char *key;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		sum += json_integer_value(json_object_get(counts, names[i]));
	json_object_foreach(json_object_get(counts, "failed"), key, v)
		sum += json_integer_value(v);
	return sum;
}

double sample_offered(const json_t *sample, const char *name)
{
	return hist_percentile(sample, name, sample_infinite(sample));
}

int point_spread(const struct point *p, scalar_fn fn, const char *name, struct spread *out)
{
	double *v = calloc(json_array_size(p->samples), sizeof(*v));
	const json_t *sample;
	size_t i, n = 0;

	if (!v)
		return -ENOMEM;
	json_array_foreach(p->samples, i, sample) {
		double x = fn(sample, name);

		if (!isnan(x))
			v[n++] = x;
	}
	spread_of(v, n, out);
	free(v);
	return 0;
}
