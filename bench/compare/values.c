// SPDX-License-Identifier: GPL-2.0
/* The replicates of a row: invocations, pairs of invocations, or boots. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"
#include "median.h"

/* One value with what it is found by: the number of its pair or boot. */
struct keyed {
	json_int_t key;
	double value;
};

static int by_key(const void *a, const void *b)
{
	const struct keyed *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* New, ascending. Samples without a pair number are paired by their invocation: both were in one
 * round. */
static struct keyed *keyed_values(const struct comparison *c, const struct side_point *p,
				  const double *column, bool numbered)
{
	struct keyed *v = calloc(p->n + 1, sizeof(*v));

	for (size_t i = 0; v && i < p->n; i++) {
		const struct side_sample *s = &p->samples[i];

		v[i].value = column[i];
		v[i].key = c->unit == COMPARE_BOOTS ? s->boot : numbered ? s->pair : s->invocation;
		/* Numbers are each journal's own. */
		if (c->unit == COMPARE_PAIRS)
			v[i].key |= (json_int_t)s->journal << 40;
	}
	if (v)
		qsort(v, p->n, sizeof(*v), by_key);
	return v;
}

static double *new_values(const struct side_point *p, const double *column)
{
	double *v = malloc((p->n + 1) * sizeof(*v));

	if (v)
		memcpy(v, column, p->n * sizeof(*v));
	return v;
}

/* ---- boots ---- */

/* One median per boot; returns how many, or -ENOMEM. */
static int boot_medians(const struct keyed *v, size_t n, double *out)
{
	double *boot = malloc((n + 1) * sizeof(*boot));
	size_t boots = 0;

	if (!boot)
		return -ENOMEM;
	for (size_t i = 0, k; i < n; i += k) {
		for (k = 0; i + k < n && v[i + k].key == v[i].key; k++)
			boot[k] = v[i + k].value;
		sort_doubles(boot, k);
		out[boots++] = median_sorted(boot, k);
	}
	free(boot);
	return boots;
}

static int reduce_to_boots(const struct comparison *c, const struct side_point *p,
			   const double *column, double *out, size_t *n)
{
	struct keyed *v = keyed_values(c, p, column, false);
	int boots = v ? boot_medians(v, p->n, out) : -ENOMEM;

	free(v);
	*n = boots < 0 ? 0 : boots;
	return boots < 0 ? boots : 0;
}

/* ---- pairs ---- */

static bool has_pairs(const struct side_point *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->samples[i].pair < 0)
			return false;
	return true;
}

/* A half whose other half failed is left out. */
static size_t match(const struct keyed *x, size_t n, const struct keyed *y, size_t m, double *base,
		    double *head)
{
	size_t i = 0, k = 0, pairs = 0;

	while (i < n && k < m) {
		if (x[i].key < y[k].key) {
			i++;
		} else if (x[i].key > y[k].key) {
			k++;
		} else {
			base[pairs] = x[i++].value;
			head[pairs++] = y[k++].value;
		}
	}
	return pairs;
}

static int match_by(const struct comparison *c, const struct compare_row *r, const double *x,
		    const double *y, bool numbered, double *base, double *head, size_t *n)
{
	struct keyed *a = keyed_values(c, r->base, x, numbered),
		     *b = keyed_values(c, r->head, y, numbered);

	if (a && b)
		*n = match(a, r->base->n, b, r->head->n, base, head);
	free(a);
	free(b);
	return a && b ? 0 : -ENOMEM;
}

/*
 * Numbers are those of points that differ in nothing but the implementation. Sides that differ in
 * something else have none in common; they were in one round all the same.
 */
static int match_pairs(const struct comparison *c, const struct compare_row *r, const double *x,
		       const double *y, double *base, double *head, size_t *n)
{
	bool numbered = has_pairs(r->base) && has_pairs(r->head);
	int err = match_by(c, r, x, y, numbered, base, head, n);

	if (!err && !*n && numbered)
		err = match_by(c, r, x, y, false, base, head, n);
	return err;
}

int compare_fill_row(const struct comparison *c, struct compare_row *r)
{
	const double *x = side_column(r->base, r->metric), *y = side_column(r->head, r->metric);
	double *base = new_values(r->base, x), *head = new_values(r->head, y);
	struct decide_row *d = &r->data;
	int err = base && head ? 0 : -ENOMEM;

	d->base = base;
	d->head = head;
	d->n_base = r->base->n;
	d->n_head = r->head->n;
	d->paired = c->unit == COMPARE_PAIRS;
	if (err)
		return err;
	if (c->unit == COMPARE_PAIRS) {
		err = match_pairs(c, r, x, y, base, head, &d->n_base);
		d->n_head = d->n_base;
	} else if (c->unit == COMPARE_BOOTS) {
		err = reduce_to_boots(c, r->base, x, base, &d->n_base);
		err = err ? err : reduce_to_boots(c, r->head, y, head, &d->n_head);
	}
	return err;
}

int compare_fill_single(struct compare_row *r)
{
	r->data.base = new_values(r->base, side_column(r->base, r->metric));
	r->data.n_base = r->base->n;
	return r->data.base ? 0 : -ENOMEM;
}
