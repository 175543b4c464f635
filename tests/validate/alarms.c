// SPDX-License-Identifier: GPL-2.0
/* Nothing differs: how often is something said to. */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>

#include "sim.h"

#define N_MAX 20
#define ROWS 40

static const double spreads[] = { 0.002, 0.005, 0.01, 0.02, 0.05 };
#define SPREADS (sizeof(spreads) / sizeof(spreads[0]))

/* Pairs share what disturbs both of a pair, as a drift does: three times as much as the rest. */
static void make_pairs(struct sim *s, double *x, double *y, size_t n, double spread)
{
	for (size_t i = 0; i < n; i++) {
		double common = exp(3 * spread * gsl_ran_ugaussian(s->rng));

		x[i] *= common;
		y[i] *= common;
	}
}

static int alarms_in_cell(struct sim *s, enum shape shape, double spread, bool paired, int runs)
{
	double x[N_MAX], y[N_MAX];
	size_t n = sim_n(s, N_MAX);
	struct decide_row r = { x, y, n, n, paired, DECIDE_LOG, 1, 0 };
	struct decision d;
	int alarms = 0;

	for (int i = 0; i < runs; i++) {
		sim_sample(s, x, n, shape, spread, 0);
		sim_sample(s, y, n, shape, spread, 0);
		if (paired)
			make_pairs(s, x, y, n, spread);
		sim_decide(s, &r, 1, &d);
		alarms += d.p_adjusted < 0.01;
	}
	return alarms;
}

static void alarms(struct sim *s, bool paired, const char *check)
{
	int runs = sim_runs(s, 1000), limit = sim_limit(runs, 0.01), worst = 0, sum = 0, all = 0;
	double mean, most;
	char accept[100];

	for (int shape = 0; shape < SHAPES; shape++)
		for (size_t i = 0; i < SPREADS; i++, all += runs) {
			int n = alarms_in_cell(s, shape, spreads[i], paired, runs);

			worst = n > worst ? n : worst;
			sum += n;
		}
	mean = 100.0 * sum / all;
	/* 1.1 % of 25,000; more if there are fewer, as for the cells */
	most = s->shortened ? 100.0 * sim_limit(all, 0.01) / all : 1.1;
	snprintf(accept, sizeof(accept), "<= %d of %d per cell, mean <= %.1f %%", limit, runs,
		 most);
	sim_row(s, check, accept, worst <= limit && mean <= most, "worst cell %d, mean %.2f %%",
		worst, mean);
}

void check_alarms(struct sim *s)
{
	alarms(s, false, "A/A at alpha .01, 5 shapes x 5 spreads (0.2 to 5 %), 20 v 20");
	alarms(s, true, "the same, 20 pairs");
}

/* 40 rows of all shapes and spreads; pairs of which one is the other's. */
struct gate {
	double x[ROWS][N_MAX], y[ROWS][N_MAX];
	struct decide_row rows[ROWS];
	struct decision out[ROWS];
	size_t n; /* rows that are there */
};

static void measure(struct sim *s, struct gate *g)
{
	for (size_t i = 0; i < g->n; i++) {
		size_t n = sim_n(s, N_MAX);

		sim_sample(s, g->x[i], n, i % SHAPES, spreads[i / SHAPES % SPREADS], 0);
		sim_sample(s, g->y[i], n, i % SHAPES, spreads[i / SHAPES % SPREADS], 0);
		g->rows[i] = (struct decide_row){ g->x[i], g->y[i], n, n, false, DECIDE_LOG, 1, 0 };
	}
	sim_decide(s, g->rows, g->n, g->out);
}

static size_t red(const struct gate *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++)
		n += g->out[i].verdict == VERDICT_REGRESSION;
	return n;
}

/* A floor of 0: with one, the floor alone would keep false alarms away, and hide a wrong family. */
void check_gate(struct sim *s)
{
	int runs = sim_runs(s, 3000), first = 0, confirmed = 0, limit = sim_limit(runs, 0.005);
	static struct gate g;
	char accept[60];

	for (int i = 0; i < runs; i++) {
		g.n = ROWS;
		measure(s, &g);
		g.n = red(&g);
		first += g.n > 0;
		/* candidates alone, on fresh data */
		if (g.n) {
			measure(s, &g);
			confirmed += red(&g) > 0;
		}
	}
	/* half of alpha: alarms the other way are improvements */
	snprintf(accept, sizeof(accept), "<= 1 %% of gates red%s",
		 s->shortened ? " and chance" : "");
	if (!s->shortened || limit < runs / 100)
		limit = runs / 100;
	sim_row(s, "A/A, gate of 40 rows, floor 0, first look", accept, first <= limit,
		"%.2f %% (%d of %d)", 100.0 * first / runs, first, runs);
	sim_row(s, "A/A, gate of 40 rows, floor 0, with confirmation", "<= 1 % of gates red",
		confirmed <= runs / 100, "%.2f %% (%d of %d)", 100.0 * confirmed / runs, confirmed,
		runs);
}
