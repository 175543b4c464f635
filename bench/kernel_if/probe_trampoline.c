// SPDX-License-Identifier: GPL-2.0
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int probe_tp_btf(const char *tracepoint, char *why, size_t size)
{
	if (libbpf_find_vmlinux_btf_id(tracepoint, BPF_TRACE_RAW_TP) >= 0)
		return 0;
	snprintf(why, size, "not in this kernel");
	return -ENOENT;
}

int probe_trampoline(const char *function, char *why, size_t size)
{
	const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts, .expected_attach_type = BPF_TRACE_FEXIT);
	int id = libbpf_find_vmlinux_btf_id(function, BPF_TRACE_FEXIT), prog, link, err = 0;

	if (id < 0) {
		snprintf(why, size, "not in this kernel's BTF");
		return -ENOENT;
	}
	opts.attach_btf_id = id;
	prog = bpf_prog_load(BPF_PROG_TYPE_TRACING, "tw_probe", "GPL", insns,
			     sizeof(insns) / sizeof(insns[0]), &opts);
	link = prog < 0 ? prog : bpf_raw_tracepoint_open(NULL, prog);
	if (link < 0) {
		err = -errno;
		snprintf(why, size, "no trampoline: %s", strerror(errno));
	} else {
		close(link);
	}
	if (prog >= 0)
		close(prog);
	return err;
}
