/* SPDX-License-Identifier: GPL-2.0 */
#include "noise.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Highest rate at which perf-sw is offered; below it the kernel's limit withholds samples. */
#define PERF_SW_MAX_RATE 20000

/* The kernel's own default of kernel.perf_cpu_time_max_percent. */
#define PERF_TIME_DEFAULT 25

/* Pages that were swapped out long ago disturb nobody: 5 % of the memory is a sign of pressure. */
#define SWAP_PART 20

#define LOAD_PER_CPU 0.5

#define REMARK(f, ...) snprintf((f)->text, sizeof((f)->text), __VA_ARGS__)

/*
 * One check. `judge` sees the value of `key`, never null; it writes f->value, and f->text only as
 * a remark on what is fine: on what is not, `text` and `remedy` of the row are filled in.
 */
struct check {
	const char *name, *key;
	enum noise (*judge)(const json_t *env, const json_t *v, struct finding *f);
	char text[160], remedy[160];
};

static void set_value(struct finding *f, const char *value)
{
	snprintf(f->value, sizeof(f->value), "%s", value);
}

/* Appends to the value, separated by a comma. */
static void add_value(struct finding *f, const char *value)
{
	size_t len = strlen(f->value);

	snprintf(f->value + len, sizeof(f->value) - len, "%s%s", len ? ", " : "", value);
}

static const char *str(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : "";
}

static json_int_t int_value(const json_t *v, struct finding *f)
{
	snprintf(f->value, sizeof(f->value), "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	return json_integer_value(v);
}

static enum noise noisy_if(bool cond)
{
	return cond ? NOISE_NOISY : NOISE_FINE;
}

static enum noise prevents_if(bool cond)
{
	return cond ? NOISE_PREVENTS : NOISE_FINE;
}

/* ---- what prevents ---- */

static enum noise judge_btf(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, json_is_true(v) ? "present" : "missing");
	return prevents_if(json_is_false(v));
}

static enum noise judge_kfunc(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, str(v));
	return prevents_if(!strcmp(str(v), "none"));
}

static enum noise judge_load(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, str(v));
	return prevents_if(json_is_string(v) && strcmp(str(v), "ok"));
}

static enum noise judge_pid_ns(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, json_is_true(v) ? "initial" : "another");
	return prevents_if(json_is_false(v));
}

/* ---- processors ---- */

static enum noise judge_governors(const json_t *env, const json_t *v, struct finding *f)
{
	enum noise verdict = NOISE_FINE;
	const json_t *name;
	size_t i;

	json_array_foreach(v, i, name) {
		add_value(f, str(name));
		if (strcmp(str(name), "performance"))
			verdict = NOISE_NOISY;
	}
	return verdict;
}

static enum noise judge_on(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, json_is_true(v) ? "on" : "off");
	return noisy_if(json_is_true(v));
}

static enum noise judge_cpus(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, str(v));
	return noisy_if(strlen(str(v)) && !strpbrk(str(v), ",-"));
}

static enum noise judge_isolated(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, *str(v) ? str(v) : "none");
	if (!*str(v))
		REMARK(f, "isolcpus= on the kernel command line would steady the tails");
	return NOISE_FINE;
}

/* The counters that user space and BPF read without leaving the CPU. */
static enum noise judge_clocksource(const json_t *env, const json_t *v, struct finding *f)
{
	static const char *const good[] = { "tsc", "arch_sys_counter", "timebase", "tod",
					    "riscv_clocksource" };
	size_t i;

	set_value(f, str(v));
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!strcmp(str(v), good[i]))
			return NOISE_FINE;
	return NOISE_NOISY;
}

static enum noise judge_hypervisor(const json_t *env, const json_t *v, struct finding *f)
{
	set_value(f, str(v));
	return noisy_if(strcmp(str(v), "none"));
}

static enum noise judge_load_avg(const json_t *env, const json_t *v, struct finding *f)
{
	double load = json_number_value(json_array_get(v, 0));
	json_int_t cpus = json_integer_value(json_object_get(env, "threads"));

