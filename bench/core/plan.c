// SPDX-License-Identifier: GPL-2.0
#include "plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chosen.h"
#include "needs.h"
#include "opts.h"

/* Load, verify, calibrate, attach, detach and quiesce of one invocation; measured 0.15 to 0.25 s. */
#define INVOCATION_OVERHEAD_S 0.25
#define WARMUP_NS 50000000ULL
/* Beyond any plan. They bound time and memory: each combination is looked for among all points, and
 * arguments may be those of a mail. */
#define COMBINATIONS_MAX 4096
#define SAMPLES_MAX 10000000

const struct profile_desc profiles[PROFILES] = {
	[PROFILE_SMOKE] = { "smoke", 2, 0.2 },
	[PROFILE_QUICK] = { "quick", 7, 0.5 },
	[PROFILE_FULL] = { "full", 20, 1.0 },
};

double plan_point_s(const struct plan *plan, const struct point *p)
{
	double window_s = p->bench->during ? 0 : plan->window_ns / 1e9;
	double extra_s = p->bench->extra_s ? p->bench->extra_s(p->params) : 0;

	return window_s + extra_s + plan->warmup_ns / 1e9 + INVOCATION_OVERHEAD_S;
}

/* One invocation of every point that fits. */
static double round_s(const struct plan *plan)
{
	double sum = 0;

	for (size_t p = 0; p < plan->n_points; p++)
		if (!plan->points[p].unfit[0])
			sum += plan_point_s(plan, &plan->points[p]);
	return sum;
}

double plan_total_s(const struct plan *plan)
{
	return plan->invocations * round_s(plan);
}

/* Whether a chosen bench takes this value of its row `name`. */
static bool some_bench_takes(const struct plan_request *r, const char *name, const char *text)
{
	char why[256];

	for (size_t i = 0; benches[i]; i++) {
		const struct opt *o =
			bench_is_chosen(r, benches[i]) ? opt_find(benches[i], name) : NULL;
		json_t *v = o ? opt_value(o, text, why, sizeof(why)) : NULL;

		json_decref(v);
		if (v)
			return true;
	}
	return false;
}

/* What the command line says of an option, for this bench or for all; NULL: nothing. */
static json_t *given_for(const struct plan_request *r, const struct bench *b, const struct opt *o,
			 bool *for_all)
{
	char full[128];
	json_t *given;

	snprintf(full, sizeof(full), "%s.%s", b->name, o->name);
	given = json_object_get(r->values, full);
	*for_all = !given;
	return given ?: json_object_get(r->values, o->name);
}

/* The values that one option sweeps over: command line first, then the profile. A name for all
 * benches leaves out those that do not know it. */
static json_t *sweep_of(const struct plan_request *r, const struct bench *b, const struct opt *o,
			char *why, size_t size)
{
	bool for_all;
	json_t *given = given_for(r, b, o, &for_all), *text, *all;
	size_t i;

	if (!given)
		return opt_values(o, opt_default(o, r->profile), ' ', why, size);

	all = json_array();
	json_array_foreach(given, i, text) {
		json_t *v = opt_value(o, json_string_value(text), why, size);

		if (!v && for_all && o->type == OPT_ENUM &&
		    some_bench_takes(r, o->name, json_string_value(text)))
			continue;
		if (!v) {
			json_decref(all);
			return NULL;
		}
		json_array_append_new(all, v);
	}
	return all;
}

/* Drops parameters that mean nothing beside the others; a row may look at the rows before it. */
static void drop_inapplicable(const struct bench *b, json_t *params)
{
	for (const struct opt *o = b->opts; o->name; o++)
		if (o->applies && !o->applies(params))
			json_object_del(params, o->name);
}

static bool has_point(const struct plan *plan, const struct bench *b, const char *impl,
		      const json_t *params)
{
	for (size_t i = 0; i < plan->n_points; i++) {
		const struct point *p = &plan->points[i];

		if (p->bench == b && !strcmp(p->impl, impl) && json_equal(p->params, params))
			return true;
	}
	return false;
}

static void judge_point(struct point *p)
{
	const char *name = json_string_value(json_object_get(p->params, "trigger"));
	const struct trigger *t = name ? trigger_by_name(name) : NULL;
	json_int_t rate = json_integer_value(json_object_get(p->params, "rate"));

	p->needs = p->bench->needs | (t ? t->needs : 0);
	if (p->bench->needs_of)
		p->needs |= p->bench->needs_of(p->params);
	if (needs_check(p->needs, p->unfit, sizeof(p->unfit)))
		return;
	if (t && t->max_rate && (uint64_t)rate > t->max_rate)
		snprintf(p->unfit, sizeof(p->unfit),
			 "trigger %s delivers at most %llu per second and CPU", t->name,
			 (unsigned long long)t->max_rate);
}

