/* SPDX-License-Identifier: GPL-2.0 */
#define _GNU_SOURCE
#include "text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

#define MARGIN 11

static size_t text_width = TEXT_WIDTH;

void text_set_width(size_t columns)
{
	text_width = columns;
}

void text_clean(char *s)
{
	unsigned char *p, *end = (unsigned char *)s;

	for (p = end; *p; p++) {
		/* U+0080 .. U+009F are control characters as well (0x9b: CSI), in UTF-8 c2 80 .. c2 9f.
		 * U+FFFE and U+FFFF are none at all, and XML does not take them. */
		if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
			p[0] = p[1] = ' ';
		else if (p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe)
			p[0] = p[1] = p[2] = ' ';
		else if (*p < ' ' || *p == 0x7f)
			*p = ' ';
		if (*p != ' ')
			end = p + 1;
	}
	*end = '\0';
}

void text_whole(char *s)
{
	size_t n = strlen(s), begin = n, want;
	unsigned char c;

	while (begin && n - begin < 3 && (s[begin - 1] & 0xc0) == 0x80)
		begin--;
	if (!begin)
		return;
	c = s[--begin];
	want = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;
	if (n - begin < want)
		s[begin] = '\0';
}

size_t text_columns(const char *s, size_t len)
{
	size_t n = 0;

	for (; len; s++, len--)
		n += (*s & 0xc0) != 0x80;
	return n;
}

/* Bytes of the next line: up to the last blank that fits, or through a word that never would. */
static size_t line_bytes(const char *s, size_t room)
{
	size_t i, columns = 0, blank = 0;

	for (i = 0; s[i]; i++) {
		columns += (s[i] & 0xc0) != 0x80;
		if (s[i] == ' ' && columns <= room + 1)
			blank = i;
		if (columns > room)
			return blank ?: i;
	}
	return i;
}

static void print_wrapped(FILE *out, const char *label, const char *text)
{
	bool first = true;

	do {
		size_t n = line_bytes(text, text_width - MARGIN);

		fprintf(out, "%-*s%.*s\n", MARGIN, first ? label : "", (int)n, text);
		text += n;
		text += strspn(text, " ");
		first = false;
	} while (*text);
}

int text_item(FILE *out, const char *label, const char *fmt, ...)
{
	va_list ap;
	char *text;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -ENOMEM;
	text_clean(text);
	print_wrapped(out, label, text);
	free(text);
	return 0;
}

static void cut(char *buf, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n < size) {
		memcpy(buf, text, n + 1);
		return;
	}
	n = size - 4;
	while (n && (text[n] & 0xc0) == 0x80)
		n--;
	memcpy(buf, text, n);
	strcpy(buf + n, "...");
}

const char *text_value(char *buf, size_t size, const json_t *v)
{
	char number[NUMBER_MAX], *dump;

	if (!v || json_is_null(v)) {
		cut(buf, size, "-");
	} else if (json_is_string(v)) {
		cut(buf, size, json_string_value(v));
	} else if (json_is_number(v)) {
		cut(buf, size, number_full(number, v));
	} else {
		dump = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		cut(buf, size, dump ?: "?");
		free(dump);
	}
	text_clean(buf);
	return buf;
}

void text_word(FILE *f, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=.,:/@%^";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, f);
		return;
	}
	fputc('\'', f);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\''", f);
		else
			fputc(*word, f);
	}
	fputc('\'', f);
}
