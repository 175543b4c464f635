/* SPDX-License-Identifier: GPL-2.0 */
/* Environment record: the kernel, its configuration and its settings. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <zlib.h>

#include "cmdline.h"
#include "env_read.h"

#define CONFIG_MAX (8 << 20)

/* Options that change what a schedule call or a callback costs. */
static const char *const debug_options[] = {
	"DEBUG_ATOMIC_SLEEP",
	"DEBUG_KMEMLEAK",
	"DEBUG_LIST",
	"DEBUG_OBJECTS",
	"DEBUG_PAGEALLOC",
	"DEBUG_PREEMPT",
	"GCOV_KERNEL",
	"KASAN",
	"KCOV",
	"KCSAN",
	"KFENCE",
	"KMSAN",
	"LOCKDEP",
	"LOCK_STAT",
	"PROVE_LOCKING",
	"PROVE_RCU",
	"SLUB_DEBUG_ON",
	"UBSAN",
};

/* ---- configuration ---- */

/* zlib reads plain files too, so /boot needs no second way. */
static char *read_gz(const char *path)
{
	char *text = NULL;
	gzFile f;
	int len;

	f = gzopen(path, "rbe");
	if (!f)
		return NULL;
	text = malloc(CONFIG_MAX);
	len = text ? gzread(f, text, CONFIG_MAX - 1) : -1;
	gzclose(f);
	if (len <= 0) {
		free(text);
		return NULL;
	}
	text[len] = '\0';
	return text;
}

static bool release(const struct env_ctx *ctx, char *buf, size_t size)
{
	struct utsname uts;

	if (env_slurp(ctx, "/proc/sys/kernel/osrelease", buf, size) > 0)
		return true;
	return ctx->live && !uname(&uts) && snprintf(buf, size, "%s", uts.release) < (int)size;
}

void env_load_config(struct env_ctx *ctx)
{
	static const char *const places[] = { "/boot/config-%s", "/lib/modules/%s/config" };
	char rel[128], tail[256], path[PATH_MAX];
	size_t i;

	snprintf(path, sizeof(path), "%s/proc/config.gz", ctx->root);
	ctx->config = read_gz(path);
	if (!release(ctx, rel, sizeof(rel)))
		return;
	for (i = 0; !ctx->config && i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(tail, sizeof(tail), places[i], rel);
		if (snprintf(path, sizeof(path), "%s%s", ctx->root, tail) < (int)sizeof(path))
			ctx->config = read_gz(path);
	}
}

/* Value of CONFIG_<name>; false if it is not set. */
static bool config_value(const char *config, const char *name, char *value, size_t size)
{
	char key[64];
	const char *p = config;
	size_t len = snprintf(key, sizeof(key), "\nCONFIG_%s=", name);

	p = strstr(p, key);
	if (!p)
		return false;
	p += len;
	return snprintf(value, size, "%.*s", (int)strcspn(p, "\n"), p) < (int)size;
}

static bool config_on(const char *config, const char *name)
{
	char value[8];

	return config_value(config, name, value, sizeof(value)) &&
	       (!strcmp(value, "y") || !strcmp(value, "m"));
}

static json_t *read_config_hash(const struct env_ctx *ctx, const char *arg)
{
	return ctx->config ? env_hash(ctx->config, strlen(ctx->config)) : NULL;
}

static json_t *read_config_int(const struct env_ctx *ctx, const char *name)
{
	char value[32];

	if (!ctx->config || !config_value(ctx->config, name, value, sizeof(value)))
		return NULL;
	return json_integer(strtoll(value, NULL, 10));
}

static json_t *read_debug_options(const struct env_ctx *ctx, const char *arg)
{
	json_t *obj = json_object();
	size_t i;

	for (i = 0; i < sizeof(debug_options) / sizeof(debug_options[0]); i++)
		json_object_set_new(obj, debug_options[i],
				    ctx->config
					    ? json_boolean(config_on(ctx->config, debug_options[i]))
					    : json_null());
	return obj;
}

/* ---- preemption ---- */

