/* SPDX-License-Identifier: GPL-2.0 */
#include "cmdline.h"

#include <ctype.h>
#include <string.h>

/* Next token at or after *p, of which *p becomes the end; its length, 0 at the end. A blank inside
 * double quotes does not split: a="b twbench.guest=1" is one parameter. */
static size_t next_token(const char **p, const char **start)
{
	bool quoted = false;
	const char *s = *p;

	while (isspace((unsigned char)*s))
		s++;
	*start = s;
	for (; *s && (quoted || !isspace((unsigned char)*s)); s++)
		quoted ^= *s == '"';
	*p = s;
	return s - *start;
}

/* As above, but ends at a lone "--". */
static size_t next_param(const char **p, const char **start)
{
	size_t len = next_token(p, start);

	return len == 2 && !memcmp(*start, "--", 2) ? 0 : len;
}

size_t cmdline_kernel_len(const char *line)
{
	const char *p = line, *start, *end = line;

	while (next_param(&p, &start))
		end = p;
	return end - line;
}

bool cmdline_has(const char *line, const char *token)
{
	const char *p = line, *start;
	size_t len;

	while ((len = next_param(&p, &start)))
		if (len == strlen(token) && !memcmp(start, token, len))
			return true;
	return false;
}

bool cmdline_value(const char *line, const char *name, char *value, size_t size)
{
	const char *p = line, *start;
	size_t len, name_len = strlen(name);
	bool found = false;

	while ((len = next_param(&p, &start))) {
		if (len <= name_len || memcmp(start, name, name_len) || start[name_len] != '=')
			continue;
		len -= name_len + 1;
		found = len < size;
		if (!found)
			continue;
		memcpy(value, start + name_len + 1, len);
		value[len] = '\0';
	}
	return found;
}
