// SPDX-License-Identifier: GPL-2.0
/* A figure of a table that was made elsewhere: are its columns there? */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "figure.h"
#include "text.h"

/* From 0, or -1. line: up to its end. */
static int column_of(const char *line, size_t size, const char *name)
{
	const char *at = line, *end = line + size, *tab;

	for (int i = 0; at <= end; i++, at = tab + 1) {
		tab = memchr(at, '\t', end - at);
		tab = tab ? tab : end;
		if (strlen(name) == (size_t)(tab - at) && !memcmp(at, name, tab - at))
			return i;
	}
	return -1;
}

static size_t line_size(const struct figure_table *t, const char *at)
{
	const char *end = t->text + t->size, *eol = memchr(at, '\n', end - at);

	return (eol ? eol : end) - at;
}

bool figure_table_has(const struct figure_table *t, const char *column)
{
	return column_of(t->text, line_size(t, t->text), column) >= 0;
}

static size_t count_tabs(const char *line, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < size; i++)
		n += line[i] == '\t';
	return n;
}

int figure_check_table(const struct figure *f, const struct figure_table *t, char *why, size_t size)
{
	const char *words = f->rows, *end = t->text + t->size, *at;
	size_t head = line_size(t, t->text), tabs = count_tabs(t->text, head), line = 1;
	char word[FIGURE_WORDS];

	while (figure_word(&words, word, sizeof(word))) {
		if (figure_table_has(t, word))
			continue;
		snprintf(why, size,
			 "its first line names no column '%s' (needed: %s; tab-separated)", word,
			 f->rows);
		return -EINVAL;
	}
	for (at = t->text + head + 1; at < end; at += line_size(t, at) + 1) {
		line++;
		if (count_tabs(at, line_size(t, at)) == tabs)
			continue;
		snprintf(why, size, "line %zu has not as many columns as the first", line);
		return -EINVAL;
	}
	if (line > 1)
		return 0;
	snprintf(why, size, "no row in it");
	return -EINVAL;
}
