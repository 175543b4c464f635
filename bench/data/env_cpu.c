/* SPDX-License-Identifier: GPL-2.0 */
/* Environment record: processors, their frequency, and what is beneath them. */
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "env_read.h"

#define CPU_DIR "/sys/devices/system/cpu"

/* ---- per-CPU files ---- */

/* The distinct contents of cpu<N>/FILE over the CPUs online, as the keys of an object. */
static json_t *distinct(const struct env_ctx *ctx, const char *file)
{
	json_t *seen = json_object(), *cpu;
	char path[PATH_MAX], buf[512];
	size_t i;

	json_array_foreach(ctx->cpus, i, cpu) {
		snprintf(path, sizeof(path), CPU_DIR "/cpu%d/%s", (int)json_integer_value(cpu),
			 file);
		if (env_slurp(ctx, path, buf, sizeof(buf)) > 0)
			json_object_set_new(seen, buf, json_true());
	}
	return seen;
}

static json_t *read_count_distinct(const struct env_ctx *ctx, const char *file)
{
	json_t *seen = distinct(ctx, file);
	size_t n = json_object_size(seen);

	json_decref(seen);
	return n ? json_integer(n) : NULL;
}

/* Inserts in order, so that two records of one machine are equal. */
static void insert_sorted(json_t *array, const char *s)
{
	size_t i = 0;

	while (i < json_array_size(array) &&
	       strcmp(json_string_value(json_array_get(array, i)), s) < 0)
		i++;
	json_array_insert_new(array, i, env_string(s));
}

static json_t *read_governors(const struct env_ctx *ctx, const char *file)
{
	json_t *seen = distinct(ctx, file), *array = json_array(), *v;
	const char *name;

	json_object_foreach(seen, name, v)
		insert_sorted(array, name);
	json_decref(seen);
	if (json_array_size(array))
		return array;
	json_decref(array);
	return NULL;
}

static json_t *read_threads(const struct env_ctx *ctx, const char *arg)
{
	return ctx->cpus ? json_integer(json_array_size(ctx->cpus)) : NULL;
}

/* "(null)" is what nohz_full says while it is off. */
static json_t *read_mask(const struct env_ctx *ctx, const char *path)
{
	char buf[4096];

	if (env_slurp(ctx, path, buf, sizeof(buf)) < 0)
		return NULL;
	return env_string(strstr(buf, "null") ? "" : buf);
}

static json_t *read_allowed(const struct env_ctx *ctx, const char *name)
{
	char value[4096];

	return env_line(ctx, "/proc/self/status", name, value, sizeof(value)) ? env_string(value)
									      : NULL;
}

static json_t *read_numa_nodes(const struct env_ctx *ctx, const char *path)
{
	char buf[1024];
	json_t *nodes, *count;

	if (env_slurp(ctx, path, buf, sizeof(buf)) <= 0)
		return NULL;
	nodes = env_cpu_list(buf);
	count = nodes ? json_integer(json_array_size(nodes)) : NULL;
	json_decref(nodes);
	return count;
}

/* ---- one value ---- */

/* Names differ between architectures: the first that is there. */
static json_t *read_cpuinfo(const struct env_ctx *ctx, const char *names)
{
	char name[64], value[256];
	size_t len;

	for (; *names; names += len + !!names[len]) {
		len = strcspn(names, "|");
		snprintf(name, sizeof(name), "%.*s", (int)len, names);
		if (env_line(ctx, "/proc/cpuinfo", name, value, sizeof(value)))
			return env_string(value);
	}
	return NULL;
}

static json_t *read_smt(const struct env_ctx *ctx, const char *path)
{
	json_t *active = env_bool(ctx, path), *cores;

	if (active || !ctx->cpus)
		return active;
	cores = read_count_distinct(ctx, "topology/thread_siblings_list");
	if (!cores)
		return NULL;
	active = json_boolean(json_array_size(ctx->cpus) > (size_t)json_integer_value(cores));
	json_decref(cores);
	return active;
}

/* intel_pstate has a switch of its own, with the opposite sense. */
static json_t *read_turbo(const struct env_ctx *ctx, const char *path)
{
	json_t *off = env_bool(ctx, CPU_DIR "/intel_pstate/no_turbo");

	return off ? json_boolean(json_is_false(off)) : env_bool(ctx, path);
}

static int not_hidden(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

static json_t *read_mitigations(const struct env_ctx *ctx, const char *path)
{
	json_t *obj = json_object(), *text;
	char full[PATH_MAX], file[PATH_MAX];
	struct dirent **list = NULL;
	int i, n;

	snprintf(full, sizeof(full), "%s%s", ctx->root, path);
	n = scandir(full, &list, not_hidden, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, list[i]->d_name);
		text = env_str(ctx, file);
		json_object_set_new(obj, list[i]->d_name, text ? text : json_null());
		free(list[i]);
	}
	free(list);
	if (json_object_size(obj))
		return obj;
	json_decref(obj);
	return NULL;
}

