/* SPDX-License-Identifier: GPL-2.0 */
/* The lines of a mail, and which of them are a recipe's. */
#ifndef TW_RECIPE_LINE_H
#define TW_RECIPE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#define RECIPE_MAGIC "twbench-repro/"
#define RECIPE_QUOTES "> |:\t"

struct line {
	const char *s;
	size_t n; /* without CR, and blanks at its end */
	const char *next; /* NULL: it was the last */
};

/* Where a recipe begins. At first: .from the mail. */
struct place {
	struct line first;
	size_t at; /* behind the quote marks */
	size_t number; /* of the line, from 1 on */
	const char *from; /* what is still to be looked at */
};

struct line line_at(const char *s, const char *end);
/* The first byte from `from` on that is none of the set. */
size_t span(const struct line *l, size_t from, const char *set);
/* Whether it begins with the quote marks of the first and two blanks. The blank behind a mark may be
 * one that others lack. */
bool goes_on(const struct line *l, const struct line *first, size_t at);
/* The next recipe, false: there is none. */
bool place_next(struct place *p, const char *end);

#endif
