// SPDX-License-Identifier: GPL-2.0
/* A letter against a fresh comparison of the rows that it claims something of. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "repro.h"
#include "warn.h"

#define WHY(r, ...) snprintf((r)->c.why, sizeof((r)->c.why), __VA_ARGS__)

/* ---- what the letter says of how to judge ---- */

/* A number in (lo, hi), or the usual one. */
static bool take_number(const struct recipe *letter, const char *name, double lo, double hi,
			double *out)
{
	const char *text = recipe_word(letter, name);
	char *end;

	if (!text)
		return true;
	*out = strtod(text, &end);
	return end != text && !*end && *out > lo && *out < hi;
}

static int take_rule(struct repro *r)
{
	struct compare_opts *o = &r->c.opts;
	const char *treatment = recipe_word(r->letter, "treatment");
	double percent = 100 * COMPARE_FLOOR;
	char why[300];
	int err;

	o->decide = (struct decide_opts)DECIDE_DEFAULTS;
	err = treatment_parse(&o->treatment, treatment, why, sizeof(why));
	if (err == -ENOMEM)
		return EXIT_INTERNAL;
	if (err || !take_number(r->letter, "floor", -1e-9, 100, &percent) ||
	    !take_number(r->letter, "alpha", 0, 1, &o->decide.alpha) ||
	    !take_number(r->letter, "level", 0, 1, &o->decide.level)) {
		WHY(r, "the letter's floor, alpha, level or treatment is none");
		return EXIT_BAD_INPUT;
	}
	o->floor = percent / 100;
	return 0;
}

static int take_claims(struct repro *r)
{
	const struct recipe *letter = r->letter;

	r->only = json_object();
	r->rows = calloc(letter->n_claims + 1, sizeof(*r->rows));
	if (!r->only || !r->rows)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < letter->n_claims; i++) {
		const struct claim *c = &letter->claims[i];
		json_t *floor = isnan(c->floor) ? json_null() : json_real(c->floor);

		r->rows[i].claim = c;
		if (json_object_set_new(r->only, c->id, floor))
			return EXIT_INTERNAL;
	}
	r->c.opts.only = r->only;
	return 0;
}

/* ---- is it the same thing that was measured? ---- */

static const json_t *env_of(const struct side *s)
{
	return json_object_get(s->journals[0].header, "env");
}

/* Where the letter says what the side is. */
static bool is_side(const struct repro *r, const struct side *s, const char *side)
{
	return repro_has_side(r->letter, side) && repro_is_side(r->letter, env_of(s), side);
}

static int warn_of_side(struct repro *r, const struct side *s, const char *side)
{
	if (!repro_has_side(r->letter, side) || repro_is_side(r->letter, env_of(s), side))
		return 0;
	return compare_add_warning(
		&r->c, "%s is not of the kernel or commit that the letter's is of", side);
}

/* A comparison of something with itself would say "not reproduced" of any change. */
static int check_treatment(struct repro *r)
{
	const struct treatment *t = &r->c.opts.treatment;
	const char *field_name;
	json_t *v;
	bool differs = !json_object_size(t->fields) || t->impl;

	json_object_foreach(t->fields, field_name, v)
		differs |= json_object_get(r->c.differs, field_name) != NULL;
	if (!differs) {
		WHY(r, "%s and %s do not differ in what the letter's sides do (treatment %s)",
		    r->c.base.spec, r->c.head.spec, t->text);
		return EXIT_NOT_COMPARABLE;
	}
	if (is_side(r, &r->c.base, "head") && is_side(r, &r->c.head, "base") &&
	    !is_side(r, &r->c.base, "base")) {
		WHY(r, "%s is the letter's head (%s), %s its base: change places", r->c.base.spec,
		    recipe_word(r->letter, "head-kernel") ?: recipe_word(r->letter, "head-commit"),
		    r->c.head.spec);
		return EXIT_USAGE;
	}
	return warn_of_side(r, &r->c.base, "base") || warn_of_side(r, &r->c.head, "head")
		       ? EXIT_INTERNAL
		       : 0;
}

