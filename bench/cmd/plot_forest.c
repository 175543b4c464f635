// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "plot_forest.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "exit_code.h"
#include "print.h"
#include "report.h"
#include "slurp.h"
#include "text.h"

/* Rows of a verdict each; a table that is longer is no picture. */
#define ROWS_MAX 400

static void refer(struct forest *f, size_t size)
{
	f->table = (struct figure_table){ .text = f->text,
					  .size = size,
					  .held = f->held,
					  .invocations = f->invocations,
					  .interval = f->interval,
					  .note = f->note };
}

/* ---- compared ---- */

static void say_sides(const struct comparison *c, struct forest *out)
{
	char *base = compare_tell_side(c, &c->base), *head = compare_tell_side(c, &c->head);

	report_machine(json_object_get(c->base.journals[0].header, "env"), out->machine,
		       sizeof(out->machine));
	snprintf(out->held, sizeof(out->held), "base %s; head %s", base ? base : "-",
		 head ? head : "-");
	free(base);
	free(head);
	figure_numbers(out->invocations, c);
	snprintf(out->interval, sizeof(out->interval), "%g %% interval",
		 100 * c->opts.decide.level);
}

static void say_left_out(const struct comparison *c, struct forest *out)
{
	size_t ratios = 0, few = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		ratios += c->rows[i].data.scale == DECIDE_DIFFERENCE;
		few += !compare_row_is_percent(&c->rows[i]);
	}
	few -= ratios;
	if (ratios && few)
		snprintf(out->note, sizeof(out->note),
			 "not drawn: %zu of ratios (no percent), %zu without an interval", ratios,
			 few);
	else if (ratios || few)
		snprintf(out->note, sizeof(out->note), "not drawn: %zu row%s %s",
			 ratios ? ratios : few, ratios + few == 1 ? "" : "s",
			 ratios ? "of ratios (no percent)" : "without an interval");
}

static size_t count_percent(const struct comparison *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		n += compare_row_is_percent(&c->rows[i]);
	return n;
}

int forest_of(const struct comparison *c, struct forest *out)
{
	size_t n = count_percent(c), size = 0;
	FILE *f;
	int err;

	say_left_out(c, out);
	if (!n || n > ROWS_MAX)
		return -ENOENT;
	f = open_memstream(&out->text, &size);
	err = f ? compare_print_rows(f, c) : -ENOMEM;
	if (f && fclose(f) && !err)
		err = -ENOMEM;
	if (err)
		return err;
	say_sides(c, out);
	refer(out, size);
	return 0;
}

static int take(const char *who, const struct comparison *c, struct forest *out)
{
	size_t n = count_percent(c);
	int err = forest_of(c, out);

	if (err == -ENOENT) {
		fprintf(stderr,
			"%s: forest cannot be drawn: %zu rows have a change in percent and"
			" an interval; %s\n",
			who, n, n ? "choose by --bench, --metrics" : out->note);
		return EXIT_USAGE;
	}
	if (!err)
		return 0;
	fprintf(stderr, "%s: %s\n", who, strerror(-err));
	return EXIT_INTERNAL;
}

static void tell(const char *who, const struct comparison *c, const struct forest *f)
{
	const json_t *w;
	char text[1024];
	size_t i;

	json_array_foreach(c->warnings, i, w)
		fprintf(stderr, "%s: forest: warning: %s\n", who,
			text_value(text, sizeof(text), w));
	if (*f->note)
		fprintf(stderr, "%s: forest: %s\n", who, f->note);
}

int forest_compare(const char *who, struct compare_args *with, char *const sides[2],
		   struct forest *out)
{
	int code = compare_args_floors(with, who, sides[0]);
	struct comparison c = { .opts = with->opts };

	if (code)
		return code;
	c.base.spec = sides[0];
	c.head.spec = sides[1];
	code = compare_run(&c);
	if (code)
		fprintf(stderr, "%s: %s\n", who, c.why);
	code = code ? code : take(who, &c, out);
	if (!code)
		tell(who, &c, out);
	compare_free(&c);
	return code;
}

/* ---- a file ---- */

int forest_read(const char *who, const struct figure *f, const char *path, struct forest *out)
{
	char why[200];
	size_t size = 0;
	int err = slurp_file(path, SIZE_MAX, &out->text, &size);

	if (err) {
		fprintf(stderr, "%s: %s: %s\n", who, path, strerror(-err));
		return EXIT_BAD_INPUT;
	}
	refer(out, size);
	strcpy(out->interval, "99 % interval");
	if (!figure_check_table(f, &out->table, why, sizeof(why)))
		return 0;
	fprintf(stderr, "%s: %s: %s\n", who, path, why);
	return EXIT_BAD_INPUT;
}

void forest_free(struct forest *f)
{
	free(f->text);
	*f = (struct forest){ 0 };
}
