// SPDX-License-Identifier: GPL-2.0
/* For plots/forest.gp: a line per row whose change is a fraction. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "points.h"
#include "print.h"
#include "text.h"

bool compare_row_is_percent(const struct compare_row *r)
{
	return r->data.scale == DECIDE_LOG && r->d.level > 0;
}

/* Every bench has these, and their values say what they are of. */
static bool speaks_for_itself(const char *param)
{
	return !strcmp(param, "trigger") || !strcmp(param, "mode") || !strcmp(param, "target") ||
	       !strcmp(param, "impl");
}

/* "latency syscall rate=1000 delivery_ns_p50"; new text. */
static char *label(const struct section *s, const struct point *p, const char *metric)
{
	char value[128], *text = NULL;
	const json_t *name;
	size_t i, size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	fputs(s->name, f);
	json_array_foreach(s->params, i, name) {
		const char *key = json_string_value(name);
		const json_t *v = sample_param(p->first, key);

		if (v && param_varies(s, key))
			fprintf(f, " %s%s%s", speaks_for_itself(key) ? "" : key,
				speaks_for_itself(key) ? "" : "=",
				text_value(value, sizeof(value), v));
	}
	fprintf(f, " %s", metric);
	if (fclose(f)) {
		free(text);
		return NULL;
	}
	text_clean(text);
	return text;
}

static int print_row(FILE *out, const struct section *s, const struct point *p,
		     const struct compare_row *r)
{
	char *text = label(s, p, r->metric);

	if (!text)
		return -ENOMEM;
	fprintf(out, "%s\t%.9g\t%.9g\t%.9g\t%s\t%.9g\t%d\n", text, r->d.shift, r->d.lo, r->d.hi,
		verdict_name(r->d.verdict), r->data.floor, r->control);
	free(text);
	return 0;
}

static int print_section(FILE *out, const struct comparison *c, const struct section *s)
{
	int err = 0;

	for (size_t p = 0; p < s->n; p++)
		for (size_t i = 0; i < c->n_rows && !err; i++)
			if (c->rows[i].base->id == s->points[p].first &&
			    compare_row_is_percent(&c->rows[i]))
				err = print_row(out, s, &s->points[p], &c->rows[i]);
	return err;
}

int compare_print_rows(FILE *out, const struct comparison *c)
{
	struct sections s;
	int err = compare_sort(&c->base, compare_has_rows, c, &s);

	if (err)
		return err;
	fputs("row\tchange\tlo\thi\tverdict\tfloor\tcontrol\n", out);
	/* The control last: it is what the rest is held against. */
	for (int control = 0; control < 2; control++)
		for (size_t i = 0; i < s.n && !err; i++)
			if ((strcmp(s.v[i].name, "nop") == 0) == control)
				err = print_section(out, c, &s.v[i]);
	sections_free(&s);
	return err ? err : ferror(out) ? -EIO : 0;
}
