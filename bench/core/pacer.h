/* SPDX-License-Identifier: GPL-2.0 */
/* A schedule of due instants that is fixed in advance: the completion of one operation does not
 * move the next. */
#ifndef TW_PACER_H
#define TW_PACER_H

#include <stdint.h>

enum arrival { ARRIVAL_CONSTANT, ARRIVAL_POISSON, ARRIVAL_MAX };

struct pacer {
	enum arrival arrival;
	double gap_ns; /* mean gap */
	uint64_t start; /* ns, CLOCK_MONOTONIC */
	uint64_t n; /* due instants handed out */
	double at; /* POISSON: sum of the gaps so far, ns after start */
	void *rng; /* gsl_rng, seeded per worker */
};

/*
 * rate: due instants per second, > 0 (ignored for MAX). seed fixes a Poisson schedule.
 * -ENOMEM; released with pacer_fini(), which takes a zeroed pacer too.
 */
int pacer_init(struct pacer *p, enum arrival arrival, uint64_t rate, uint64_t seed);
void pacer_fini(struct pacer *p);

/* Rewinds, with instant 0 at `start` (constant arrivals: plus a random phase of up to one gap). */
void pacer_start(struct pacer *p, uint64_t start);

/* The next due instant, never earlier than the one before; not for MAX. Constant: start +
 * round(n * gap), computed anew each time, so no error accumulates. Poisson: exponential gaps. */
uint64_t pacer_next(struct pacer *p);

#endif
