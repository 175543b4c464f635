// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "plot_draw.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "exit_code.h"
#include "place.h"
#include "slurp.h"
#include "text.h"

/* A picture takes a second. */
#define LIMIT_NS 60000000000ULL

/* The whole file: it is no larger than a picture. */
static int copy_bytes(const char *from, FILE *out)
{
	FILE *in = fopen(from, "re");
	char buf[65536];
	size_t n;
	int err = 0;

	if (!in)
		return -errno;
	while ((n = fread(buf, 1, sizeof(buf), in)) > 0)
		if (fwrite(buf, 1, n, out) != n)
			err = -errno;
	if (ferror(in))
		err = err ?: -EIO;
	fclose(in);
	return err;
}

/* gnuplot leaves a '>' as it is, also where "]]>" is no XML. */
static int copy_xml(const char *from, FILE *out)
{
	FILE *in = fopen(from, "re");
	int c, brackets = 0, err;

	if (!in)
		return -errno;
	while ((c = getc(in)) != EOF) {
		if (c == '>' && brackets >= 2)
			fputs("&gt;", out);
		else
			putc(c, out);
		brackets = c == ']' ? brackets + 1 : 0;
	}
	err = ferror(in) || ferror(out) ? -EIO : 0;
	fclose(in);
	return err;
}

/* gnuplot begins a page with a form feed and fills lines up; neither is for a mail. */
static int tidy_text(const char *from, const char *to)
{
	FILE *in = fopen(from, "re"), *out = fopen(to, "we");
	char line[512];
	int err = in && out ? 0 : -errno;

	while (!err && fgets(line, sizeof(line), in)) {
		char *start = line + (*line == '\f');
		size_t n = strlen(start);

		while (n && strchr(" \n\f", start[n - 1]))
			n--;
		fprintf(out, "%.*s\n", (int)n, start);
	}
	if (in)
		fclose(in);
	if (out && fclose(out) && !err)
		err = -errno;
	return err;
}

/* The private directory may be another file system. */
static int place(const char *from, const char *path, const struct plot_target *to)
{
	struct placing p;
	bool xml = !strcmp(to->look.format, "svg");
	int err = place_begin(&p, to->dir);

	return err ?: place_end(&p, path, (xml ? copy_xml : copy_bytes)(from, p.out));
}

/* gnuplot repeats the command and points at the place first: its last line says what is wrong. */
static void read_complaint(const struct kept *c, char *buf, size_t size)
{
	char path[PATH_MAX], line[512];
	FILE *f;

	*buf = '\0';
	snprintf(path, sizeof(path), "%s/stderr", c->dir);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (line[strspn(line, " \t\n")])
			snprintf(buf, size, "%.*s", (int)strcspn(line, "\n"), line);
	text_clean(buf);
	if (f)
		fclose(f);
}

/* 0: gnuplot has drawn, words: its warning; otherwise the exit code, and why. */
static int run(struct kept *c, char *words, size_t size)
{
	int status = command_run(c, LIMIT_NS);
	char last[240];

	read_complaint(c, last, sizeof(last));
	if (status < 0)
		snprintf(words, size, "gnuplot: %s", c->why);
	else if (status && status != EXIT_USAGE)
		snprintf(words, size, "gnuplot (5.4 or later is needed) ended with %d: %s", status,
			 *last ? last : "without a word");
	else
		snprintf(words, size, "%s", last);
	/* The script found nothing to draw: what only it can tell. */
	return !status || status == EXIT_USAGE ? status : EXIT_INTERNAL;
}

/* Leaves the picture in c->dir, as "picture". The caller ends c in any case. */
static int draw(const struct figure *f, const struct figure_points *points,
		const struct figure_table *table, const struct figure_look *look, struct kept *c,
		char *words, size_t size)
{
	/* -d: the user's own settings would change the looks. */
	static const char *const argv[] = { "gnuplot", "-d", "run.gp", NULL };
	int err;

	*c = (struct kept){ 0 };
	if (!command_exists(argv[0])) {
		snprintf(words, size, "%s", PLOT_NO_GNUPLOT);
		return EXIT_NOTHING;
	}
	if (command_prepare(c, argv)) {
		snprintf(words, size, "cannot start gnuplot: %s", c->why);
		return EXIT_INTERNAL;
	}
	err = points ? figure_write(c->dir, f, points, look)
		     : figure_write_table(c->dir, f, table, look);
	if (!err)
		return run(c, words, size);
	snprintf(words, size, "%s", strerror(-err));
	return EXIT_INTERNAL;
}

static void complain(const char *who, const struct figure *f, int code, const char *words)
{
	if (code == EXIT_USAGE)
		fprintf(stderr, "%s: %s cannot be drawn: %s; measure it: %s\n", who,
			f->source->name, words, f->measure);
	else if (code == EXIT_NOTHING)
		fprintf(stderr, "%s: %s\n", who, words);
	else if (code)
		fprintf(stderr, "%s: %s: %s\n", who, f->source->name, words);
	else if (*words)
		fprintf(stderr, "%s: %s: warning: gnuplot: %s\n", who, f->source->name, words);
}

int plot_svg(const char *who, const struct figure *f, const struct figure_points *points,
	     const struct figure_table *table, const struct figure_look *look, char **text,
	     char *why, size_t size)
{
	char picture[PATH_MAX];
	struct kept c;
	int code = draw(f, points, table, look, &c, why, size), err = 0;
	size_t n;

	*text = NULL;
	if (code != EXIT_USAGE)
		complain(who, f, code, why);
	snprintf(picture, sizeof(picture), "%s/picture", c.dir);
	if (!code)
		err = slurp_file(picture, SIZE_MAX, text, &n);
	command_end(&c);
	if (!err)
		return code;
	snprintf(why, size, "%s", strerror(-err));
	complain(who, f, EXIT_INTERNAL, why);
	return EXIT_INTERNAL;
}

int plot_draw(const char *who, const struct figure *f, const struct figure_points *points,
	      const struct figure_table *table, const struct plot_target *to)
{
	char picture[PATH_MAX], path[PATH_MAX], words[400];
	struct kept c;
	int code = draw(f, points, table, &to->look, &c, words, sizeof(words)), err = 0;

	complain(who, f, code, words);
	snprintf(picture, sizeof(picture), "%s/picture", c.dir);
	if (!code && !strcmp(to->look.format, "txt")) {
		snprintf(path, sizeof(path), "%s/tidy", c.dir);
		err = tidy_text(picture, path);
		strcpy(picture, path);
	}
	snprintf(path, sizeof(path), "%s/%s.%s", to->dir, f->source->name, to->look.format);
	if (!err && !code)
		err = place(picture, path, to);
	command_end(&c);
	if (err) {
		fprintf(stderr, "%s: %s: %s\n", who, path, strerror(-err));
		return EXIT_INTERNAL;
	}
	if (!code)
		puts(path);
	return code;
}
