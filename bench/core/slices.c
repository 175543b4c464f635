// SPDX-License-Identifier: GPL-2.0
#include "slices.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "median.h"
#include "probe.h"

/* Multiplications per turn: 1 us at 3 GHz, so that the clock read after it is a few per cent. */
#define TURN 900

/* The result must be used, or the compiler leaves the loop out. */
static uint64_t turn(uint64_t x)
{
	for (int i = 0; i < TURN; i++)
		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
	return x;
}

static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

static void read_edge(const struct target *t, struct sliced *v, struct slice *edge)
{
	int err = perf_count_read(v->counters, edge->counters);

	edge->cpu_ns = cpu_ns();
	edge->works = target_completed(t);
	if (err && !v->err)
		v->err = err;
}

static bool in_window(const struct invocation *inv, uint64_t index)
{
	uint64_t from = index * inv->slice_ns;

	return from >= __atomic_load_n(&inv->window_start, __ATOMIC_ACQUIRE) &&
	       from + inv->slice_ns <= __atomic_load_n(&inv->window_end, __ATOMIC_ACQUIRE);
}

static void keep(struct sliced *v, const struct slice *from, const struct slice *to, uint64_t turns)
{
	bool on = to->works != from->works;
	struct slice *s;

	if (v->n[on] == v->max)
		return;
	s = &v->slices[on][v->n[on]++];
	s->turns = turns;
	s->works = to->works - from->works;
	s->cpu_ns = to->cpu_ns - from->cpu_ns;
	for (int c = 0; c < COUNTERS; c++)
		s->counters[c] = to->counters[c] - from->counters[c];
}

/* The system calls of an edge lie in the slice that ends; all slices alike. */
static void compute(struct target *t, struct sliced *v)
{
	const struct invocation *inv = t->all->inv;
	struct slice from, to;
	uint64_t index = slice_of(inv, now_ns()), turns = 0, now_index, x = index;
	bool whole = false; /* the slice was entered at its edge */

	read_edge(t, v, &from);
	while (!target_stopped(t)) {
		x = turn(x);
		turns++;
		now_index = slice_of(inv, now_ns());
		if (now_index == index)
			continue;
		read_edge(t, v, &to);
		/* Off its CPU for more than a slice: what it did is of both kinds. */
		if (whole && now_index == index + 1 && in_window(inv, index))
			keep(v, &from, &to, turns);
		whole = now_index == index + 1;
		index = now_index;
		from = to;
		t->seen.loops += turns;
		turns = 0;
	}
	tw_opaque(x);
}

void slices_compute(struct target *t, void *arg)
{
	struct timespec ms = { .tv_nsec = 1000000 };
	struct slices *s = arg;

	while (!__atomic_load_n(&s->go, __ATOMIC_ACQUIRE)) {
		if (target_stopped(t))
			return;
		nanosleep(&ms, NULL);
	}
	compute(t, &s->v[t - t->all->v]);
}

static int open_one(struct slices *s, struct sliced *v, struct invocation *inv, pid_t tid)
{
	char why[160];
	int err;

	v->max = inv->window_ns / inv->slice_ns + 2;
	for (int on = 0; on < 2; on++) {
		v->slices[on] = calloc(v->max, sizeof(struct slice));
		if (!v->slices[on])
			return inv_fail(inv, -ENOMEM, "no memory for %u slices", v->max);
	}
	err = perf_count_open(tid, s->n_counters, false, &v->counters, why, sizeof(why));
	return err ? inv_fail(inv, err, "%s", why) : 0;
}

int slices_open(struct slices *s, struct invocation *inv, const struct targets *targets)
{
	char why[160];
	int err = 0;

	s->n_counters = probe_perf_hw(why, sizeof(why)) ? COUNT_SOFTWARE : COUNTERS;
	s->v = calloc(targets->n, sizeof(*s->v));
	if (!s->v)
		return inv_fail(inv, -ENOMEM, "no memory for slices");
	s->n = targets->n;
	for (unsigned int i = 0; i < s->n && !err; i++)
		err = open_one(s, &s->v[i], inv, targets->v[i].tid);
	/* RELEASE, paired with slices_compute(): it sees the counters. */
	if (!err)
		__atomic_store_n(&s->go, true, __ATOMIC_RELEASE);
	return err;
}

typedef double (*slice_fn)(const struct slice *s, double arg);

static double median_of(const struct slices *s, unsigned int on, slice_fn fn, double arg)
{
	struct spread spread;
	size_t n = 0, i = 0;
	double *x;

	for (unsigned int t = 0; t < s->n; t++)
		n += s->v[t].n[on];
	x = calloc(n + 1, sizeof(*x));
	if (!x)
		return NAN;
	for (unsigned int t = 0; t < s->n; t++)
		for (unsigned int k = 0; k < s->v[t].n[on]; k++)
			x[i++] = fn(&s->v[t].slices[on][k], arg);
	spread_of(x, n, &spread);
	free(x);
	return spread.median;
}

static double turn_cost(const struct slice *s, double arg)
{
	return (double)s->cpu_ns / s->turns;
}

static double work_cost(const struct slice *s, double turn_ns)
{
	return (s->cpu_ns - s->turns * turn_ns) / s->works;
}

double slices_turn_ns(const struct slices *s, unsigned int on)
{
	return median_of(s, on, turn_cost, 0);
}

double slices_work_ns(const struct slices *s, double turn_ns)
{
	return median_of(s, 1, work_cost, turn_ns);
}

static void add(struct slice *sum, const struct slice *s)
{
	sum->turns += s->turns;
	sum->works += s->works;
	sum->cpu_ns += s->cpu_ns;
	for (int c = 0; c < COUNTERS; c++)
		sum->counters[c] += s->counters[c];
}

struct slice slices_sum(const struct slices *s, unsigned int on)
{
	struct slice sum = { 0 };

	for (unsigned int t = 0; t < s->n; t++)
		for (unsigned int k = 0; k < s->v[t].n[on]; k++)
			add(&sum, &s->v[t].slices[on][k]);
	return sum;
}

void slices_free(struct slices *s)
{
	for (unsigned int i = 0; i < s->n; i++) {
		perf_count_close(s->v[i].counters);
		free(s->v[i].slices[0]);
		free(s->v[i].slices[1]);
	}
	free(s->v);
	*s = (struct slices){ 0 };
}
