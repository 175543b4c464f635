// SPDX-License-Identifier: GPL-2.0
#include "marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int by_mark(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* New, ascending. */
static uint64_t *marks_of(const struct side *s)
{
	uint64_t *v = malloc((s->n_samples + 1) * sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < s->n_points && v; i++)
		for (size_t k = 0; k < s->points[i].n; k++)
			v[n++] = s->points[i].samples[k].mark;
	if (v)
		qsort(v, n, sizeof(*v), by_mark);
	return v;
}

static bool has_twins(const uint64_t *v, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (v[i] == v[i - 1])
			return true;
	return false;
}

static bool share_one(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
	for (size_t i = 0, k = 0; i < n && k < m;) {
		if (a[i] == b[k])
			return true;
		if (a[i] < b[k])
			i++;
		else
			k++;
	}
	return false;
}

int sides_share(const struct side *a, const struct side *b, bool twins)
{
	uint64_t *x = marks_of(a), *y = marks_of(b);
	size_t n = a->n_samples, m = b->n_samples;
	int shared = x && y ? 0 : -ENOMEM;

	if (!shared && twins)
		shared = has_twins(x, n) || has_twins(y, m);
	if (!shared)
		shared = share_one(x, n, y, m);
	free(x);
	free(y);
	return shared;
}

/* Also under another name, as of a path with .. in it. */
static bool same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !strcmp(a, b) ||
	       (!stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev && x.st_ino == y.st_ino);
}

bool sides_are_parts(const struct side *a, const struct side *b)
{
	for (size_t i = 0; i < a->n_journals; i++)
		if (i >= b->n_journals || !same_file(a->journals[i].path, b->journals[i].path))
			return false;
	return a->n_journals == b->n_journals;
}