/* A loose rule is easier to reproduce, and the mail chooses it. */
static int warn_of_rule(struct repro *r)
{
	static const struct decide_opts usual = DECIDE_DEFAULTS;
	const struct compare_opts *o = &r->c.opts;
	const struct decide_opts *d = &o->decide;

	if (!recipe_word(r->letter, "floor") && !recipe_word(r->letter, "alpha") &&
	    !recipe_word(r->letter, "level"))
		return 0;
	return compare_add_warning(
		&r->c,
		"judged by the letter's rule: floor %g %%, alpha %g, level %g (usual: %g %%, %g, %g)",
		100 * o->floor, d->alpha, d->level, 100 * COMPARE_FLOOR, usual.alpha, usual.level);
}

/* Nothing is easier to reproduce. */
static const char *own_journal(const struct recipe *letter, const struct side *s)
{
	const json_t *lists[] = { recipe_words(letter, "base"), recipe_words(letter, "head") }, *v;
	size_t k;

	for (size_t i = 0; i < s->n_journals; i++)
		for (int l = 0; l < 2; l++)
			json_array_foreach(lists[l], k, v)
				if (!strcmp(json_string_value(v), s->journals[i].sha256))
					return s->journals[i].path;
	return NULL;
}

static int check_fresh(struct repro *r)
{
	const struct side *s = r->c.head.n_journals ? &r->c.head : &r->c.base;
	const char *own = own_journal(r->letter, &r->c.base) ?: own_journal(r->letter, &r->c.head);
	const json_t *env = env_of(s);
	char why[600];
	bool single = recipe_sides(r->letter) == RECIPE_SINGLE;
	int err = 0;

	if (own) {
		WHY(r, "%s is a journal of the letter itself: nothing was measured anew", own);
		return EXIT_USAGE;
	}
	if (!repro_is_version(r->letter, env, why, sizeof(why)))
		err = compare_add_warning(&r->c, "%s", why);
	if (!err && !repro_is_build(r->letter, env, why, sizeof(why)))
		err = compare_add_warning(&r->c, "%s", why);
	if (err || warn_of_rule(r))
		return EXIT_INTERNAL;
	if (!single)
		return check_treatment(r);
	return repro_is_here(r->letter, env, r->c.why, sizeof(r->c.why)) ? 0 : EXIT_NOT_COMPARABLE;
}

/* ---- rows ---- */

static int judge_rows(struct repro *r)
{
	const struct comparison *c = &r->c;
	char id[SHORT_HASH_SIZE];
	int err = 0;

	for (size_t i = 0; i < c->n_rows && !err; i++) {
		err = row_id(id, &c->base, c->rows[i].base, c->rows[i].metric);
		if (!err && !c->head.n_journals)
			err = claim_fill_median(&r->c.rows[i]);
		for (size_t k = 0; k < r->letter->n_claims && !err; k++)
			if (!strcmp(id, r->rows[k].claim->id))
				r->rows[k].fresh = &c->rows[i];
	}
	for (size_t k = 0; k < r->letter->n_claims && !err; k++)
		repro_judge(&r->rows[k], c->opts.floor);
	return err ? EXIT_INTERNAL : 0;
}

int repro_run(struct repro *r)
{
	bool single = recipe_sides(r->letter) == RECIPE_SINGLE;
	int code = take_rule(r);

	code = code ? code : take_claims(r);
	r->c.base.want_sha256 = r->c.head.want_sha256 = true;
	if (!code)
		code = single ? compare_describe(&r->c) : compare_run(&r->c);
	code = code ? code : check_fresh(r);
	code = code ? code : judge_rows(r);
	if (code == EXIT_INTERNAL && !r->c.why[0])
		WHY(r, "no memory");
	return code;
}

void repro_free(struct repro *r)
{
	compare_free(&r->c);
	treatment_free(&r->c.opts.treatment);
	json_decref(r->only);
	free(r->rows);
}

/* ---- answers ---- */

const char *repro_name(enum repro_answer a)
{
	static const char *const names[] = { "reproduced", "not reproduced", "cannot tell" };

	return names[a];
}

int repro_exit_code(const struct repro *r)
{
	static const int codes[] = { EXIT_DONE, EXIT_UNTRUSTED, EXIT_INCONCLUSIVE };

	return codes[repro_overall(r->rows, r->letter->n_claims)];
}
