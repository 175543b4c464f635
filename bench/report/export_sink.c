/* SPDX-License-Identifier: GPL-2.0 */
/* CSV with the quoting of RFC 4180 (lines end in "\n", as text files here do), or JSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "export.h"
#include "number.h"

/* gnuplot cuts a string at a comma, quoted or not, and at a quote. */
static void plain_string(FILE *out, const char *s)
{
	for (; *s; s++)
		fputc(strchr("\"\t\r\n", *s) ? ' ' : *s, out);
}

static void csv_string(const struct export_sink *sink, const char *s)
{
	FILE *out = sink->out;

	if (sink->format == EXPORT_PLAIN) {
		plain_string(out, s);
		return;
	}
	if (!s[strcspn(s, ",\"\r\n")]) {
		fputs(s, out);
		return;
	}
	fputc('"', out);
	for (; *s; s++) {
		if (*s == '"')
			fputc('"', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

static const char *separator(const struct export_sink *s)
{
	return s->format == EXPORT_PLAIN ? "\t" : ",";
}

static int csv_cell(const struct export_sink *s, const json_t *v)
{
	char number[NUMBER_MAX], *dump;

	if (!v || json_is_null(v))
		return 0;
	if (json_is_number(v)) {
		fputs(number_full(number, v), s->out);
	} else if (json_is_string(v)) {
		csv_string(s, json_string_value(v));
	} else {
		dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		if (!dump)
			return -ENOMEM;
		csv_string(s, dump);
		free(dump);
	}
	return 0;
}

static int csv_row(struct export_sink *s, const json_t *row)
{
	const char *name, *comma = "";
	json_t *unused;
	int err = 0;

	json_object_foreach(s->columns, name, unused) {
		fputs(comma, s->out);
		err = err ?: csv_cell(s, json_object_get(row, name));
		comma = separator(s);
	}
	fputc('\n', s->out);
	return err;
}

static int json_row(struct export_sink *s, const json_t *row)
{
	json_t *full = json_object(), *unused;
	const char *name;
	int err = full ? 0 : -ENOMEM;

	json_object_foreach(s->columns, name, unused) {
		json_t *v = json_object_get(row, name);

		if (json_object_set_new(full, name, v ? json_incref(v) : json_null()))
			err = -ENOMEM;
	}
	fputs(s->rows ? ",\n" : "\n", s->out);
	if (!err && json_dumpf(full, s->out, JSON_COMPACT) && !ferror(s->out))
		err = -ENOMEM;
	json_decref(full);
	return err;
}

void export_begin(struct export_sink *s)
{
	const char *name, *comma = "";
	json_t *unused;

	if (s->format == EXPORT_JSON) {
		fputc('[', s->out);
		return;
	}
	json_object_foreach(s->columns, name, unused) {
		fputs(comma, s->out);
		csv_string(s, name);
		comma = separator(s);
	}
	fputc('\n', s->out);
}

int export_row(struct export_sink *s, const json_t *row)
{
	int err = s->format == EXPORT_JSON ? json_row(s, row) : csv_row(s, row);

	s->rows++;
	return err;
}

void export_end(struct export_sink *s)
{
	if (s->format == EXPORT_JSON)
		fputs("\n]\n", s->out);
}