static bool version_has(const struct env_ctx *ctx, const char *word, bool *known)
{
	char buf[512], *save = NULL, *p;
	struct utsname uts;

	*known = env_slurp(ctx, "/proc/sys/kernel/version", buf, sizeof(buf)) > 0;
	if (!*known && ctx->live && !uname(&uts))
		*known = snprintf(buf, sizeof(buf), "%s", uts.version) < (int)sizeof(buf);
	if (!*known)
		return false;
	for (p = strtok_r(buf, " ", &save); p; p = strtok_r(NULL, " ", &save))
		if (!strcmp(p, word))
			return true;
	return false;
}

static json_t *read_preempt_dynamic(const struct env_ctx *ctx, const char *arg)
{
	bool known, yes = version_has(ctx, "PREEMPT_DYNAMIC", &known);

	if (known)
		return json_boolean(yes);
	return ctx->config ? json_boolean(config_on(ctx->config, "PREEMPT_DYNAMIC")) : NULL;
}

static json_t *read_preempt_rt(const struct env_ctx *ctx, const char *path)
{
	bool known, yes = version_has(ctx, "PREEMPT_RT", &known);
	json_t *file = env_bool(ctx, path);

	if (file)
		return file;
	if (known)
		return json_boolean(yes);
	return ctx->config ? json_boolean(config_on(ctx->config, "PREEMPT_RT")) : NULL;
}

/* The model that was built in; with PREEMPT_DYNAMIC, the one chosen at boot. */
static json_t *configured_model(const char *config)
{
	static const char *const models[][2] = {
		{ "PREEMPT_RT", "rt" },
		{ "PREEMPT_NONE", "none" },
		{ "PREEMPT_VOLUNTARY", "voluntary" },
		{ "PREEMPT_LAZY", "lazy" },
		{ "PREEMPT", "full" },
	};
	size_t i;

	for (i = 0; config && i < sizeof(models) / sizeof(models[0]); i++)
		if (config_on(config, models[i][0]))
			return json_string(models[i][1]);
	return NULL;
}

/*
 * debugfs tells the present model but is often closed, so: what cannot be dynamic, then debugfs,
 * the command line (a kernel that is not dynamic ignores it), the configuration. debugfs writes "none voluntary (full) lazy".
 */
static json_t *read_preempt_model(const struct env_ctx *ctx, const char *path)
{
	static const char *const rt_file = "/sys/kernel/realtime";
	char buf[4096], value[32], *open;
	json_t *rt = read_preempt_rt(ctx, rt_file), *dynamic = read_preempt_dynamic(ctx, NULL);
	bool is_rt = json_is_true(rt), is_dynamic = json_is_true(dynamic);

	json_decref(rt);
	json_decref(dynamic);
	if (is_rt)
		return json_string("rt");
	if (env_slurp(ctx, path, buf, sizeof(buf)) > 0 && (open = strchr(buf, '(')))
		if (sscanf(open, "(%31[a-z])", value) == 1)
			return json_string(value);
	if (is_dynamic && env_slurp(ctx, "/proc/cmdline", buf, sizeof(buf)) > 0 &&
	    cmdline_value(buf, "preempt", value, sizeof(value)))
		return env_string(value);
	return configured_model(ctx->config);
}

/* ---- the rest ---- */

static json_t *read_uts(const struct env_ctx *ctx, const char *path)
{
	json_t *file = env_str(ctx, path);
	struct utsname uts;

	if (file || !ctx->live || uname(&uts))
		return file;
	if (strstr(path, "osrelease"))
		return env_string(uts.release);
	return env_string(strstr(path, "arch") ? uts.machine : uts.version);
}

static json_t *read_cmdline(const struct env_ctx *ctx, const char *path)
{
	char buf[4096];

	if (env_slurp(ctx, path, buf, sizeof(buf)) < 0)
		return NULL;
	buf[cmdline_kernel_len(buf)] = '\0';
	return env_string(buf);
}

static json_t *read_meminfo(const struct env_ctx *ctx, const char *name)
{
	char value[64];

	if (!env_line(ctx, "/proc/meminfo", name, value, sizeof(value)))
		return NULL;
	return json_integer(strtoll(value, NULL, 10) * 1024);
}

