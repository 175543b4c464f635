/* SPDX-License-Identifier: GPL-2.0 */
/* Running text of a report. What a journal says is foreign: nothing of it reaches a terminal raw. */
#ifndef TW_TEXT_H
#define TW_TEXT_H

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#define TEXT_WIDTH 79 /* of running text, unless text_set_width() */
#define TABLE_WIDTH 100 /* no line is longer */

/* In place: control characters (tabs, escapes, line ends) become blanks; none at the end. */
void text_clean(char *s);

/* In place: without the beginning of a character of UTF-8 that was cut at the end. */
void text_whole(char *s);

/* Columns that len bytes of UTF-8 take, one per character. */
size_t text_columns(const char *s, size_t len);

/* For what goes into a mail, where replies are quoted; for all that follows. */
void text_set_width(size_t columns);

/* `label` in a margin of 11 columns, the text beside it, wrapped. 0 or -ENOMEM. */
int text_item(FILE *out, const char *label, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* A word of a command line; quoted if a shell would take it apart, so that it can be pasted. */
void text_word(FILE *f, const char *word);

/* A value as in a table or in NAME=VALUE, without quotes; "-" for null and NULL. Cut to fit. */
const char *text_value(char *buf, size_t size, const json_t *v);

#endif
