/* SPDX-License-Identifier: GPL-2.0 */
/* The judge: each check turns on its own field, and says what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "noise.h"

#define MAX 64

/* A machine with nothing to complain about. */
static const char quiet[] =
	"{'btf_vmlinux': true, 'kfunc_flavour': 'plain', 'bpf_load': 'ok', 'pid_ns_initial': true,"
	" 'governors': ['performance'], 'turbo': false, 'smt_active': false,"
	" 'cpus_allowed': '0-7', 'isolated': '2-7', 'clocksource': 'tsc', 'hypervisor': 'none',"
	" 'loadavg': [0.5, 0.5, 0.5], 'threads': 8, 'swap_used_bytes': 0, 'memory_bytes': 1000000,"
	" 'debug_options': {'KASAN': false, 'KFENCE': true}, 'tainted': 512,"
	" 'bpf_jit_enable': 1, 'bpf_jit_harden': 0, 'bpf_stats_enabled': 0, 'nmi_watchdog': 0,"
	" 'perf_event_max_sample_rate': 100000, 'perf_cpu_time_max_percent': 25}";

static json_t *load(const char *text)
{
	char json[4096];
	json_t *v;
	char *p;

	snprintf(json, sizeof(json), "%s", text);
	for (p = json; (p = strchr(p, '\'')); p++)
		*p = '"';
	v = json_loads(json, JSON_DECODE_ANY, NULL);
	if (!v)
		fail_msg("bad JSON in the test: %s", text);
	return v;
}

static const struct finding *by_name(const struct finding *f, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!strcmp(f[i].name, name))
			return &f[i];
	fail_msg("no check '%s'", name);
	return NULL;
}

/* The quiet machine with one field changed: that check says VERDICT, and no other complains. */
static struct finding judged(const char *key, const char *value, const char *check,
			     enum noise verdict)
{
	json_t *env = load(quiet);
	struct finding f[MAX], found;
	size_t i, n;

	json_object_set_new(env, key, load(value));
	n = noise_judge(env, f, MAX);
	assert_in_range(n, 15, MAX);
	for (i = 0; i < n; i++)
		if (f[i].verdict != (strcmp(f[i].name, check) ? NOISE_FINE : verdict))
			fail_msg("%s = %s: %s says %s (%s)", key, value, f[i].name,
				 noise_name(f[i].verdict), f[i].value);
	found = *by_name(f, n, check);
	json_decref(env);
	return found;
}

static void test_quiet_machine_is_fine(void **state)
{
	json_t *env = load(quiet), *warnings = noise_warnings(env);
	struct finding f[MAX];
	size_t i, n = noise_judge(env, f, MAX);

	for (i = 0; i < n; i++) {
		assert_int_equal(f[i].verdict, NOISE_FINE);
		assert_string_equal(f[i].remedy, "");
	}
	assert_int_equal(json_array_size(warnings), 0);
	json_decref(warnings);
	json_decref(env);
}