static int add_point(struct plan *plan, const struct bench *b, const char *impl, json_t *params)
{
	struct point *grown;

	if (has_point(plan, b, impl, params))
		return 0;
	grown = realloc(plan->points, (plan->n_points + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	plan->points = grown;
	grown[plan->n_points] =
		(struct point){ .bench = b, .impl = impl, .params = json_incref(params) };
	judge_point(&grown[plan->n_points++]);
	return 0;
}

/* One with each implementation. Takes params. */
static int add_points(struct plan *plan, const struct plan_request *r, const struct bench *b,
		      json_t *params)
{
	const char *impl;
	int err = 0;

	drop_inapplicable(b, params);
	for (unsigned int i = 0; (impl = bench_impl(b, i)) && !err; i++)
		if (impl_is_chosen(r, impl) && (!b->impl_applies || b->impl_applies(params, impl)))
			err = add_point(plan, b, impl, params);
	json_decref(params);
	return err;
}

/* Every combination of the values of row o and the rows after it. params is borrowed. */
static int expand(struct plan *plan, const struct plan_request *r, const struct bench *b,
		  const struct opt *o, json_t *params, char *why, size_t size)
{
	json_t *values, *v;
	bool for_all, thin;
	size_t i;
	int err = 0;

	if (!o->name) {
		snprintf(why, size, "more than %d combinations of parameters", COMBINATIONS_MAX);
		if (plan->n_combinations++ == COMBINATIONS_MAX)
			return -EINVAL;
		snprintf(why, size, "no memory");
		return add_points(plan, r, b, json_copy(params));
	}
	values = sweep_of(r, b, o, why, size);
	if (!values)
		return -EINVAL;
	thin = o->swept && !given_for(r, b, o, &for_all);
	json_array_foreach(values, i, v) {
		json_object_set(params, o->name, v);
		if (thin && !o->swept(params, r->profile))
			continue;
		err = expand(plan, r, b, o + 1, params, why, size);
		if (err)
			break;
	}
	json_object_del(params, o->name);
	json_decref(values);
	return err;
}

static int expand_bench(struct plan *plan, const struct plan_request *r, const struct bench *b,
			char *why, size_t size)
{
	json_t *params = json_object();
	int err = expand(plan, r, b, b->opts, params, why, size);

	json_decref(params);
	return err;
}

static int expand_all(struct plan *plan, const struct plan_request *r, char *why, size_t size)
{
	int err = 0;

	if (!r->benches || !r->benches[0]) {
		for (size_t i = 0; benches[i] && !err; i++)
			if (bench_is_chosen(r, benches[i]))
				err = expand_bench(plan, r, benches[i], why, size);
		return err;
	}
	for (size_t i = 0; r->benches[i] && !err; i++) {
		const struct bench *b = bench_by_name(r->benches[i]);

		err = expand_bench(plan, r, b, why, size);
	}
	return err;
}

static size_t count_fit(const struct plan *plan)
{
	size_t n = 0;

	for (size_t p = 0; p < plan->n_points; p++)
		n += !plan->points[p].unfit[0];
	return n;
}

static int fit_budget(struct plan *plan, double budget_s, char *why, size_t size)
{
	double one_s = round_s(plan);
	unsigned int rounds = one_s > 0 ? budget_s / one_s : plan->invocations;

	if (!rounds) {
		snprintf(why, size,
			 "one invocation of each of the %zu points takes %.3g s, the "
			 "budget is %.3g s: fewer points, or shorter windows (-d)",
			 count_fit(plan), one_s, budget_s);
		return -EINVAL;
	}
	if (rounds < plan->invocations)
		plan->invocations = rounds;
	return 0;
}

/* Whether a chosen bench has the parameter `key`, which is "option" or "bench.option". */
static bool is_wanted(const struct plan_request *r, const char *key)
{
	const char *dot = strchr(key, '.');

	for (size_t i = 0; benches[i]; i++) {
		const struct bench *b = benches[i];

		if (bench_is_chosen(r, b) && opt_find(b, dot ? dot + 1 : key) &&
		    (!dot ||
		     (strlen(b->name) == (size_t)(dot - key) && !strncmp(b->name, key, dot - key))))
			return true;
	}
	return false;
}

/* A value that nothing would look at is a mistake, not a wish. */
static int check_values_wanted(const struct plan_request *r, char *why, size_t size)
{
	const char *key;
	json_t *v;

	json_object_foreach(r->values, key, v) {
		if (!strcmp(key, "impl") || !strcmp(key, "only") || is_wanted(r, key))
			continue;
		snprintf(why, size, "no chosen bench has the parameter '%s': see twbench list",
			 key);
		return -EINVAL;
	}
	return 0;
}

int plan_make(const struct plan_request *r, struct plan *plan, char *why, size_t size)
{
	const struct profile_desc *p = &profiles[r->profile];
	int err;

	*plan = (struct plan){ .seed = r->seed, .warmup_ns = WARMUP_NS };
	snprintf(why, size, "no memory");
	plan->invocations = r->invocations ? r->invocations : p->invocations;
	plan->window_ns = (r->window_s > 0 ? r->window_s : p->window_s) * 1e9;
	err = check_values_wanted(r, why, size);
	if (!err)
		err = check_chosen(r, why, size);
	if (!err)
		err = expand_all(plan, r, why, size);
	if (!err)
		err = plan_keep_only(plan, json_object_get(r->values, "only"), why, size);
	if (!err && r->budget_s > 0)
		err = fit_budget(plan, r->budget_s, why, size);
	if (!err && plan->n_points * plan->invocations > SAMPLES_MAX) {
		snprintf(why, size, "%zu points, %u invocations of each: more than %d samples",
			 plan->n_points, plan->invocations, SAMPLES_MAX);
		err = -EINVAL;
	}
	if (!err)
		err = plan_order(plan);
	if (err)
		plan_free(plan);
	return err;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->n_points; i++)
		json_decref(plan->points[i].params);
	free(plan->points);
	free(plan->items);
	*plan = (struct plan){ 0 };
}
