// SPDX-License-Identifier: GPL-2.0
/* Words that several forms of a comparison share. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "labels.h"
#include "print.h"
#include "text.h"

bool compare_has_rows(const void *arg, const struct side_point *p)
{
	const struct comparison *c = arg;

	for (size_t i = 0; i < c->n_rows; i++)
		if (c->rows[i].base == p)
			return true;
	return false;
}

static const char *const outcomes[] = { "", "confirmed", "not confirmed", "not re-measured" };

/* Of the regressions at first look. */
static void tell_confirmed(FILE *f, const struct comparison *c)
{
	const char *before = "; on fresh data: ";

	for (int o = CONFIRM_YES; o <= CONFIRM_NOT_MEASURED; o++) {
		size_t n = 0;

		for (size_t i = 0; i < c->n_rows; i++)
			n += (int)c->rows[i].confirm == o;
		if (n)
			fprintf(f, "%s%zu %s", before, n, outcomes[o]);
		before = n ? ", " : before;
	}
}

void compare_tell_counts(FILE *f, const struct comparison *c)
{
	static const char *const words[] = {
		[VERDICT_REGRESSION] = "worse",		 [VERDICT_IMPROVEMENT] = "better",
		[VERDICT_CHANGED] = "changed",		 [VERDICT_EQUIVALENT] = "equivalent",
		[VERDICT_INCONCLUSIVE] = "inconclusive", [VERDICT_UNREACHABLE] = "unreachable",
	};
	const char *before = "";

	fprintf(f, "%zu row%s: ", c->n_rows, c->n_rows == 1 ? "" : "s");
	for (int v = 0; v <= VERDICT_UNREACHABLE; v++) {
		if (!c->count[v])
			continue;
		fprintf(f, "%s%zu %s", before, c->count[v], words[v]);
		before = ", ";
	}
	if (json_array_size(c->left_out))
		fprintf(f, "; %zu left out", json_array_size(c->left_out));
	tell_confirmed(f, c);
}

static void put_params(FILE *f, const json_t *params)
{
	char value[256];
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)params, name, v)
		fprintf(f, " %s=%s", name, text_value(value, sizeof(value), v));
}

char *compare_tell_left_out(const json_t *o)
{
	const char *impl = json_string_value(json_object_get(o, "impl"));
	const char *metric = json_string_value(json_object_get(o, "metric"));
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs(json_string_value(json_object_get(o, "bench")), f);
	if (impl)
		fprintf(f, " impl=%s", impl);
	put_params(f, json_object_get(o, "params"));
	fprintf(f, "%s%s: %s", metric ? " " : "", metric ? metric : "",
		json_string_value(json_object_get(o, "reason")));
	if (fclose(f))
		return NULL;
	text_clean(text);
	return text;
}

/* Whether two rows of one bench differ in it. */
static bool varies(const struct comparison *c, const struct compare_row *r, const char *name,
		   const json_t *value)
{
	for (size_t i = 0; i < c->n_rows; i++) {
		const json_t *id = c->rows[i].base->id;

		if (json_equal(json_object_get(id, "bench"),
			       json_object_get(r->base->id, "bench")) &&
		    !json_equal(value, json_object_get(json_object_get(id, "params"), name)))
			return true;
	}
	return false;
}

char *compare_tell_row(const struct comparison *c, const struct compare_row *r)
{
	char value[256], *text = NULL;
	const char *name;
	size_t size;
	json_t *v;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fprintf(f, "%s %s", json_string_value(json_object_get(r->base->id, "bench")), r->metric);
	json_object_foreach(json_object_get(r->base->id, "params"), name, v)
		if (varies(c, r, name, v))
			fprintf(f, " %s=%s", name, text_value(value, sizeof(value), v));
	if (fclose(f))
		return NULL;
	text_clean(text);
	return text;
}

char *compare_tell_confirm(const struct compare_row *r)
{
	char first[2][FIGURE_MAX], fresh[2][FIGURE_MAX], *text;
	int n;

	figure_change(first[0], r, r->d.shift);
	figure_interval(first[1], r);
	if (r->fresh) {
		figure_change(fresh[0], r->fresh, r->fresh->d.shift);
		figure_interval(fresh[1], r->fresh);
	}
	if (r->confirm == CONFIRM_NOT_MEASURED)
		n = asprintf(&text, "%s: %s; first look %s %s", outcomes[r->confirm],
			     r->not_measured, first[0], first[1]);
	else
		n = asprintf(&text, "%s: %s %s on fresh data%s%s; first look %s %s",
			     outcomes[r->confirm], fresh[0], fresh[1],
			     r->confirm == CONFIRM_YES ? ", the size to believe" : ": ",
			     r->confirm == CONFIRM_YES ? "" : verdict_name(r->fresh->d.verdict),
			     first[0], first[1]);
	return n < 0 ? NULL : text;
}

char *compare_tell_side(const struct comparison *c, const struct side *s)
{
	static const char *const halves[] = { "", ", even invocations", ", odd invocations" };
	char *text;

	if (asprintf(&text, "%s%s: %zu sample%s of %zu point%s, seed %" JSON_INTEGER_FORMAT,
		     s->spec, halves[s->half], s->n_samples, s->n_samples == 1 ? "" : "s",
		     s->n_points, s->n_points == 1 ? "" : "s",
		     json_integer_value(json_object_get(s->journals[0].header, "seed"))) < 0)
		return NULL;
	text_clean(text);
	return text;
}

int compare_print_differs(FILE *out, const struct comparison *c, const char *fmt)
{
	char a[64], b[64];
	const char *field, *label = "differs";
	json_t *v;
	int err = 0;

	json_object_foreach(c->differs, field, v) {
		err = err ? err
			  : text_item(out, label, fmt, field,
				      text_value(a, sizeof(a), json_array_get(v, 0)),
				      text_value(b, sizeof(b), json_array_get(v, 1)));
		label = "";
	}
	return err;
}
