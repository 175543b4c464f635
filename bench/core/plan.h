/* SPDX-License-Identifier: GPL-2.0 */
/* What a run will do: the points of every sweep, and the order of their invocations. */
#ifndef TW_PLAN_H
#define TW_PLAN_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bench.h"

struct profile_desc {
	const char *name;
	unsigned int invocations;
	double window_s;
};

extern const struct profile_desc profiles[PROFILES];

/* A bench with one value for each parameter, and an implementation. */
struct point {
	const struct bench *bench;
	const char *impl;
	json_t *params;
	unsigned int needs;
	char unfit[256]; /* not empty: why it cannot be measured here; reported as a skip */
};

/* One invocation of a point. */
struct item {
	unsigned int point;
	unsigned int invocation; /* 0 .. invocations - 1 */
	int pair; /* those with the same number run one after the other, and differ in impl; -1: none */
};

struct plan {
	struct point *points; /* those that differ only in impl follow one another */
	size_t n_points;
	size_t n_combinations; /* that were looked at: some are the same point */
	struct item *items; /* in execution order; only of points that fit */
	size_t n_items;
	unsigned int invocations;
	uint64_t seed;
	uint64_t window_ns, warmup_ns;
};

/* Values given on the command line: {"rate": ["1000",..], "nop.where": [..]}. A bare name applies to
 * every bench with such a row (a name that only some of them know, to those); "bench.option" to
 * that bench, and wins. "impl" chooses implementations, and with no benches named those that can
 * measure one of them. "only" names points, by label or name: all others are left out. */
struct plan_request {
	const char *const *benches; /* NULL-terminated names; empty: all */
	enum profile profile;
	json_t *values;
	unsigned int invocations; /* 0: the profile's */
	double window_s; /* 0: the profile's */
	double budget_s; /* 0: none. Invocations are reduced to fit */
	uint64_t seed;
};

/* 0, or -EINVAL with one line of why. Released by plan_free(), which takes a zeroed plan too. */
int plan_make(const struct plan_request *r, struct plan *plan, char *why, size_t size);
void plan_free(struct plan *plan);

/* Makes items of the points that fit; what plan_make() does last. 0 or -ENOMEM. */
int plan_order(struct plan *plan);

/* Forgets the points that `only`, an array of labels and names, has not; NULL: none of them. 0, or
 * -EINVAL with why. */
int plan_keep_only(struct plan *plan, const json_t *only, char *why, size_t size);

/* Expected duration of an invocation of point p, and of the whole, in seconds. */
double plan_point_s(const struct plan *plan, const struct point *p);
double plan_total_s(const struct plan *plan);

/* "latency syscall signal self poisson 10000 0-1" */
void point_label(const struct point *p, char *buf, size_t size);
/* The same without the implementation. */
void point_name(const struct point *p, char *buf, size_t size);

#endif
