/* SPDX-License-Identifier: GPL-2.0 */
/* Below the tables: what the notation means, what the harness costs, what went missing. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "number.h"
#include "report.h"
#include "text.h"

/* Smallest and largest number of invocations of a row. */
static void rows_range(const struct sections *s, size_t *min, size_t *max)
{
	size_t i, k;

	*min = SIZE_MAX;
	*max = 0;
	for (i = 0; i < s->n; i++) {
		for (k = 0; k < s->v[i].n; k++) {
			size_t n = json_array_size(s->v[i].points[k].samples);

			*min = n < *min ? n : *min;
			*max = n > *max ? n : *max;
		}
	}
}

static size_t count_boots(const struct report *r)
{
	json_t *seen = json_object();
	const json_t *sample;
	size_t i, k, n;

	for (i = 0; i < r->n; i++) {
		json_array_foreach(r->journals[i]->samples, k, sample) {
			const char *id = json_string_value(json_object_get(sample, "boot_id"));

			if (id)
				json_object_set_new(seen, id, json_true());
		}
	}
	n = json_object_size(seen);
	json_decref(seen);
	return n;
}

static int print_spread_notes(const struct report *r, size_t min, size_t max)
{
	size_t lo, hi, n = min < 6 ? 6 : min, boots = count_boots(r);
	int err = 0;

	if (max >= 6)
		err = report_item(
			r, "",
			"[a, b]: 95 %% interval of that median, by order statistics (exact"
			" binomial; n = %zu reaches %.1f %%).",
			n, 100 * median_ranks(n, 0.95, &lo, &hi));
	if (!err && min < 6 && max > 1)
		err = report_item(r, "",
				  "a .. b: minimum and maximum over the invocations; fewer than 6"
				  " support no 95 %% interval.");
	if (!err && min == 1)
		err = report_item(r, "", "n = 1: a single invocation has no spread.");
	if (!err && boots > 1)
		err = report_item(r, "",
				  "%zu boots are pooled: the spread is not that from boot to boot.",
				  boots);
	return err;
}

static const struct section *section_named(const struct sections *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!strcmp(s->v[i].name, name))
			return &s->v[i];
	return NULL;
}

static bool any_percentile(const struct sections *s)
{
	const char *name;
	char hist[64];
	size_t i, k;
	double q;
	json_t *v;

	for (i = 0; i < s->n; i++)
		for (k = 0; k < s->v[i].n; k++)
			json_object_foreach(json_object_get(s->v[i].points[k].first, "metrics"),
					    name, v)
				if (split_percentile(name, hist, sizeof(hist), &q))
					return true;
	return section_named(s, "latency") != NULL;
}

static int print_notes(const struct report *r, const struct sections *s)
{
	size_t min, max;
	int err;

	rows_range(s, &min, &max);
	err = report_item(
		r, "notes",
		"Numbers are medians over n invocations (a fresh process each; programs and"
		" maps, where there are any, are loaded anew) of what one invocation measured, percentiles"
		" included.");
	err = err ?: print_spread_notes(r, min, max);
	if (err || !any_percentile(s))
		return err;
	return report_item(r, "",
			   "-: unknown, or too few values for a 95 %% interval of the percentile"
			   " (p99 needs 368, p99.9 3 688). inf: beyond what completed.");
}

/* ---- recorder ---- */

static bool is_where(const json_t *sample, const char *where)
{
	const char *v = json_string_value(sample_param(sample, "where"));

	return !where || (v && !strcmp(v, where));
}

/* Median over all samples of a bench, or of those with where=WHERE; NAN if none has it. */
static int median_of(const struct section *s, const char *where, const char *name, double *out)
{
	json_t *found = json_array(), *sample;
	struct point all = { .samples = found };
	struct spread spread = { .median = NAN };
	size_t i, k;
	int err = found ? 0 : -ENOMEM;

	for (i = 0; s && i < s->n; i++)
		json_array_foreach(s->points[i].samples, k, sample)
			if (is_where(sample, where) && json_array_append(found, sample))
				err = -ENOMEM;
	*out = NAN;
	if (!err && json_array_size(found)) {
		err = point_spread(&all, sample_metric, name, &spread);
		*out = spread.median;
	}
	json_decref(found);
	return err;
}

