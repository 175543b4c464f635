/* SPDX-License-Identifier: GPL-2.0 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hist.h"
#include "journal.h"
#include "laws.h"

struct why {
	char *text;
	size_t size;
};

/* Returns -EBADMSG. Bytes of a foreign file end up on a terminal: no control character passes. */
__attribute__((format(printf, 2, 3))) static int bad(const struct why *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->text, why->size, fmt, ap);
	va_end(ap);
	for (char *c = why->text; why->size && *c; c++)
		if (!isascii((unsigned char)*c) || iscntrl((unsigned char)*c))
			*c = '?';
	return -EBADMSG;
}

json_t *journal_parse_line(const char *text, size_t len, char *why, size_t why_size)
{
	const struct why w = { why, why_size };
	json_error_t err;
	json_t *line;

	/* Jansson swallows a NUL after a number or a literal */
	if (memchr(text, '\0', len)) {
		bad(&w, "not JSON: a NUL byte");
		return NULL;
	}
	line = json_loadb(text, len, JSON_REJECT_DUPLICATES, &err);
	if (!line)
		bad(&w, "not JSON: %s (byte %d)", err.text, err.position);
	return line;
}

/* ---- types of members ---- */

enum type {
	TEXT,
	NAME, /* text that is not empty */
	TIME, /* ISO 8601 with its zone */
	COUNT,
	COUNT_OR_NULL,
	SECONDS,
	OBJECT,
	STRINGS,
	PARAMS, /* object of scalars */
	COUNTS, /* object of counts */
	METRICS, /* object of numbers; those called _ratio in 0..1 */
	HISTS, /* object of histograms */
};

static const char *const expected[] = {
	[TEXT] = "text",
	[NAME] = "text that is not empty",
	[TIME] = "a time as 2024-01-31T12:00:00Z",
	[COUNT] = "an integer, 0 or more",
	[COUNT_OR_NULL] = "an integer, 0 or more, or null",
	[SECONDS] = "a number, 0 or more",
	[OBJECT] = "an object",
	[STRINGS] = "an array of text",
	[PARAMS] = "an object of text, numbers and booleans",
	[COUNTS] = "an object of integers, 0 or more",
	[METRICS] = "an object of numbers, those called _ratio in 0..1",
	[HISTS] = "an object of histograms that add up",
};

static bool is_count(const json_t *v)
{
	return json_is_integer(v) && json_integer_value(v) >= 0;
}

static const char *skip_form(const char *s, const char *form)
{
	for (; *form; s++, form++)
		if (*form == '0' ? !isdigit((unsigned char)*s) : *s != *form)
			return NULL;
	return s;
}

static bool is_time(const char *s)
{
	s = s ? skip_form(s, "0000-00-00T00:00:00") : NULL;
	if (s && *s == '.')
		s += 1 + strspn(s + 1, "0123456789");
	if (!s || !strcmp(s, "Z"))
		return s;
	if (*s != '+' && *s != '-')
		return false;
	s = skip_form(s + 1, s[1] && s[2] && s[3] == ':' ? "00:00" : "0000");
	return s && !*s;
}

static bool is_ratio_name(const char *name)
{
	size_t len = strlen(name);

	return len >= 6 && !strcmp(name + len - 6, "_ratio");
}

static bool fits_in_object(enum type type, const char *key, const json_t *v)
{
	struct tw_hist h;

	switch (type) {
	case PARAMS:
		return json_is_string(v) || json_is_number(v) || json_is_boolean(v);
	case COUNTS:
		return is_count(v);
	case METRICS:
		return json_is_number(v) && (!is_ratio_name(key) || (json_number_value(v) >= 0 &&
								     json_number_value(v) <= 1));
	case HISTS:
		return json_object_get(v, "bins") && !json_object_get(v, "packed") &&
		       !hist_from_json(v, &h);
	default:
		return true;
	}
}

