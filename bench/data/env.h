/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The environment record: everything about this machine that changes a result, so that two journals
 * can be told comparable or not. Goes into the header of every journal.
 *
 * What cannot be read is JSON null, never a guess; every key is always there. Keys are stable:
 *
 *   kernel_release, kernel_version, machine   strings, as uname(2) has them
 *   kernel_config_hash      "fnv1a64:<16 hex digits>" of the configuration's text
 *   kernel_cmdline          the kernel's own parameters, without what init gets after "--"
 *   debug_options           object: option without CONFIG_ -> bool
 *   config_hz               integer
 *   preempt_model           "none", "voluntary", "full", "lazy" or "rt"
 *   preempt_dynamic, preempt_rt               bool
 *   tainted                 integer, the mask of /proc/sys/kernel/tainted
 *   lockdown                "none", "integrity", "confidentiality"
 *   mitigations             object: vulnerability -> the kernel's words
 *   cpu_model, cpu_vendor, microcode          strings
 *   hypervisor              "none", "KVM", ...; "unnamed" if there is one that does not say
 *   cpus_online, cpus_allowed                 CPU lists
 *   isolated, nohz_full     CPU lists, "" is none
 *   sockets, cores, threads integers, of the CPUs online
 *   smt_active              bool
 *   numa_nodes              integer
 *   governors               array of the distinct ones, sorted
 *   scaling_driver, idle_driver, idle_governor, clocksource, thp     strings
 *   turbo                   bool
 *   memory_bytes, swap_used_bytes             integers
 *   nmi_watchdog, perf_event_max_sample_rate (per second), perf_cpu_time_max_percent,
 *   perf_event_paranoid, perf_event_mlock_kb (KiB), bpf_jit_enable, bpf_jit_harden,
 *   bpf_stats_enabled, unprivileged_bpf_disabled                     integers, the sysctls
 *   loadavg                 array of three numbers
 *   runnable_tasks          integer
 *   boot_id                 string
 *   machine_id_hash         as kernel_config_hash; the host name is not recorded
 *   btf_vmlinux             bool
 *   kfunc_flavour           "none", "impl", "plain"
 *   bpf_load                "ok", or the errno's name
 *   pid_ns_initial          bool
 *   impl                    "stock"
 *   twbench_version, twbench_commit, compiler, compiler_bpf, libbpf_version, libperf_version
 *                           strings
 */
#ifndef TW_ENV_H
#define TW_ENV_H

#include <jansson.h>

/* The record of this machine, the caller's. NULL only without memory. */
json_t *env_record(void);

/*
 * The same of the files under ROOT ("" is this machine). With another root, what does not come
 * from files (system calls, CPUID, BPF) is null.
 */
json_t *env_record_at(const char *root);

#endif
