// SPDX-License-Identifier: GPL-2.0
/* Annotations of GitHub Actions: workflow commands on standard output, one per line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "print.h"

/* Of a property (title) also what ends it. */
static void put(FILE *out, const char *text, bool property)
{
	for (; *text; text++) {
		if (*text == '%' || *text == '\r' || *text == '\n' ||
		    (property && strchr(":,", *text)))
			fprintf(out, "%%%02X", *text);
		else
			fputc(*text, out);
	}
}

static const char *command_of(enum verdict v)
{
	switch (v) {
	case VERDICT_REGRESSION:
		return "error";
	case VERDICT_CHANGED:
	case VERDICT_INCONCLUSIVE:
	case VERDICT_UNREACHABLE:
		return "warning";
	case VERDICT_IMPROVEMENT:
		return "notice";
	default:
		return NULL;
	}
}

static int put_row(FILE *out, const struct comparison *c, const struct compare_row *r)
{
	const char *command = command_of(r->d.verdict);
	char change[FIGURE_MAX], interval[FIGURE_MAX], verdict[FIGURE_MAX], title[FIGURE_MAX + 16],
		*label, *fresh = r->confirm ? compare_tell_confirm(r) : NULL;
	char text[4 * FIGURE_MAX];

	if (!command)
		return 0;
	label = compare_tell_row(c, r);
	if (!label || (r->confirm && !fresh)) {
		free(label);
		free(fresh);
		return -ENOMEM;
	}
	snprintf(title, sizeof(title), "twbench: %s", verdict_name(r->d.verdict));
	snprintf(text, sizeof(text), ": %s, %g%% interval %s: %s",
		 figure_change(change, r, r->d.shift), 100 * c->opts.decide.level,
		 figure_interval(interval, r), figure_verdict(verdict, r));
	fprintf(out, "::%s title=", command);
	put(out, title, true);
	fputs("::", out);
	put(out, label, false);
	put(out, text, false);
	if (fresh) {
		fputs("; ", out);
		put(out, fresh, false);
	}
	fputc('\n', out);
	free(label);
	free(fresh);
	return 0;
}

static void put_warning(FILE *out, const char *title, const char *text)
{
	fputs("::warning title=", out);
	put(out, title, true);
	fputs("::", out);
	put(out, text, false);
	fputc('\n', out);
}

static int put_left_out(FILE *out, const struct comparison *c)
{
	const json_t *o;
	size_t i;

	json_array_foreach(c->left_out, i, o) {
		char *text = compare_tell_left_out(o);

		if (!text)
			return -ENOMEM;
		put_warning(out, "twbench: left out", text);
		free(text);
	}
	return 0;
}

/* Appended: steps before this one may have written there. */
static int write_summary(const struct comparison *c)
{
	const char *path = getenv("GITHUB_STEP_SUMMARY");
	FILE *f;
	int err;

	if (!path || !*path)
		return 0;
	f = fopen(path, "ae");
	if (!f)
		return -errno;
	err = compare_print_markdown(f, c);
	if (fclose(f) && !err)
		err = -EIO;
	return err;
}

int compare_print_github(FILE *out, const struct comparison *c)
{
	const json_t *w;
	size_t i;
	int err = 0;

	for (i = 0; i < c->n_rows && !err; i++)
		err = put_row(out, c, &c->rows[i]);
	json_array_foreach(c->warnings, i, w)
		put_warning(out, "twbench", json_string_value(w));
	err = err ? err : put_left_out(out, c);
	fprintf(out, "twbench: %s: ", overall_name(compare_overall(c)));
	compare_tell_counts(out, c);
	fputc('\n', out);
	return err ? err : write_summary(c);
}
