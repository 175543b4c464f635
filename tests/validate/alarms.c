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

/*
 * `run --against`: the base is what it is, only the head can be measured again. What is slow in it by
 * chance helps both looks to the same wrong answer.
 */
struct against {
	double spread; /* 0: of all shapes and spreads */
	double change; /* of the first row */
	double floor;
};

static void sample_row(struct sim *s, const struct against *a, size_t row, double *v, double change)
{
	sim_sample(s, v, sim_n(s, N_MAX), a->spread > 0 ? SHAPE_NORMAL : row % SHAPES,
		   a->spread > 0 ? a->spread : spreads[row / SHAPES % SPREADS], change);
}

/* Candidates again, as one family; then g has them alone. */
static void confirm(struct sim *s, const struct against *a, struct gate *g)
{
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		if (g->out[i].verdict != VERDICT_REGRESSION)
			continue;
		sample_row(s, a, i, g->y[i], i ? 0 : a->change);
		g->rows[n++] = g->rows[i];
	}
	sim_decide(s, g->rows, n, g->out);
	g->n = n;
}

struct looks {
	bool first, confirmed; /* any row is red */
	bool found; /* the first one is, both times */
};

static struct looks look_twice(struct sim *s, const struct against *a)
{
	static struct gate g;
	struct looks looks = { 0 };
	size_t n = sim_n(s, N_MAX);

	g.n = ROWS;
	for (size_t i = 0; i < ROWS; i++) {
		sample_row(s, a, i, g.x[i], 0);
		sample_row(s, a, i, g.y[i], i ? 0 : a->change);
		g.rows[i] =
			(struct decide_row){ g.x[i], g.y[i], n, n, false, DECIDE_LOG, 1, a->floor };
	}
	sim_decide(s, g.rows, ROWS, g.out);
	looks.first = red(&g);
	if (!looks.first)
		return looks;
	confirm(s, a, &g);
	looks.confirmed = red(&g);
	looks.found = g.rows[0].base == g.x[0] && g.out[0].verdict == VERDICT_REGRESSION;
	return looks;
}

static void check_against(struct sim *s)
{
	const double change_spreads[] = { 0.01, 0.015, 0.02 };
	int runs = sim_runs(s, 3000), first = 0, confirmed = 0, each = sim_runs(s, 1000),
	    worst = each;

	for (int i = 0; i < runs; i++) {
		struct looks looks = look_twice(s, &(struct against){ 0 });

		first += looks.first;
		confirmed += looks.confirmed;
	}
	sim_row(s, "A/A, gate of 40 rows, floor 0, the head alone confirmed", "<= 1 % of gates red",
		confirmed <= runs / 100, "%.2f %% (%d of %d); first look %d",
		100.0 * confirmed / runs, confirmed, runs, first);
	for (int k = 0; k < 3; k++) {
		const struct against a = { change_spreads[k], 0.05, 0.01 };
		int found = 0;

		for (int i = 0; i < each; i++)
			found += look_twice(s, &a).found;
		worst = found < worst ? found : worst;
	}
	sim_row(s,
		"+5 % in one of 40 rows, floor 1 %, spread 1, 1.5 and 2 %, red after that confirmation",
		">= 95 % found", worst >= 0.95 * each, "%.1f %% at the worst spread",
		100.0 * worst / each);
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
	check_against(s);
}