/* On false, *culprit is the member that is at fault, if it is one. */
static bool fits_object(enum type type, const json_t *o, const char **culprit)
{
	const char *key;
	json_t *v;

	if (!json_is_object(o))
		return false;
	json_object_foreach((json_t *)o, key, v) {
		if (fits_in_object(type, key, v))
			continue;
		*culprit = key;
		return false;
	}
	return true;
}

static bool is_strings(const json_t *array)
{
	const json_t *v;
	size_t i;

	json_array_foreach(array, i, v)
		if (!json_is_string(v))
			return false;
	return json_is_array(array);
}

static bool fits(enum type type, const json_t *v, const char **culprit)
{
	switch (type) {
	case TEXT:
		return json_is_string(v);
	case NAME:
		return json_is_string(v) && *json_string_value(v);
	case TIME:
		return is_time(json_string_value(v));
	case COUNT:
		return is_count(v);
	case COUNT_OR_NULL:
		return json_is_null(v) || is_count(v);
	case SECONDS:
		return json_is_number(v) && json_number_value(v) >= 0;
	case STRINGS:
		return is_strings(v);
	default:
		return fits_object(type, v, culprit);
	}
}

/* ---- members of each kind of line ---- */

#define OPTIONAL 0x100U

struct member {
	const char *key; /* NULL ends the table */
	unsigned int type; /* enum type, perhaps with OPTIONAL */
};

static const struct member header_members[] = {
	{ "schema", NAME },
	{ "env", OBJECT },
	{ "args", STRINGS },
	{ "seed", COUNT },
	{ "plan", OBJECT | OPTIONAL },
	{ "started", TIME | OPTIONAL },
	{ NULL, 0 },
};

static const struct member plan_members[] = {
	{ "points", COUNT },
	{ "samples", COUNT },
	{ "invocations", COUNT },
	{ NULL, 0 },
};

static const struct member sample_members[] = {
	{ "bench", NAME },
	{ "params", PARAMS },
	{ "impl", NAME },
	{ "invocation", COUNT },
	{ "order", COUNT },
	{ "pair", COUNT | OPTIONAL },
	{ "boot_id", TEXT },
	{ "window_s", SECONDS },
	{ "elapsed_s", SECONDS },
	{ "counts", OBJECT | OPTIONAL },
	{ "life", OBJECT | OPTIONAL },
	{ "recursion_misses", COUNT },
	{ "migrations", COUNT },
	{ "metrics", METRICS },
	{ "sources", PARAMS | OPTIONAL },
	{ "hist", HISTS },
	{ "warnings", STRINGS },
	{ NULL, 0 },
};

/* What counts has beyond life: only the window has due instants. */
static const struct member window_members[] = {
	{ "intended", COUNT },
	{ "late", COUNT },
	{ NULL, 0 },
};

static const struct member life_members[] = {
	{ "delivered", COUNT }, { "filtered", COUNT },	       { "throttled", COUNT_OR_NULL },
	{ "attempts", COUNT },	{ "accepted", COUNT },	       { "ebusy", COUNT },
	{ "failed", COUNTS },	{ "completed", COUNT },	       { "cancelled", COUNT },
	{ "lost", COUNT },	{ "in_flight_at_end", COUNT }, { NULL, 0 },
};

static const struct member skip_members[] = {
	{ "bench", NAME },
	{ "reason", NAME },
	{ "params", PARAMS | OPTIONAL },
	{ "impl", NAME | OPTIONAL },
	{ NULL, 0 },
};

static const struct member footer_members[] = {
	{ "samples", COUNT },	  { "skipped", COUNT }, { "errors", COUNT },
	{ "elapsed_s", SECONDS }, { NULL, 0 },
};

static const struct member resume_members[] = {
	{ "args", STRINGS },
	{ "started", TIME },
	{ NULL, 0 },
};

