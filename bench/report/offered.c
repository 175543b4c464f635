// SPDX-License-Identifier: GPL-2.0
/* After a table of what was served: the same percentiles over all that was offered, where they differ. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "report.h"

#define MAX_COLUMNS 16

/* Percentiles of the table, over all attempts. Returns their number. */
static size_t offered_columns(const struct table_desc *t, struct column *out)
{
	const struct column *c;
	char hist[64];
	size_t n = 0, percentiles = 0;
	double q;

	for (c = t->columns; c->head && n < MAX_COLUMNS; c++) {
		bool percentile = split_percentile(c->metric, hist, sizeof(hist), &q) &&
				  !strcmp(hist, "delivery_ns");

		if (!percentile && strcmp(c->metric, "ebusy_ratio"))
			continue;
		out[n] = *c;
		out[n++].offered = percentile;
		percentiles += percentile;
	}
	out[n].head = NULL;
	return percentiles;
}

static bool all_served(const struct point *p)
{
	const json_t *sample;
	size_t i;

	json_array_foreach(p->samples, i, sample)
		if (sample_infinite(sample))
			return false;
	return true;
}

/* In the digits that would be shown. */
static int differs(const struct point *p, const struct column *o, bool *out)
{
	struct column served = *o;
	char a[NUMBER_MAX], b[NUMBER_MAX];
	struct spread x, y;
	int err;

	served.offered = false;
	err = column_spread(p, &served, &x) ?: column_spread(p, o, &y);
	if (!err &&
	    strcmp(number_text(a, x.median, o->metric), number_text(b, y.median, o->metric)))
		*out = true;
	return err;
}

/* Points of which the two kinds of percentile do not say the same. */
static int choose(const struct section *s, const struct column *columns, bool *chosen, size_t *n)
{
	const struct column *c;
	size_t i;
	int err = 0;

	*n = 0;
	for (i = 0; i < s->n && !err; i++) {
		for (c = columns; c->head; c++)
			if (c->offered && !all_served(&s->points[i]))
				err = err ?: differs(&s->points[i], c, &chosen[i]);
		*n += chosen[i];
	}
	return err;
}

int report_offered(const struct report *r, const struct section *s, const struct table_desc *t)
{
	struct column columns[MAX_COLUMNS + 1];
	bool *chosen = calloc(s->n, sizeof(*chosen));
	char title[192];
	size_t n = 0;
	int err = chosen ? 0 : -ENOMEM;

	if (!err && offered_columns(t, columns))
		err = choose(s, columns, chosen, &n);
	else if (!err)
		goto out;
	if (err || (!n && !r->all))
		goto out;
	snprintf(title, sizeof(title),
		 "Offered: as served, but what failed with EBUSY or else, was lost or cancelled,\n"
		 "or was still in flight at the end counts as infinite.%s",
		 r->all || n == s->n ? "" : " Other points: as served.");
	err = report_table(r, s, title, columns, r->all ? NULL : chosen);
out:
	free(chosen);
	return err;
}
