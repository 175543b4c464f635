// SPDX-License-Identifier: GPL-2.0
/* May these two be compared at all? */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "exit_code.h"

#define WHY(c, ...) snprintf((c)->why, sizeof((c)->why), __VA_ARGS__)

static const json_t *env_of(const struct side_journal *j)
{
	return json_object_get(j->header, "env");
}

static int refuse(struct comparison *c, const char *a, const char *b, const json_t *difference,
		  bool sides)
{
	char fields[600], group[64] = "";
	const char *key, *name;
	json_t *v;

	env_not_meant(difference, &c->opts.treatment, fields, sizeof(fields));
	if (!*fields)
		return 0;
	if (!sides) {
		WHY(c, "%s and %s are not of one side: they differ in %s", a, b, fields);
		return EXIT_NOT_COMPARABLE;
	}
	json_object_foreach((json_t *)difference, key, v) {
		name = json_object_get(c->opts.treatment.fields, key) ? NULL : env_group_of(key);
		if (name && !*group)
			snprintf(group, sizeof(group), " (or the group: %s)", name);
	}
	WHY(c,
	    "%s and %s are not comparable: they differ in %s; --treatment names what is meant to"
	    " differ%s",
	    a, b, fields, group);
	return EXIT_NOT_COMPARABLE;
}

static int check_pair(struct comparison *c, const struct side_journal *a,
		      const struct side_journal *b, bool sides)
{
	json_t *d = env_difference(env_of(a), env_of(b));
	int code;

	if (!d) {
		WHY(c, "no memory");
		return EXIT_INTERNAL;
	}
	code = refuse(c, a->path, b->path, d, sides);
	if (sides)
		c->differs = d;
	else
		json_decref(d);
	return code;
}

/* Several journals of one side have to be of one and the same thing, whatever the treatment. */
static int check_within(struct comparison *c, const struct side *s)
{
	struct treatment meant = c->opts.treatment;
	int code = 0;

	c->opts.treatment = (struct treatment){ .fields = json_object() };
	for (size_t i = 1; i < s->n_journals && !code; i++)
		code = check_pair(c, &s->journals[0], &s->journals[i], false);
	treatment_free(&c->opts.treatment);
	c->opts.treatment = meant;
	return code;
}

/* ---- impl is a parameter of the points, not of the environment ---- */

/* The implementations of a side: an object of their names. */
static json_t *impls_of(const struct side *s)
{
	json_t *names = json_object();

	for (size_t i = 0; i < s->n_points; i++) {
		const char *impl = json_string_value(json_object_get(s->points[i].id, "impl"));

		if (impl && json_object_set_new(names, impl, json_true()))
			break;
	}
	return names;
}

static bool share_a_name(const json_t *a, const json_t *b)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)a, name, v)
		if (json_object_get(b, name))
			return true;
	return false;
}

static void forget_impl(struct side *s)
{
	for (size_t i = 0; i < s->n_points; i++)
		json_object_del(s->points[i].id, "impl");
}

static int check_impls(struct comparison *c)
{
	json_t *a = impls_of(&c->base), *b = impls_of(&c->head);
	size_t n = json_object_size(a), m = json_object_size(b);
	int code = 0;

	if (c->opts.treatment.impl && (n > 1 || m > 1)) {
		WHY(c, "%s has several implementations: name one, JOURNAL:impl=NAME",
		    n > 1 ? c->base.spec : c->head.spec);
		code = EXIT_USAGE;
	} else if (c->opts.treatment.impl) {
		forget_impl(&c->base);
		forget_impl(&c->head);
		forget_impl(&c->fresh);
		forget_impl(&c->fresh_base);
	} else if (n && !share_a_name(a, b)) {
		WHY(c,
		    "%s and %s are not comparable: they differ in impl; --treatment impl if that is"
		    " meant",
		    c->base.spec, c->head.spec);
		code = EXIT_NOT_COMPARABLE;
	}
	json_decref(a);
	json_decref(b);
	return code;
}

/* Head's implementations, all or some of them. */
static int check_fresh_impls(struct comparison *c)
{
	json_t *head = impls_of(&c->head), *fresh = impls_of(&c->fresh);
	const char *name, *foreign = NULL;
	json_t *v;

	json_object_foreach(fresh, name, v)
		if (!json_object_get(head, name))
			foreign = name;
	if (foreign && c->opts.treatment.impl)
		WHY(c, "%s has implementations that %s has not: name one, JOURNAL:impl=NAME",
		    c->fresh.spec, c->head.spec);
	else
		foreign = NULL;
	json_decref(head);
	json_decref(fresh);
	return foreign ? EXIT_USAGE : 0;
}

/* Nothing is meant to differ between two runs of one side. */
int compare_check_fresh(struct comparison *c)
{
	struct treatment meant = c->opts.treatment;
	int code = check_fresh_impls(c);

	c->opts.treatment = (struct treatment){ .fields = json_object() };
	for (size_t i = 0; i < c->fresh.n_journals && !code; i++)
		code = check_pair(c, &c->head.journals[0], &c->fresh.journals[i], false);
	treatment_free(&c->opts.treatment);
	c->opts.treatment = meant;
	return code;
}

int compare_check_environments(struct comparison *c)
{
	const char *name;
	int code;

	if (!treatment_is_known(&c->opts.treatment, env_of(&c->base.journals[0]), &name) &&
	    !treatment_is_known(&c->opts.treatment, env_of(&c->head.journals[0]), &name)) {
		WHY(c,
		    "--treatment %s: neither kernel, config, impl, twbench nor a field of the"
		    " environment",
		    name);
		return EXIT_USAGE;
	}
	code = check_impls(c);
	code = code ? code : check_within(c, &c->base);
	code = code ? code : check_within(c, &c->head);
	return code ? code : check_pair(c, &c->base.journals[0], &c->head.journals[0], true);
}
