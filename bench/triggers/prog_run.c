// SPDX-License-Identifier: GPL-2.0
/*
 * The program itself, run by BPF_PROG_TEST_RUN: process context, preemptible, and no hook between
 * the worker and the call. What call_ns says is the kfunc alone. (The bpf() system call around it is
 * long, and all of it lies between due and call.)
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bench.h"

static int prog_run_open(struct invocation *inv, struct bpf_program *prog)
{
	inv->trigger_priv = prog;
	return 0;
}

static void prog_run_fire(struct worker *w, uint64_t due)
{
	struct tw_run run = { .due = due };
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &run, .ctx_size_in = sizeof(run));

	bpf_prog_test_run_opts(bpf_program__fd(w->inv->trigger_priv), &opts);
}

static void prog_run_close(struct invocation *inv)
{
	inv->trigger_priv = NULL;
}

const struct trigger trigger_prog_run = {
	.name = "prog-run",
	.help = "BPF_PROG_TEST_RUN of the program, by the worker",
	.context = "task",
	.program = "on_run",
	.has_due = true,
	.open = prog_run_open,
	.fire = prog_run_fire,
	.close = prog_run_close,
};