/* ---- hypervisor ---- */

static const struct {
	const char *found, *name;
} hypervisors[] = {
	{ "xen", "Xen" },
	{ "XenVMMXenVMM", "Xen" },
	{ "KVMKVMKVM", "KVM" },
	{ "Linux KVM Hv", "KVM" },
	{ "Microsoft Hv", "Hyper-V" },
	{ "VMwareVMware", "VMware" },
	{ "TCGTCGTCGTCG", "TCG" },
	{ "VBoxVBoxVBox", "VirtualBox" },
	{ "bhyve bhyve ", "bhyve" },
	{ "ACRNACRNACRN", "ACRN" },
	{ "KVM", "KVM" },
	{ "QEMU", "QEMU" },
	{ "VMware", "VMware" },
	{ "VirtualBox", "VirtualBox" },
	{ "Virtual Machine", "Hyper-V" },
	{ "HVM domU", "Xen" },
	{ "Google Compute Engine", "KVM" },
	{ "Amazon EC2", "KVM" },
};

static json_t *known_hypervisor(const char *text)
{
	size_t i;

	for (i = 0; i < sizeof(hypervisors) / sizeof(hypervisors[0]); i++)
		if (!strncmp(text, hypervisors[i].found, strlen(hypervisors[i].found)))
			return json_string(hypervisors[i].name);
	return NULL;
}

/* The signature that a hypervisor puts at CPUID leaf 0x40000000, 12 bytes. */
static void cpuid_signature(const struct env_ctx *ctx, char sig[13])
{
	memset(sig, 0, 13);
#if defined(__x86_64__) || defined(__i386__)
	unsigned int eax, regs[3];

	if (!ctx->live)
		return;
	__cpuid(0x40000000, eax, regs[0], regs[1], regs[2]);
	memcpy(sig, regs, 12);
#endif
}

static json_t *dmi_hypervisor(const struct env_ctx *ctx)
{
	static const char *const files[] = {
		"/sys/class/dmi/id/product_name",
		"/sys/class/dmi/id/sys_vendor",
	};
	char buf[256];
	json_t *name = NULL;
	size_t i;

	for (i = 0; !name && i < sizeof(files) / sizeof(files[0]); i++)
		if (env_slurp(ctx, files[i], buf, sizeof(buf)) > 0)
			name = known_hypervisor(buf);
	return name;
}

/*
 * x86 says in a CPU flag whether there is one, and DMI only helps to name it: bare-metal machines
 * of a cloud carry its DMI strings too. Elsewhere nothing says that there is none.
 */
static json_t *read_hypervisor(const struct env_ctx *ctx, const char *path)
{
	char buf[64], flags[8192], sig[13];
	json_t *name = NULL;
	bool x86;

	if (env_slurp(ctx, path, buf, sizeof(buf)) > 0)
		name = known_hypervisor(buf);
	if (name)
		return name;
	x86 = env_line(ctx, "/proc/cpuinfo", "flags", flags, sizeof(flags));
	if (!x86)
		return NULL;
	if (!strstr(flags, " hypervisor"))
		return json_string("none");
	cpuid_signature(ctx, sig);
	name = known_hypervisor(sig);
	if (!name)
		name = dmi_hypervisor(ctx);
	return name ? name : json_string("unnamed");
}

const struct env_field env_cpu_fields[] = {
	{ "mitigations", read_mitigations, CPU_DIR "/vulnerabilities" },
	{ "cpu_model", read_cpuinfo, "model name|uarch|cpu" },
	{ "cpu_vendor", read_cpuinfo, "vendor_id|CPU implementer" },
	{ "microcode", read_cpuinfo, "microcode" },
	{ "hypervisor", read_hypervisor, "/sys/hypervisor/type" },
	{ "cpus_online", env_str, CPU_DIR "/online" },
	{ "cpus_allowed", read_allowed, "Cpus_allowed_list" },
	{ "isolated", read_mask, CPU_DIR "/isolated" },
	{ "nohz_full", read_mask, CPU_DIR "/nohz_full" },
	{ "sockets", read_count_distinct, "topology/physical_package_id" },
	{ "cores", read_count_distinct, "topology/thread_siblings_list" },
	{ "threads", read_threads, NULL },
	{ "smt_active", read_smt, CPU_DIR "/smt/active" },
	{ "numa_nodes", read_numa_nodes, "/sys/devices/system/node/online" },
	{ "governors", read_governors, "cpufreq/scaling_governor" },
	{ "scaling_driver", env_str, CPU_DIR "/cpu0/cpufreq/scaling_driver" },
	{ "turbo", read_turbo, CPU_DIR "/cpufreq/boost" },
	{ "idle_driver", env_str, CPU_DIR "/cpuidle/current_driver" },
	{ "idle_governor", env_str, CPU_DIR "/cpuidle/current_governor" },
	{ NULL, NULL, NULL },
};
