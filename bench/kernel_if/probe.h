/* SPDX-License-Identifier: GPL-2.0 */
/* What the running kernel can do, found by trying it. Nothing is inferred from a hypervisor bit. */
#ifndef TW_PROBE_H
#define TW_PROBE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Name under which the kernel offers the kfuncs to BPF programs. 6.18 and 6.19 have only
 * ..._impl; 7.0 and later have the plain name (and a phantom _impl in BTF, which must not be
 * referred to): only the plain name is tested, _impl counts only without it.
 */
enum kfunc_flavour { KFUNC_NONE, KFUNC_IMPL, KFUNC_PLAIN };

const char *kfunc_flavour_name(enum kfunc_flavour f); /* "none", "impl", "plain" */

/* Looks both kfuncs up in vmlinux BTF. KFUNC_NONE fills why (what is missing, what to do). */
enum kfunc_flavour probe_kfunc(char *why, size_t size);

/*
 * Each returns 0, or -errno with "what is missing: what to do" in why. The result is found by doing
 * it once: loading a two-instruction tracepoint program; opening the event.
 */
int probe_bpf_load(char *why, size_t size);
int probe_perf_sw(char *why, size_t size); /* software cpu-clock on a CPU, all tasks */
int probe_perf_hw(char *why, size_t size); /* hardware cycles, the same */
int probe_tracefs(char *why, size_t size); /* the syscall tracepoints can be found */
/* our CLOCK_MONOTONIC is that of bpf_ktime_get_ns() */
int probe_time_ns(char *why, size_t size);
int probe_pid_ns(char *why, size_t size); /* thread ids are those of the initial namespace */
int probe_kmsg(char *why, size_t size); /* the kernel log can be read */

/* Whether fentry and fexit programs can be attached to a kernel function: the empty one is, for an
 * instant. Some hardened kernels refuse every trampoline. */
int probe_trampoline(const char *function, char *why, size_t size);

/* Whether a tracepoint is there for tp_btf programs, by vmlinux BTF. */
int probe_tp_btf(const char *tracepoint, char *why, size_t size);

/*
 * Whether this is a disposable guest: twbench.guest=1 on the kernel command line *and* the marker
 * that our own init leaves. Hypervisor bits are never evidence. -EPERM with why otherwise.
 */
int probe_guest(char *why, size_t size);

#endif
