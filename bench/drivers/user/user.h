/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the benches user-* do alike: implementations of kernel/impl/ on the shim's machine, in user
 * space.
 *
 * A worker runs rounds. A round is one batch of each series and one of nothing; a batch is many
 * operations between two clock reads and, where there is a PMU, two readings of an instruction
 * counter. A round counts if it lies in the window. What an invocation reports is the median over
 * its rounds, per operation, less what a batch of nothing takes.
 */
#ifndef TW_USER_H
#define TW_USER_H

#include "bench.h"
#include "loops.h"

/* In the question of each of these benches: nobody should take its numbers for the kernel's. */
#define USER_FIGURES "in user space, on a shim (ranks algorithms, no kernel time), "

/* The second line above their tables. */
#define USER_TITLE \
	"Medians; ratios are medians over pairs of invocations that ran one after the other.\n" \
	"USER-SPACE FIGURES OF THE SHIM, never kernel times."
extern const struct impl_ratio user_ratios[];

#define USER_SERIES 5 /* at most */

/* Operations of a batch: some ten us, so that most are not interrupted even where others use the
 * CPU, and what is subtracted is under 1 %. */
#define USER_BATCH 256

struct perf_count;

/* One worker's. */
struct user_meter {
	struct perf_count *perf; /* NULL: no instruction counter */
	struct { /* of the round at hand */
		double ns, insns; /* of a batch */
	} now[USER_SERIES + 1]; /* the last of them: nothing */
	uint32_t operations[USER_SERIES + 1]; /* of a batch */
	uint64_t began; /* the round at hand, ns */
	uint64_t batch_began, insns_began;
	unsigned int n; /* rounds kept */
	double *ns[USER_SERIES], *insns[USER_SERIES]; /* per operation, by round, less nothing */
};

struct user_bench {
	const struct user_impl *impl;
	struct user_bed *bed;
	enum user_delivery delivery;
	unsigned int n_series;
	struct user_meter *meters; /* by worker */
	/* The invocation's round of worker w; calls user_batch_begin() and _end(). 0 or -errno. */
	int (*round)(struct worker *w, struct user_meter *m);
	/* A round was kept in the window, or not. May be NULL. */
	void (*kept)(struct worker *w, bool in_window);
	void *priv;
};

/* Makes inv->priv: implementation, machine and counters; what the bench wants differs from
 * `wanted`. */
int user_setup(struct invocation *inv, const struct user_bench *wanted, uint32_t elements);
/* The work() of all these benches. */
int user_work(struct worker *w);
/* First thing in collect(): frees the bed. 0, or inv_fail() if anything is left, or nothing
 * measured. */
int user_finish(struct invocation *inv, struct user_bench *ub);
/* Also after a setup that failed. */
void user_teardown(struct invocation *inv);

void user_batch_begin(struct user_meter *m);
void user_batch_end(struct user_meter *m, unsigned int series, uint32_t operations);

/* Medians over the rounds of a worker, of one series minus another (-1: none). After
 * user_finish(). */
double user_median_ns(const struct user_meter *m, int series, int minus);
double user_median_insns(const struct user_meter *m, int series, int minus);
/* Both as gauges; nothing where there is no counter. insns: NULL: no such gauge. */
void user_gauges(struct invocation *inv, const struct user_meter *m, const char *ns,
		 const char *insns, int series, int minus);

/* For plan_point_s(): an invocation without BPF is quicker than the usual one. */
double user_extra_s(const json_t *params);

#endif
