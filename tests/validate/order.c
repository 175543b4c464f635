// SPDX-License-Identifier: GPL-2.0
/* The machine drifts while it is measured. */
#include <math.h>
#include <stdio.h>

#include "sim.h"

#define N 20
#define DRIFT 0.02 /* from the first invocation to the last */

/* Which of the 2 N instants belong to B: blocks, or each pair in random order. */
static void order(struct sim *s, bool blocks, bool *is_b)
{
	for (int i = 0; i < N; i++) {
		bool first = blocks ? i >= N / 2 : gsl_rng_uniform(s->rng) < 0.5;

		is_b[2 * i] = first;
		is_b[2 * i + 1] = blocks ? first : !first;
	}
}

static int alarms(struct sim *s, bool blocks, bool paired, int runs)
{
	double v[2 * N], x[N], y[N];
	struct decide_row r = { x, y, N, N, paired, DECIDE_LOG, 1, 0 };
	struct decision d;
	bool is_b[2 * N];
	int seen = 0;

	for (int run = 0; run < runs; run++) {
		size_t a = 0, b = 0;

		sim_sample(s, v, 2 * N, SHAPE_NORMAL, 0.01, 0);
		order(s, blocks, is_b);
		for (int i = 0; i < 2 * N; i++)
			*(is_b[i] ? &y[b++] : &x[a++]) = v[i] * (1 + DRIFT * i / (2 * N - 1));
		sim_decide(s, &r, 1, &d);
		seen += d.p_adjusted < 0.01;
	}
	return seen;
}

void check_order(struct sim *s)
{
	int runs = sim_runs(s, 3000), limit = sim_limit(runs, 0.01);
	bool blocks = s->plant == PLANT_BLOCKS;
	int by_blocks = alarms(s, true, false, runs), unpaired = alarms(s, blocks, false, runs),
	    paired = alarms(s, blocks, true, runs);
	char accept[60];

	snprintf(accept, sizeof(accept), "<= %.1f %% false alarms", 100.0 * limit / runs);
	sim_row(s, "2 % drift, random pairs of invocations, tested unpaired", accept,
		unpaired <= limit, "%.2f %%; A..A B..B: %.1f %%", 100.0 * unpaired / runs,
		100.0 * by_blocks / runs);
	sim_row(s, "2 % drift, random pairs of invocations, tested as pairs", accept,
		paired <= limit, "%.2f %%", 100.0 * paired / runs);
}
