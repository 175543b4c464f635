/* SPDX-License-Identifier: GPL-2.0 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "html.h"
#include "labels.h"
#include "number.h"

/* Asked-for length of the windows, if one number says it. */
static int print_window(const struct report *r, const struct section *s)
{
	const json_t *window = json_object_get(s->points[0].first, "window_s"), *sample;
	char buf[NUMBER_MAX];
	size_t i, k;

	/* As long as a command takes is no parameter. */
	if (!json_is_number(window) || (s->bench && s->bench->during))
		return 0;
	for (i = 0; i < s->n; i++)
		json_array_foreach(s->points[i].samples, k, sample)
			if (!json_equal(window, json_object_get(sample, "window_s")))
				return 0;
	return report_item(r, "window", "%s s", number_full(buf, window));
}

static int print_constants(const struct report *r, const struct section *s)
{
	char *text = labels_constant(s);
	int err = text ? 0 : -ENOMEM;

	if (text && *text)
		err = report_item(r, "always", "%s", text);
	free(text);
	return err;
}

static int print_section(const struct report *r, const struct section *s)
{
	bool compared = false;
	int err = report_bench(r, s);

	err = err ?: print_constants(r, s);
	err = err ?: print_window(r, s);
	err = err ?: report_sources(r, s);
	if (!err && s->bench && s->bench->side_by_side)
		err = report_side_by_side(r, s, &compared);
	if (err || (compared && !r->all))
		return err;
	return s->bench && s->bench->tables ? report_tables(r, s) : report_generic(r, s, NULL);
}

/* On a page what should make careful comes before what it is about. */
static int print_messages_first(const struct report *r)
{
	size_t before;
	int err;

	if (!r->html)
		return 0;
	err = report_part(r, "Warnings, skips, errors");
	before = r->html->items;
	err = err ?: report_messages(r);
	if (r->html->items == before)
		html_paragraph(r->html, "note", "None.");
	return err;
}

static int print_sections(const struct report *r, const struct sections *s)
{
	int err = 0;

	for (size_t i = 0; i < s->n && !err; i++) {
		err = print_section(r, &s->v[i]);
		if (!err && r->after_section)
			err = r->after_section(r, &s->v[i]);
	}
	if (!err && !s->n && r->html)
		html_paragraph(r->html, "note", "No samples.");
	else if (!err && !s->n)
		fputs("\nNo samples.\n", r->out);
	return err;
}

int report_print(const struct report *r)
{
	struct sections s;
	int err = sections_build(r->journals, r->n, &s);

	if (err)
		return err;
	err = report_head(r, &s);
	err = err ?: print_messages_first(r);
	err = err ?: print_sections(r, &s);
	err = err ?: report_footer(r, &s);
	if (!err && !r->html)
		err = report_messages(r);
	sections_free(&s);
	return err;
}
