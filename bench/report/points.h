/* SPDX-License-Identifier: GPL-2.0 */
/* Samples grouped: a section per bench, a point per set of parameters, an invocation per sample. */
#ifndef TW_POINTS_H
#define TW_POINTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "journal.h"
#include "median.h"

struct bench;

struct point {
	const json_t *first; /* one of its samples: they agree on bench, impl and params */
	json_t *samples; /* array: its invocations */
};

struct section {
	const char *name; /* of the bench, as in the journal */
	const struct bench *bench; /* NULL if this twbench does not know it */
	struct point *points;
	size_t n;
	json_t *params; /* array: names of all parameters, `impl` included, in the order of options */
};

struct sections {
	struct section *v;
	size_t n;
};

/* Everything borrows from the journals. 0 or -ENOMEM; on error nothing is left to free. */
int sections_build(const struct journal *const *journals, size_t n, struct sections *out);
void sections_free(struct sections *s);

/* A parameter's value; `impl` counts as one. NULL if the point does not have it. */
const json_t *sample_param(const json_t *sample, const char *name);

/* The value of the first point that has it; NULL if none has. */
const json_t *param_value(const struct section *s, const char *name);

/* Whether two points that have it differ in it, or two in nothing but that one has it. */
bool param_varies(const struct section *s, const char *name);

/* A number of one sample, or NAN. */
typedef double (*scalar_fn)(const json_t *sample, const char *name);

/* metrics.NAME; a percentile that is not stored comes from the histogram, if that supports it. */
double sample_metric(const json_t *sample, const char *name);

/* Percentile NAME (delivery_ns_p99) over all attempts: those that never completed are infinite. */
double sample_offered(const json_t *sample, const char *name);

/* Attempts that never completed, by the sample's window counts. */
uint64_t sample_infinite(const json_t *sample);

/* Over the invocations that have the number: out->n may be below the point's. 0 or -ENOMEM. */
int point_spread(const struct point *p, scalar_fn fn, const char *name, struct spread *out);

/* Splits HIST_KEY into a histogram's name and its quantile; false if it is no percentile. */
bool split_percentile(const char *name, char *hist, size_t size, double *q);

#endif
