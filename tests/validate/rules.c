// SPDX-License-Identifier: GPL-2.0
/*
 * The rules of others, on the same simulated data. Written anew from their sources; what each does:
 *
 * google/benchmark, tools/compare.py and tools/gbench/report.py: Mann-Whitney, two-sided, at .05,
 * on the repetitions of one process per side; 9 is UTEST_OPTIMAL_REPETITIONS.
 *
 * benchstat, golang.org/x/perf/benchmath/anone.go: Mann-Whitney at .05, each benchmark by itself.
 * `go test -count=10` repeats in one process; the careful start ten.
 *
 * criterion, src/analysis/compare.rs and src/report.rs: Welch's t of 100 samples of one process per
 * side, its p by resampling from both together, < .05; and the 95 % bootstrap interval of the
 * relative change of the mean wholly beyond a noise threshold of 1 %. Here 500 resamples instead of
 * 100,000.
 *
 * selftests/bpf/bench.c and the mails that quote it: "mean +- deviation" of five one-second
 * iterations of one process; different where the two ranges do not meet.
 *
 * 5 % gate: one run per side, the means more than 5 % apart.
 */
#include <gsl/gsl_randist.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdio.h>

#include "rank_test.h"
#include "sim.h"
#include "t_test.h"

#define BETWEEN 0.01 /* from process to process */
#define WITHIN 0.01 /* from window to window of one process */
#define DRIFT 0.02 /* from the first window of the base to the last of the head, A..A B..B */
#define WINDOWS 20 /* of an invocation of ours */
#define VALUES_MAX 100
#define RESAMPLES 500
#define GATE 40

/* Where in the session a side is measured, 0 .. 1: what a drift adds. */
struct side {
	double change, drift;
	bool head;
};

/* Windows of one process that runs in [from, to) of its side. */
static void process(struct sim *s, const struct side *side, double from, double to, double *v,
		    size_t n)
{
	double level = BETWEEN * gsl_ran_ugaussian(s->rng);

	for (size_t i = 0; i < n; i++) {
		double at = from + (to - from) * (i + 0.5) / n;

		v[i] = 1000 * (1 + side->change) *
		       exp(level + WITHIN * gsl_ran_ugaussian(s->rng) +
			   side->drift * (side->head + at) / 2);
	}
}

static void one_process(struct sim *s, const struct side *side, double *v, size_t n)
{
	process(s, side, 0, 1, v, n);
}

/* n processes, one value each: the median of its windows. */
static void fresh_processes(struct sim *s, const struct side *side, double *v, size_t n)
{
	double w[WINDOWS];

	for (size_t i = 0; i < n; i++) {
		process(s, side, (double)i / n, (double)(i + 1) / n, w, WINDOWS);
		v[i] = gsl_stats_median(w, 1, WINDOWS);
	}
}

static bool ranks_at_5(struct sim *s, const double *x, const double *y, size_t n)
{
	const struct rank_draws draws = { .alpha = 0.05, .strictest = 0.05, .seed = 1 };
	struct rank_test t;

	return !mann_whitney(x, n, y, n, &draws, &t) && t.p < 0.05;
}

static double welch(const double *x, const double *y, size_t n)
{
	struct t_test t;

	return welch_t(x, n, y, n, &t) ? NAN : t.t;
}

static void resample(struct sim *s, const double *from, size_t n, double *to, size_t m)
{
	for (size_t i = 0; i < m; i++)
		to[i] = from[gsl_rng_uniform_int(s->rng, n)];
}

static bool criterion(struct sim *s, const double *x, const double *y, size_t n)
{
	double both[2 * VALUES_MAX], a[VALUES_MAX], b[VALUES_MAX], change[RESAMPLES],
		t = welch(x, y, n);
	int beyond = 0;

	for (size_t i = 0; i < n; i++) {
		both[i] = x[i];
		both[n + i] = y[i];
	}
	for (int i = 0; i < RESAMPLES; i++) {
		resample(s, both, 2 * n, a, n);
		resample(s, both, 2 * n, b, n);
		beyond += fabs(welch(a, b, n)) >= fabs(t);
	}
	if (beyond >= 0.05 * RESAMPLES)
		return false;
	for (int i = 0; i < RESAMPLES; i++) {
		resample(s, x, n, a, n);
		resample(s, y, n, b, n);
		change[i] = gsl_stats_mean(b, 1, n) / gsl_stats_mean(a, 1, n) - 1;
	}
	gsl_sort(change, 1, RESAMPLES);
	return gsl_stats_quantile_from_sorted_data(change, 1, RESAMPLES, 0.025) > 0.01 ||
	       gsl_stats_quantile_from_sorted_data(change, 1, RESAMPLES, 0.975) < -0.01;
}

