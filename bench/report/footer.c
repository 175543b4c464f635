/* SPDX-License-Identifier: GPL-2.0 */
/* Below the tables: what the notation means, what the harness costs, what went missing. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "metric.h"
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
		json_array_foreach (r->journals[i]->samples, k, sample) {
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
		err = text_item(r->out, "",
				"[a, b]: 95 %% interval of that median, by order statistics (exact"
				" binomial; n = %zu reaches %.1f %%).",
				n, 100 * median_ranks(n, 0.95, &lo, &hi));
	if (!err && min < 6 && max > 1)
		err = text_item(r->out, "",
				"a .. b: minimum and maximum over the invocations; fewer than 6"
				" support no 95 %% interval.");
	if (!err && min == 1)
		err = text_item(r->out, "", "n = 1: a single invocation has no spread.");
	if (!err && boots > 1)
		err = text_item(r->out, "",
				"%zu boots are pooled: the spread is not that from boot to boot.",
				boots);
	return err;
}

static int print_notes(const struct report *r, const struct sections *s)
{
	size_t min, max;
	int err;

	rows_range(s, &min, &max);
	err = text_item(r->out, "notes",
			"Numbers are medians over n invocations (a fresh process, BPF load and maps"
			" each) of what one invocation measured, percentiles included.");
	err = err ?: print_spread_notes(r, min, max);
	return err
		       ?: text_item(
				  r->out, "",
				  "-: unknown, or too few values for a 95 %% interval of the percentile"
				  " (p99 needs 368, p99.9 3 688). inf: beyond what completed.");
}

/* ---- recorder ---- */

/* Median over the samples of the bench that have it; NAN if none has. */
static int metric_of(const struct sections *s, const char *bench, const char *name, double *out)
{
	double *v = NULL, *more;
	size_t i, k, m, n = 0;
	const json_t *sample;

	*out = NAN;
	for (i = 0; i < s->n; i++) {
		if (strcmp(s->v[i].name, bench))
			continue;
		for (k = 0; k < s->v[i].n; k++) {
			json_array_foreach (s->v[i].points[k].samples, m, sample) {
				const json_t *where = sample_param(sample, "where");
				double x = sample_metric(sample, name);

				if (isnan(x) || (json_is_string(where) &&
						 strcmp(json_string_value(where), "bpf")))
					continue;
				more = reallocarray(v, n + 1, sizeof(*v));
				if (!more) {
					free(v);
					return -ENOMEM;
				}
				v = more;
				v[n++] = x;
			}
		}
	}
	sort_doubles(v, n);
	*out = median_sorted(v, n);
	free(v);
	return 0;
}

static int print_recorder(const struct report *r, const struct sections *s)
{
	char a[NUMBER_MAX], b[NUMBER_MAX];
	double recorder, clock, latency_clock;
	int err = metric_of(s, "nop", "recorder_ns", &recorder);

	err = err ?: metric_of(s, "nop", "clock_ns", &clock);
	err = err ?: metric_of(s, "latency", "clock_ns", &latency_clock);
	if (err)
		return err;
	if (recorder > 0 && clock <= recorder)
		return text_item(
			r->out, "recorder",
			"%s ns per event, of which the clock %s ns (%.0f %%); not subtracted",
			number_text(a, recorder, ""), number_text(b, clock, ""),
			100 * clock / recorder);
	if (recorder > 0)
		return text_item(r->out, "recorder",
				 "%s ns per event, the clock %s ns; not subtracted",
				 number_text(a, recorder, ""), number_text(b, clock, ""));
	if (!isnan(latency_clock))
		return text_item(
			r->out, "recorder",
			"one clock read takes %s ns, not subtracted; the bench `nop` measures"
			" the whole recorder",
			number_text(a, latency_clock, ""));
	return 0;
}

/* ---- totals ---- */

/* Member `name` of the samples' object `part` (NULL: of the samples), summed. */
static double total(const struct report *r, const char *part, const char *name)
{
	const json_t *sample;
	double sum = 0;
	size_t i, k;

	for (i = 0; i < r->n; i++)
		json_array_foreach (r->journals[i]->samples, k, sample)
			sum += json_number_value(json_object_get(
				part ? json_object_get(sample, part) : sample, name));
	return sum;
}

static int print_generator(const struct report *r)
{
	double intended = total(r, "counts", "intended"), late = total(r, "counts", "late");
	char a[NUMBER_MAX], b[NUMBER_MAX];

	if (intended <= 0)
		return 0;
	return text_item(r->out, "generator",
			 "%s of %s due instants called late: after the next was due (%.3g %%)",
			 number_text(a, late, ""), number_text(b, intended, ""),
			 100 * late / intended);
}

static int print_losses(const struct report *r)
{
	static const struct {
		const char *part, *name, *text;
	} rows[] = {
		{"life", "throttled", "throttled by the kernel"},
		{"life", "filtered", "filtered (not the worker's task)"},
		{"life", "lost", "lost"},
		{"life", "cancelled", "cancelled"},
		{"life", "in_flight_at_end", "in flight at the end"},
		{"counts", "in_flight_at_end", "in flight when the window's account was closed"},
		{NULL, "recursion_misses", "programs skipped as recursive"},
		{NULL, "migrations", "worker migrations"},
	};
	char n[NUMBER_MAX];
	const char *label = "not zero";
	size_t i;
	int err = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]) && !err; i++) {
		double sum = total(r, rows[i].part, rows[i].name);

		if (sum <= 0)
			continue;
		err = text_item(r->out, label, "%s %s", number_text(n, sum, ""), rows[i].text);
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
		json_array_foreach (r->journals[i]->samples, k, sample)
			n += json_object_get(sample, "counts") != NULL;
	if (!n)
		return 0;
	return text_item(r->out, "laws", "conservation laws held in all %zu samples with counts",
			 n);
}

int report_footer(const struct report *r, const struct sections *s)
{
	int err = 0;

	fputc('\n', r->out);
	if (s->n)
		err = print_notes(r, s);
	err = err ?: print_recorder(r, s);
	err = err ?: print_generator(r);
	err = err ?: print_losses(r);
	err = err ?: print_laws(r);
	return err ?: report_messages(r);
}
