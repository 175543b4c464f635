// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "claim.h"
#include "cover.h"
#include "number.h"

#define INDENT 2

struct writer {
	FILE *out;
	FILE *words; /* as they are before they are encoded and cut, for `check` */
	size_t column;
};

/* Number of columns of the character as it is written. */
static size_t encoded(char c)
{
	return c > ' ' && c < 0x7f && c != '%' ? 1 : 3;
}

static void put_char(struct writer *r, char c)
{
	if (encoded(c) == 1)
		fputc(c, r->out);
	else
		fprintf(r->out, "%%%02X", (unsigned char)c);
	r->column += encoded(c);
}

static void new_line(struct writer *r)
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

static void put(struct writer *r, const char *name, const char *value)
{
	size_t need = strlen(name) + 1 + length(value);

	fprintf(r->words, "%s=%s\n", name, value);
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

static void put_side(struct writer *r, const char *name, const struct side *s)
{
	for (size_t i = 0; i < s->n_journals; i++)
		put(r, name, s->journals[i].sha256);
}

/* Of one journal: how to tell the sides apart. */
static void put_select(struct writer *r, const char *name, const struct side *s)
{
	const char *param;
	json_t *v;

	json_object_foreach(s->select, param, v) {
		char *text = NULL;

		if (asprintf(&text, "%s=%s", param, json_string_value(v)) >= 0)
			put(r, name, text);
		free(text);
	}
}

/* args may begin with the program's own name. */
static void put_args(struct writer *r, const json_t *args)
{
	const json_t *arg;
	size_t i;

	json_array_foreach(args, i, arg) {
		const char *text = json_string_value(arg), *slash = strrchr(text, '/');

		if (i || strcmp(slash ? slash + 1 : text, "twbench"))
			put(r, "arg", text);
	}
}

static const json_t *env_of(const struct side *s)
{
	return json_object_get(s->journals[0].header, "env");
}

static void put_field(struct writer *r, const char *name, const json_t *env, const char *field)
{
	const char *text = json_string_value(json_object_get(env, field));

	if (text)
		put(r, name, text);
}

/* Kernels of one release may be built from anything. */
static void put_build(struct writer *r, const char *name, const json_t *env)
{
	const char *text = json_string_value(json_object_get(env, "kernel_version"));
	char build[SHORT_HASH_SIZE];

	if (!text)
		return;
	short_hash(build, text, strlen(text));
	put(r, name, build);
}

/* Which side is which, where each has journals of its own; what a letter of one journal is of. */
static void put_environment(struct writer *r, const struct comparison *c)
{
	const json_t *meant = c->opts.treatment.fields;

	if (!c->head.n_journals) {
		put_field(r, "machine", env_of(&c->base), "machine_id_hash");
		put_field(r, "kernel", env_of(&c->base), "kernel_release");
		put_build(r, "kernel-build", env_of(&c->base));
		return;
	}
	if (c->opts.treatment.text)
		put(r, "treatment", c->opts.treatment.text);
	if (json_object_get(meant, "kernel_release")) {
		put_field(r, "base-kernel", env_of(&c->base), "kernel_release");
		put_field(r, "head-kernel", env_of(&c->head), "kernel_release");
		put_build(r, "base-build", env_of(&c->base));
		put_build(r, "head-build", env_of(&c->head));
	}
	if (json_object_get(meant, "twbench_commit")) {
		put_field(r, "base-commit", env_of(&c->base), "twbench_commit");
		put_field(r, "head-commit", env_of(&c->head), "twbench_commit");
	}
}

static void put_number(struct writer *r, const char *name, double v, double usual)
{
	char text[NUMBER_MAX];

	snprintf(text, sizeof(text), "%.6g", v);
	if (v != usual)
		put(r, name, text);
}

static void put_rule(struct writer *r, const struct compare_opts *o)
{
	static const struct decide_opts usual = DECIDE_DEFAULTS;

	put_number(r, "floor", 100 * o->floor, 100 * COMPARE_FLOOR);
	put_number(r, "alpha", o->decide.alpha, usual.alpha);
	put_number(r, "level", o->decide.level, usual.level);
}

static int put_claims(struct writer *r, const struct comparison *c)
{
	char text[CLAIM_MAX];
	struct claim claim;
	int claims = 0;

	for (size_t i = 0; i < c->n_rows && claims >= 0; i++) {
		claims = claim_of_row(c, &c->rows[i], &claim);
		if (claims <= 0)
			continue;
		claim_text(text, &claim);
		put(r, "claim", text);
	}
	return claims < 0 ? claims : 0;
}

static int put_all(struct writer *r, const struct comparison *c)
{
	const struct side *s = c->head.n_journals ? &c->head : &c->base;
	const json_t *header = s->journals[0].header, *env = json_object_get(header, "env");
	const char *commit = json_string_value(json_object_get(env, "twbench_commit"));
	const char *version = json_string_value(json_object_get(env, "twbench_version"));
	char seed[NUMBER_MAX];

	put(r, "commit", commit ? commit : "-");
	put(r, "version", version ? version : "-");
	put(r, "seed", number_full(seed, json_object_get(header, "seed")));
	put(r, "hash", "sha256");
	new_line(r);
	put_side(r, "base", &c->base);
	put_side(r, "head", &c->head);
	put_select(r, "base-select", &c->base);
	put_select(r, "head-select", &c->head);
	put_environment(r, c);
	put_rule(r, &c->opts);
	new_line(r);
	put_args(r, json_object_get(header, "args"));
	return put_claims(r, c);
}

int cover_recipe(FILE *out, const struct comparison *c)
{
	char *words = NULL, check[SHORT_HASH_SIZE];
	size_t size;
	struct writer r = { .out = out, .words = open_memstream(&words, &size) };
	int err;

	if (!r.words)
		return -ENOMEM;
	r.column = fprintf(out, "twbench-repro/1");
	err = put_all(&r, c);
	fflush(r.words);
	short_hash(check, words, size);
	put(&r, "check", check);
	fputc('\n', out);
	if (fclose(r.words))
		err = -ENOMEM;
	free(words);
	return err;
}
