// SPDX-License-Identifier: GPL-2.0
/* What the head of a plots/NAME.gp says. */
#include "figure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct key {
	const char *name;
	size_t offset;
} keys[] = {
#define KEY(field) \
	{ \
#field, offsetof(struct figure, field) \
	}
	KEY(title), KEY(bench), KEY(metrics), KEY(optional), KEY(hist), KEY(where),
	KEY(x),	    KEY(vary),	KEY(series),  KEY(measure),  KEY(rows), KEY(each),
#undef KEY
};

const struct figure_source *figure_by_name(const char *name)
{
	for (const struct figure_source *s = figure_sources; s->name; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

bool figure_word(const char **words, char *buf, size_t size)
{
	const char *start = *words + strspn(*words, " ");
	size_t n = strcspn(start, " ");

	*words = start + n;
	if (!n || n >= size)
		return false;
	memcpy(buf, start, n);
	buf[n] = '\0';
	return true;
}

bool figure_has_word(const char *words, const char *word)
{
	char buf[FIGURE_WORDS];

	while (figure_word(&words, buf, sizeof(buf)))
		if (!strcmp(buf, word))
			return true;
	return false;
}

/* line: behind "#:". A key that comes again goes on. */
static int parse_line(struct figure *f, const char *line, char *why, size_t size)
{
	char key[32], *value;
	size_t used;

	if (!figure_word(&line, key, sizeof(key)))
		return 0;
	line += strspn(line, " ");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (strcmp(keys[i].name, key))
			continue;
		value = (char *)f + keys[i].offset;
		used = strlen(value);
		if (used + strlen(line) + 2 > FIGURE_WORDS)
			break;
		sprintf(value + used, "%s%s", used ? " " : "", line);
		return 0;
	}
	snprintf(why, size, "key '%s' is not known, or too long", key);
	return -EINVAL;
}

int figure_parse(const struct figure_source *source, struct figure *f, char *why, size_t size)
{
	const char *at = source->start, *eol;
	char line[FIGURE_WORDS + 64];

	*f = (struct figure){ .source = source };
	for (; at < source->end; at = eol + 1) {
		eol = memchr(at, '\n', source->end - at) ?: source->end;
		if (eol - at < 2 || strncmp(at, "#:", 2))
			continue;
		snprintf(line, sizeof(line), "%.*s", (int)(eol - at - 2), at + 2);
		if (parse_line(f, line, why, size))
			return -EINVAL;
	}
	if (*f->title && *f->measure && (*f->rows || (*f->bench && (*f->metrics || *f->hist))))
		return 0;
	snprintf(why, size, "lacks title, measure, bench, or all of metrics, hist and rows");
	return -EINVAL;
}
