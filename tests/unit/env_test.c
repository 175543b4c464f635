/* SPDX-License-Identifier: GPL-2.0 */
/* The environment record, read from small trees made here. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <cmocka.h>

#include "cmdline.h"
#include "env.h"
#include "env_read.h"
#include "probe.h"

/* ---- fixture ---- */

static char root[PATH_MAX];

static int make_root(void **state)
{
	snprintf(root, sizeof(root), "%s/twbench-env-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	return remove(path);
}

static int remove_root(void **state)
{
	return nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Full name of PATH, its directories made. */
static const char *place(const char *path)
{
	static char full[PATH_MAX * 2];
	char *p;

	snprintf(full, sizeof(full), "%s%s", root, path);
	for (p = full + strlen(root) + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		assert_true(!mkdir(full, 0755) || errno == EEXIST);
	}
	return full;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(place(path), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void put_gz(const char *path, const char *text)
{
	gzFile f = gzopen(place(path), "wb");

	assert_non_null(f);
	assert_int_equal(gzwrite(f, text, strlen(text)), strlen(text));
	gzclose(f);
}

/* Compares one member of the tree's record with JSON text. */
static void expect(const char *key, const char *json)
{
	json_t *env = env_record_at(root), *want = json_loads(json, JSON_DECODE_ANY, NULL), *got;
	char *text;

	assert_non_null(env);
	assert_non_null(want);
	got = json_object_get(env, key);
	assert_non_null(got);
	if (!json_equal(got, want)) {
		text = json_dumps(got, JSON_ENCODE_ANY);
		fail_msg("%s: %s, expected %s", key, text, json);
	}
	json_decref(want);
	json_decref(env);
}

/* ---- nothing there ---- */

static void test_empty_tree_is_null(void **state)
{
	static const char *const built_in[] = { "impl",		  "compiler",
						"compiler_bpf",	  "twbench_version",
						"twbench_commit", "libbpf_version",
						"libperf_version" };
	json_t *env = env_record_at(root), *v, *option;
	const char *key, *name;
	size_t i, n = sizeof(built_in) / sizeof(built_in[0]);

	assert_non_null(env);
	json_object_foreach(env, key, v) {
		for (i = 0; i < n && strcmp(key, built_in[i]); i++)
			;
		if (i < n)
			continue;
		if (!strcmp(key, "debug_options")) {
			json_object_foreach(v, name, option)
				assert_true(json_is_null(option));
			continue;
		}
		if (!json_is_null(v))
			fail_msg("%s is not null", key);
	}
	assert_true(json_object_size(env) > 50);
	json_decref(env);
}

/* Keys may be compared between journals only if both always have them. */
static void test_keys_do_not_depend_on_machine(void **state)
{
	json_t *here = env_record(), *there = env_record_at(root), *v;
	const char *key;

	assert_int_equal(json_object_size(here), json_object_size(there));
	json_object_foreach(here, key, v)
		assert_non_null(json_object_get(there, key));
	json_decref(here);
	json_decref(there);
}

static void test_no_host_name(void **state)
{
	json_t *env;
	char *text;

	put("/proc/sys/kernel/hostname", "secret-host\n");
	put("/etc/hostname", "secret-host\n");
	put("/etc/machine-id", "00112233445566778899aabbccddeeff\n");
	env = env_record_at(root);
	text = json_dumps(env, 0);
	assert_null(strstr(text, "secret-host"));
	assert_null(strstr(text, "00112233445566778899aabbccddeeff"));
	assert_true(json_is_string(json_object_get(env, "machine_id_hash")));
	free(text);
	json_decref(env);
}

/* ---- kernel ---- */

static const char config[] = "#\n# Linux 6.18.0\n#\n"
			     "CONFIG_HZ=250\n"
			     "CONFIG_PREEMPT_DYNAMIC=y\n"
			     "CONFIG_PREEMPT_VOLUNTARY=y\n"
			     "CONFIG_HAVE_ARCH_KASAN=y\n"
			     "# CONFIG_KASAN is not set\n"
			     "CONFIG_PROVE_LOCKING=y\n"
			     "CONFIG_KCSAN_SELFTEST=y\n";

/* The hash as JSON text, in a static buffer. */
static const char *config_hash(void)
{
	static char text[64];
	json_t *env = env_record_at(root);

	snprintf(text, sizeof(text), "\"%s\"",
		 json_string_value(json_object_get(env, "kernel_config_hash")));
	json_decref(env);
	return text;
}

static void test_config_from_either_place(void **state)
{
	char first[64];

	put_gz("/proc/config.gz", config);
	expect("config_hz", "250");
	snprintf(first, sizeof(first), "%s", config_hash());
	assert_int_equal(unlink(place("/proc/config.gz")), 0);
	expect("kernel_config_hash", "null");

	/* the plain text of the same configuration has the same hash */
	put("/proc/sys/kernel/osrelease", "6.18.0\n");
	put("/boot/config-6.18.0", config);
	expect("kernel_config_hash", first);
	put("/boot/config-6.18.0", "# other\n");
	assert_string_not_equal(config_hash(), first);
	assert_int_equal(unlink(place("/boot/config-6.18.0")), 0);
	put("/lib/modules/6.18.0/config", config);
	expect("kernel_config_hash", first);
}

/* Neither "# CONFIG_X is not set" nor a longer name with the same beginning or end is X. */
static void test_debug_options(void **state)
{
	json_t *env, *options;

	put_gz("/proc/config.gz", config);
	env = env_record_at(root);
	options = json_object_get(env, "debug_options");
	assert_true(json_is_true(json_object_get(options, "PROVE_LOCKING")));
	assert_true(json_is_false(json_object_get(options, "KASAN")));
	assert_true(json_is_false(json_object_get(options, "KCSAN")));
	json_decref(env);
}

static void test_hash_is_fnv1a(void **state)
{
	/* published test vectors of the 64-bit FNV-1a */
	static const char *const vectors[][2] = {
		{ "", "fnv1a64:cbf29ce484222325" },
		{ "a", "fnv1a64:af63dc4c8601ec8c" },
		{ "foobar", "fnv1a64:85944171f73967e8" },
	};
	json_t *hash;
	size_t i;

	for (i = 0; i < 3; i++) {
		hash = env_hash(vectors[i][0], strlen(vectors[i][0]));
		assert_string_equal(json_string_value(hash), vectors[i][1]);
		json_decref(hash);
	}
}

/* From the weakest source to the strongest. */
static void test_preempt_model(void **state)
{
	put("/boot/config-6.18.0", config);
	put("/proc/sys/kernel/osrelease", "6.18.0\n");
	expect("preempt_model", "\"voluntary\"");
	expect("preempt_dynamic", "true");
	expect("preempt_rt", "false");
	put("/proc/cmdline", "quiet preempt=none preempt=lazy -- preempt=full\n");
	expect("preempt_model", "\"lazy\"");
	put("/sys/kernel/debug/sched/preempt", "none voluntary (full) lazy\n");
	expect("preempt_model", "\"full\"");
	put("/sys/kernel/realtime", "1\n");
	expect("preempt_model", "\"rt\"");
	expect("preempt_rt", "true");
}

static void test_preempt_parameter_needs_dynamic(void **state)
{
	put("/proc/sys/kernel/osrelease", "6.18.0\n");
	put("/proc/sys/kernel/version", "#1 SMP PREEMPT Mon\n");
	put("/boot/config-6.18.0", "#\nCONFIG_PREEMPT=y\n");
	put("/proc/cmdline", "preempt=none\n");
	expect("preempt_model", "\"full\"");
	expect("preempt_dynamic", "false");
	put("/proc/sys/kernel/version", "#1 SMP PREEMPT_RT Mon\n");
	expect("preempt_model", "\"rt\"");
}

static void test_settings(void **state)
{
	put("/proc/sys/kernel/perf_event_paranoid", "-1\n");
	put("/proc/sys/kernel/nmi_watchdog", "garbage\n");
	put("/proc/sys/kernel/bpf_stats_enabled", "");
	put("/sys/kernel/mm/transparent_hugepage/enabled", "always [madvise] never\n");
	put("/proc/meminfo",
	    "MemTotal:       1024 kB\nSwapTotal:       100 kB\nSwapFree:  90 kB\n");
	put("/proc/loadavg", "0.50 1.25 2.00 3/89 7330\n");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	put("/proc/cmdline", "root=/dev/sda1 quiet -- --token x\n");
	expect("perf_event_paranoid", "-1");
	expect("nmi_watchdog", "null");
	expect("bpf_stats_enabled", "null");
	expect("thp", "\"madvise\"");
	expect("memory_bytes", "1048576");
	expect("swap_used_bytes", "10240");
	expect("loadavg", "[0.5, 1.25, 2.0]");
	expect("runnable_tasks", "3");
	expect("lockdown", "\"integrity\"");
	expect("kernel_cmdline", "\"root=/dev/sda1 quiet\"");
	expect("btf_vmlinux", "false");
	put("/sys/kernel/btf/vmlinux", "x");
	expect("btf_vmlinux", "true");
}

static void test_bytes_that_are_not_text(void **state)
{
	put("/proc/cmdline", "quiet \xff\xfe=1\n");
	expect("kernel_cmdline", "\"quiet ?\?=1\"");
}

/* ---- processors ---- */

static void put_cpu(int cpu, int package, const char *siblings, const char *governor)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/physical_package_id",
		 cpu);
	snprintf(text, sizeof(text), "%d\n", package);
	put(path, text);
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
		 cpu);
	put(path, siblings);
	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
	put(path, governor);
}

static void test_topology(void **state)
{
	/* 2 packages of one core, 2 threads each; CPU 4 is offline */
	put("/sys/devices/system/cpu/online", "0-2,3\n");
	put_cpu(0, 0, "0,2\n", "schedutil\n");
	put_cpu(1, 1, "1,3\n", "performance\n");
	put_cpu(2, 0, "0,2\n", "performance\n");
	put_cpu(3, 1, "1,3\n", "performance\n");
	put_cpu(4, 2, "4\n", "ondemand\n");
	put("/sys/devices/system/node/online", "0-1\n");
	expect("cpus_online", "\"0-2,3\"");
	expect("sockets", "2");
	expect("cores", "2");
	expect("threads", "4");
	expect("smt_active", "true");
	expect("numa_nodes", "2");
	expect("governors", "[\"performance\", \"schedutil\"]");
	put("/sys/devices/system/cpu/smt/active", "0\n");
	expect("smt_active", "false");
}

static void test_cpu_list(void **state)
{
	static const char *const bad[] = { "x", "3-1", "1,,2", "-1", "0-", "0-65536", "1 2" };
	json_t *cpus;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(env_cpu_list(bad[i]));
	cpus = env_cpu_list("");
	assert_int_equal(json_array_size(cpus), 0);
	json_decref(cpus);
	cpus = env_cpu_list("0-3,7");
	assert_int_equal(json_array_size(cpus), 5);
	assert_int_equal(json_integer_value(json_array_get(cpus, 4)), 7);
	json_decref(cpus);
}

static void test_masks(void **state)
{
	expect("isolated", "null");
	put("/sys/devices/system/cpu/isolated", "\n");
	put("/sys/devices/system/cpu/nohz_full", "  (null)\n");
	expect("isolated", "\"\"");
	expect("nohz_full", "\"\"");
	put("/sys/devices/system/cpu/isolated", "2-3\n");
	expect("isolated", "\"2-3\"");
	put("/proc/self/status", "Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\n");
	expect("cpus_allowed", "\"0-1\"");
}

static void test_turbo(void **state)
{
	put("/sys/devices/system/cpu/cpufreq/boost", "0\n");
	expect("turbo", "false");
	put("/sys/devices/system/cpu/intel_pstate/no_turbo", "0\n");
	expect("turbo", "true");
	put("/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
	expect("turbo", "false");
}

static void test_cpuinfo(void **state)
{
	put("/proc/cpuinfo", "cpu family\t: 6\n");
	expect("cpu_model", "null");
	put("/proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel\nmodel\t\t: 85\n"
			     "model name\t: Some CPU @ 2GHz\nmicrocode\t: 0x1\n"
			     "flags\t\t: fpu vme\n");
	expect("cpu_model", "\"Some CPU @ 2GHz\"");
	expect("cpu_vendor", "\"GenuineIntel\"");
	expect("microcode", "\"0x1\"");
	put("/sys/devices/system/cpu/vulnerabilities/l1tf", "Not affected\n");
	put("/sys/devices/system/cpu/vulnerabilities/mds", "Vulnerable\n");
	expect("mitigations", "{\"l1tf\": \"Not affected\", \"mds\": \"Vulnerable\"}");
}

static void test_hypervisor(void **state)
{
	/* DMI strings of a cloud without the CPU's flag: bare metal */
	put("/sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
	expect("hypervisor", "null");
	put("/proc/cpuinfo", "flags\t\t: fpu vme\n");
	expect("hypervisor", "\"none\"");
	put("/proc/cpuinfo", "flags\t\t: fpu hypervisor vme\n");
	expect("hypervisor", "\"KVM\"");
	put("/sys/class/dmi/id/sys_vendor", "ACME\n");
	expect("hypervisor", "\"unnamed\"");
	put("/sys/hypervisor/type", "xen\n");
	expect("hypervisor", "\"Xen\"");
}

#define TREE_TEST(f) cmocka_unit_test_setup_teardown(f, make_root, remove_root)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(test_empty_tree_is_null),
		TREE_TEST(test_keys_do_not_depend_on_machine),
		TREE_TEST(test_no_host_name),
		TREE_TEST(test_config_from_either_place),
		TREE_TEST(test_debug_options),
		cmocka_unit_test(test_hash_is_fnv1a),
		TREE_TEST(test_preempt_model),
		TREE_TEST(test_preempt_parameter_needs_dynamic),
		TREE_TEST(test_settings),
		TREE_TEST(test_bytes_that_are_not_text),
		TREE_TEST(test_topology),
		cmocka_unit_test(test_cpu_list),
		TREE_TEST(test_masks),
		TREE_TEST(test_turbo),
		TREE_TEST(test_cpuinfo),
		TREE_TEST(test_hypervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
