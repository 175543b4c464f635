// SPDX-License-Identifier: GPL-2.0
/* For programs: keys are stable, see results/twbench-compare-1.schema.json. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "bench.h"
#include "choose.h"
#include "number.h"
#include "print.h"

#define SCHEMA "twbench-compare/1"

static const char *scale_name(const struct compare_row *r)
{
	return r->data.scale == DECIDE_LOG ? "log" : "difference";
}

static json_t *journal_json(const struct side_journal *j)
{
	return json_pack("{ss sO? sO? sO? sO? sI sI sI}", "path", j->path, "env",
			 json_object_get(j->header, "env"), "args",
			 json_object_get(j->header, "args"), "seed",
			 json_object_get(j->header, "seed"), "started",
			 json_object_get(j->header, "started"), "samples", (json_int_t)j->samples,
			 "skipped", (json_int_t)j->skips, "errors", (json_int_t)j->errors);
}

static json_t *side_json(const struct side *s)
{
	static const char *const halves[] = { "whole", "even", "odd" };
	json_t *journals = json_array();

	for (size_t i = 0; i < s->n_journals; i++)
		json_array_append_new(journals, journal_json(&s->journals[i]));
	return json_pack("{ss ss sO so sI sI sO}", "spec", s->spec, "half", halves[s->half],
			 "select", s->select, "journals", journals, "samples",
			 (json_int_t)s->n_samples, "boots", (json_int_t)json_object_size(s->boots),
			 "warnings", s->warnings);
}

/* What fresh data said of a candidate; null where it could not. */
static json_t *confirm_json(const struct compare_row *r)
{
	static const char *const outcomes[] = { "", "confirmed", "not_confirmed",
						"not_re_measured" };
	const struct compare_row *f = r->fresh;
	bool interval = f && f->d.level > 0;

	return json_pack("{ss ss* so so so so so so so so so}", "outcome", outcomes[r->confirm],
			 "reason", r->not_measured, "verdict",
			 f ? compare_json_name(verdict_name(f->d.verdict)) : json_null(), "scale",
			 f ? json_string(scale_name(f)) : json_null(), "shift",
			 compare_json_real(f ? f->d.shift : NAN), "lo",
			 compare_json_real(interval ? f->d.lo : NAN), "hi",
			 compare_json_real(interval ? f->d.hi : NAN), "p",
			 compare_json_real(f ? f->d.p : NAN), "p_adjusted",
			 compare_json_real(f ? f->d.p_adjusted : NAN), "n_base",
			 json_integer(f ? f->data.n_base : 0), "n_head",
			 json_integer(f ? f->data.n_head : 0));
}

static json_t *row_json(const struct compare_row *r)
{
	static const char *const directions[] = { "higher", "none", "lower" };
	const struct metric *m = scalar_metric(r->bench, r->metric);
	const struct decision *d = &r->d;
	json_t *row = json_pack("{sO sO sO? ss ss ss ss sb sb}", "bench",
				json_object_get(r->base->id, "bench"), "params",
				json_object_get(r->base->id, "params"), "impl",
				json_object_get(r->base->id, "impl"), "metric", r->metric, "unit",
				m ? m->unit : number_unit(r->metric), "better",
				directions[scalar_worse(r->bench, r->metric) + 1], "scale",
				scale_name(r), "control", r->control, "paired", r->data.paired);
	json_t *rest = json_pack(
		"{sI sI so so so so so so so so so so so so so so sb}", "n_base",
		(json_int_t)r->data.n_base, "n_head", (json_int_t)r->data.n_head, "base",
		compare_json_real(r->base_median), "head", compare_json_real(r->head_median),
		"shift", compare_json_real(d->shift), "lo",
		d->level > 0 ? compare_json_real(d->lo) : json_null(), "hi",
		d->level > 0 ? compare_json_real(d->hi) : json_null(), "level",
		compare_json_real(d->level), "p", compare_json_real(d->p), "p_adjusted",
		compare_json_real(d->p_adjusted), "p_min", compare_json_real(d->p_min), "welch_p",
		compare_json_real(d->welch_p), "floor", compare_json_real(r->data.floor),
		"floor_measured", compare_json_real(r->floor_measured), "detectable",
		compare_json_real(d->detectable), "verdict",
		compare_json_name(verdict_name(d->verdict)), "welch_disagrees", d->welch_disagrees);

	json_object_set_new(row, "further",
			    d->further < DECIDE_NEVER ? json_integer(d->further) : json_null());
	if (r->confirm)
		json_object_set_new(row, "confirm", confirm_json(r));
	json_object_update(row, rest);
	json_decref(rest);
	return row;
}

static json_t *counts_json(const struct comparison *c)
{
	json_t *o = json_object();

	for (int v = 0; v <= VERDICT_UNREACHABLE; v++) {
		json_t *name = compare_json_name(verdict_name(v));

		json_object_set_new(o, json_string_value(name), json_integer(c->count[v]));
		json_decref(name);
	}
	return o;
}

static json_t *treatment_json(const struct comparison *c)
{
	json_t *names = json_array(), *v;
	const char *field;

	json_object_foreach(c->opts.treatment.fields, field, v)
		json_array_append_new(names, json_string(field));
	return names;
}

int compare_print_json(FILE *out, const struct comparison *c, bool strict)
{
	static const char *const units[] = { "invocation", "pair", "boot" };
	const struct decide_opts *o = &c->opts.decide;
	json_t *rows = json_array(), *doc;
	int err = 0;

	for (size_t i = 0; i < c->n_rows; i++)
		err |= json_array_append_new(rows, row_json(&c->rows[i]));
	doc = json_pack("{ss so si sb sb sf sf sf sf ss so sO so so so so sO sO}", "schema", SCHEMA,
			"verdict", compare_json_name(overall_name(compare_overall(c))), "exit_code",
			compare_exit_code(c, strict), "strict", strict, "self", c->opts.self,
			"alpha", o->alpha, "level", o->level, "power", o->power, "floor",
			c->opts.floor, "replicate", units[c->unit], "treatment", treatment_json(c),
			"differs", c->differs, "base", side_json(&c->base), "head",
			side_json(&c->head), "counts", counts_json(c), "rows", rows, "left_out",
			c->left_out, "warnings", c->warnings);
	if (doc && c->fresh.spec)
		err |= json_object_set_new(doc, "confirm", side_json(&c->fresh));
	if (err || !doc || json_dumpf(doc, out, JSON_INDENT(1)) || fputc('\n', out) == EOF)
		err = ferror(out) ? -EIO : -ENOMEM;
	json_decref(doc);
	return err;
}
