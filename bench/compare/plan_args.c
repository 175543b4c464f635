// SPDX-License-Identifier: GPL-2.0
#include "plan_args.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	bool value;
} apart[] = {
	{ "output", true },  { "seed", true },	     { "quiet", false },
	{ "resume", false }, { "dry-run", false },   { "require-live", false },
	{ "against", true }, { "confirm", false },   { "strict", false },
	{ "format", true },  { "alpha", true },	     { "level", true },
	{ "floor", true },   { "floor-file", true }, { "treatment", true },
	{ "metrics", true },
};

/* As getopt_long() takes it: also shortened, as long as it is no other's beginning; what was run was
 * not ambiguous. The length of the name, 0 if it is none of them. */
static size_t long_option(const char *word, bool *value)
{
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(apart) / sizeof(apart[0]); i++) {
		if (n < 3 || strncmp(word + 2, apart[i].name, n - 2))
			continue;
		*value = apart[i].value;
		return n;
	}
	return 0;
}

/* "--NAME", "--NAME=VALUE". Whether it is one of them; *next: its value is the next word. */
static bool is_long(const char *word, bool *next)
{
	bool value;
	size_t n = strncmp(word, "--", 2) ? 0 : long_option(word, &value);

	if (n)
		*next = value && !word[n];
	return n;
}

/* "-o", "-oVALUE", and "-q" also in front of another: "-qn5". What is left of the word; NULL:
 * nothing. */
static json_t *short_option(const char *word, bool *next)
{
	while (word[1] == 'q')
		word++;
	if (!word[1] || word[1] == 'o') {
		*next = word[1] && !word[2];
		return NULL;
	}
	return json_sprintf("-%s", word + 1);
}

static json_t *word_left(const json_t *arg, bool *next)
{
	const char *word = json_string_value(arg) ?: "";

	*next = false;
	/* "--": no bench begins with a dash, and more options may follow */
	if (!strcmp(word, "--") || is_long(word, next))
		return NULL;
	if (word[0] == '-' && word[1] && word[1] != '-')
		return short_option(word, next);
	return json_incref((json_t *)arg);
}

json_t *plan_args(const json_t *args)
{
	json_t *out = json_array(), *word;
	bool value = false, next;
	size_t i;

	json_array_foreach(args, i, word) {
		json_t *left = i && value ? NULL : word_left(word, &next);

		if (left && json_array_append_new(out, left))
			break;
		next = value ? false : next;
		value = next;
	}
	if (i == json_array_size(args))
		return out;
	json_decref(out);
	return NULL;
}
