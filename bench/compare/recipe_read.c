// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "recipe_read.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC "twbench-repro/"
#define QUOTES "> |:\t"
#define WHY(r, ...) snprintf((r)->why, (r)->why_size, __VA_ARGS__)

struct line {
	const char *s;
	size_t n; /* without CR, and blanks at its end */
	const char *next; /* NULL: it was the last */
};

struct reader {
	struct recipe *recipe;
	FILE *words; /* for `check` */
	size_t line; /* number, from 1 on */
	char *name, *value; /* of the word that may go on */
	char *check; /* it is the last word */
	char *why;
	size_t why_size;
};

/* ---- lines ---- */

static struct line line_at(const char *s, const char *end)
{
	const char *lf = memchr(s, '\n', end - s);
	struct line l = { s, (lf ? lf : end) - s, lf && lf + 1 < end ? lf + 1 : NULL };

	while (l.n && strchr(" \t\r", s[l.n - 1]))
		l.n--;
	return l;
}

static size_t span(const struct line *l, size_t from, const char *set)
{
	size_t i = from;

	while (i < l->n && l->s[i] && strchr(set, l->s[i]))
		i++;
	return i;
}

/* Whether a recipe begins here, and not a sentence that mentions one. *at: behind the quote marks. */
static bool is_first(const struct line *l, size_t *at)
{
	size_t i, k;

	*at = span(l, 0, QUOTES);
	if (l->n - *at < strlen(MAGIC) || memcmp(l->s + *at, MAGIC, strlen(MAGIC)))
		return false;
	i = *at + strlen(MAGIC);
	k = span(l, i, "0123456789");
	if (k == i || (k < l->n && l->s[k] != ' '))
		return false;
	return k == l->n || memchr(l->s + k, '=', l->n - k);
}

static bool is_indented(const struct line *l, const struct line *first, size_t at)
{
	return l->n > at + 2 && !memcmp(l->s, first->s, at) && l->s[at] == ' ' &&
	       l->s[at + 1] == ' ';
}

/* Whether it begins with the quote marks of the first and two blanks. The blank behind a mark may be
 * one that others lack. */
static bool goes_on(const struct line *l, const struct line *first, size_t at)
{
	size_t marks = at;

	while (marks && strchr(" \t", first->s[marks - 1]))
		marks--;
	return is_indented(l, first, at) || is_indented(l, first, marks);
}

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

	if (!value || !len || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") < len)
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
	const char *version = l->s + at + strlen(MAGIC);
	int n = span(l, at + strlen(MAGIC), "0123456789") - at - strlen(MAGIC);

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
		err = take_words(r, first, span(first, at + strlen(MAGIC), "0123456789"));
	while (!err && !r->check && l.next) {
		l = line_at(l.next, end);
		r->line++;
		if (!goes_on(&l, first, at))
			break;
		err = take_words(r, &l, span(&l, 0, QUOTES));
	}
	return err;
}

/* Number of recipes; the first one's first line. */
static size_t find(struct reader *r, const char *mail, const char *end, struct line *first,
		   size_t *at)
{
	size_t found = 0, number = 0, where;

	for (const char *s = mail < end ? mail : NULL; s;) {
		struct line l = line_at(s, end);

		s = l.next;
		number++;
		if (!is_first(&l, &where) || found++)
			continue;
		*first = l;
		*at = where;
		r->line = number;
	}
	return found;
}

static int read_recipe(struct reader *r, const char *mail, size_t n)
{
	struct line first;
	size_t at = 0, found = find(r, mail, mail + n, &first, &at);

	if (!found)
		WHY(r, "it holds no recipe: the last lines of what twbench cover prints, from"
		       " \"" MAGIC "1\" on");
	if (found > 1)
		WHY(r, "it holds %zu recipes: cut out the letter that is meant", found);
	return found == 1 ? read_lines(r, &first, at, mail + n) : found ? -EBADMSG : -ENODATA;
}

int recipe_read(struct recipe *to, const char *mail, size_t n, char *why, size_t size)
{
	char *words = NULL;
	size_t words_size;
	struct reader r = { .recipe = to,
			    .why = why,
			    .why_size = size,
			    .words = open_memstream(&words, &words_size) };
	int err;

	*to = (struct recipe){ .fields = json_object() };
	err = r.words && to->fields ? read_recipe(&r, mail, n) : -ENOMEM;
	err = err ? err : finish_word(&r);
	if (r.words && fclose(r.words))
		err = err ? err : -ENOMEM;
	err = err ? err : check_sum(&r, words, words_size);
	err = err ? err : check_words(&r);
	if (err == -ENOMEM)
		WHY(&r, "no memory");
	free(words);
	free(r.name);
	free(r.value);
	free(r.check);
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
