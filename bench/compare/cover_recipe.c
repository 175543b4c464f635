// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cover.h"
#include "number.h"

#define INDENT 2

struct recipe {
	FILE *out;
	size_t column;
};

/* Number of columns of the character as it is written. */
static size_t encoded(char c)
{
	return c > ' ' && c < 0x7f && c != '%' ? 1 : 3;
}

static void put_char(struct recipe *r, char c)
{
	if (encoded(c) == 1)
		fputc(c, r->out);
	else
		fprintf(r->out, "%%%02X", (unsigned char)c);
	r->column += encoded(c);
}

static void new_line(struct recipe *r)
{
	fprintf(r->out, "\n%*s", INDENT, "");
	r->column = INDENT;
}

/* The word's columns, as far as it matters whether it fits. */
static size_t length(const char *value)
{
	size_t n = 0;

	while (*value && n <= COVER_WIDTH)
		n += encoded(*value++);
	return n;
}

static void put(struct recipe *r, const char *name, const char *value)
{
	size_t need = strlen(name) + 1 + length(value);

	if (r->column > INDENT && r->column + 1 + need > COVER_WIDTH)
		new_line(r);
	else if (r->column > INDENT)
		r->column += fprintf(r->out, " ");
	r->column += fprintf(r->out, "%s=", name);
	for (; *value; value++) {
		if (r->column + encoded(*value) > COVER_WIDTH) {
			new_line(r);
			r->column += fprintf(r->out, "%s+=", name);
		}
		put_char(r, *value);
	}
}

static void put_side(struct recipe *r, const char *name, const struct side *s)
{
	for (size_t i = 0; i < s->n_journals; i++)
		put(r, name, s->journals[i].sha256);
}

/* args may begin with the program's own name. */
static void put_args(struct recipe *r, const json_t *args)
{
	const json_t *arg;
	size_t i;

	json_array_foreach(args, i, arg) {
		const char *text = json_string_value(arg), *slash = strrchr(text, '/');

		if (i || strcmp(slash ? slash + 1 : text, "twbench"))
			put(r, "arg", text);
	}
}

int cover_recipe(FILE *out, const struct comparison *c)
{
	const struct side *s = c->head.n_journals ? &c->head : &c->base;
	const json_t *header = s->journals[0].header, *env = json_object_get(header, "env");
	const char *commit = json_string_value(json_object_get(env, "twbench_commit"));
	const char *version = json_string_value(json_object_get(env, "twbench_version"));
	struct recipe r = { .out = out };
	char seed[NUMBER_MAX];

	r.column = fprintf(out, "twbench-repro/1");
	put(&r, "commit", commit ? commit : "-");
	put(&r, "version", version ? version : "-");
	put(&r, "seed", number_full(seed, json_object_get(header, "seed")));
	put(&r, "hash", "sha256");
	new_line(&r);
	put_side(&r, "base", &c->base);
	put_side(&r, "head", &c->head);
	new_line(&r);
	put_args(&r, json_object_get(header, "args"));
	fputc('\n', out);
	return 0;
}