	snprintf(f->value, sizeof(f->value), "%.2f", load);
	return noisy_if(load > LOAD_PER_CPU * (cpus > 0 ? cpus : 1));
}

static enum noise judge_swap(const json_t *env, const json_t *v, struct finding *f)
{
	json_int_t used = json_integer_value(v);
	json_int_t memory = json_integer_value(json_object_get(env, "memory_bytes"));

	snprintf(f->value, sizeof(f->value), "%lld MiB", (long long)(used >> 20));
	return noisy_if(memory && used > memory / SWAP_PART);
}

/* ---- kernel ---- */

static enum noise judge_debug(const json_t *env, const json_t *v, struct finding *f)
{
	/* these cost on the measured path; the others of the record sample, or cost elsewhere */
	static const char *const heavy[] = { "KASAN",	      "KCSAN",		"KMSAN",
					     "LOCKDEP",	      "PROVE_LOCKING",	"PROVE_RCU",
					     "DEBUG_OBJECTS", "DEBUG_KMEMLEAK", "SLUB_DEBUG_ON",
					     "KCOV",	      "GCOV_KERNEL" };
	size_t i, known = 0;

	for (i = 0; i < sizeof(heavy) / sizeof(heavy[0]); i++) {
		known += json_is_boolean(json_object_get(v, heavy[i]));
		if (json_is_true(json_object_get(v, heavy[i])))
			add_value(f, heavy[i]);
	}
	if (f->value[0])
		return NOISE_NOISY;
	set_value(f, known ? "none" : "unknown");
	return NOISE_FINE;
}

static enum noise judge_tainted(const json_t *env, const json_t *v, struct finding *f)
{
	/* Documentation/admin-guide/tainted-kernels.rst: M machine check, B bad page, D oops, L soft
	 * lockup. W (a warning) is left out: a laptop's drivers set it. */
	const json_int_t broken = 1 << 4 | 1 << 5 | 1 << 7 | 1 << 14;

	return noisy_if(int_value(v, f) & broken);
}

static enum noise judge_jit(const json_t *env, const json_t *v, struct finding *f)
{
	return noisy_if(int_value(v, f) != 1);
}

static enum noise judge_harden(const json_t *env, const json_t *v, struct finding *f)
{
	/* 1 blinds the constants of unprivileged programs only */
	return noisy_if(int_value(v, f) > 1);
}

static enum noise judge_nonzero(const json_t *env, const json_t *v, struct finding *f)
{
	return noisy_if(int_value(v, f) != 0);
}

static enum noise judge_sample_rate(const json_t *env, const json_t *v, struct finding *f)
{
	return noisy_if(int_value(v, f) < PERF_SW_MAX_RATE);
}

/* 0 and 100 switch the throttle off. The default throttles too, but only far above the rates used
 * here, and what it withholds is counted. */
static enum noise judge_perf_time(const json_t *env, const json_t *v, struct finding *f)
{
	json_int_t percent = int_value(v, f);

	if (percent > 0 && percent < 100)
		REMARK(f, "throttling is possible; what is withheld is counted");
	return noisy_if(percent > 0 && percent < PERF_TIME_DEFAULT);
}