static bool ranges_do_not_meet(struct sim *s, const double *x, const double *y, size_t n)
{
	double gap = fabs(gsl_stats_mean(y, 1, n) - gsl_stats_mean(x, 1, n));

	return gap > gsl_stats_sd(x, 1, n) + gsl_stats_sd(y, 1, n);
}

static bool five_percent(struct sim *s, const double *x, const double *y, size_t n)
{
	return fabs(gsl_stats_mean(y, 1, n) / gsl_stats_mean(x, 1, n) - 1) > 0.05;
}

/* One row; floor 0, as the others have none or a smaller one. */
static bool ours(struct sim *s, const double *x, const double *y, size_t n)
{
	const struct decide_row r = { x, y, n, n, false, DECIDE_LOG, 1, 0 };
	struct decision d;

	sim_decide(s, &r, 1, &d);
	return sim_differs(&d);
}

struct rule {
	const char *name, *replicates;
	size_t n;
	void (*sample)(struct sim *s, const struct side *side, double *v, size_t n);
	bool (*alarm)(struct sim *s, const double *x, const double *y, size_t n);
	int runs; /* of a column; a multiple of GATE */
};

static const struct rule rules[] = {
	{ "google/benchmark compare.py", "9 repetitions in one process", 9, one_process, ranks_at_5,
	  4000 },
	{ "benchstat", "10 repetitions in one process", 10, one_process, ranks_at_5, 4000 },
	{ "benchstat, careful", "10 processes", 10, fresh_processes, ranks_at_5, 4000 },
	{ "criterion", "100 samples in one process", 100, one_process, criterion, 1200 },
	{ "selftests, mean +- sd", "5 iterations in one process", 5, one_process,
	  ranges_do_not_meet, 4000 },
	{ "5 % gate", "one run", WINDOWS, one_process, five_percent, 4000 },
	{ "twbench", "20 invocations, one value each", 20, fresh_processes, ours, 4000 },
};

struct outcome {
	double alarms; /* of rows, in percent */
	double gates; /* of GATE rows each, with any alarm */
};

static struct outcome try(struct sim *s, const struct rule *r, double change, double drift)
{
	struct side base = { .drift = drift },
		    head = { .change = change, .drift = drift, .head = true };
	int gates = (sim_runs(s, r->runs) + GATE - 1) / GATE, all = 0, red = 0;
	double x[VALUES_MAX], y[VALUES_MAX];

	for (int g = 0; g < gates; g++) {
		int in_gate = 0;

		for (int i = 0; i < GATE; i++) {
			r->sample(s, &base, x, r->n);
			r->sample(s, &head, y, r->n);
			in_gate += r->alarm(s, x, y, r->n);
		}
		all += in_gate;
		red += in_gate > 0;
	}
	return (struct outcome){ 100.0 * all / (gates * GATE), 100.0 * red / gates };
}

/* Ours corrects for the family: its gate is measured by the check of that name. */
static void print_gate(struct sim *s, const struct rule *r, double gates)
{
	if (r->alarm == ours)
		printf(" <= 1 %% (above) |");
	else
		printf(" %.0f %% |", gates);
}

void table_rules(struct sim *s)
{
	printf("\n| rule | what it takes for replicates | false alarms | of gates of 40 rows | "
	       "with a 2 %% drift, A..A B..B | +2 %% found | +5 %% found |\n"
	       "|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		const struct rule *r = &rules[i];
		struct outcome same = try(s, r, 0, 0);

		printf("| %s | %s | %.1f %% |", r->name, r->replicates, same.alarms);
		print_gate(s, r, same.gates);
		printf(" %.1f %% | %.1f %% | %.1f %% |\n", try(s, r, 0, DRIFT).alarms,
		       try(s, r, 0.02, 0).alarms, try(s, r, 0.05, 0).alarms);
		fflush(stdout);
	}
}
