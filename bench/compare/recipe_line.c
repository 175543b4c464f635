// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "recipe_line.h"

#include <string.h>

struct line line_at(const char *s, const char *end)
{
	const char *lf = memchr(s, '\n', end - s);
	struct line l = { s, (lf ? lf : end) - s, lf && lf + 1 < end ? lf + 1 : NULL };

	while (l.n && strchr(" \t\r", s[l.n - 1]))
		l.n--;
	return l;
}

size_t span(const struct line *l, size_t from, const char *set)
{
	size_t i = from;

	while (i < l->n && l->s[i] && strchr(set, l->s[i]))
		i++;
	return i;
}

/* Whether a recipe begins here, and not a sentence that mentions one. *at: behind the quote marks. */
static bool is_first(const struct line *l, size_t *at)
{
	size_t i, k;

	*at = span(l, 0, RECIPE_QUOTES);
	if (l->n - *at < strlen(RECIPE_MAGIC) ||
	    memcmp(l->s + *at, RECIPE_MAGIC, strlen(RECIPE_MAGIC)))
		return false;
	i = *at + strlen(RECIPE_MAGIC);
	k = span(l, i, "0123456789");
	if (k == i || (k < l->n && l->s[k] != ' '))
		return false;
	return k == l->n || memchr(l->s + k, '=', l->n - k);
}

static bool is_indented(const struct line *l, const struct line *first, size_t at)
{
	return l->n > at + 2 && !memcmp(l->s, first->s, at) && l->s[at] == ' ' &&
	       l->s[at + 1] == ' ';
}

bool goes_on(const struct line *l, const struct line *first, size_t at)
{
	size_t marks = at;

	while (marks && strchr(" \t", first->s[marks - 1]))
		marks--;
	return is_indented(l, first, at) || is_indented(l, first, marks);
}

bool place_next(struct place *p, const char *end)
{
	while (p->from && p->from < end) {
		p->first = line_at(p->from, end);
		p->from = p->first.next;
		p->number++;
		if (is_first(&p->first, &p->at))
			return true;
	}
	return false;
}
