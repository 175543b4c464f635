/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE
#include "env.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "env_read.h"
#include "probe.h"
#include "version.h"

/* ---- what only the running kernel can say ---- */

static json_t *read_kfunc(const struct env_ctx *ctx, const char *arg)
{
	char why[256];

	return ctx->live ? json_string(kfunc_flavour_name(probe_kfunc(why, sizeof(why)))) : NULL;
}

static json_t *read_bpf_load(const struct env_ctx *ctx, const char *arg)
{
	const char *name;
	char why[256];
	int err;

	if (!ctx->live)
		return NULL;
	err = probe_bpf_load(why, sizeof(why));
	name = err ? strerrorname_np(-err) : "ok";
	return json_string(name ? name : "EUNKNOWN");
}

static json_t *read_pid_ns(const struct env_ctx *ctx, const char *arg)
{
	char why[256];
	int err;

	if (!ctx->live)
		return NULL;
	err = probe_pid_ns(why, sizeof(why));
	return !err ? json_true() : err == -EXDEV ? json_false() : NULL;
}

/* ---- what was built in ---- */

static json_t *read_known(const struct env_ctx *ctx, const char *value)
{
	return strcmp(value, "unknown") ? env_string(value) : NULL;
}

static json_t *read_libbpf(const struct env_ctx *ctx, const char *arg)
{
	return env_string(libbpf_version_string());
}

static const struct env_field build_fields[] = {
	{ "kfunc_flavour", read_kfunc, NULL },
	{ "bpf_load", read_bpf_load, NULL },
	{ "pid_ns_initial", read_pid_ns, NULL },
	{ "impl", read_known, "stock" },
	{ "twbench_version", read_known, TW_VERSION },
	{ "twbench_commit", read_known, TW_COMMIT },
#ifdef __clang__
	{ "compiler", read_known, __VERSION__ },
#else
	{ "compiler", read_known, "gcc " __VERSION__ },
#endif
	{ "compiler_bpf", read_known, TW_CLANG_VERSION },
	{ "libbpf_version", read_libbpf, NULL },
	{ "libperf_version", read_known, TW_LIBPERF_VERSION },
	{ NULL, NULL, NULL },
};

/* ---- record ---- */

static int add_fields(json_t *env, const struct env_ctx *ctx, const struct env_field *f)
{
	json_t *value;

	for (; f->key; f++) {
		value = f->read(ctx, f->arg);
		if (json_object_set_new(env, f->key, value ? value : json_null()))
			return -ENOMEM;
	}
	return 0;
}

json_t *env_record_at(const char *root)
{
	struct env_ctx ctx = { .root = root, .live = !*root };
	json_t *env = json_object();
	char online[4096];

	if (!env)
		return NULL;
	if (env_slurp(&ctx, "/sys/devices/system/cpu/online", online, sizeof(online)) > 0)
		ctx.cpus = env_cpu_list(online);
	env_load_config(&ctx);
	if (add_fields(env, &ctx, env_kernel_fields) || add_fields(env, &ctx, env_cpu_fields) ||
	    add_fields(env, &ctx, build_fields)) {
		json_decref(env);
		env = NULL;
	}
	json_decref(ctx.cpus);
	free(ctx.config);
	return env;
}

json_t *env_record(void)
{
	return env_record_at("");
}