static void test_each_check(void **state)
{
	static const struct {
		const char *key, *value, *check;
		enum noise verdict;
	} rows[] = {
		{ "btf_vmlinux", "false", "kernel BTF", NOISE_PREVENTS },
		{ "kfunc_flavour", "'none'", "kfuncs", NOISE_PREVENTS },
		{ "kfunc_flavour", "'impl'", "kfuncs", NOISE_FINE },
		{ "bpf_load", "'EPERM'", "BPF load", NOISE_PREVENTS },
		{ "pid_ns_initial", "false", "pid namespace", NOISE_PREVENTS },
		{ "governors", "['performance', 'schedutil']", "governor", NOISE_NOISY },
		{ "governors", "['powersave']", "governor", NOISE_NOISY },
		{ "turbo", "true", "turbo", NOISE_NOISY },
		{ "smt_active", "true", "SMT", NOISE_NOISY },
		{ "cpus_allowed", "'3'", "CPUs allowed", NOISE_NOISY },
		{ "cpus_allowed", "'3,5'", "CPUs allowed", NOISE_FINE },
		{ "isolated", "''", "isolated CPUs", NOISE_FINE },
		{ "clocksource", "'hpet'", "clocksource", NOISE_NOISY },
		{ "clocksource", "'arch_sys_counter'", "clocksource", NOISE_FINE },
		{ "hypervisor", "'KVM'", "hypervisor", NOISE_NOISY },
		{ "loadavg", "[4.1, 0, 0]", "load", NOISE_NOISY },
		{ "loadavg", "[3.9, 9, 9]", "load", NOISE_FINE },
		{ "swap_used_bytes", "40000", "swap in use", NOISE_FINE },
		{ "swap_used_bytes", "60000", "swap in use", NOISE_NOISY },
		{ "debug_options", "{'KASAN': true}", "debug kernel", NOISE_NOISY },
		{ "debug_options", "{'LOCKDEP': true}", "debug kernel", NOISE_NOISY },
		{ "tainted", "128", "kernel tainted", NOISE_NOISY },
		{ "tainted", "4097", "kernel tainted", NOISE_FINE },
		{ "bpf_jit_enable", "0", "BPF JIT", NOISE_NOISY },
		{ "bpf_jit_enable", "2", "BPF JIT", NOISE_NOISY },
		{ "bpf_jit_harden", "1", "BPF JIT harden", NOISE_FINE },
		{ "bpf_jit_harden", "2", "BPF JIT harden", NOISE_NOISY },
		{ "bpf_stats_enabled", "1", "BPF stats", NOISE_NOISY },
		{ "nmi_watchdog", "1", "NMI watchdog", NOISE_NOISY },
		{ "perf_event_max_sample_rate", "19999", "perf sample rate", NOISE_NOISY },
		{ "perf_event_max_sample_rate", "20000", "perf sample rate", NOISE_FINE },
		{ "perf_cpu_time_max_percent", "10", "perf CPU time", NOISE_NOISY },
		{ "perf_cpu_time_max_percent", "0", "perf CPU time", NOISE_FINE },
		{ "perf_cpu_time_max_percent", "100", "perf CPU time", NOISE_FINE },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		judged(rows[i].key, rows[i].value, rows[i].check, rows[i].verdict);
}

static void test_complaint_has_reason_and_remedy(void **state)
{
	struct finding f = judged("governors", "['powersave']", "governor", NOISE_NOISY);

	assert_string_equal(f.value, "powersave");
	assert_true(strlen(f.text) > 10);
	assert_string_equal(f.remedy, "cpupower frequency-set -g performance");
}

static void test_debug_options_are_named(void **state)
{
	struct finding f = judged("debug_options", "{'KASAN': true, 'LOCKDEP': true, 'X': true}",
				  "debug kernel", NOISE_NOISY);

	assert_string_equal(f.value, "KASAN, LOCKDEP");
	f = judged("debug_options", "{'KASAN': null}", "debug kernel", NOISE_FINE);
	assert_string_equal(f.value, "unknown");
}

/* All of them on: longer than the value, which is cut and ends. */
static void test_long_value_is_cut(void **state)
{
	struct finding f = judged("debug_options",
				  "{'KASAN': true, 'KCSAN': true, 'KMSAN': true, 'LOCKDEP': true,"
				  " 'PROVE_LOCKING': true, 'PROVE_RCU': true,"
				  " 'DEBUG_OBJECTS': true, 'DEBUG_KMEMLEAK': true,"
				  " 'SLUB_DEBUG_ON': true}",
				  "debug kernel", NOISE_NOISY);

	assert_int_equal(strlen(f.value), sizeof(f.value) - 1);
}

/* What the record does not know is not held against the machine. */
static void test_unknown_is_fine(void **state)
{
	json_t *empty = json_object(), *env = load(quiet), *v;
	struct finding f[MAX];
	const char *key;
	size_t i, n;
	void *tmp;

	json_object_foreach_safe(env, tmp, key, v) json_object_set_new(env, key, json_null());
	n = noise_judge(env, f, MAX);
	for (i = 0; i < n; i++) {
		assert_int_equal(f[i].verdict, NOISE_FINE);
		assert_string_equal(f[i].value, "unknown");
	}
	assert_int_equal(noise_judge(empty, f, MAX), n);
	json_decref(empty);
	json_decref(env);
}

/* A journal is foreign input: a field of another type must not crash the judge. */
static void test_foreign_types(void **state)
{
	static const char *const values[] = { "true", "'x'", "-1", "[]", "{}", "1.5", "[[1]]" };
	json_t *env = load(quiet), *copy, *v;
	struct finding f[MAX];
	const char *key;
	size_t i;

	json_object_foreach(env, key, v) {
		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			copy = json_copy(env);
			json_object_set_new(copy, key, load(values[i]));
			noise_judge(copy, f, MAX);
			json_decref(copy);
		}
	}
	json_decref(env);
}

static void test_fills_at_most_max(void **state)
{
	json_t *env = load(quiet);
	struct finding f[3] = { 0 };
	size_t n = noise_judge(env, f, 2);

	assert_true(n > 2);
	assert_non_null(f[1].name);
	assert_null(f[2].name);
	json_decref(env);
}

static void test_warnings(void **state)
{
	json_t *env = load(quiet), *warnings;

	json_object_set_new(env, "governors", load("['powersave']"));
	json_object_set_new(env, "bpf_load", load("'EPERM'"));
	warnings = noise_warnings(env);
	assert_int_equal(json_array_size(warnings), 2);
	assert_string_equal(
		json_string_value(json_array_get(warnings, 0)),
		"BPF load: EPERM (run as root, or with CAP_BPF, CAP_PERFMON and CAP_SYS_ADMIN)");
	assert_string_equal(json_string_value(json_array_get(warnings, 1)),
			    "governor: powersave (cpupower frequency-set -g performance)");
	json_decref(warnings);
	json_decref(env);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet_machine_is_fine),
		cmocka_unit_test(test_each_check),
		cmocka_unit_test(test_complaint_has_reason_and_remedy),
		cmocka_unit_test(test_debug_options_are_named),
		cmocka_unit_test(test_long_value_is_cut),
		cmocka_unit_test(test_unknown_is_fine),
		cmocka_unit_test(test_foreign_types),
		cmocka_unit_test(test_fills_at_most_max),
		cmocka_unit_test(test_warnings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
