/* SPDX-License-Identifier: GPL-2.0 */
#include "env_read.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX 4096

/* A list such as 0-4294967295 must not eat the memory. */
#define CPU_MAX 65536

static int in_root(const struct env_ctx *ctx, const char *path, char *out)
{
	int len = snprintf(out, PATH_MAX, "%s%s", ctx->root, path);

	return len < PATH_MAX ? 0 : -ENAMETOOLONG;
}

ssize_t env_slurp(const struct env_ctx *ctx, const char *path, char *buf, size_t size)
{
	char full[PATH_MAX];
	size_t len = 0;
	ssize_t n;
	int fd;

	if (in_root(ctx, path, full))
		return -ENAMETOOLONG;
	fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	while ((n = read(fd, buf + len, size - 1 - len)) > 0)
		len += n;
	if (n < 0)
		n = -errno;
	close(fd);
	if (n < 0)
		return n;
	while (len && isspace((unsigned char)buf[len - 1]))
		len--;
	buf[len] = '\0';
	return len;
}

json_t *env_string(const char *s)
{
	char clean[FILE_MAX];
	size_t i;

	for (i = 0; s[i] && i < sizeof(clean) - 1; i++)
		clean[i] = isprint((unsigned char)s[i]) ? s[i] : '?';
	clean[i] = '\0';
	return json_string(clean);
}

json_t *env_str_or_empty(const struct env_ctx *ctx, const char *path)
{
	char buf[FILE_MAX];

	return env_slurp(ctx, path, buf, sizeof(buf)) < 0 ? NULL : env_string(buf);
}

json_t *env_str(const struct env_ctx *ctx, const char *path)
{
	char buf[FILE_MAX];

	return env_slurp(ctx, path, buf, sizeof(buf)) <= 0 ? NULL : env_string(buf);
}

static bool read_int(const struct env_ctx *ctx, const char *path, int64_t *value)
{
	char buf[64], *end;

	if (env_slurp(ctx, path, buf, sizeof(buf)) <= 0)
		return false;
	errno = 0;
	*value = strtoll(buf, &end, 10);
	return !errno && end != buf && !*end;
}

json_t *env_int(const struct env_ctx *ctx, const char *path)
{
	int64_t value;

	return read_int(ctx, path, &value) ? json_integer(value) : NULL;
}

json_t *env_bool(const struct env_ctx *ctx, const char *path)
{
	int64_t value;

	if (!read_int(ctx, path, &value) || (value != 0 && value != 1))
		return NULL;
	return json_boolean(value);
}

json_t *env_bracket(const struct env_ctx *ctx, const char *path)
{
	char buf[FILE_MAX], *open, *close;

	if (env_slurp(ctx, path, buf, sizeof(buf)) <= 0)
		return NULL;
	open = strchr(buf, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return NULL;
	*close = '\0';
	return env_string(open + 1);
}

json_t *env_exists(const struct env_ctx *ctx, const char *path)
{
	char full[PATH_MAX];

	if (in_root(ctx, path, full))
		return NULL;
	if (!access(full, F_OK))
		return json_true();
	if (errno != ENOENT)
		return NULL;
	/* /sys not mounted says nothing about the kernel */
	if (in_root(ctx, "/sys/kernel", full) || access(full, F_OK))
		return NULL;
	return json_false();
}

bool env_line(const struct env_ctx *ctx, const char *path, const char *name, char *value,
	      size_t size)
{
	char full[PATH_MAX], line[FILE_MAX], *p;
	size_t len = strlen(name);
	bool found = false;
	FILE *f;

	if (in_root(ctx, path, full))
		return false;
	f = fopen(full, "re");
	if (!f)
		return false;
	while (!found && fgets(line, sizeof(line), f)) {
		p = line + len;
		if (strncmp(line, name, len))
			continue;
		p += strspn(p, " \t");
		if (*p != ':')
			continue;
		p += strspn(p, ": \t");
		p[strcspn(p, "\n")] = '\0';
		found = *p && snprintf(value, size, "%s", p) < (int)size;
	}
	fclose(f);
	return found;
}

static int append_range(json_t *cpus, const char **p)
{
	unsigned long first, last;
	char *end;

	if (!isdigit((unsigned char)**p))
		return -EINVAL;
	first = last = strtoul(*p, &end, 10);
	if (*end == '-') {
		if (!isdigit((unsigned char)end[1]))
			return -EINVAL;
		last = strtoul(end + 1, &end, 10);
	}
	if (last < first || last >= CPU_MAX || (*end && *end != ','))
		return -EINVAL;
	*p = *end ? end + 1 : end;
	for (; first <= last; first++)
		if (json_array_append_new(cpus, json_integer(first)))
			return -ENOMEM;
	return 0;
}

json_t *env_cpu_list(const char *list)
{
	json_t *cpus = json_array();

	while (cpus && *list) {
		if (append_range(cpus, &list)) {
			json_decref(cpus);
			return NULL;
		}
	}
	return cpus;
}

/* FNV-1a, 64 bits (Fowler, Noll, Vo). Tells texts apart; not meant against an adversary. */
json_t *env_hash(const char *text, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325);
	char out[32];
	size_t i;

	for (i = 0; i < len; i++) {
		hash ^= (unsigned char)text[i];
		hash *= UINT64_C(0x100000001b3);
	}
	snprintf(out, sizeof(out), "fnv1a64:%016" PRIx64, hash);
	return json_string(out);
}
