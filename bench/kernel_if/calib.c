// SPDX-License-Identifier: GPL-2.0
#include "calib.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>
#include <stdio.h>
#include <stdlib.h>

#include "bpf_family.h"

/* 5,000 iterations take 5 to 150 us: long against a clock read, short against a time slice. All
 * rounds together take 2 to 4 ms per CPU. */
#define CALIB_ITERS 5000
#define CALIB_ROUNDS 7

struct calib {
	struct bpf_family family;
	int prog_fd;
};

int calib_open(struct calib **out, char *why, size_t size)
{
	struct calib *c = calloc(1, sizeof(*c));
	int err;

	if (!c) {
		snprintf(why, size, "no memory");
		return -ENOMEM;
	}
	err = bpf_family_open(&c->family, "calib");
	if (!err)
		err = bpf_family_use(&c->family, "calibrate");
	if (!err)
		err = bpf_family_load(&c->family);
	if (err) {
		snprintf(why, size, "%s", c->family.why);
		calib_close(c);
		return err;
	}
	c->prog_fd = bpf_program__fd(bpf_family_program(&c->family, "calibrate"));
	*out = c;
	return 0;
}

static int run(struct calib *c, __u64 iters, struct tw_calib *arg)
{
	/* A syscall program's context is copied back to where it came from. */
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = arg, .ctx_size_in = sizeof(*arg));

	*arg = (struct tw_calib){ .iters = iters };
	return bpf_prog_test_run_opts(c->prog_fd, &opts);
}

int calib_measure(struct calib *c, struct calib_cost *cost)
{
	double loop[CALIB_ROUNDS], clock[CALIB_ROUNDS];
	struct tw_calib once, twice;
	int i, err;

	for (i = 0; i < CALIB_ROUNDS; i++) {
		err = run(c, CALIB_ITERS, &once);
		if (!err)
			err = run(c, 2 * CALIB_ITERS, &twice);
		if (err)
			return err;
		loop[i] = ((double)twice.empty_ns - (double)once.empty_ns) / CALIB_ITERS;
		clock[i] = ((double)twice.clock_ns - (double)once.clock_ns) / CALIB_ITERS - loop[i];
	}
	gsl_sort(loop, 1, CALIB_ROUNDS);
	gsl_sort(clock, 1, CALIB_ROUNDS);
	cost->loop_ns = gsl_stats_median_from_sorted_data(loop, 1, CALIB_ROUNDS);
	cost->clock_ns = gsl_stats_median_from_sorted_data(clock, 1, CALIB_ROUNDS);
	return cost->loop_ns > 0 ? 0 : -ERANGE;
}

void calib_close(struct calib *c)
{
	if (!c)
		return;
	bpf_family_close(&c->family);
	free(c);
}
