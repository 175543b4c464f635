/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE
#include "labels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define VALUE_MAX 31

static bool every_point_has(const struct section *s, const char *key)
{
	for (size_t i = 0; i < s->n; i++)
		if (!sample_param(s->points[i].first, key))
			return false;
	return true;
}

char *labels_of_point(const struct section *s, size_t point)
{
	const json_t *sample = s->points[point].first;
	char value[256], *text = NULL;
	const json_t *name;
	size_t i, size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	json_array_foreach(s->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = sample_param(sample, key);

		if (v && param_varies(s, key))
			fprintf(f, "%s%s=%s", ftell(f) ? " " : "", key,
				text_value(value, sizeof(value), v));
	}
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

/* Those that do not vary, of all points or, with some, of only some of them: the others have none. */
static void list_constants(FILE *f, const struct section *s, bool some)
{
	char value[256];
	const json_t *name;
	const char *before = some ? "  (where it applies: " : "";
	bool any = false;
	size_t i;

	json_array_foreach(s->params, i, name) {
		const char *key = json_string_value(name);

		if (param_varies(s, key) || every_point_has(s, key) == some)
			continue;
		fprintf(f, "%s%s=%s", any ? " " : before, key,
			text_value(value, sizeof(value), param_value(s, key)));
		any = true;
	}
	if (some && any)
		fputc(')', f);
}

static int print_item(FILE *out, const char *label, char *text)
{
	int err = text ? 0 : -ENOMEM;

	if (text && *text)
		err = text_item(out, label, "%s", text);
	free(text);
	return err;
}

char *labels_constant(const struct section *s)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	list_constants(f, s, false);
	list_constants(f, s, true);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

int labels_constants(FILE *out, const struct section *s)
{
	return print_item(out, "always", labels_constant(s));
}

static bool numeric(const struct section *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		const json_t *v = sample_param(s->points[i].first, name);

		if (v && !json_is_number(v))
			return false;
	}
	return true;
}

void labels_cols(struct table *t, const struct rows *r)
{
	const json_t *name;
	size_t i;

	if (r->numbered) {
		table_col(t, ALIGN_RIGHT, "row");
		return;
	}
	json_array_foreach(r->section->params, i, name) {
		const char *key = json_string_value(name);

		if (param_varies(r->section, key))
			table_col(t, numeric(r->section, key) ? ALIGN_RIGHT : ALIGN_LEFT, key);
	}
}

void labels_cells(struct table *t, const struct rows *r, size_t point, bool again)
{
	char value[VALUE_MAX];
	const json_t *name;
	size_t i;

	if (r->numbered) {
		snprintf(value, sizeof(value), "%zu", point + 1);
		table_cell(t, again ? "" : value);
		return;
	}
	json_array_foreach(r->section->params, i, name) {
		const char *key = json_string_value(name);

		if (!param_varies(r->section, key))
			continue;
		text_value(value, sizeof(value),
			   sample_param(r->section->points[point].first, key));
		table_cell(t, again ? "" : value);
	}
}

static int print_legend(FILE *out, const struct section *s)
{
	char label[VALUE_MAX];
	size_t i;
	int err = 0;

	for (i = 0; i < s->n && !err; i++) {
		snprintf(label, sizeof(label), "row %zu", i + 1);
		err = print_item(out, label, labels_of_point(s, i));
	}
	fputc('\n', out);
	return err;
}

int labels_table(FILE *out, const struct section *s, const void *arg,
		 void (*build)(struct table *t, const struct rows *r))
{
	struct rows r = { .section = s, .arg = arg };
	struct table t = { 0 };
	int err = 0;

	build(&t, &r);
	if (t.err == -E2BIG || table_width(&t) > TABLE_WIDTH) {
		table_fini(&t);
		r.numbered = true;
		err = print_legend(out, s);
		build(&t, &r);
	}
	err = err ?: table_print(&t, out);
	table_fini(&t);
	return err;
}
