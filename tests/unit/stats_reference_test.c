/* SPDX-License-Identifier: GPL-2.0 */
/* bench/stats against R: tests/fixtures/stats/reference.R made the cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "holm.h"
#include "median.h"
#include "rank_null.h"
#include "rank_test.h"
#include "shift.h"
#include "t_test.h"

#define REFERENCE "tests/fixtures/stats/reference.txt"
#define KEYS_MAX 12
#define EPS 1e-9

struct key {
	char name[16];
	double *v;
	size_t n;
};

struct ref {
	char kind[16];
	int number;
	struct key keys[KEYS_MAX];
	size_t n;
};

static const struct rank_draws draws = { .alpha = 0.01, .strictest = 0.01, .seed = 1 };

static const struct key *find(const struct ref *r, const char *name)
{
	for (size_t i = 0; i < r->n; i++)
		if (!strcmp(r->keys[i].name, name))
			return &r->keys[i];
	return NULL;
}

static const struct key *need(const struct ref *r, const char *name)
{
	const struct key *k = find(r, name);

	if (!k)
		fail_msg("case %d (%s) has no %s", r->number, r->kind, name);
	return k;
}

/*
 * Relative to what is greater of 1 and the value, and a p to itself: 1e-9 of a p of 1e-12 is
 * nothing.
 */
static void same(const struct ref *r, const char *name, size_t i, double v)
{
	double want = need(r, name)->v[i];
	double scale = name[0] == 'p' ? want : fmax(1, fabs(want));

	if (!(fabs(v - want) <= EPS * scale))
		fail_msg("case %d (%s): %s[%zu] is %.17g, reference %.17g", r->number, r->kind,
			 name, i, v, want);
}

/* Of one value. */
static void same1(const struct ref *r, const char *name, double v)
{
	if (find(r, name))
		same(r, name, 0, v);
}

static void check_shift(const struct ref *r, const struct shift *s)
{
	same1(r, "at", s->at);
	same1(r, "lo", s->lo);
	same1(r, "hi", s->hi);
	same1(r, "reached", s->level);
}

static void check_rank(const struct ref *r, const struct rank_test *t)
{
	same1(r, "stat", t->stat);
	same1(r, "p", t->p);
	same1(r, "p_min", t->p_min);
	assert_int_equal(t->how, find(r, "p_min") ? RANK_EXACT : RANK_NORMAL);
}

static void unpaired(const struct ref *r)
{
	const struct key *x = need(r, "x"), *y = need(r, "y"), *level = find(r, "level");
	struct rank_test t;
	struct shift s;

	assert_int_equal(mann_whitney(x->v, x->n, y->v, y->n, &draws, &t), 0);
	check_rank(r, &t);
	if (!level)
		return;
	assert_int_equal(shift_unpaired(x->v, x->n, y->v, y->n, level->v[0], &s), 0);
	check_shift(r, &s);
}

static void paired(const struct ref *r)
{
	const struct key *d = need(r, "d"), *level = find(r, "level");
	struct rank_test t;
	struct shift s;

	assert_int_equal(signed_rank(d->v, d->n, &t), 0);
	check_rank(r, &t);
	if (!level)
		return;
	assert_int_equal(shift_paired(d->v, d->n, level->v[0], &s), 0);
	check_shift(r, &s);
}

static void differences(const struct ref *r)
{
	const struct key *x = need(r, "x"), *y = need(r, "y"), *k = need(r, "k");

	sort_doubles(x->v, x->n);
	sort_doubles(y->v, y->n);
	for (size_t i = 0; i < k->n; i++)
		same(r, "value", i, nth_difference(x->v, x->n, y->v, y->n, k->v[i]));
}

static void walsh(const struct ref *r)
{
	const struct key *d = need(r, "d"), *k = need(r, "k");

	sort_doubles(d->v, d->n);
	for (size_t i = 0; i < k->n; i++)
		same(r, "value", i, nth_walsh(d->v, d->n, k->v[i]));
}

