// SPDX-License-Identifier: GPL-2.0
#include "choose.h"

#include <fnmatch.h>
#include <string.h>

#include "bench.h"
#include "points.h"

#define WORD_MAX 128

static bool is_scalar_of(const struct metric *m, const char *scalar)
{
	size_t n = strlen(m->name);
	char hist[64];
	double q;

	if (m->kind == METRIC_GAUGE)
		return !strcmp(m->name, scalar);
	if (strncmp(scalar, m->name, n))
		return false;
	return !strcmp(scalar + n, "_mean") || !strcmp(scalar + n, "_min") ||
	       !strcmp(scalar + n, "_max") ||
	       (split_percentile(scalar, hist, sizeof(hist), &q) && !strcmp(hist, m->name));
}

const struct metric *scalar_metric(const struct bench *b, const char *scalar)
{
	for (const struct metric *m = b ? b->metrics : NULL; m && m->name; m++)
		if (is_scalar_of(m, scalar))
			return m;
	return NULL;
}

int scalar_worse(const struct bench *b, const char *scalar)
{
	const struct metric *m = scalar_metric(b, scalar);

	if (!m || m->better == BETTER_NONE)
		return 0;
	return m->better == BETTER_LOWER ? 1 : -1;
}

static bool is_shown(const struct table_desc *t, const char *scalar, bool first)
{
	for (const struct column *c = t->columns; c->head; c++)
		if ((first || c->spread) && !c->offered && !strcmp(c->metric, scalar))
			return true;
	return false;
}

bool scalar_is_default(const struct bench *b, const char *scalar)
{
	const struct metric *m = scalar_metric(b, scalar);

	if (!m || m->better == BETTER_NONE)
		return false;
	if (!b->tables)
		return m->kind == METRIC_GAUGE;
	for (const struct table_desc *t = b->tables; t->title; t++)
		if (is_shown(t, scalar, t == b->tables))
			return true;
	return false;
}

static bool is_wanted_by(const struct bench *b, const char *scalar, const char *word)
{
	if (!strcmp(word, "default"))
		return scalar_is_default(b, scalar);
	if (!strpbrk(word, "*?["))
		return !strcmp(word, scalar);
	return scalar_worse(b, scalar) && !fnmatch(word, scalar, 0);
}

bool scalar_is_wanted(const struct bench *b, const char *scalar, const char *wanted)
{
	char word[WORD_MAX];

	if (!wanted)
		return scalar_is_default(b, scalar);
	while (*wanted) {
		size_t n = strcspn(wanted, ",");

		if (n < sizeof(word)) {
			memcpy(word, wanted, n);
			word[n] = '\0';
			if (is_wanted_by(b, scalar, word))
				return true;
		}
		wanted += n + (wanted[n] == ',');
	}
	return false;
}

double scalar_floor_factor(const char *scalar)
{
	char hist[64];
	double q;

	if (!split_percentile(scalar, hist, sizeof(hist), &q) || q < 0.99)
		return 1;
	return q < 0.999 ? 2 : 5;
}

bool scalar_is_ratio(const char *scalar)
{
	size_t n = strlen(scalar);

	return n >= 6 && !strcmp(scalar + n - 6, "_ratio");
}
