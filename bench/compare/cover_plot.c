// SPDX-License-Identifier: GPL-2.0
/* The changes of a cover letter as a picture of characters. */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "change_text.h"
#include "cover.h"
#include "median.h"
#include "points.h"
#include "print.h"

#define METRIC_MAX 22
#define STEPS_MAX 6

/* ---- axis ---- */

static double bound(const struct compare_row *r)
{
	return (fabs(r->d.lo) + fabs(r->d.hi)) / 2;
}

static double median_bound(const struct comparison *c)
{
	double *v = malloc((c->n_rows + 1) * sizeof(*v));
	struct spread s = { .median = 0 };
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows && v; i++)
		if (compare_row_is_percent(&c->rows[i]))
			v[n++] = bound(&c->rows[i]);
	if (n)
		spread_of(v, n, &s);
	free(v);
	return s.median;
}

/* One wild interval must not press all others flat; as plots/forest.gp. */
static double limit_of(const struct comparison *c)
{
	double far = 0, usual = median_bound(c);

	for (size_t i = 0; i < c->n_rows; i++)
		if (compare_row_is_percent(&c->rows[i]))
			far = fmax(far, fmax(fabs(c->rows[i].d.shift), c->rows[i].data.floor));
	return fmax(fmax(fmin(1.3 * far, 15 * usual), 3 * usual), 1e-5);
}

static double step_of(double length)
{
	double least = length / STEPS_MAX, decade = pow(10, floor(log10(least)));
	double digit = least / decade;

	return decade * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
}

static size_t label_width(const struct comparison *c)
{
	size_t width = 0, n;

	for (size_t i = 0; i < c->n_rows; i++) {
		n = strlen(c->rows[i].metric);
		width = n > width ? n : width;
	}
	return width < METRIC_MAX ? width : METRIC_MAX;
}

static double floor_down(const struct compare_row *r)
{
	return decide_floor_down(r->data.scale, r->data.floor);
}

bool cover_axis(const struct comparison *c, struct cover_axis *a)
{
	double limit = limit_of(c), from = 0, to = 0;
	size_t n = 0;

	for (size_t i = 0; i < c->n_rows; i++) {
		const struct compare_row *r = &c->rows[i];

		if (!compare_row_is_percent(r))
			continue;
		from = fmin(from, fmax(fmin(r->d.lo, -floor_down(r)), -limit));
		to = fmax(to, fmin(fmax(r->d.hi, r->data.floor), limit));
		n++;
	}
	if (!n)
		return false;
	a->step = step_of(fmax(to - from, 1e-5));
	a->first = floor(from / a->step + 1e-9);
	a->last = ceil(to / a->step - 1e-9);
	a->last += a->last == a->first;
	a->metric = label_width(c);
	/* A whole number of columns to a step, or marks would not stand at their values. */
	a->per_step = (COVER_WIDTH - COVER_NUMBER - a->metric - 2) / (a->last - a->first);
	return true;
}

static int columns_of(const struct cover_axis *a)
{
	return (a->last - a->first) * a->per_step + 1;
}

/* Of what lies far outside, some column outside. */
static int column(const struct cover_axis *a, double change)
{
	double steps = fmax(fmin(change / a->step, a->last + 1), a->first - 1);

	return lround((steps - a->first) * a->per_step);
}

static void print_axis(FILE *out, const struct cover_axis *a)
{
	int n = columns_of(a), margin = COVER_NUMBER + a->metric + 1;
	char numbers[COVER_WIDTH + 1], line[COVER_WIDTH + 1], text[32];

	memset(numbers, ' ', sizeof(numbers));
	memcpy(numbers, "change", 6);
	memset(line, '-', n);
	line[n] = '\0';
	for (int k = a->first; k <= a->last; k++) {
		int at = margin + (k - a->first) * a->per_step, size, left;

		size = snprintf(text, sizeof(text), k ? "%+g%%" : "0", 100 * k * a->step);
		left = at - size / 2;
		left = left + size > COVER_WIDTH ? COVER_WIDTH - size : left;
		/* Not into the one before. */
		if (numbers[left - 1] == ' ')
			memcpy(numbers + left, text, size);
		line[at - margin] = '+';
	}
	numbers[COVER_WIDTH] = '\0';
	for (size_t i = COVER_WIDTH; i && numbers[i - 1] == ' '; i--)
		numbers[i - 1] = '\0';
	fprintf(out, "%s\n%*s%s\n", numbers, margin, "", line);
}

/* ---- rows ---- */

static void put(char *line, int n, int at, char mark)
{
	if (at >= 0 && at < n)
		line[at] = mark;
}

static void draw(char *line, const struct cover_axis *a, const struct compare_row *r)
{
	int n = columns_of(a), lo = column(a, r->d.lo), hi = column(a, r->d.hi);

	memset(line, ' ', n);
	line[n] = '\0';
	put(line, n, column(a, -floor_down(r)), ':');
	put(line, n, column(a, r->data.floor), ':');
	put(line, n, column(a, 0), '|');
	for (int i = lo > 0 ? lo : 0; i <= hi && i < n; i++)
		line[i] = '-';
	put(line, n, lo < 0 ? 0 : lo, lo < 0 ? '<' : '[');
	put(line, n, hi >= n ? n - 1 : hi, hi >= n ? '>' : ']');
	if (r->d.shift >= a->first * a->step && r->d.shift <= a->last * a->step)
		put(line, n, column(a, r->d.shift), 'o');
	for (n = strlen(line); n && line[n - 1] == ' '; n--)
		line[n - 1] = '\0';
}

static void print_row(FILE *out, const struct cover_axis *a, const char *number,
		      const struct compare_row *r)
{
	char line[COVER_WIDTH + 1], name[FIGURE_MAX], change[FIGURE_MAX];

	fprintf(out, "%-*s%-*s ", COVER_NUMBER, number, a->metric,
		figure_name(name, r->metric, a->metric));
	if (compare_row_is_percent(r)) {
		draw(line, a, r);
		fprintf(out, "%s\n", line);
	} else {
		fprintf(out, "(%s: %s)\n",
			r->d.level > 0 ? "no percent" : "too few for an interval",
			figure_change(change, r, r->d.shift));
	}
}

static bool is_of(const struct compare_row *r, const struct section *s, size_t point)
{
	return r->base->id == s->points[point].first;
}

static bool any_percent(const struct comparison *c, const struct section *s)
{
	for (size_t p = 0; p < s->n; p++)
		for (size_t i = 0; i < c->n_rows; i++)
			if (is_of(&c->rows[i], s, p) && compare_row_is_percent(&c->rows[i]))
				return true;
	return false;
}

void cover_plot(FILE *out, const struct comparison *c, const struct section *s,
		const struct cover_axis *a)
{
	char number[24];

	if (!any_percent(c, s))
		return;
	fputc('\n', out);
	print_axis(out, a);
	for (size_t p = 0; p < s->n; p++) {
		snprintf(number, sizeof(number), s->n > 1 ? "#%zu" : "", p + 1);
		for (size_t i = 0; i < c->n_rows; i++) {
			if (!is_of(&c->rows[i], s, p))
				continue;
			print_row(out, a, number, &c->rows[i]);
			*number = '\0';
		}
	}
}
