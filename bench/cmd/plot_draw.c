// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "plot_draw.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "exit_code.h"

/* A picture takes a second. */
#define LIMIT_NS 60000000000ULL

int plot_check_dir(const char *dir)
{
	char probe[PATH_MAX];
	int fd;

	if (mkdir(dir, 0777) && errno != EEXIST)
		return -errno;
	if (snprintf(probe, sizeof(probe), "%s/.twbench-XXXXXX", dir) >= (int)sizeof(probe))
		return -ENAMETOOLONG;
	/* access() says yes to root also where no file can be made. */
	fd = mkostemp(probe, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return unlink(probe) ? -errno : 0;
}

static int copy_bytes(const char *from, int to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), err = 0;
	char buf[65536];
	ssize_t n;

	if (in < 0)
		return -errno;
	while (!err && (n = read(in, buf, sizeof(buf)))) {
		if (n < 0 || write(to, buf, n) != n)
			err = errno ? -errno : -EIO;
	}
	close(in);
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

/* Under its name only when whole: the private directory may be another file system. */
static int place(const char *from, const char *path, const char *dir)
{
	char tmp[PATH_MAX];
	mode_t mask = umask(0);
	int fd, err;

	umask(mask);
	if (snprintf(tmp, sizeof(tmp), "%s/.twbench-XXXXXX", dir) >= (int)sizeof(tmp))
		return -ENAMETOOLONG;
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	errno = 0;
	err = copy_bytes(from, fd);
	if (!err && fchmod(fd, 0666 & ~mask))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
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
	if (f)
		fclose(f);
}

/* 0: gnuplot has drawn; otherwise the exit code. */
static int run(const char *who, const struct figure *f, struct kept *c)
{
	int status = command_run(c, LIMIT_NS);
	char words[240];

	read_complaint(c, words, sizeof(words));
	/* The script found nothing to draw: what only it can tell. */
	if (status == EXIT_USAGE) {
		fprintf(stderr, "%s: %s cannot be drawn: %s; measure it: %s\n", who,
			f->source->name, words, f->measure);
		return EXIT_USAGE;
	}
	if (status < 0)
		fprintf(stderr, "%s: %s: gnuplot: %s\n", who, f->source->name, c->why);
	else if (status)
		fprintf(stderr, "%s: %s: gnuplot (5.4 or later is needed) ended with %d: %s\n", who,
			f->source->name, status, *words ? words : "without a word");
	else if (*words)
		fprintf(stderr, "%s: %s: warning: gnuplot: %s\n", who, f->source->name, words);
	return status ? EXIT_INTERNAL : 0;
}

int plot_draw(const char *who, const struct figure *f, const struct figure_points *points,
	      const struct figure_table *table, const struct plot_target *to)
{
	/* -d: the user's own settings would change the looks. */
	static const char *const argv[] = { "gnuplot", "-d", "run.gp", NULL };
	char picture[PATH_MAX], path[PATH_MAX];
	struct kept c = { 0 };
	int err, code;

	if (!command_exists(argv[0])) {
		fprintf(stderr, "%s: gnuplot is not installed (Debian package gnuplot-nox)\n", who);
		return EXIT_NOTHING;
	}
	err = command_prepare(&c, argv);
	if (err) {
		fprintf(stderr, "%s: cannot start gnuplot: %s\n", who, c.why);
		command_end(&c);
		return EXIT_INTERNAL;
	}
	err = points ? figure_write(c.dir, f, points, &to->look)
		     : figure_write_table(c.dir, f, table, &to->look);
	code = err ? EXIT_INTERNAL : run(who, f, &c);
	snprintf(picture, sizeof(picture), "%s/picture", c.dir);
	if (!err && !code && !strcmp(to->look.format, "txt")) {
		snprintf(path, sizeof(path), "%s/tidy", c.dir);
		err = tidy_text(picture, path);
		strcpy(picture, path);
	}
	snprintf(path, sizeof(path), "%s/%s.%s", to->dir, f->source->name, to->look.format);
	if (!err && !code)
		err = place(picture, path, to->dir);
	command_end(&c);
	if (err) {
		fprintf(stderr, "%s: %s: %s\n", who, path, strerror(-err));
		return EXIT_INTERNAL;
	}
	if (!code)
		puts(path);
	return code;
}
