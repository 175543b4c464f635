/* SPDX-License-Identifier: GPL-2.0 */
/* Skips, errors and warnings of a run, each text once. */
#include <errno.h>
#include <string.h>

#include "report.h"
#include "text.h"

struct groups {
	json_t *count; /* text -> how often */
	json_t *lines; /* text -> array of the lines it stands on */
	int err;
};

static void add(struct groups *g, const char *text, json_t *line)
{
	json_t *lines = json_object_get(g->lines, text);
	json_int_t n = json_integer_value(json_object_get(g->count, text));

	if (!lines) {
		lines = json_array();
		if (json_object_set_new(g->lines, text, lines))
			g->err = -ENOMEM;
	}
	if (g->err || json_array_append(lines, line) ||
	    json_object_set_new(g->count, text, json_integer(n + 1)))
		g->err = -ENOMEM;
}

/* Parameters that all lines share, as NAME=VALUE. */
static void print_shared(FILE *f, const json_t *lines)
{
	json_t *params = json_object_get(json_array_get(lines, 0), "params"), *v;
	char value[128];
	const char *name;
	const json_t *line;
	size_t i;

	json_object_foreach(params, name, v) {
		bool shared = true;

		json_array_foreach(lines, i, line)
			shared &= json_equal(
				v, json_object_get(json_object_get(line, "params"), name));
		if (shared)
			fprintf(f, " %s=%s", name, text_value(value, sizeof(value), v));
	}
}

/* "latency trigger=perf-hw (4 points): no hardware counters on this machine" */
static int print_group(const struct report *r, const char *label, const char *reason,
		       const json_t *lines)
{
	const char *bench = json_string_value(json_object_get(json_array_get(lines, 0), "bench"));
	size_t size, n = json_array_size(lines);
	char *where = NULL;
	FILE *f = open_memstream(&where, &size);
	int err;

	if (!f)
		return -ENOMEM;
	fputs(bench ?: "-", f);
	print_shared(f, lines);
	if (n > 1)
		fprintf(f, " (%zu times)", n);
	err = fclose(f) ? -ENOMEM : 0;
	err = err ?: report_item(r, label, "%s: %s", where, reason);
	free(where);
	return err;
}

static int groups_init(struct groups *g)
{
	*g = (struct groups){ .count = json_object(), .lines = json_object() };
	return g->count && g->lines ? 0 : -ENOMEM;
}

static void groups_fini(struct groups *g)
{
	json_decref(g->count);
	json_decref(g->lines);
}

static const json_t *lines_of(const struct journal *j, bool skips)
{
	return skips ? j->skips : j->errors;
}

/* Grouped by bench and reason. */
static int print_reasons(const struct report *r, const char *label, bool skips)
{
	struct groups g;
	const char *key;
	json_t *line, *v;
	size_t i, k;
	int err = groups_init(&g);

	g.err = err;
	for (i = 0; i < r->n; i++) {
		json_array_foreach(lines_of(r->journals[i], skips), k, line) {
			const char *bench = json_string_value(json_object_get(line, "bench"));
			const char *reason = json_string_value(json_object_get(line, "reason"));
			json_t *text = json_sprintf("%s\n%s", bench ?: "-", reason ?: "-");

			if (g.err || !text)
				g.err = -ENOMEM;
			else
				add(&g, json_string_value(text), line);
			json_decref(text);
		}
	}
	json_object_foreach(g.lines, key, v) {
		g.err = g.err ?: print_group(r, label, strchr(key, '\n') + 1, v);
		label = "";
	}
	groups_fini(&g);
	return g.err;
}

static int print_warnings(const struct report *r)
{
	struct groups g;
	json_t *sample, *warning, *n;
	const char *text, *label = "warnings";
	size_t i, k, m, samples = 0;
	int err = groups_init(&g);

	g.err = err;
	for (i = 0; i < r->n && !g.err; i++) {
		samples += json_array_size(r->journals[i]->samples);
		json_array_foreach(r->journals[i]->samples, k, sample)
			json_array_foreach(json_object_get(sample, "warnings"), m, warning)
				add(&g, json_string_value(warning) ?: "-", sample);
	}
	json_object_foreach(g.count, text, n) {
		if (!g.err)
			g.err = report_item(
				r, label, "%s (in %" JSON_INTEGER_FORMAT " of %zu sample%s)", text,
				json_integer_value(n), samples, samples == 1 ? "" : "s");
		label = "";
	}
	groups_fini(&g);
	return g.err;
}

static int print_incomplete(const struct report *r)
{
	size_t i;
	int err = 0;

	for (i = 0; i < r->n && !err; i++) {
		const struct journal *j = r->journals[i];

		if (j->state != JOURNAL_COMPLETE)
			err = report_item(r, "INCOMPLETE", "%s: %s", j->path,
					  j->state == JOURNAL_TORN
						  ? "its last line is torn"
						  : "it has no footer: the run did not end");
	}
	return err;
}

int report_messages(const struct report *r)
{
	int err = print_reasons(r, "skipped", true);

	err = err ?: print_reasons(r, "errors", false);
	err = err ?: print_warnings(r);
	return err ?: print_incomplete(r);
}
