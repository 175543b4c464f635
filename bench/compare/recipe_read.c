// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "recipe_read.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recipe_line.h"
#include "text.h"

/* More than any letter has; it bounds the time that a mail can take. */
#define MAX_WORDS (512 << 10)
#define WHY(r, ...) snprintf((r)->why, (r)->why_size, __VA_ARGS__)

struct reader {
	struct recipe *recipe;
	FILE *words; /* for `check` */
	size_t line; /* number, from 1 on */
	size_t bytes; /* of words, so far */
	char *name, *value; /* of the word that may go on */
	char *check; /* it is the last word */
	char *why;
	size_t why_size;
};

/* ---- words ---- */

static int damaged(struct reader *r, const char *what)
{
	WHY(r, "damaged: line %zu of the mail: %s", r->line, what);
	return -EBADMSG;
}

static int hex(char c)
{
	return isdigit((unsigned char)c) ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* %XX decoded, new; NULL: not as they are written, or no memory. */
static char *decode(const char *s, size_t n)
{
	char *out = malloc(n + 1);
	size_t k = 0;

	for (size_t i = 0; i < n && out; i++) {
		bool coded = s[i] == '%';
		int c = !coded ? s[i] : i + 2 < n ? hex(s[i + 1]) << 4 | hex(s[i + 2]) : -1;

		if (c <= 0 || (!coded && (c <= ' ' || c > '~'))) {
			free(out);
			return NULL;
		}
		out[k++] = c;
		i += 2 * coded;
	}
	if (out)
		out[k] = '\0';
	return out;
}

static int keep_claim(struct reader *r)
{
	struct recipe *to = r->recipe;
	struct claim *more = reallocarray(to->claims, to->n_claims + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	to->claims = more;
	if (claim_parse(&more[to->n_claims], r->value))
		return damaged(r, "a claim is not as they are written");
	to->n_claims++;
	return 0;
}

static int keep_value(struct reader *r)
{
	json_t *list = json_object_get(r->recipe->fields, r->name), *text = json_string(r->value);

	if (!text)
		return damaged(r, "bytes that are not UTF-8");
	if (!list) {
		list = json_array();
		if (json_object_set_new(r->recipe->fields, r->name, list)) {
			json_decref(text);
			return -ENOMEM;
		}
	}
	return json_array_append_new(list, text) ? -ENOMEM : 0;
}

/* The word before is whole now. */
static int finish_word(struct reader *r)
{
	int err;

	if (!r->name)
		return 0;
	fprintf(r->words, "%s=%s\n", r->name, r->value);
	err = strcmp(r->name, "claim") ? keep_value(r) : keep_claim(r);
	free(r->name);
	free(r->value);
	r->name = r->value = NULL;
	return err;
}

static int append(struct reader *r, const char *value)
{
	char *both;

	if (asprintf(&both, "%s%s", r->value, value) < 0)
		return -ENOMEM;
	free(r->value);
	r->value = both;
	return 0;
}

static int take_word(struct reader *r, const char *s, size_t n)
{
	const char *equals = memchr(s, '=', n);
	bool more = equals && equals > s && equals[-1] == '+';
	size_t len = equals ? equals - s - more : 0;
	char *value = equals ? decode(equals + 1, s + n - equals - 1) : NULL;
	int err = 0;

	r->bytes += n;
	if (r->bytes > MAX_WORDS)
		err = damaged(r, "it goes on longer than any letter");
	else if (!value || !len || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") < len)
		err = damaged(r, "a word is not NAME=VALUE");
	else if (more && (!r->name || strncmp(r->name, s, len) || r->name[len]))
		err = damaged(r, "the beginning of a word is missing");
	else if (more)
		err = append(r, value);
	else
		err = finish_word(r);
	if (!err && len == strlen("check") && !strncmp(s, "check", len)) {
		r->check = value;
		return 0;
	}
	if (!err && !more) {
		r->name = strndup(s, len);
		r->value = value;
		return r->name ? 0 : -ENOMEM;
	}
	free(value);
	return err;
}

static int take_words(struct reader *r, const struct line *l, size_t from)
{
	int err = 0;

	for (size_t i = span(l, from, " "), n; i < l->n && !err && !r->check;
	     i = span(l, i + n, " ")) {
		const char *blank = memchr(l->s + i, ' ', l->n - i);

		n = blank ? (size_t)(blank - l->s - i) : l->n - i;
		err = take_word(r, l->s + i, n);
	}
	return err;
}

/* ---- the whole ---- */

static bool are_hashes(const json_t *list)
{
	const json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if (json_string_length(v) != 64 ||
		    strspn(json_string_value(v), "0123456789abcdef") != 64)
			return false;
	return true;
}

static int check_sum(struct reader *r, const char *words, size_t n)
{
	char sum[SHORT_HASH_SIZE];

	if (!r->check) {
		WHY(r, "damaged: its end is missing (the word check=): was it wrapped or cut?");
		return -EBADMSG;
	}
	short_hash(sum, words, n);
	if (!strcmp(sum, r->check))
		return 0;
	WHY(r, "damaged: its words are not those that it was written with (check=)");
	return -EBADMSG;
}

/* They are shown to people, on terminals; a commit even as a part of a command. Arguments may hold
 * anything. */
static bool are_harmless(const json_t *fields)
{
	const char *name,
		*plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/+";
	json_t *list, *v;
	size_t i;

	json_object_foreach((json_t *)fields, name, list) {
		json_array_foreach(list, i, v) {
			const char *text = json_string_value(v);
			char *clean = strcmp(name, "arg") ? strdup(text) : NULL;
			bool dirty;

			if (clean)
				text_clean(clean);
			dirty = clean && strcmp(clean, text);
			free(clean);
			if (dirty || (!strcmp(name, "commit") && text[strspn(text, plain)]))
				return false;
		}
	}
	return true;
}

/* Those that are always there. */
static int check_words(struct reader *r)
{
	static const char *const needed[] = { "commit", "version", "seed", "hash", "base", "arg" };
	const struct recipe *got = r->recipe;
	const char *seed;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (recipe_word(got, needed[i]))
			continue;
		WHY(r, "damaged: the word %s= is missing", needed[i]);
		return -EBADMSG;
	}
	if (!are_harmless(got->fields)) {
		WHY(r, "damaged: a word that holds what none has");
		return -EBADMSG;
	}
	seed = recipe_word(got, "seed");
	if (*seed && strspn(seed, "0123456789") == strlen(seed) &&
	    !strcmp(recipe_word(got, "hash"), "sha256") && are_hashes(recipe_words(got, "base")) &&
	    are_hashes(recipe_words(got, "head")) && !strcmp(recipe_word(got, "arg"), "run"))
		return 0;
	WHY(r, "damaged: its seed, hashes or arguments are not those of a run");
	return -EBADMSG;
}

static int check_first(struct reader *r, const struct line *l, size_t at)
{
	const char *version = l->s + at + strlen(RECIPE_MAGIC);
	int n = span(l, at + strlen(RECIPE_MAGIC), "0123456789") - at - strlen(RECIPE_MAGIC);

	if (memmem(l->s, l->n, "=3D", 3)) {
		WHY(r,
		    "it is quoted-printable (\"=3D\"): save the text of the mail, not its source");
		return -EBADMSG;
	}
	if (n == 1 && *version == '1')
		return 0;
	WHY(r, "its recipe is of version %.*s, this twbench reads version 1", n > 9 ? 9 : n,
	    version);
	return -EPROTONOSUPPORT;
}

/* From the first line on. */
static int read_lines(struct reader *r, const struct line *first, size_t at, const char *end)
{
	struct line l = *first;
	int err = check_first(r, first, at);

	if (!err)
		err = take_words(r, first, span(first, at + strlen(RECIPE_MAGIC), "0123456789"));
	while (!err && !r->check && l.next) {
		l = line_at(l.next, end);
		r->line++;
		if (!goes_on(&l, first, at))
			break;
		err = take_words(r, &l, span(&l, 0, RECIPE_QUOTES));
	}
	return err;
}

/* Its words, as they are summed, go to *words, new. */
static int read_at(struct reader *r, const struct place *p, const char *end, char **words)
{
	size_t size;
	int err;

	r->line = p->number;
	r->words = open_memstream(words, &size);
	err = r->words && r->recipe->fields ? read_lines(r, &p->first, p->at, end) : -ENOMEM;
	err = err ? err : finish_word(r);
	if (r->words && fclose(r->words))
		err = err ? err : -ENOMEM;
	err = err ? err : check_sum(r, *words, size);
	err = err ? err : check_words(r);
	if (err == -ENOMEM)
		WHY(r, "no memory");
	free(r->name);
	free(r->value);
	free(r->check);
	return err;
}

static int read_one(struct recipe *to, const struct place *p, const char *end, char **words,
		    char *why, size_t size)
{
	struct reader r = { .recipe = to, .why = why, .why_size = size };

	*to = (struct recipe){ .fields = json_object() };
	return read_at(&r, p, end, words);
}

/* Whether all that follow p, as in a mail that quotes its own letter, are whole and say `words`. */
static bool are_copies(struct place p, const char *end, const char *words)
{
	bool same = true;

	while (same && place_next(&p, end)) {
		struct recipe copy;
		char why[300], *its = NULL;

		same = !read_one(&copy, &p, end, &its, why, sizeof(why)) && !strcmp(its, words);
		recipe_free(&copy);
		free(its);
	}
	return same;
}

int recipe_read(struct recipe *to, const char *mail, size_t n, char *why, size_t size)
{
	const char *end = mail + n;
	struct place first = { .from = mail }, p;
	char *words = NULL;
	size_t found = place_next(&first, end);
	int err;

	*to = (struct recipe){ 0 };
	if (!found) {
		snprintf(
			why, size,
			"it holds no recipe: the last lines of what twbench cover prints, from \"" RECIPE_MAGIC
			"1\" on");
		return -ENODATA;
	}
	err = read_one(to, &first, end, &words, why, size);
	for (p = first; place_next(&p, end);)
		found++;
	if (found > 1 && (err || !are_copies(first, end, words))) {
		snprintf(
			why, size,
			"it holds %zu recipes that are not the same, or damaged: cut out the letter"
			" that is meant",
			found);
		err = -EBADMSG;
	}
	free(words);
	return err;
}

void recipe_free(struct recipe *r)
{
	json_decref(r->fields);
	free(r->claims);
}

const json_t *recipe_words(const struct recipe *r, const char *name)
{
	return json_object_get(r->fields, name);
}

const char *recipe_word(const struct recipe *r, const char *name)
{
	return json_string_value(json_array_get(recipe_words(r, name), 0));
}

enum recipe_sides recipe_sides(const struct recipe *r)
{
	const json_t *base = recipe_words(r, "base"), *head = recipe_words(r, "head");

	if (!head)
		return RECIPE_SINGLE;
	return recipe_words(r, "head-select") && json_array_size(base) == 1 &&
			       json_equal(base, head)
		       ? RECIPE_SELECTIONS
		       : RECIPE_JOURNALS;
}
