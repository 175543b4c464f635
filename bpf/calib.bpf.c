// SPDX-License-Identifier: GPL-2.0
/* Cost of a clock read and of one iteration of the injected loop, on the CPU that runs this. */
#include <stdbool.h>
#include "tw.bpf.h"

static long read_clock(__u64 i, void *ctx)
{
	*(__u64 *)ctx = bpf_ktime_get_ns();
	return 0;
}

SEC("syscall")
int calibrate(struct tw_calib *c)
{
	__u64 iters = c->iters, last = 0, a, b;

	a = bpf_ktime_get_ns();
	bpf_loop(iters, tw_spin_once, (void *)0, 0);
	b = bpf_ktime_get_ns();
	c->empty_ns = b - a;

	a = bpf_ktime_get_ns();
	bpf_loop(iters, read_clock, &last, 0);
	b = bpf_ktime_get_ns();
	c->clock_ns = b - a;
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
