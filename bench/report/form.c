// SPDX-License-Identifier: GPL-2.0
/* A report is text or a page: what it says is the same, only here it differs how. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"
#include "html.h"
#include "labels.h"
#include "report.h"
#include "text.h"

int report_item(const struct report *r, const char *label, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int err = 0;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	if (!text)
		return -ENOMEM;
	text_clean(text);
	if (r->html)
		html_item(r->html, label, text);
	else
		err = text_item(r->out, label, "%s", text);
	free(text);
	return err;
}

int report_part(const struct report *r, const char *title)
{
	if (r->html)
		return html_heading(r->html, title);
	fputc('\n', r->out);
	return 0;
}

int report_bench(const struct report *r, const struct section *s)
{
	const char *question = s->bench ? s->bench->question : "(this twbench does not know it)";
	int err = report_part(r, s->name);

	if (!r->html)
		return text_item(r->out, "bench", "%s: %s", s->name, question);
	html_paragraph(r->html, "lead", question);
	return err;
}

/* As wide as it gets: only what has more columns than a table can have is numbered. */
static int html_rows(struct html *h, const char *title, const struct section *s, const void *arg,
		     void (*build)(struct table *t, const struct rows *r))
{
	struct rows r = { .section = s, .arg = arg };
	struct table t = { 0 };
	int err = 0;

	build(&t, &r);
	if (t.err == -E2BIG) {
		table_fini(&t);
		r.numbered = true;
		build(&t, &r);
		for (size_t i = 0; i < s->n && !err; i++) {
			char label[32], *text = labels_of_point(s, i);

			snprintf(label, sizeof(label), "row %zu", i + 1);
			if (text)
				html_item(h, label, text);
			err = text ? 0 : -ENOMEM;
			free(text);
		}
	}
	err = err ?: html_table(h, &t, title);
	table_fini(&t);
	return err;
}

int report_rows(const struct report *r, const char *title, const struct section *s, const void *arg,
		void (*build)(struct table *t, const struct rows *r))
{
	if (r->html)
		return html_rows(r->html, title, s, arg, build);
	fputc('\n', r->out);
	if (title)
		fprintf(r->out, "%s\n\n", title);
	return labels_table(r->out, s, arg, build);
}
