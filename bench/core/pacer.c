// SPDX-License-Identifier: GPL-2.0
#include "pacer.h"

#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>

int pacer_init(struct pacer *p, enum arrival arrival, uint64_t rate, uint64_t seed)
{
	*p = (struct pacer){ .arrival = arrival };
	if (arrival != ARRIVAL_MAX)
		p->gap_ns = 1e9 / (double)rate;
	p->rng = gsl_rng_alloc(gsl_rng_taus2);
	if (!p->rng)
		return -ENOMEM;
	gsl_rng_set(p->rng, seed);
	return 0;
}

void pacer_fini(struct pacer *p)
{
	if (p->rng)
		gsl_rng_free(p->rng);
	p->rng = NULL;
}

void pacer_start(struct pacer *p, uint64_t start)
{
	/* A random phase keeps the workers of several CPUs from firing in lockstep. */
	if (p->arrival == ARRIVAL_CONSTANT)
		start += (uint64_t)(gsl_rng_uniform(p->rng) * p->gap_ns);
	p->start = start;
	p->n = 0;
	p->at = 0;
}

uint64_t pacer_next(struct pacer *p)
{
	if (p->arrival == ARRIVAL_POISSON) {
		p->at += gsl_ran_exponential(p->rng, p->gap_ns);
		p->n++;
		return p->start + (uint64_t)p->at;
	}
	return p->start + (uint64_t)llround((double)p->n++ * p->gap_ns);
}
