// SPDX-License-Identifier: GPL-2.0
/* Names that were asked for and are not there: the right ones are listed. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"
#include "choose.h"
#include "compare.h"

static const char *bench_of(const struct side_point *p)
{
	return json_string_value(json_object_get(p->id, "bench"));
}

static bool has_bench(const struct side *s, const char *word)
{
	for (size_t i = 0; i < s->n_points; i++)
		if (!strcmp(bench_of(&s->points[i]), word))
			return true;
	return false;
}

static bool has_metric(const struct side *s, const char *word)
{
	for (size_t i = 0; i < s->n_points; i++) {
		const struct side_point *p = &s->points[i];

		for (size_t k = 0; k < p->n_columns; k++)
			if (scalar_is_wanted(bench_by_name(bench_of(p)), p->names[k], word))
				return true;
	}
	return !strcmp(word, "default");
}

static void add_names(json_t *names, const struct side *s, bool metrics)
{
	for (size_t i = 0; i < s->n_points; i++) {
		const struct side_point *p = &s->points[i];

		if (!metrics)
			json_object_set_new(names, bench_of(p), json_true());
		for (size_t k = 0; metrics && k < p->n_columns; k++)
			json_object_set_new(names, p->names[k], json_true());
	}
}

static void list(struct comparison *c, const char *word, bool metrics)
{
	json_t *names = json_object(), *v;
	const char *name;
	size_t used;

	add_names(names, &c->base, metrics);
	add_names(names, &c->head, metrics);
	used = snprintf(c->why, sizeof(c->why),
			"no sample has a %s '%s'; there are:", metrics ? "metric" : "bench", word);
	json_object_foreach(names, name, v)
		if (used < sizeof(c->why))
			used += snprintf(c->why + used, sizeof(c->why) - used, " %s", name);
	json_decref(names);
}

static int check_words(struct comparison *c, const char *words, bool metrics)
{
	bool (*has)(const struct side *s, const char *word) = metrics ? has_metric : has_bench;
	char *copy = strdup(words ? words : ""), *rest = copy, *word;
	int err = copy ? 0 : -ENOMEM;

	while (!err && words && (word = strsep(&rest, ","))) {
		if (has(&c->base, word) || has(&c->head, word))
			continue;
		list(c, word, metrics);
		err = -EINVAL;
	}
	free(copy);
	return err;
}

int compare_check_names(struct comparison *c)
{
	int err = check_words(c, c->opts.benches, false);

	return err ? err : check_words(c, c->opts.metrics, true);
}
