/* SPDX-License-Identifier: GPL-2.0 */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#define VMLINUX_BTF "/sys/kernel/btf/vmlinux"
#define SYSCALL_TRACEPOINT "events/syscalls/sys_enter_sched_get_priority_max/id"

/* PROC_PID_INIT_INO of the kernel: the initial namespace has it since 3.8. */
#define INITIAL_PID_NS 0xEFFFFFFCu

/* ---- kfuncs ---- */

const char *kfunc_flavour_name(enum kfunc_flavour f)
{
	static const char *const names[] = {
		[KFUNC_NONE] = "none",
		[KFUNC_IMPL] = "impl",
		[KFUNC_PLAIN] = "plain",
	};

	return (unsigned int)f < sizeof(names) / sizeof(names[0]) ? names[f] : "none";
}

static bool has_func(const struct btf *btf, const char *name)
{
	return btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

static enum kfunc_flavour flavour_in(const struct btf *btf)
{
	if (has_func(btf, "bpf_task_work_schedule_signal") &&
	    has_func(btf, "bpf_task_work_schedule_resume"))
		return KFUNC_PLAIN;
	if (has_func(btf, "bpf_task_work_schedule_signal_impl") &&
	    has_func(btf, "bpf_task_work_schedule_resume_impl"))
		return KFUNC_IMPL;
	return KFUNC_NONE;
}

enum kfunc_flavour probe_kfunc(char *why, size_t size)
{
	enum kfunc_flavour flavour;
	struct utsname uts;
	struct btf *btf;

	if (access(VMLINUX_BTF, R_OK)) {
		snprintf(why, size, "cannot read " VMLINUX_BTF ": %s: %s", strerror(errno),
			 errno == ENOENT ? "needs a kernel with CONFIG_DEBUG_INFO_BTF=y, and /sys"
					 : "run as root");
		return KFUNC_NONE;
	}
	btf = btf__parse(VMLINUX_BTF, NULL);
	if (!btf) {
		snprintf(why, size, "cannot parse " VMLINUX_BTF ": %s: libbpf %s may be too old",
			 strerror(errno), libbpf_version_string());
		return KFUNC_NONE;
	}
	flavour = flavour_in(btf);
	btf__free(btf);
	if (flavour == KFUNC_NONE)
		snprintf(why, size,
			 "Linux %s has no bpf_task_work_schedule_*(): needs Linux 6.18 or later",
			 uname(&uts) ? "(unknown release)" : uts.release);
	return flavour;
}

/* ---- loading ---- */

/* The runner takes hold of its child's maps by their ids. No map has this one: with the right to
 * ask, the answer is ENOENT. */
static int probe_map_ids(char *why, size_t size)
{
	int fd = bpf_map_get_fd_by_id(UINT32_MAX);

	if (fd >= 0)
		close(fd);
	if (fd != -EPERM)
		return 0;
	snprintf(why, size, "may not open BPF maps by id: run as root, or with CAP_SYS_ADMIN too");
	return -EPERM;
}

static const char *load_remedy(int err)
{
	switch (err) {
	case EPERM:
	case EACCES:
		return geteuid()
			       ? "run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN (see "
				 "kernel.unprivileged_bpf_disabled)"
			       : "this container lacks CAP_BPF, CAP_PERFMON or CAP_SYS_ADMIN, or seccomp or "
				 "lockdown refuses";
	case ENOSYS:
		return "needs a kernel with CONFIG_BPF_SYSCALL=y, and no seccomp filter on bpf()";
	case EINVAL:
		return "needs a kernel with CONFIG_BPF_EVENTS=y";
	case ENOMEM:
		return "free some memory, or raise the memory limit of the control group";
	default:
		return "see bpf(2)";
	}
}

int probe_bpf_load(char *why, size_t size)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	LIBBPF_OPTS(bpf_prog_load_opts, opts);
	int fd, err;

	fd = bpf_prog_load(BPF_PROG_TYPE_TRACEPOINT, "tw_probe", "GPL", insns,
			   sizeof(insns) / sizeof(insns[0]), &opts);
	if (fd >= 0) {
		close(fd);
		return probe_map_ids(why, size);
	}
	err = -fd;
	snprintf(why, size, "cannot load a BPF program: %s: %s", strerror(err), load_remedy(err));
	return -err;
}

