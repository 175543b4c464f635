/* SPDX-License-Identifier: GPL-2.0 */
#include "report.h"

#include <errno.h>
#include <stdlib.h>

#include "bench.h"
#include "labels.h"
#include "number.h"
#include "text.h"

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
	return text_item(r->out, "window", "%s s", number_full(buf, window));
}

static int print_section(const struct report *r, const struct section *s)
{
	bool compared = false;
	int err;

	fputc('\n', r->out);
	err = text_item(r->out, "bench", "%s: %s", s->name,
			s->bench ? s->bench->question : "(this twbench does not know it)");
	err = err ?: labels_constants(r->out, s);
	err = err ?: print_window(r, s);
	err = err ?: report_sources(r, s);
	if (!err && s->bench && s->bench->side_by_side)
		err = report_side_by_side(r, s, &compared);
	if (err || (compared && !r->all))
		return err;
	return s->bench && s->bench->tables ? report_tables(r, s) : report_generic(r, s, NULL);
}

int report_print(const struct report *r)
{
	struct sections s;
	size_t i;
	int err = sections_build(r->journals, r->n, &s);

	if (err)
		return err;
	err = report_head(r, &s);
	for (i = 0; i < s.n && !err; i++)
		err = print_section(r, &s.v[i]);
	if (!err && !s.n)
		fputs("\nNo samples.\n", r->out);
	err = err ?: report_footer(r, &s);
	sections_free(&s);
	return err;
}