static void cut(const struct ref *r)
{
	const struct key *tail = need(r, "tail"), *m = find(r, "m");
	size_t n = need(r, "n")->v[0];
	struct rank_cut c[3];

	assert_int_equal(tail->n, 3);
	assert_int_equal(m ? rank_cut_unpaired(n, m->v[0], tail->v, 3, c)
			   : rank_cut_paired(n, tail->v, 3, c),
			 0);
	for (size_t i = 0; i < 3; i++)
		same(r, "k", i, c[i].k);
}

static void holm_adjusted(const struct ref *r)
{
	const struct key *p = need(r, "p");
	double adj[64];

	assert_int_equal(holm(p->v, p->n, adj), 0);
	for (size_t i = 0; i < p->n; i++)
		same(r, "adjusted", i, adj[i]);
}

static void t_of_two(const struct ref *r)
{
	const struct key *x = find(r, "x"), *y = find(r, "y"), *d = find(r, "d");
	struct t_test t;

	assert_int_equal(d ? paired_t(d->v, d->n, &t) : welch_t(x->v, x->n, y->v, y->n, &t), 0);
	same1(r, "t", t.t);
	same1(r, "df", t.df);
	same1(r, "p", t.p);
}

static void quantile(const struct ref *r)
{
	size_t lo = 0, hi = 0;

	same1(r, "reached",
	      quantile_ranks(need(r, "n")->v[0], need(r, "q")->v[0], need(r, "level")->v[0], &lo,
			     &hi));
	same1(r, "lo", lo);
	same1(r, "hi", hi);
}

static const struct {
	const char *kind;
	void (*check)(const struct ref *r);
	int seen; /* cases of that kind in the reference */
} kinds[] = {
	{ "unpaired", unpaired, 28 }, { "paired", paired, 21 },	  { "differences", differences, 1 },
	{ "walsh", walsh, 1 },	      { "cut-unpaired", cut, 7 }, { "cut-paired", cut, 7 },
	{ "holm", holm_adjusted, 5 }, { "welch", t_of_two, 4 },	  { "paired-t", t_of_two, 3 },
	{ "quantile", quantile, 11 },
};

/* `line` is KEY VALUE... */
static void add_key(struct ref *r, char *line)
{
	struct key *k = &r->keys[r->n++];
	char *end, *at = line + strcspn(line, " ");

	assert_true(r->n <= KEYS_MAX && (size_t)(at - line) < sizeof(k->name));
	memset(k->name, 0, sizeof(k->name));
	memcpy(k->name, line, at - line);
	k->v = malloc(strlen(line) / 2 * sizeof(*k->v));
	assert_non_null(k->v);
	k->n = 0;
	for (double v = strtod(at, &end); end != at; v = strtod(at = end, &end))
		k->v[k->n++] = v;
	assert_true(k->n > 0);
}

static void free_ref(struct ref *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->keys[i].v);
	r->n = 0;
}

/* Runs `check` on all cases of a kind, and counts them. */
static void all_of(size_t kind)
{
	FILE *f = fopen(REFERENCE, "r");
	struct ref r = { .n = 0 };
	size_t size = 0;
	char *line = NULL;
	int seen = 0;

	assert_non_null(f);
	while (getline(&line, &size, f) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "case ", 5)) {
			r.number++;
			sscanf(line, "case %15s", r.kind);
		} else if (*line) {
			add_key(&r, line);
		} else {
			if (!strcmp(r.kind, kinds[kind].kind)) {
				kinds[kind].check(&r);
				seen++;
			}
			free_ref(&r);
		}
	}
	free(line);
	fclose(f);
	assert_int_equal(seen, kinds[kind].seen);
}

static void as_r_says(void **state)
{
	all_of((size_t)(uintptr_t)*state);
}

int main(void)
{
	enum { N = sizeof(kinds) / sizeof(kinds[0]) };
	struct CMUnitTest tests[N];

	for (size_t i = 0; i < N; i++)
		tests[i] = (struct CMUnitTest){ kinds[i].kind, as_r_says, NULL, NULL,
						(void *)(uintptr_t)i };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