static const struct check checks[] = {
	{ "kernel BTF", "btf_vmlinux", judge_btf, "programs cannot be fitted to this kernel",
	  "use a kernel with CONFIG_DEBUG_INFO_BTF=y" },
	{ "kfuncs", "kfunc_flavour", judge_kfunc, "there is nothing to measure",
	  "use Linux 6.18 or later; scripts/vm boots one" },
	{ "BPF load", "bpf_load", judge_load, "no BPF program can be loaded",
	  "run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN" },
	{ "pid namespace", "pid_ns_initial", judge_pid_ns,
	  "BPF programs see other thread ids than the workers",
	  "run outside the container, or with --pid=host" },
	{ "governor", "governors", judge_governors, "the frequency follows the load",
	  "cpupower frequency-set -g performance" },
	{ "turbo", "turbo", judge_on, "the frequency depends on temperature and neighbours",
	  "write 1 to /sys/devices/system/cpu/intel_pstate/no_turbo, or 0 to .../cpufreq/boost" },
	{ "SMT", "smt_active", judge_on, "two hardware threads share one core",
	  "echo off > /sys/devices/system/cpu/smt/control, or --cpus with one thread per core" },
	{ "CPUs allowed", "cpus_allowed", judge_cpus,
	  "the load, the targets and everything else share one CPU",
	  "allow at least two CPUs (taskset, cpuset, the VM's -smp)" },
	{ "isolated CPUs", "isolated", judge_isolated, "", "" },
	{ "clocksource", "clocksource", judge_clocksource, "each time stamp costs much more",
	  "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "hypervisor", "hypervisor", judge_hypervisor,
	  "exits, steal time and slow interrupts between CPUs are part of every number",
	  "compare only with runs on this machine; take absolute numbers from bare metal" },
	{ "load", "loadavg", judge_load_avg, "other programs take the CPUs",
	  "stop other load, or wait until the load average is below 0.5 per CPU" },
	{ "swap in use", "swap_used_bytes", judge_swap, "memory is short",
	  "stop what uses the memory, then swapoff -a" },
	{ "debug kernel", "debug_options", judge_debug, "checks dominate the costs",
	  "measure a kernel without these options" },
	{ "kernel tainted", "tainted", judge_tainted,
	  "the kernel or the hardware broke down since boot", "reboot" },
	{ "BPF JIT", "bpf_jit_enable", judge_jit, "programs are interpreted, or dumped to the log",
	  "sysctl net.core.bpf_jit_enable=1" },
	{ "BPF JIT harden", "bpf_jit_harden", judge_harden,
	  "constants are blinded: slower programs", "sysctl net.core.bpf_jit_harden=1" },
	{ "BPF stats", "bpf_stats_enabled", judge_nonzero, "two clock reads on each program run",
	  "sysctl kernel.bpf_stats_enabled=0" },
	{ "NMI watchdog", "nmi_watchdog", judge_nonzero,
	  "it takes a hardware counter and its NMIs disturb perf-hw",
	  "sysctl kernel.nmi_watchdog=0" },
	{ "perf sample rate", "perf_event_max_sample_rate", judge_sample_rate,
	  "the kernel lowered it, and withholds samples above it",
	  "sysctl kernel.perf_event_max_sample_rate=100000" },
	{ "perf CPU time", "perf_cpu_time_max_percent", judge_perf_time,
	  "perf lowers its sample rate early", "sysctl kernel.perf_cpu_time_max_percent=25" },
};

#define N_CHECKS (sizeof(checks) / sizeof(checks[0]))

static void run_check(const struct check *c, const json_t *env, struct finding *f)
{
	const json_t *v = json_object_get(env, c->key);

	*f = (struct finding){ .name = c->name };
	if (!v || json_is_null(v)) {
		set_value(f, "unknown");
		return;
	}
	f->verdict = c->judge(env, v, f);
	if (f->verdict == NOISE_FINE)
		return;
	snprintf(f->text, sizeof(f->text), "%s", c->text);
	snprintf(f->remedy, sizeof(f->remedy), "%s", c->remedy);
}

const char *noise_name(enum noise verdict)
{
	static const char *const names[] = { "fine", "noisy", "prevents" };

	return names[verdict];
}

size_t noise_judge(const json_t *env, struct finding *out, size_t max)
{
	size_t i;

	for (i = 0; i < N_CHECKS && i < max; i++)
		run_check(&checks[i], env, &out[i]);
	return N_CHECKS;
}

json_t *noise_warnings(const json_t *env)
{
	json_t *array = json_array();
	struct finding f;
	size_t i;

	for (i = 0; array && i < N_CHECKS; i++) {
		run_check(&checks[i], env, &f);
		if (f.verdict == NOISE_FINE)
			continue;
		if (json_array_append_new(array,
					  json_sprintf("%s: %s (%s)", f.name, f.value, f.remedy))) {
			json_decref(array);
			array = NULL;
		}
	}
	return array;
}
