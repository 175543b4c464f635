// SPDX-License-Identifier: GPL-2.0
/* For pull requests and wikis. What a journal says is escaped: it is foreign. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "number.h"
#include "print.h"
#include "text.h"

static void put(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("\\`*_{}[]<>#|~", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static int put_owned(FILE *out, const char *before, char *text)
{
	if (!text)
		return -ENOMEM;
	fputs(before, out);
	put(out, text);
	fputc('\n', out);
	free(text);
	return 0;
}

static int put_row(FILE *out, const struct comparison *c, const struct compare_row *r)
{
	const bool loud = r->d.verdict < VERDICT_EQUIVALENT;
	char text[FIGURE_MAX], *label = compare_tell_row(c, r);

	if (!label)
		return -ENOMEM;
	fputs("| ", out);
	put(out, label);
	free(label);
	fprintf(out, " | %s", number_text(text, r->base_median, r->metric));
	fprintf(out, " | %s", number_text(text, r->head_median, r->metric));
	fprintf(out, " | %s | ", figure_change(text, r, r->d.shift));
	put(out, figure_interval(text, r));
	fprintf(out, " | %s", figure_detectable(text, r));
	fprintf(out, loud ? " | **%s** |\n" : " | %s |\n", figure_verdict(text, r));
	return 0;
}

static int put_list(FILE *out, const char *title, const json_t *list, bool warnings)
{
	const json_t *v;
	size_t i;
	int err = 0;

	if (json_array_size(list))
		fprintf(out, "\n%s\n\n", title);
	json_array_foreach(list, i, v)
		err = err ? err
			  : put_owned(out, "- ",
				      warnings ? strdup(json_string_value(v))
					       : compare_tell_left_out(v));
	return err;
}

static int put_candidates(FILE *out, const struct comparison *c)
{
	const char *title = "\nCandidates, judged again from fresh data:\n\n";
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err; i++) {
		char *row;

		if (!c->rows[i].confirm)
			continue;
		row = compare_tell_row(c, &c->rows[i]);
		if (!row)
			return -ENOMEM;
		fprintf(out, "%s- ", title);
		put(out, row);
		free(row);
		err = put_owned(out, ": ", compare_tell_confirm(&c->rows[i]));
		title = "";
	}
	return err;
}

static int put_sides(FILE *out, const struct comparison *c)
{
	char a[96], b[96];
	const char *field;
	json_t *v;
	int err = put_owned(out, "- base: ", compare_tell_side(c, &c->base));

	err = err ? err : put_owned(out, "- head: ", compare_tell_side(c, &c->head));
	if (c->fresh.spec && !err)
		err = put_owned(out, "- fresh: ", compare_tell_side(c, &c->fresh));
	json_object_foreach(c->differs, field, v) {
		fputs("- differs: ", out);
		put(out, field);
		fputs(": ", out);
		put(out, text_value(a, sizeof(a), json_array_get(v, 0)));
		fputs(", ", out);
		put(out, text_value(b, sizeof(b), json_array_get(v, 1)));
		fputc('\n', out);
	}
	return err;
}

int compare_print_markdown(FILE *out, const struct comparison *c)
{
	char numbers[FIGURE_MAX];
	int err;

	fprintf(out, "### twbench: %s\n\n", overall_name(compare_overall(c)));
	compare_tell_counts(out, c);
	fputs("\n\n", out);
	err = put_sides(out, c);
	fprintf(out,
		"\n| row | base | head | change | %g%% interval | detects | verdict |\n"
		"|:---|---:|---:|---:|:---|---:|:---|\n",
		100 * c->opts.decide.level);
	for (size_t i = 0; i < c->n_rows && !err; i++)
		err = put_row(out, c, &c->rows[i]);
	fprintf(out,
		"\n%s; medians; change: Hodges-Lehmann shift; worse or better: p < %g after Holm"
		" over %zu rows, and the interval beyond the floor (%g %% for medians); detects:"
		" smallest change found with a chance of %g %%.\n",
		figure_numbers(numbers, c), c->opts.decide.alpha, c->n_rows, 100 * c->opts.floor,
		100 * c->opts.decide.power);
	err = err ? err : put_candidates(out, c);
	err = err ? err : put_list(out, "Left out:", c->left_out, false);
	return err ? err : put_list(out, "Warnings:", c->warnings, true);
}
