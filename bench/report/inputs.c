/* SPDX-License-Identifier: GPL-2.0 */
#include "inputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "text.h"

static int read_one(const char *who, const char *path, struct journal *j)
{
	char why[512] = "";
	int err = journal_read(path, j, why, sizeof(why));

	if (!err)
		return 0;
	fprintf(stderr, "%s: %s\n", who, why); /* it begins with the path */
	return err == -ENOMEM || err == -EIO ? EXIT_INTERNAL : EXIT_BAD_INPUT;
}

/*
 * A journal and its copy, perhaps resumed, share samples: each would count as two invocations, and
 * every interval would be too narrow. seen: what identifies a sample -> the sample; *twin: shared.
 */
static int find_twin(json_t *seen, const struct journal *j, const json_t **twin)
{
	json_t *sample, *key, *other;
	char *text;
	size_t i;
	int err;

	*twin = NULL;
	json_array_foreach(j->samples, i, sample) {
		key = json_pack("[O,O,O]", json_object_get(sample, "boot_id"),
				json_object_get(sample, "order"),
				json_object_get(sample, "params"));
		text = key ? json_dumps(key, JSON_COMPACT) : NULL;
		json_decref(key);
		if (!text)
			return -ENOMEM;
		other = json_object_get(seen, text);
		if (json_equal(other, sample))
			*twin = sample;
		err = json_object_set(seen, text, sample);
		free(text);
		if (err || *twin)
			return err ? -ENOMEM : 0;
	}
	return 0;
}

static void warn_incomplete(const char *who, const struct journal *j)
{
	if (j->state == JOURNAL_COMPLETE)
		return;
	fprintf(stderr,
		"%s: warning: %s is incomplete: %s; `twbench run --resume` goes on from there\n",
		who, j->path,
		j->state == JOURNAL_TORN ? "its last line is torn" : "it has no footer");
}

static int add_one(const char *who, const char *path, struct inputs *in, json_t *seen)
{
	struct journal *j = &in->v[in->n];
	const json_t *twin;
	int code = read_one(who, path, j);

	if (code)
		return code;
	in->n++;
	if (find_twin(seen, j, &twin)) {
		fprintf(stderr, "%s: %s: no memory\n", who, path);
		return EXIT_INTERNAL;
	}
	if (twin) {
		fprintf(stderr,
			"%s: %s holds a sample of an earlier file: is it a copy? Give one of them\n",
			who, path);
		return EXIT_USAGE;
	}
	warn_incomplete(who, j);
	return 0;
}

int inputs_read(const char *who, char *const *paths, size_t n, struct inputs *out)
{
	json_t *seen = json_object();
	int code = 0;
	size_t i;

	*out = (struct inputs){ .v = calloc(n, sizeof(*out->v)) };
	if (!seen || !out->v) {
		fprintf(stderr, "%s: no memory for %zu journals\n", who, n);
		code = EXIT_INTERNAL;
	}
	for (i = 0; i < n && !code; i++)
		code = add_one(who, paths[i], out, seen);
	json_decref(seen);
	if (code)
		inputs_free(out);
	return code;
}

void inputs_free(struct inputs *in)
{
	while (in->n)
		journal_free(&in->v[--in->n]);
	free(in->v);
	in->v = NULL;
}

bool inputs_is_volatile(const char *key)
{
	static const char *const keys[] = {
		"loadavg",
		"runnable_tasks",
		"boot_id",
		"swap_used_bytes",
		"memory_bytes",
		/* The kernel lowers it by itself; the throttled count tells the effect. */
		"perf_event_max_sample_rate",
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!strcmp(keys[i], key))
			return true;
	return false;
}

static void name_differing(const json_t *a, const json_t *b, bool only_missing, char *fields,
			   size_t size)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)a, key, v) {
		const json_t *w = json_object_get(b, key);
		size_t used = strlen(fields);

		if (inputs_is_volatile(key) || (only_missing ? w != NULL : json_equal(v, w)))
			continue;
		snprintf(fields + used, size - used, "%s%s", used ? ", " : "", key);
	}
}

bool inputs_same_env(const struct journal *a, const struct journal *b, char *fields, size_t size)
{
	const json_t *x = json_object_get(a->header, "env"), *y = json_object_get(b->header, "env");
	bool same;

	*fields = '\0';
	name_differing(x, y, false, fields, size);
	name_differing(y, x, true, fields, size);
	same = !*fields;
	text_clean(fields);
	return same;
}
