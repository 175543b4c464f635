/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Readers of the environment record, for env*.c only. Each returns a new reference, or NULL for
 * "unknown" (which becomes null).
 */
#ifndef TW_ENV_READ_H
#define TW_ENV_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct env_ctx {
	const char *root;
	bool live; /* system calls speak about the machine that root describes */
	char *config; /* text of the kernel configuration, or NULL */
	json_t *cpus; /* array of the CPUs online */
};

struct env_field {
	const char *key;
	json_t *(*read)(const struct env_ctx *ctx, const char *arg);
	const char *arg; /* mostly a path */
};

extern const struct env_field env_kernel_fields[]; /* end with key == NULL */
extern const struct env_field env_cpu_fields[];

/* At most size - 1 bytes of the file, without the trailing blanks; the length or -errno. */
ssize_t env_slurp(const struct env_ctx *ctx, const char *path, char *buf, size_t size);

/* A string of which bytes that are not ASCII became '?': json_string() would refuse them. */
json_t *env_string(const char *s);

json_t *env_str(const struct env_ctx *ctx, const char *path); /* the file; null if empty */
json_t *env_str_or_empty(const struct env_ctx *ctx, const char *path);
json_t *env_int(const struct env_ctx *ctx, const char *path);
json_t *env_bool(const struct env_ctx *ctx, const char *path); /* 0 or 1 */
json_t *env_bracket(const struct env_ctx *ctx, const char *path); /* "a [b] c": b */
json_t *env_exists(const struct env_ctx *ctx, const char *path); /* null without its directory */

/* The value of "NAME : value" at a line's start in a file. */
bool env_line(const struct env_ctx *ctx, const char *path, const char *name, char *value,
	      size_t size);

/* "0-3,7" as an array of integers; NULL if it is not a list. "" is an empty array. */
json_t *env_cpu_list(const char *list);

/* "fnv1a64:<16 hex digits>" */
json_t *env_hash(const char *text, size_t len);

/* Reads ctx->config; leaves NULL if there is none. */
void env_load_config(struct env_ctx *ctx);

#endif
