// SPDX-License-Identifier: GPL-2.0
/* What a driver reports, turned into the members of a sample line. */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "hist.h"
#include "invocation_core.h"

int result_init(struct invocation *inv)
{
	struct invocation_core *core = inv->core;

	core->metrics = json_object();
	core->hists = json_object();
	core->warnings = json_array();
	core->sources = json_object();
	return core->metrics && core->hists && core->warnings && core->sources ? 0 : -ENOMEM;
}

void result_fini(struct invocation *inv)
{
	json_decref(inv->core->metrics);
	json_decref(inv->core->hists);
	json_decref(inv->core->warnings);
	json_decref(inv->core->sources);
}

static void say_why(struct invocation *inv, int err, bool skip, const char *fmt, va_list ap)
{
	if (inv->core->err)
		return;
	vsnprintf(inv->core->why, sizeof(inv->core->why), fmt, ap);
	inv->core->err = err;
	inv->core->skip = skip;
}

int inv_fail(struct invocation *inv, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_why(inv, err, false, fmt, ap);
	va_end(ap);
	return err;
}

int inv_skip(struct invocation *inv, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say_why(inv, -EOPNOTSUPP, true, fmt, ap);
	va_end(ap);
	return -EOPNOTSUPP;
}

void inv_warn(struct invocation *inv, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_array_append_new(inv->core->warnings, json_string(text));
}

void inv_source(struct invocation *inv, const char *what, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	json_object_set_new(inv->core->sources, what, json_string(text));
}

uint64_t inv_u64(const struct invocation *inv, const char *name)
{
	return json_integer_value(json_object_get(inv->params, name));
}

const char *inv_str(const struct invocation *inv, const char *name)
{
	return json_string_value(json_object_get(inv->params, name));
}

static const struct metric *find_metric(const struct invocation *inv, const char *name)
{
	const struct metric *m = inv->bench->metrics;

	while (m->name && strcmp(m->name, name))
		m++;
	return m->name ? m : NULL;
}

/* Percentiles are recorded as whole ns, instructions or bytes; means and gauges keep fractions. */
static bool is_integral(const char *name)
{
	const char *suffix = strrchr(name, '_');

	return suffix &&
	       (!strcmp(suffix, "_ns") || !strcmp(suffix, "_insns") || !strcmp(suffix, "_bytes"));
}

void inv_gauge(struct invocation *inv, const char *name, double value)
{
	if (!find_metric(inv, name))
		inv_fail(inv, -EINVAL, "%s has no metric %s", inv->bench->name, name);
	else if (isfinite(value))
		json_object_set_new(inv->core->metrics, name, json_real(value));
}

void inv_hist(struct invocation *inv, const char *name, const struct tw_hist *h)
{
	char key[64];

	if (!find_metric(inv, name)) {
		inv_fail(inv, -EINVAL, "%s has no metric %s", inv->bench->name, name);
		return;
	}
	if (json_object_set_new(inv->core->hists, name, hist_to_json(h))) {
		inv_fail(inv, -ERANGE, "the histogram of %s cannot be written", name);
		return;
	}
	snprintf(key, sizeof(key), "%s_mean", name);
	if (h->count)
		json_object_set_new(inv->core->metrics, key, json_real(hist_mean(h)));
	for (const struct quantile *q = quantiles; q->key; q++) {
		double v = hist_quantile(h, 0, q->q);

		snprintf(key, sizeof(key), "%s_%s", name, q->key);
		if (isfinite(v))
			json_object_set_new(inv->core->metrics, key,
					    is_integral(name) ? json_integer(llround(v))
							      : json_real(v));
	}
}

static json_t *failed_json(const struct tw_counts *c)
{
	const struct {
		const char *name;
		json_int_t n;
	} row[] = {
#define FAILED_ROW(e) { #e, (json_int_t)c->failed[TW_FAILED_##e] },
		TW_FAILED_ERRNOS(FAILED_ROW)
	};
	json_t *o = json_object();

	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++)
		json_object_set_new(o, row[i].name, json_integer(row[i].n));
	return o;
}

static json_t *counts_json(const struct counts *c)
{
	return json_pack("{sI sI so sI sI sI sI sI sI}", "delivered", (json_int_t)c->bpf.delivered,
			 "filtered", (json_int_t)c->bpf.filtered, "failed", failed_json(&c->bpf),
			 "attempts", (json_int_t)c->bpf.attempts, "accepted",
			 (json_int_t)c->bpf.accepted, "ebusy", (json_int_t)c->bpf.ebusy,
			 "completed", (json_int_t)c->bpf.completed, "cancelled",
			 (json_int_t)c->cancelled, "lost", (json_int_t)c->bpf.lost);
}

static void add_counts(struct invocation *inv, json_t *sample)
{
	const struct counts *win = &inv->counts[COHORT_WINDOW], *life = &inv->counts[COHORT_LIFE];
	json_t *c = counts_json(win), *l = counts_json(life);
	bool can_tell = inv->trigger && inv->trigger->throttled;

	json_object_set_new(c, "in_flight_at_end", json_integer(win->in_flight_at_end));
	json_object_set_new(l, "in_flight_at_end", json_integer(life->in_flight_at_end));
	json_object_set_new(c, "intended", json_integer(win->intended));
	json_object_set_new(c, "late", json_integer(win->late));
	/* Throttle records carry no cohort: the kernel's ring is read once, at the end. */
	json_object_set_new(c, "throttled", can_tell ? json_integer(life->throttled) : json_null());
	json_object_set_new(l, "throttled", can_tell ? json_integer(life->throttled) : json_null());
	json_object_set_new(sample, "counts", c);
	json_object_set_new(sample, "life", l);
}

json_t *result_sample(struct invocation *inv)
{
	struct invocation_core *core = inv->core;
	uint64_t migrations = 0;
	json_t *s;

	for (unsigned int i = 0; i < inv->n_workers; i++)
		migrations += inv->workers[i].migrations;
	s = json_pack("{sf sf sI sI sO sO sO}", "window_s", (double)inv->window_ns / 1e9,
		      "elapsed_s", (double)(now_ns() - core->started) / 1e9, "recursion_misses",
		      (json_int_t)inv->recursion_misses, "migrations", (json_int_t)migrations,
		      "metrics", core->metrics, "hist", core->hists, "warnings", core->warnings);
	if (s && json_object_size(core->sources))
		json_object_set(s, "sources", core->sources);
	if (s && inv->has_counts)
		add_counts(inv, s);
	return s;
}
