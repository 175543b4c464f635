// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "side.h"

static bool exists(const char *path)
{
	return !strcmp(path, "-") || !access(path, F_OK);
}

/* Where ":NAME=VALUE..." begins; the end if there is none. */
static const char *find_select(const char *spec)
{
	const char *colon = strrchr(spec, ':');

	return colon && !exists(spec) && strchr(colon, '=') ? colon : spec + strlen(spec);
}

/* Words between commas, each to put(). */
static int each_word(const char *text, size_t len, int (*put)(json_t *to, const char *word),
		     json_t *to)
{
	char *copy = strndup(text, len), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && (word = strsep(&rest, ",")))
		err = put(to, word);
	free(copy);
	return err;
}

static int put_path(json_t *to, const char *word)
{
	return json_array_append_new(to, json_string(word)) ? -ENOMEM : 0;
}

static int put_select(json_t *to, const char *word)
{
	const char *equals = strchrnul(word, '=');
	char *name = strndup(word, equals - word);
	int err = name ? json_object_set_new(to, name, json_string(*equals ? equals + 1 : "")) : -1;

	free(name);
	return err ? -ENOMEM : 0;
}

int side_parse_spec(const char *spec, json_t **paths, json_t **select)
{
	const char *end = find_select(spec);
	char *path = strndup(spec, end - spec);
	int err = path ? 0 : -ENOMEM;

	*paths = json_array();
	*select = json_object();
	if (!err && exists(path))
		err = put_path(*paths, path);
	else if (!err)
		err = each_word(path, strlen(path), put_path, *paths);
	if (!err && *end)
		err = each_word(end + 1, strlen(end + 1), put_select, *select);
	free(path);
	return err;
}
