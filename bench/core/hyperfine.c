// SPDX-License-Identifier: GPL-2.0
#include "hyperfine.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define EXPORT "export.json"
/* All runs of all commands; the longest of ours is a second. */
#define LIMIT_NS 40000000000ULL

int hyperfine_prepare(struct invocation *inv, struct hyperfine *h, unsigned int runs,
		      const char *const commands[])
{
	/* Without a shell; output through a pipe: tar, for one, reads nothing at all if it writes
	 * to /dev/null, hyperfine's default. */
	const char *argv[16] = { "hyperfine", "-N",	    "--style",	     "basic",
				 "--output",  "pipe",	    "--warmup",	     "1",
				 "--runs",    h->runs_text, "--export-json", EXPORT };
	size_t used = 12;
	int err;

	*h = (struct hyperfine){ .runs = runs };
	snprintf(h->runs_text, sizeof(h->runs_text), "%u", runs);
	if (!command_exists(argv[0]))
		return inv_skip(inv, "hyperfine is not installed (Debian package hyperfine)");
	while (commands[h->n] && h->n < HYPERFINE_MAX)
		argv[used++] = commands[h->n++];
	err = command_prepare(&h->command, argv);
	/* A place for files is the machine's business, as hyperfine itself is. */
	if (err == -ENOENT || err == -EACCES || err == -EROFS || err == -ENOSPC)
		return inv_skip(inv, "cannot start hyperfine: %s", h->command.why);
	return err ? inv_fail(inv, err, "cannot start hyperfine: %s", h->command.why) : 0;
}

static int bad(char *why, size_t size, size_t i, const char *what)
{
	snprintf(why, size, "command %zu: %s", i + 1, what);
	return -EBADMSG;
}

/* Seconds to ns; false if it is not a time. */
static bool read_time(const json_t *result, const char *key, double *ns)
{
	const json_t *v = json_object_get(result, key);

	*ns = json_number_value(v) * 1e9;
	return json_is_number(v) && isfinite(*ns) && *ns >= 0;
}

int hyperfine_read(const json_t *export, unsigned int runs, size_t n, struct hyperfine_times *times,
		   char *why, size_t size)
{
	const json_t *results = json_object_get(export, "results");

	if (json_array_size(results) != n) {
		snprintf(why, size, "results of %zu commands instead of %zu",
			 json_array_size(results), n);
		return -EBADMSG;
	}
	for (size_t i = 0; i < n; i++) {
		const json_t *r = json_array_get(results, i);
		struct hyperfine_times *t = &times[i];

		if (json_array_size(json_object_get(r, "times")) != runs)
			return bad(why, size, i, "not as many times as runs were asked for");
		if (!read_time(r, "median", &t->median_ns) || !read_time(r, "mean", &t->mean_ns) ||
		    !read_time(r, "min", &t->min_ns) || !read_time(r, "user", &t->user_ns) ||
		    !read_time(r, "system", &t->system_ns))
			return bad(why, size, i, "a time is missing, or not a number");
	}
	return 0;
}

static int read_export(struct invocation *inv, struct hyperfine *h)
{
	char path[sizeof(h->command.dir) + sizeof(EXPORT) + 1], why[160];
	json_error_t at;
	json_t *export;
	int err;

	snprintf(path, sizeof(path), "%s/%s", h->command.dir, EXPORT);
	export = json_load_file(path, 0, &at);
	if (!export)
		return inv_fail(inv, -EBADMSG, "hyperfine's export cannot be read: %s", at.text);
	err = hyperfine_read(export, h->runs, h->n, h->times, why, sizeof(why));
	json_decref(export);
	return err ? inv_fail(inv, err, "hyperfine's export is not as expected: %s", why) : 0;
}

int hyperfine_run(struct invocation *inv, struct hyperfine *h)
{
	int status = command_run(&h->command, LIMIT_NS);
	char words[160];

	if (status < 0)
		return inv_fail(inv, status, "hyperfine: %s", h->command.why);
	if (!status)
		return read_export(inv, h);
	command_complaint(&h->command, words, sizeof(words));
	return inv_fail(inv, -EIO, "hyperfine (1.14 or later is needed) ended with %d: %s", status,
			*words ? words : "without a word");
}

void hyperfine_end(struct hyperfine *h)
{
	command_end(&h->command);
}