static json_t *read_swap_used(const struct env_ctx *ctx, const char *arg)
{
	json_t *total = read_meminfo(ctx, "SwapTotal"), *unused = read_meminfo(ctx, "SwapFree");
	json_t *used = NULL;

	if (total && unused)
		used = json_integer(json_integer_value(total) - json_integer_value(unused));
	json_decref(total);
	json_decref(unused);
	return used;
}

static json_t *read_loadavg(const struct env_ctx *ctx, const char *path)
{
	double load[3];
	char buf[128];

	if (env_slurp(ctx, path, buf, sizeof(buf)) <= 0 ||
	    sscanf(buf, "%lf %lf %lf", &load[0], &load[1], &load[2]) != 3)
		return NULL;
	return json_pack("[f,f,f]", load[0], load[1], load[2]);
}

static json_t *read_runnable(const struct env_ctx *ctx, const char *path)
{
	char buf[128];
	int tasks;

	if (env_slurp(ctx, path, buf, sizeof(buf)) <= 0 ||
	    sscanf(buf, "%*s %*s %*s %d/", &tasks) != 1)
		return NULL;
	return json_integer(tasks);
}

/* Hashed with a name of ours, so that the id itself stays with the machine. */
static json_t *read_machine_id(const struct env_ctx *ctx, const char *path)
{
	char buf[128] = "twbench";
	ssize_t len = env_slurp(ctx, path, buf + 7, sizeof(buf) - 7);

	return len > 0 ? env_hash(buf, 7 + len) : NULL;
}

const struct env_field env_kernel_fields[] = {
	{ "kernel_release", read_uts, "/proc/sys/kernel/osrelease" },
	{ "kernel_version", read_uts, "/proc/sys/kernel/version" },
	{ "machine", read_uts, "/proc/sys/kernel/arch" },
	{ "kernel_config_hash", read_config_hash, NULL },
	{ "kernel_cmdline", read_cmdline, "/proc/cmdline" },
	{ "debug_options", read_debug_options, NULL },
	{ "config_hz", read_config_int, "HZ" },
	{ "preempt_model", read_preempt_model, "/sys/kernel/debug/sched/preempt" },
	{ "preempt_dynamic", read_preempt_dynamic, NULL },
	{ "preempt_rt", read_preempt_rt, "/sys/kernel/realtime" },
	{ "tainted", env_int, "/proc/sys/kernel/tainted" },
	{ "lockdown", env_bracket, "/sys/kernel/security/lockdown" },
	{ "clocksource", env_str,
	  "/sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "thp", env_bracket, "/sys/kernel/mm/transparent_hugepage/enabled" },
	{ "memory_bytes", read_meminfo, "MemTotal" },
	{ "swap_used_bytes", read_swap_used, NULL },
	{ "nmi_watchdog", env_int, "/proc/sys/kernel/nmi_watchdog" },
	{ "perf_event_max_sample_rate", env_int, "/proc/sys/kernel/perf_event_max_sample_rate" },
	{ "perf_cpu_time_max_percent", env_int, "/proc/sys/kernel/perf_cpu_time_max_percent" },
	{ "perf_event_paranoid", env_int, "/proc/sys/kernel/perf_event_paranoid" },
	{ "perf_event_mlock_kb", env_int, "/proc/sys/kernel/perf_event_mlock_kb" },
	{ "bpf_jit_enable", env_int, "/proc/sys/net/core/bpf_jit_enable" },
	{ "bpf_jit_harden", env_int, "/proc/sys/net/core/bpf_jit_harden" },
	{ "bpf_stats_enabled", env_int, "/proc/sys/kernel/bpf_stats_enabled" },
	{ "unprivileged_bpf_disabled", env_int, "/proc/sys/kernel/unprivileged_bpf_disabled" },
	{ "loadavg", read_loadavg, "/proc/loadavg" },
	{ "runnable_tasks", read_runnable, "/proc/loadavg" },
	{ "boot_id", env_str, "/proc/sys/kernel/random/boot_id" },
	{ "machine_id_hash", read_machine_id, "/etc/machine-id" },
	{ "btf_vmlinux", env_exists, "/sys/kernel/btf/vmlinux" },
	{ NULL, NULL, NULL },
};
