// SPDX-License-Identifier: GPL-2.0
/*
 * A tracepoint program at the entry of a cheap system call that the worker issues: process context,
 * preemption off, interrupts on. sched_get_priority_max() is chosen because it takes an argument
 * (the due instant travels in it, all 64 bits; the call itself rejects it as a policy), does nothing
 * else, and hardly anybody uses it.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

static int syscall_open(struct invocation *inv, struct bpf_program *prog)
{
	struct bpf_link *link = bpf_program__attach_tracepoint(prog, "syscalls",
							       "sys_enter_sched_get_priority_max");

	if (!link)
		return inv_fail(inv, -errno, "cannot attach to the syscall tracepoint: %s",
				strerror(errno));
	inv->trigger_priv = link;
	return 0;
}

static void syscall_fire(struct worker *w, uint64_t due)
{
	syscall(SYS_sched_get_priority_max, due);
}

static void syscall_close(struct invocation *inv)
{
	bpf_link__destroy(inv->trigger_priv);
	inv->trigger_priv = NULL;
}

const struct trigger trigger_syscall = {
	.name = "syscall",
	.help = "entry tracepoint of a cheap system call, issued by the worker",
	.context = "task",
	.program = "on_syscall",
	.needs = NEEDS_TRACEFS,
	.has_due = true,
	.open = syscall_open,
	.fire = syscall_fire,
	.close = syscall_close,
};
