/* SPDX-License-Identifier: GPL-2.0 */
/* Simulated comparisons, and the table of what came of them. */
#ifndef TW_VALIDATE_SIM_H
#define TW_VALIDATE_SIM_H

#include <gsl/gsl_rng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "decide.h"

/* Faults that can be planted, each of which has to turn a row red. */
enum plant {
	PLANT_NONE,
	PLANT_FAMILY, /* every row judged as if it were the only one */
	PLANT_INTERVAL, /* intervals half as wide */
	PLANT_WINDOWS, /* windows of one process taken for invocations */
	PLANT_FEW, /* 8 invocations instead of 20 */
	PLANT_BLOCKS, /* A..A B..B instead of random pairs */
	PLANTS
};
extern const char *const plant_names[PLANTS];

struct sim {
	gsl_rng *rng;
	bool shortened;
	enum plant plant;
	const char *prefix; /* of the name of a check */
	bool missed; /* a row is red */
};

/* The shape of the run-to-run noise; all but the disturbed have standard deviation 1. */
enum shape {
	SHAPE_NORMAL,
	SHAPE_T3, /* heavy tails on both sides */
	SHAPE_DISTURBED_3, /* normal; 3 % of the invocations slower, by an exponential of mean 20 */
	SHAPE_DISTURBED_10, /* 10 % */
	SHAPE_BIMODAL, /* 7 : 3, four of its own deviations apart */
	SHAPES
};
extern const char *const shape_names[SHAPES];

double sim_noise(struct sim *s, enum shape shape);

/* n invocations: logs with `spread` around log(1000 (1 + change)). */
void sim_sample(struct sim *s, double *v, size_t n, enum shape shape, double spread, double change);

/* How often to simulate: a fifteenth in the short form. */
int sim_runs(const struct sim *s, int full);

/* Invocations per side: what is asked for, unless a fault is planted. */
size_t sim_n(const struct sim *s, size_t n);

/* decide_rows(), or what the planted fault makes of it. */
void sim_decide(const struct sim *s, const struct decide_row *rows, size_t n, struct decision *out);

/* Any verdict that says "differs". */
bool sim_differs(const struct decision *d);

/*
 * The most false alarms among `runs` that chance at `rate` explains: more has a probability below 1
 * in 600. That is 20 of 1,000 at .01.
 */
int sim_limit(int runs, double rate);

/* One row of the table. */
void sim_row(struct sim *s, const char *check, const char *accept, bool ok, const char *measured,
	     ...) __attribute__((format(printf, 5, 6)));

/* Each writes rows. */
void check_alarms(struct sim *s);
void check_gate(struct sim *s);
void check_found(struct sim *s);
void check_coverage(struct sim *s);
void check_power(struct sim *s);
void check_order(struct sim *s);

/* Each writes a table of its own. */
void table_rules(struct sim *s);

#endif
