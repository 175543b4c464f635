// SPDX-License-Identifier: GPL-2.0
/*
 * Something differs: is it found, is its size right, and is what could be found what was promised.
 */
#include <math.h>
#include <stdio.h>

#include "sim.h"

#define N_MAX 100
#define ROWS 40

struct tally {
	int runs, found, equivalent;
};

/* One row changed among 40; the others as they were. */
struct plan {
	double change, floor, spread;
	enum shape shape;
	size_t n;
};

static void run_plan(struct sim *s, const struct plan *p, int runs, struct tally *t)
{
	static double x[ROWS][N_MAX], y[ROWS][N_MAX];
	struct decide_row rows[ROWS];
	struct decision d[ROWS];
	size_t n = sim_n(s, p->n);

	for (int run = 0; run < runs; run++) {
		for (int i = 0; i < ROWS; i++) {
			sim_sample(s, x[i], n, p->shape, p->spread, 0);
			sim_sample(s, y[i], n, p->shape, p->spread, i ? 0 : p->change);
			rows[i] = (struct decide_row){ x[i],  y[i],	  n, n,
						       false, DECIDE_LOG, 1, p->floor };
		}
		sim_decide(s, rows, ROWS, d);
		t->found += d[0].verdict == VERDICT_REGRESSION;
		t->equivalent += d[0].verdict == VERDICT_EQUIVALENT;
	}
	t->runs += runs;
}

static double percent(int part, int all)
{
	return 100.0 * part / all;
}

void check_found(struct sim *s)
{
	const double spreads[] = { 0.01, 0.015, 0.02 };
	struct tally two = { 0 };
	int runs = sim_runs(s, 1000), worst = runs;

	for (int i = 0; i < 3; i++) {
		struct tally t = { 0 };

		run_plan(s, &(struct plan){ 0.05, 0.01, spreads[i], SHAPE_NORMAL, 20 }, runs, &t);
		worst = t.found < worst ? t.found : worst;
	}
	sim_row(s, "+5 % in one of 40 rows, floor 1 %, spread 1, 1.5 and 2 %, 20 v 20",
		">= 95 % found", percent(worst, runs) >= 95, "%.1f %% at the worst spread",
		percent(worst, runs));
	run_plan(s, &(struct plan){ 0.02, 0.005, 0.01, SHAPE_NORMAL, 20 }, runs, &two);
	sim_row(s, "+2 % in one of 40 rows, floor 0.5 %, spread 1 %, 20 v 20", ">= 90 % found",
		percent(two.found, runs) >= 90, "%.1f %%", percent(two.found, runs));
	sim_row(s, "the same, called EQUIVALENT", "<= 1 %", percent(two.equivalent, runs) <= 1,
		"%.1f %%", percent(two.equivalent, runs));
}

/* Histogram bins of 1/128: many values are the same. */
static void into_bins(double *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		v[i] = exp2(round(log2(v[i]) * 128) / 128);
}

struct cell {
	enum shape shape;
	size_t n;
	bool paired, bins;
};

static int held_in_cell(struct sim *s, const struct cell *c, int runs)
{
	double x[N_MAX], y[N_MAX], change = c->bins ? 0 : 0.03;
	struct decide_row r = { x, y, c->n, c->n, c->paired, DECIDE_LOG, 1, 0.01 };
	struct decision d;
	int held = 0;

	for (int i = 0; i < runs; i++) {
		sim_sample(s, x, c->n, c->shape, 0.01, 0);
		sim_sample(s, y, c->n, c->shape, 0.01, change);
		if (c->bins) {
			into_bins(x, c->n);
			into_bins(y, c->n);
		}
		sim_decide(s, &r, 1, &d);
		held += d.lo <= change && change <= d.hi;
	}
	return held;
}

/*
 * 6 v 6 and 8 pairs are the first with a 99 % interval that is not all there is, 100 lie beyond the
 * exact.
 */
void check_coverage(struct sim *s)
{
	const size_t sizes[] = { 6, 8, 20, 50, 100 };
	int runs = sim_runs(s, 2000), worst = runs, sum = 0, cells = 0, least;
	char accept[60];

	for (int shape = 0; shape < SHAPES; shape++)
		for (int k = 0; k < 5; k++)
			for (int kind = 0; kind < 4; kind++) {
				struct cell c = { shape, sizes[k], kind & 1, kind & 2 };
				int held;

				if ((c.paired && c.n < 8) || (s->shortened && c.n == 50))
					continue;
				held = held_in_cell(s, &c, runs);
				worst = held < worst ? held : worst;
				sum += held;
				cells++;
			}
	least = runs - (s->shortened ? sim_limit(runs, 0.01) : runs / 50);
	snprintf(accept, sizeof(accept), ">= %.1f %% in every cell", percent(least, runs));
	sim_row(s,
		"99 % interval holds the truth: 5 shapes, 6 to 100 per side, pairs or not, bins or not",
		accept, worst >= least, "worst of %d cells %.1f %%, mean %.2f %%", cells,
		percent(worst, runs), percent(sum, runs * cells));
}

/* What decide_rows() says could be found, put in: found as often as it says? */
static double detectable(struct sim *s, const struct plan *p)
{
	double x[N_MAX], y[N_MAX], sum = 0;
	struct decide_opts opts = DECIDE_DEFAULTS;
	struct decide_row r = { x, y, p->n, p->n, false, DECIDE_LOG, 1, p->floor };
	struct decision d;
	int runs = sim_runs(s, 300);

	/* as if among 40 rows */
	opts.level = 0.99;
	opts.alpha = 0.01 / ROWS;
	for (int i = 0; i < runs; i++) {
		sim_sample(s, x, p->n, p->shape, p->spread, 0);
		sim_sample(s, y, p->n, p->shape, p->spread, 0);
		if (decide_rows(&r, 1, &opts, &d))
			return NAN;
		sum += d.detectable;
	}
	return sum / runs;
}

void check_power(struct sim *s)
{
	struct plan plans[] = {
		{ 0, 0.01, 0.01, SHAPE_NORMAL, 10 },	  { 0, 0.01, 0.01, SHAPE_NORMAL, 20 },
		{ 0, 0.01, 0.02, SHAPE_DISTURBED_3, 20 }, { 0, 0.01, 0.01, SHAPE_BIMODAL, 20 },
		{ 0, 0.005, 0.01, SHAPE_NORMAL, 60 }, /* the dearest, not in the short form */
	};
	int runs = sim_runs(s, 600);
	/* of 40 runs, three standard errors less */
	double low = 100, high = 0, least = s->shortened ? 65 : 80, most = s->shortened ? 100 : 99;
	char accept[60];

	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]) - s->shortened; i++) {
		struct tally t = { 0 };

		plans[i].change = detectable(s, &plans[i]);
		run_plan(s, &plans[i], runs, &t);
		low = fmin(low, percent(t.found, runs));
		high = fmax(high, percent(t.found, runs));
	}
	snprintf(accept, sizeof(accept), "%.0f to %.0f %% found", least, most);
	sim_row(s,
		"smallest detectable shift (power .9) put in: one of 40 rows, 10 to 60 per side",
		accept, low >= least && high <= most, "%.1f to %.1f %%", low, high);
}
