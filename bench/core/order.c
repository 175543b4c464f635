// SPDX-License-Identifier: GPL-2.0
/*
 * The order of a plan's invocations. Rounds of all points, each in an order of its own: a drift of
 * the machine hits all points alike, and an interrupted run has about as many samples of each.
 * Points that differ only in the implementation stay together, in an order of their own: what is
 * compared is measured side by side.
 */
#include <errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <stdlib.h>

#include "plan.h"

/* Points from `first` on that fit, and are alike but for the implementation. */
struct group {
	size_t first, n;
};

static bool alike(const struct point *a, const struct point *b)
{
	return a->bench == b->bench && json_equal(a->params, b->params);
}

/* Those that do not fit do so for all implementations: the needs are the point's. */
static size_t make_groups(const struct plan *plan, struct group *g)
{
	size_t n = 0, next;

	for (size_t i = 0; i < plan->n_points; i = next) {
		for (next = i + 1; next < plan->n_points; next++)
			if (!alike(&plan->points[i], &plan->points[next]))
				break;
		if (!plan->points[i].unfit[0])
			g[n++] = (struct group){ i, next - i };
	}
	return n;
}

static void add_group(struct plan *plan, const struct group *g, unsigned int round, int pair,
		      gsl_rng *rng)
{
	struct item *first = plan->items + plan->n_items;

	for (size_t i = 0; i < g->n; i++)
		first[i] = (struct item){ g->first + i, round, g->n > 1 ? pair : -1 };
	if (g->n > 1)
		gsl_ran_shuffle(rng, first, g->n, sizeof(*first));
	plan->n_items += g->n;
}

int plan_order(struct plan *plan)
{
	gsl_rng *rng = gsl_rng_alloc(gsl_rng_taus2);
	struct group *groups = calloc(plan->n_points + 1, sizeof(*groups));
	size_t n;
	int err = -ENOMEM;

	plan->items = calloc(plan->n_points * plan->invocations + 1, sizeof(*plan->items));
	if (!rng || !groups || !plan->items)
		goto out;
	gsl_rng_set(rng, plan->seed);
	for (unsigned int round = 0; round < plan->invocations; round++) {
		n = make_groups(plan, groups);
		if (n) /* GSL aborts on an empty array */
			gsl_ran_shuffle(rng, groups, n, sizeof(*groups));
		for (size_t i = 0; i < n; i++)
			add_group(plan, &groups[i], round, round * n + i, rng);
	}
	err = 0;
out:
	free(groups);
	gsl_rng_free(rng);
	return err;
}
