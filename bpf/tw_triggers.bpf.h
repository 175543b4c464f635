/* SPDX-License-Identifier: GPL-2.0 */
/* The programs that triggers run, by the names in struct trigger. Include once, after the family's own
 * `static int fire(__u64 due)`; due is 0 where it is unknown. */
#ifndef TW_TRIGGERS_BPF_H
#define TW_TRIGGERS_BPF_H

SEC("?tracepoint/syscalls/sys_enter_sched_get_priority_max")
int on_syscall(struct tw_sys_enter *ctx)
{
	return fire(ctx->args[0]);
}

SEC("?syscall")
int on_run(struct tw_run *run)
{
	return fire(run->due);
}

SEC("?perf_event")
int on_perf(void *ctx)
{
	return fire(0);
}

#endif
