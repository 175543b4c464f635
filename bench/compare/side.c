// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "side.h"

#include <errno.h>
#include <math.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "instant.h"
#include "journal.h"
#include "points.h"
#include "side_point.h"
#include "text.h"

struct reading {
	struct side *side;
	struct side_journal *journal;
	double now; /* start or resume, and what the samples since took; NAN: not known */
	struct sha256_ctx sha;
};

/* ---- which samples ---- */

static bool is_selected(const struct side *s, const json_t *sample)
{
	json_int_t invocation = json_integer_value(json_object_get(sample, "invocation"));
	char text[256];
	const char *name;
	json_t *v;

	if (s->half != SIDE_WHOLE && (invocation & 1) != (s->half == SIDE_ODD))
		return false;
	json_object_foreach(s->select, name, v)
		if (strcmp(text_value(text, sizeof(text), sample_param(sample, name)),
			   json_string_value(v)))
			return false;
	return true;
}

/* ---- lines ---- */

static int count_text(json_t *counts, const char *text)
{
	json_int_t n = json_integer_value(json_object_get(counts, text));

	return json_object_set_new_nocheck(counts, text, json_integer(n + 1)) ? -ENOMEM : 0;
}

static int note_window(struct side_journal *j, const json_t *sample)
{
	char text[64];

	text_value(text, sizeof(text), json_object_get(sample, "window_s"));
	return json_object_set_new(j->windows, text, json_true()) ? -ENOMEM : 0;
}

/* Index of the sample's boot, or -ENOMEM. */
static int boot_of(struct side *s, const json_t *sample)
{
	const char *id = json_string_value(json_object_get(sample, "boot_id"));
	const json_t *known = json_object_get(s->boots, id);

	if (known)
		return json_integer_value(known);
	known = json_integer(json_object_size(s->boots));
	return json_object_set_new(s->boots, id, (json_t *)known) ? -ENOMEM
								  : json_integer_value(known);
}

static int take_sample(struct reading *r, json_t *line)
{
	const json_t *pair = json_object_get(line, "pair"), *warning;
	int boot = boot_of(r->side, line), err = boot < 0 ? boot : note_window(r->journal, line);
	struct side_sample sample = {
		.invocation = json_integer_value(json_object_get(line, "invocation")),
		.pair = pair ? json_integer_value(pair) : -1,
		.journal = r->journal - r->side->journals,
		.boot = boot,
		.when = r->now,
	};
	size_t i;

	json_array_foreach(json_object_get(line, "warnings"), i, warning)
		err = err ? err : count_text(r->side->warnings, json_string_value(warning));
	r->side->n_samples++;
	return err ? err : side_add_sample(r->side, line, &sample);
}

static double started(const json_t *line)
{
	return instant_of(json_string_value(json_object_get(line, "started")));
}

static int take_line(void *arg, json_t *line)
{
	const char *kind = json_string_value(json_object_get(line, "kind"));
	struct reading *r = arg;

	if (!strcmp(kind, "header"))
		r->journal->header = json_incref(line);
	if (!strcmp(kind, "header") || !strcmp(kind, "resume"))
		r->now = started(line);
	if (strcmp(kind, "sample"))
		return 0;
	r->now += json_number_value(json_object_get(line, "elapsed_s"));
	return is_selected(r->side, line) ? take_sample(r, line) : 0;
}

/* ---- journals ---- */

static void hash_bytes(void *arg, const void *bytes, size_t n)
{
	struct reading *r = arg;

	sha256_update(&r->sha, n, bytes);
}

static void finish_hash(struct reading *r)
{
	unsigned char digest[SHA256_DIGEST_SIZE];

	sha256_digest(&r->sha, sizeof(digest), digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		sprintf(r->journal->sha256 + 2 * i, "%02x", digest[i]);
}

static int judge_state(struct side *s, const struct journal_scan *scan, const char *path)
{
	if (scan->state == JOURNAL_COMPLETE)
		return 0;
	snprintf(s->why, sizeof(s->why),
		 "%s is incomplete: %s; `twbench run --resume` goes on from there", path,
		 scan->state == JOURNAL_TORN ? "its last line is torn" : "it has no footer");
	return EXIT_BAD_INPUT;
}

static int read_journal(struct side *s, struct side_journal *j, const char *path)
{
	struct reading r = { .side = s, .journal = j };
	struct journal_scan scan = { .line = take_line, .arg = &r, .no_hist = true };
	int err;

	j->path = strdup(path);
	j->windows = json_object();
	if (!j->path || !j->windows)
		return EXIT_INTERNAL;
	sha256_init(&r.sha);
	if (s->want_sha256)
		scan.see = hash_bytes;
	err = journal_scan(path, &scan, s->why, sizeof(s->why));
	if (err)
		return err == -ENOMEM || err == -EIO ? EXIT_INTERNAL : EXIT_BAD_INPUT;
	if (s->want_sha256)
		finish_hash(&r);
	j->samples = scan.samples;
	j->skips = scan.skips;
	j->errors = scan.errors;
	return judge_state(s, &scan, path);
}

static int judge_taken(struct side *s, const json_t *paths)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_journals; i++)
		n += s->journals[i].samples;
	if (s->n_samples || s->may_be_empty)
		return 0;
	snprintf(s->why, sizeof(s->why),
		 n ? "%s: none of its samples is of that kind; `twbench report %s` shows what there"
		     " is"
		   : "%s holds no sample: nothing could be measured",
		 s->spec, json_string_value(json_array_get(paths, 0)));
	return n ? EXIT_USAGE : EXIT_NOTHING;
}

static int read_all(struct side *s, const json_t *paths)
{
	size_t n = json_array_size(paths);
	int code = 0;

	s->journals = calloc(n, sizeof(*s->journals));
	s->boots = json_object();
	s->warnings = json_object();
	if (!s->journals || !s->boots || !s->warnings)
		return EXIT_INTERNAL;
	while (s->n_journals < n && !code) {
		size_t i = s->n_journals++;

		code = read_journal(s, &s->journals[i],
				    json_string_value(json_array_get(paths, i)));
	}
	return code ? code : judge_taken(s, paths);
}

int side_read(struct side *s)
{
	json_t *paths;
	int code = side_parse_spec(s->spec, &paths, &s->select) ? EXIT_INTERNAL : 0;

	if (s->as) {
		json_decref(s->select);
		s->select = json_deep_copy(s->as);
		code = s->select ? code : EXIT_INTERNAL;
	}
	code = code ? code : read_all(s, paths);
	json_decref(paths);
	if (code == EXIT_INTERNAL && !s->why[0])
		snprintf(s->why, sizeof(s->why), "%s: no memory", s->spec);
	return code;
}

void side_free(struct side *s)
{
	for (size_t i = 0; i < s->n_points; i++)
		side_free_point(&s->points[i]);
	free(s->points);
	for (size_t i = 0; i < s->n_journals; i++) {
		free(s->journals[i].path);
		json_decref(s->journals[i].header);
		json_decref(s->journals[i].windows);
	}
	free(s->journals);
	json_decref(s->select);
	json_decref(s->boots);
	json_decref(s->warnings);
}