static int check_members(const json_t *o, const struct member *m, const char *where,
			 const struct why *why)
{
	for (; m->key; m++) {
		const json_t *v = json_object_get(o, m->key);
		enum type type = m->type & ~OPTIONAL;
		const char *culprit = NULL;

		if (!v && m->type & OPTIONAL)
			continue;
		if (!v)
			return bad(why, "%s has no %s", where, m->key);
		if (!fits(type, v, &culprit))
			return bad(why, "%s: %s is not %s%s%s", where, m->key, expected[type],
				   culprit ? ": see " : "", culprit ? culprit : "");
	}
	return 0;
}

static uint64_t count_of(const json_t *counts, const char *key)
{
	return json_integer_value(json_object_get(counts, key));
}

/* ---- samples ---- */

static int check_sample(const json_t *line, const struct why *why)
{
	const json_t *counts = json_object_get(line, "counts");
	const json_t *life = json_object_get(line, "life");
	int err = check_members(line, sample_members, "sample", why);
	char law[200];

	if (err)
		return err;
	if (!counts != !life)
		return bad(why, "sample has only one of counts and life");
	if (!counts)
		return 0;
	err = check_members(counts, window_members, "counts", why);
	if (!err && count_of(counts, "late") > count_of(counts, "intended"))
		err = bad(why, "counts: late is more than intended");
	if (!err)
		err = check_members(counts, life_members, "counts", why);
	if (!err)
		err = check_members(life, life_members, "life", why);
	if (err)
		return err;
	if (laws_check_cohort(counts, "counts", law, sizeof(law)) ||
	    laws_check_cohort(life, "life", law, sizeof(law)))
		return bad(why, "%s", law);
	return 0;
}

/* ---- lines ---- */

/* The schema comes first: another version may have other members. */
static int check_header(const json_t *line, const struct why *why)
{
	const char *schema = json_string_value(json_object_get(line, "schema"));
	const json_t *plan = json_object_get(line, "plan");
	int err;

	if (schema && strcmp(schema, JOURNAL_SCHEMA)) {
		bad(why, "schema %s: this twbench reads " JOURNAL_SCHEMA, schema);
		return -EPROTONOSUPPORT;
	}
	err = check_members(line, header_members, "header", why);
	if (!err && plan)
		err = check_members(plan, plan_members, "plan", why);
	return err;
}

int journal_check_line(const json_t *line, int line_no, char *text, size_t size)
{
	const struct why why = { text, size };
	const char *kind = json_string_value(json_object_get(line, "kind"));

	if (!kind)
		return bad(&why, "not a line of a twbench journal: no kind");
	if ((line_no == 1) != !strcmp(kind, "header"))
		return bad(&why,
			   line_no == 1 ? "not a twbench journal: no header" : "a second header");
	if (!strcmp(kind, "header"))
		return check_header(line, &why);
	if (!strcmp(kind, "sample"))
		return check_sample(line, &why);
	if (!strcmp(kind, "skip") || !strcmp(kind, "error"))
		return check_members(line, skip_members, kind, &why);
	if (!strcmp(kind, "footer"))
		return check_members(line, footer_members, "footer", &why);
	if (!strcmp(kind, "resume"))
		return check_members(line, resume_members, "resume", &why);
	return bad(&why, "unknown kind %s", kind);
}

int journal_check_footer(const json_t *footer, size_t samples, size_t skips, size_t errors,
			 char *text, size_t size)
{
	const struct why why = { text, size };

	if (count_of(footer, "samples") == samples && count_of(footer, "skipped") == skips &&
	    count_of(footer, "errors") == errors)
		return 0;
	return bad(&why,
		   "footer tells %" JSON_INTEGER_FORMAT " samples, %" JSON_INTEGER_FORMAT
		   " skips, %" JSON_INTEGER_FORMAT " errors; there are %zu, %zu, %zu",
		   (json_int_t)count_of(footer, "samples"), (json_int_t)count_of(footer, "skipped"),
		   (json_int_t)count_of(footer, "errors"), samples, skips, errors);
}