static int print_nop(const struct report *r, const struct section *nop, const char *where,
		     bool *said)
{
	char a[NUMBER_MAX], b[NUMBER_MAX];
	double recorder, clock;
	int err = median_of(nop, where, "recorder_ns", &recorder);

	err = err ?: median_of(nop, where, "clock_ns", &clock);
	*said = !err && recorder > 0 && clock >= 0;
	if (!*said)
		return err;
	return report_item(r, "recorder",
			   "%s ns per event%s, of which the clock %s ns (%.0f %%); not subtracted",
			   number_text(a, recorder, ""),
			   strcmp(where, "bpf") ? " in user space" : "", number_text(b, clock, ""),
			   100 * clock / recorder);
}

static int print_recorder(const struct report *r, const struct sections *s)
{
	const struct section *nop = section_named(s, "nop");
	char text[NUMBER_MAX];
	double clock;
	bool said;
	int err = print_nop(r, nop, "bpf", &said);

	if (err || said)
		return err;
	err = median_of(section_named(s, "latency"), NULL, "clock_ns", &clock);
	if (err)
		return err;
	if (!isnan(clock))
		return report_item(
			r, "recorder",
			"one clock read takes %s ns, not subtracted; the bench `nop` measures"
			" the whole recorder",
			number_text(text, clock, ""));
	return print_nop(r, nop, "user", &said);
}

/* ---- totals ---- */

/* Member `name` of the samples' object `part` (NULL: of the samples), summed. */
static double total(const struct report *r, const char *part, const char *name)
{
	const json_t *sample;
	double sum = 0;
	size_t i, k;

	for (i = 0; i < r->n; i++)
		json_array_foreach(r->journals[i]->samples, k, sample)
			sum += json_number_value(json_object_get(
				part ? json_object_get(sample, part) : sample, name));
	return sum;
}

/* Only a paced generator can be late: with arrival max, and where the kernel fires, nothing is due. */
static bool is_paced(const json_t *sample)
{
	const char *arrival = json_string_value(sample_param(sample, "arrival"));

	return arrival ? strcmp(arrival, "max") != 0 : !sample_param(sample, "trigger");
}

static double total_paced(const struct report *r, const char *name)
{
	const json_t *sample;
	double sum = 0;
	size_t i, k;

	for (i = 0; i < r->n; i++)
		json_array_foreach(r->journals[i]->samples, k, sample)
			if (is_paced(sample))
				sum += json_number_value(
					json_object_get(json_object_get(sample, "counts"), name));
	return sum;
}

static int print_generator(const struct report *r)
{
	double intended = total_paced(r, "intended"), late = total_paced(r, "late");
	char a[NUMBER_MAX], b[NUMBER_MAX];

	if (intended <= 0)
		return 0;
	return report_item(r, "generator",
			   "%s of %s due instants called late: after the next was due (%.3g %%)",
			   number_text(a, late, ""), number_text(b, intended, ""),
			   100 * late / intended);
}

static int print_losses(const struct report *r)
{
	static const struct {
		const char *part, *name, *text;
	} rows[] = {
		{ "life", "throttled", "throttled by the kernel" },
		{ "life", "filtered", "filtered (not the worker's task)" },
		{ "life", "lost", "lost" },
		{ "life", "cancelled", "cancelled" },
		{ "life", "in_flight_at_end", "in flight at the end" },
		{ "counts", "in_flight_at_end", "in flight when the window's account was closed" },
		{ NULL, "recursion_misses", "programs skipped as recursive" },
		{ NULL, "migrations", "worker migrations" },
	};
	char n[NUMBER_MAX];
	const char *label = "not zero";
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
		double sum = total(r, rows[i].part, rows[i].name);

		if (sum <= 0)
			continue;
		err = report_item(r, label, "%s %s", number_text(n, sum, ""), rows[i].text);
		label = "";
	}
	return err;
}

/* journal_read() lets no sample pass that breaks one, so what is here to say is how many had any. */
static int print_laws(const struct report *r)
{
	const json_t *sample;
	size_t i, k, n = 0;

	for (i = 0; i < r->n; i++)
		json_array_foreach(r->journals[i]->samples, k, sample)
			n += json_object_get(sample, "counts") != NULL;
	if (!n)
		return 0;
	return report_item(r, "laws", "conservation laws held in all %zu samples with counts", n);
}

int report_footer(const struct report *r, const struct sections *s)
{
	int err = s->n || !r->html ? report_part(r, "Notes") : 0;

	if (!err && s->n)
		err = print_notes(r, s);
	err = err ?: print_recorder(r, s);
	err = err ?: print_generator(r);
	err = err ?: print_losses(r);
	return err ?: print_laws(r);
}
