// SPDX-License-Identifier: GPL-2.0
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim.h"

const char *const plant_names[PLANTS] = {
	"none", "family", "interval", "windows", "few", "blocks"
};
const char *const shape_names[SHAPES] = { "normal", "t3", "3 % disturbed", "10 % disturbed",
					  "bimodal" };

static double disturbed(struct sim *s, double share)
{
	double z = gsl_ran_ugaussian(s->rng);

	return gsl_rng_uniform(s->rng) < share ? z + gsl_ran_exponential(s->rng, 20) : z;
}

/* Modes at -1.2 and 2.8: mean 0; variance 0.7 * 1.44 + 0.3 * 7.84 + 1 = 4.36. */
static double bimodal(struct sim *s)
{
	double mode = gsl_rng_uniform(s->rng) < 0.7 ? -1.2 : 2.8;

	return (mode + gsl_ran_ugaussian(s->rng)) / sqrt(4.36);
}

double sim_noise(struct sim *s, enum shape shape)
{
	switch (shape) {
	case SHAPE_T3:
		return gsl_ran_tdist(s->rng, 3) / sqrt(3);
	case SHAPE_DISTURBED_3:
		return disturbed(s, 0.03);
	case SHAPE_DISTURBED_10:
		return disturbed(s, 0.1);
	case SHAPE_BIMODAL:
		return bimodal(s);
	default:
		return gsl_ran_ugaussian(s->rng);
	}
}

void sim_sample(struct sim *s, double *v, size_t n, enum shape shape, double spread, double change)
{
	double process = s->plant == PLANT_WINDOWS ? sim_noise(s, shape) : 0;

	for (size_t i = 0; i < n; i++)
		v[i] = 1000 * (1 + change) * exp(spread * (process + sim_noise(s, shape)));
}

int sim_runs(const struct sim *s, int full)
{
	return s->shortened ? full / 15 : full;
}

size_t sim_n(const struct sim *s, size_t n)
{
	return s->plant == PLANT_FEW ? 8 : n;
}

static void decide_or_die(const struct decide_row *rows, size_t n, struct decision *out)
{
	const struct decide_opts opts = DECIDE_DEFAULTS;
	int err = decide_rows(rows, n, &opts, out);

	if (err) {
		fprintf(stderr, "validate: decide_rows: error %d\n", -err);
		exit(2);
	}
}

void sim_decide(const struct sim *s, const struct decide_row *rows, size_t n, struct decision *out)
{
	if (s->plant == PLANT_FAMILY)
		for (size_t i = 0; i < n; i++)
			decide_or_die(&rows[i], 1, &out[i]);
	else
		decide_or_die(rows, n, out);
	for (size_t i = 0; s->plant == PLANT_INTERVAL && i < n; i++) {
		out[i].lo = (out[i].lo + out[i].shift) / 2;
		out[i].hi = (out[i].hi + out[i].shift) / 2;
	}
}

bool sim_differs(const struct decision *d)
{
	return d->verdict == VERDICT_REGRESSION || d->verdict == VERDICT_IMPROVEMENT;
}

int sim_limit(int runs, double rate)
{
	int c = 0;

	while (gsl_cdf_binomial_Q(c, rate, runs) > 1 / 600.0)
		c++;
	return c;
}

void sim_row(struct sim *s, const char *check, const char *accept, bool ok, const char *measured,
	     ...)
{
	va_list ap;

	printf("| %s%s | %s | ", s->prefix, check, accept);
	va_start(ap, measured);
	vprintf(measured, ap);
	va_end(ap);
	printf(" | %s |\n", ok ? "holds" : "**MISSED**");
	fflush(stdout);
	s->missed |= !ok;
}