/* ---- tracefs ---- */

/* Looks in one place where tracefs may be. *score remembers how far the best place got, so that the
 * message is about that one: 1 something is there, 2 it is tracefs. */
static int try_tracefs(const char *dir, int *score)
{
	char path[256];
	int fd, err;

	snprintf(path, sizeof(path), "%s/" SYSCALL_TRACEPOINT, dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		close(fd);
		return 0;
	}
	err = -errno;
	snprintf(path, sizeof(path), "%s/events", dir);
	if (err == -EACCES || err == -EPERM)
		*score = *score > 1 ? *score : 1;
	else if (!access(path, F_OK))
		*score = 2;
	return err;
}

int probe_tracefs(char *why, size_t size)
{
	int score = 0;

	if (!try_tracefs("/sys/kernel/tracing", &score) ||
	    !try_tracefs("/sys/kernel/debug/tracing", &score))
		return 0;
	if (score == 2) {
		snprintf(why, size,
			 "no system call tracepoints in tracefs: needs a kernel with "
			 "CONFIG_FTRACE_SYSCALLS=y");
		return -ENOENT;
	}
	if (score == 1) {
		snprintf(why, size, "cannot read /sys/kernel/tracing: %s: run as root",
			 strerror(EACCES));
		return -EACCES;
	}
	snprintf(why, size,
		 "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing "
		 "(needs CONFIG_FTRACE_SYSCALLS=y)");
	return -ENOENT;
}

/* ---- the rest ---- */

/* Programs compare current's tid with the worker's, and see the initial namespace's numbers. */
int probe_pid_ns(char *why, size_t size)
{
	struct stat st;
	int err;

	if (stat("/proc/self/ns/pid", &st)) {
		err = -errno;
		snprintf(why, size, "cannot read /proc/self/ns/pid: %s: mount /proc",
			 strerror(-err));
		return err;
	}
	if (st.st_ino == INITIAL_PID_NS)
		return 0;
	snprintf(why, size,
		 "not in the initial pid namespace, so BPF programs see other thread "
		 "ids: run outside the container, or with --pid=host");
	return -EXDEV;
}

/* Due instants and the window are ours, call and run are the kernel's: an offset between the two
 * clocks would be in every latency, and no law would notice. */
int probe_time_ns(char *why, size_t size)
{
	long long s = 0, ns = 0;
	char line[128];
	FILE *f = fopen("/proc/self/timens_offsets", "r");

	if (!f)
		return 0; /* a kernel without time namespaces */
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "monotonic %lld %lld", &s, &ns) == 2)
			break;
	fclose(f);
	if (!s && !ns)
		return 0;
	snprintf(why, size,
		 "in a time namespace with another monotonic clock (%+lld.%09lld s), so the "
		 "kernel's time stamps are not ours: run outside the container",
		 s, ns);
	return -EXDEV;
}

int probe_kmsg(char *why, size_t size)
{
	char record[8192];
	int fd, err;

	fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	/* EPIPE: the record was overwritten meanwhile; EAGAIN: the log is empty. Both are fine. */
	if (fd >= 0 &&
	    (read(fd, record, sizeof(record)) >= 0 || errno == EAGAIN || errno == EPIPE)) {
		close(fd);
		return 0;
	}
	err = -errno;
	if (fd >= 0)
		close(fd);
	snprintf(why, size, "cannot read the kernel log in /dev/kmsg: %s: %s", strerror(-err),
		 err == -EPERM || err == -EACCES
			 ? "run as root or with CAP_SYSLOG (see kernel.dmesg_restrict)"
			 : "give /dev/kmsg to this container");
	return err;
}
