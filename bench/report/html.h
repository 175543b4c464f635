/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One page that needs nothing but itself: XHTML that HTML parsers take as well, no script, no
 * address. Whatever text goes in is foreign, and escaped here and nowhere else.
 */
#ifndef TW_HTML_H
#define TW_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct table;

/* The body of a page, as it grows. */
struct html {
	FILE *out;
	json_t *contents; /* array of [level, id, title]: the headings */
	int level; /* of the next heading; the page's own is 1 */
	size_t ids; /* made so far: all differ */
	size_t items; /* html_item() so far */
	size_t figures;
	bool in_list;
	const char *kind; /* of the item before */
};

/* Escaped, as text or between double quotes; what XML or UTF-8 do not know is replaced. */
void html_text(FILE *out, const char *text);

bool html_is_utf8(const char *text);

/* A heading of h->level that the contents name. 0 or -ENOMEM. */
int html_heading(struct html *h, const char *title);

/* label and text of a list, which begins with the first and ends before whatever comes next. An
 * empty label: another text of the one before. */
void html_item(struct html *h, const char *label, const char *text);

/* kind: of the looks, "lead", "note", ... */
void html_paragraph(struct html *h, const char *kind, const char *text);

/* Begins and ends a table that scrolls by itself where it is too wide; its caption does not. */
void html_table_begin(struct html *h, const char *caption);
void html_table_end(struct html *h);
/* The same table as table_print(): no cell is written another way. NULL caption: none. 0 or
 * -errno. */
int html_table(struct html *h, const struct table *t, const char *caption);

/*
 * A picture that gnuplot drew, given as the text of its SVG. Identifiers get a prefix, since all of
 * its pictures use the same ones. 0, or -EINVAL: that is no such picture; nothing is written.
 */
int html_figure(struct html *h, const char *svg, const char *title, const char *caption);

/* Before anything that is no item of a list. */
void html_end_list(struct html *h);

/* The whole page around a body: title, one line about it, contents. */
void html_page(FILE *out, const struct html *h, const char *title, const char *about,
	       const char *body);

#endif
