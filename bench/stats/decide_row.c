// SPDX-License-Identifier: GPL-2.0
#include "decide_row.h"

#include <errno.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_statistics_double.h>
#include <math.h>
#include <stdlib.h>

#include "median.h"
#include "rank_test.h"
#include "shift.h"
#include "t_test.h"

/*
 * What is tested: logs or values; paired, only y, the differences. Each ascending after the tests.
 */
struct sample {
	double *x, *y;
	size_t n, m;
};

static int check_row(const struct decide_row *r)
{
	if (!r->n_base || !r->n_head || (r->paired && r->n_base != r->n_head) ||
	    !(r->floor >= 0 && isfinite(r->floor)))
		return -EINVAL;
	return 0;
}

static int scaled(const double *from, size_t n, enum decide_scale scale, double *to)
{
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(from[i]) ||
		    (scale != DECIDE_LOG && fabs(from[i]) > SHIFT_VALUE_MAX / 2))
			return -EINVAL;
		if (scale == DECIDE_LOG && from[i] <= 0)
			return -EDOM;
		to[i] = scale == DECIDE_LOG ? log(from[i]) : from[i];
	}
	return 0;
}

static int take(const struct decide_row *r, struct sample *s)
{
	int err = scaled(r->base, r->n_base, r->scale, s->x);

	if (!err)
		err = scaled(r->head, r->n_head, r->scale, s->y);
	if (err || !r->paired)
		return err;
	for (size_t i = 0; i < r->n_head; i++)
		s->y[i] -= s->x[i];
	s->n = 0;
	return 0;
}

static double shown(const struct decide_row *r, double v)
{
	return r->scale == DECIDE_LOG ? expm1(v) : v;
}

static int test(const struct row_context *ctx, const struct decide_row *r, const struct sample *s,
		struct decision *out)
{
	const struct rank_draws draws = { ctx->opts->alpha, ctx->alpha, ctx->opts->seed };
	struct rank_test rank;
	struct t_test t;
	int err;

	if (s->n) {
		err = mann_whitney(s->x, s->n, s->y, s->m, &draws, &rank);
		welch_t(s->x, s->n, s->y, s->m, &t);
	} else {
		err = signed_rank(s->y, s->m, &rank);
		paired_t(s->y, s->m, &t);
	}
	out->p = rank.p;
	out->p_min = rank.p_min;
	/* NAN if there are too few */
	out->welch_p = t.p;
	out->mean_shift = shown(r, gsl_stats_mean(s->y, 1, s->m) -
					   (s->n ? gsl_stats_mean(s->x, 1, s->n) : 0));
	return err;
}

static int find_cuts(struct row_context *ctx, const struct sample *s)
{
	const double tails[] = { (1 - ctx->opts->level) / 2, ctx->alpha / 2 };
	int err;

	if (ctx->m == s->m && ctx->n == s->n)
		return 0;
	ctx->m = 0;
	err = s->n ? rank_cut_unpaired(s->n, s->m, tails, 2, ctx->cut)
		   : rank_cut_paired(s->m, tails, 2, ctx->cut);
	if (err)
		return err;
	ctx->n = s->n;
	ctx->m = s->m;
	return 0;
}

static struct shift shift_at(const struct sample *s, const struct rank_cut *cut)
{
	struct shift out = { .level = cut->level };

	if (s->n)
		shift_unpaired_at(s->x, s->n, s->y, s->m, cut->k, &out);
	else
		shift_paired_at(s->y, s->m, cut->k, &out);
	return out;
}

/* Half-widths and so on, all on the scale of the test. */
struct reach {
	double half; /* of the interval at opts->level */
	double half_test; /* of that which the test inverts to at Holm's first step */
	double slack; /* what the estimate may be off by, with opts->power */
	double floor;
	double at; /* the shift without its sign */
};

static double half_width(const struct shift *s)
{
	return (s->hi - s->lo) / 2;
}

static struct reach reach_of(const struct row_context *ctx, const struct decide_row *r,
			     const struct shift *at_level, const struct shift *at_test)
{
	struct reach w = { half_width(at_level), half_width(at_test), 0,
			   r->scale == DECIDE_LOG ? log1p(r->floor) : r->floor,
			   fabs(at_level->at) };

	if (at_level->level > 0)
		w.slack = fmax(0, gsl_cdf_ugaussian_Pinv(ctx->opts->power)) * w.half /
			  gsl_cdf_ugaussian_Pinv((1 + at_level->level) / 2);
	return w;
}

/*
 * By what factor the number has to grow until what shrinks with its square root fits into `room`.
 */
static double growth(double width, double room)
{
	if (width <= room)
		return 1;
	return room > 0 ? width / room * (width / room) : INFINITY;
}

/*
 * More per side until 1 / n + 1 / m, which the squared standard error goes with, is an f-th of what
 * it is.
 */
static double more_for(const struct sample *s, double f)
{
	double m = s->m, n = s->n ? s->n : m, a = (1 / n + 1 / m) / f;

	if (!(f > 1 && isfinite(f)))
		return f > 1 ? INFINITY : 0;
	return (2 - a * (n + m) + sqrt(a * (n - m) * (a * (n - m)) + 4)) / (2 * a);
}

static size_t further_of(const struct row_context *ctx, const struct sample *s,
			 const struct reach *w)
{
	size_t n = s->n && s->n < s->m ? s->n : s->m;
	double at_least = invocations_for(!s->n, ctx->alpha), more;
	double level_needs = invocations_for(!s->n, 1 - ctx->opts->level);
	double f = 1;

	at_least = fmax(at_least, level_needs) - n;
	if (isfinite(w->half))
		f = growth(w->half + w->slack, fabs(w->at - w->floor));
	if (isfinite(w->half_test) && w->at > w->floor)
		f = fmax(f, growth(w->half_test + w->slack, w->at));
	more = fmax(ceil(more_for(s, f)), at_least);
	return more >= DECIDE_NEVER ? DECIDE_NEVER : fmax(more, 0);
}

static void fill(const struct row_context *ctx, const struct decide_row *r, const struct sample *s,
		 struct decision *out)
{
	struct shift at_level = shift_at(s, &ctx->cut[0]), at_test = shift_at(s, &ctx->cut[1]);
	struct reach w = reach_of(ctx, r, &at_level, &at_test);

	out->shift = shown(r, at_level.at);
	out->lo = shown(r, at_level.lo);
	out->hi = shown(r, at_level.hi);
	out->level = at_level.level;
	out->detectable = shown(r, fmax(w.half_test, w.floor + w.half) + w.slack);
	out->further = further_of(ctx, s, &w);
}

int decide_row(struct row_context *ctx, const struct decide_row *r, struct decision *out)
{
	int err = check_row(r);
	struct sample s;

	if (err)
		return err;
	s = (struct sample){ .n = r->n_base, .m = r->n_head };
	s.x = malloc((s.n + s.m) * sizeof(*s.x));
	if (!s.x)
		return -ENOMEM;
	s.y = s.x + s.n;
	err = take(r, &s);
	if (!err)
		err = test(ctx, r, &s, out);
	if (!err)
		err = find_cuts(ctx, &s);
	if (!err) {
		sort_doubles(s.x, s.n);
		sort_doubles(s.y, s.m);
		fill(ctx, r, &s, out);
	}
	free(s.x);
	return err;
}
