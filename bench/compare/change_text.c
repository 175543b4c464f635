// SPDX-License-Identifier: GPL-2.0
#include "change_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "noise_floor.h"
#include "number.h"

/* More further invocations than anybody runs: of 40 rows, a second each, five days. */
#define FURTHER_MAX 10000

/* Without its unit. Fractions become percent: one decimal, two where one would be 0. */
static void number(char *buf, const struct compare_row *r, double v, const char *sign)
{
	char text[NUMBER_MAX];

	if (r->data.scale == DECIDE_LOG) {
		double percent = 100 * v;
		int digits = fabs(percent) >= 1e6     ? -1
			     : fabs(percent) >= 1000  ? 0
			     : fabs(percent) >= 0.095 ? 1
						      : 2;

		if (fabs(percent) < 0.005)
			strcpy(buf, "0");
		else if (digits < 0)
			snprintf(buf, FIGURE_MAX, *sign ? "%+.2g" : "%.2g", percent);
		else
			snprintf(buf, FIGURE_MAX, *sign ? "%+.*f" : "%.*f", digits, percent);
		return;
	}
	number_text(text, v, r->metric);
	snprintf(buf, FIGURE_MAX, "%s%s", v > 0 ? sign : "", text);
}

static const char *unit(const struct compare_row *r)
{
	return r->data.scale == DECIDE_LOG ? "%" : "";
}

const char *figure_name(char buf[FIGURE_MAX], const char *name, size_t max)
{
	size_t n = strlen(name), head, tail;

	max = max < FIGURE_MAX ? max : FIGURE_MAX - 1;
	head = max / 2 - 1;
	tail = max - head - 2;
	if (n <= max)
		return strcpy(buf, name);
	snprintf(buf, FIGURE_MAX, "%.*s..%s", (int)head, name, name + n - tail);
	return buf;
}

const char *figure_change(char buf[FIGURE_MAX], const struct compare_row *r, double v)
{
	if (isnan(v))
		return strcpy(buf, "-");
	number(buf, r, v, "+");
	return strcat(buf, unit(r));
}

const char *figure_interval(char buf[FIGURE_MAX], const struct compare_row *r)
{
	char lo[FIGURE_MAX], hi[FIGURE_MAX];

	if (!(r->d.level > 0))
		return strcpy(buf, "-");
	number(lo, r, r->d.lo, "+");
	number(hi, r, r->d.hi, "+");
	snprintf(buf, FIGURE_MAX, "[%.20s, %.20s]%s", lo, hi, unit(r));
	return buf;
}

const char *figure_detectable(char buf[FIGURE_MAX], const struct compare_row *r)
{
	if (!isfinite(r->d.detectable))
		return strcpy(buf, "-");
	number(buf, r, r->d.detectable, "");
	return strcat(buf, unit(r));
}

const char *figure_noise(char buf[FIGURE_MAX], const struct compare_row *r)
{
	if (!(r->d.level > 0))
		return strcpy(buf, "-");
	number(buf, r, noise_floor_half_width(r), "");
	return strcat(buf, unit(r));
}

const char *figure_floor(char buf[FIGURE_MAX], const struct compare_row *r)
{
	number(buf, r, r->data.floor, "");
	strcat(buf, unit(r));
	return r->data.floor == r->floor_measured ? strcat(buf, "*") : buf;
}

const char *figure_p(char buf[FIGURE_MAX], double p)
{
	if (isnan(p))
		return strcpy(buf, "-");
	snprintf(buf, FIGURE_MAX, p < 1e-6 ? "<1e-6" : p < 0.00095 ? "%.0e" : "%.4f", p);
	return buf;
}

const char *figure_verdict(char buf[FIGURE_MAX], const struct compare_row *r)
{
	const char *name = verdict_name(r->d.verdict);

	if (r->d.verdict < VERDICT_INCONCLUSIVE)
		return strcpy(buf, name);
	if (r->d.further >= DECIDE_NEVER)
		return strcpy(buf, name);
	if (r->d.further > FURTHER_MAX)
		snprintf(buf, FIGURE_MAX, "%s >%dk", name, FURTHER_MAX / 1000);
	else
		snprintf(buf, FIGURE_MAX, "%s +%zu", name, r->d.further);
	return buf;
}

static void range(char *buf, size_t size, size_t min, size_t max)
{
	snprintf(buf, size, min == max ? "%zu" : "%zu-%zu", min, max);
}

const char *figure_numbers(char buf[FIGURE_MAX], const struct comparison *c)
{
	size_t lo[2] = { SIZE_MAX, SIZE_MAX }, hi[2] = { 0, 0 };
	char n[24], m[24];

	for (size_t i = 0; i < c->n_rows; i++) {
		const size_t of[2] = { c->rows[i].data.n_base, c->rows[i].data.n_head };

		for (int k = 0; k < 2; k++) {
			lo[k] = of[k] < lo[k] ? of[k] : lo[k];
			hi[k] = of[k] > hi[k] ? of[k] : hi[k];
		}
	}
	range(n, sizeof(n), lo[0], hi[0]);
	range(m, sizeof(m), lo[1], hi[1]);
	if (c->unit == COMPARE_PAIRS)
		snprintf(buf, FIGURE_MAX, "%s pairs of invocations", n);
	else
		snprintf(buf, FIGURE_MAX, "%s v %s %s", n, m,
			 c->unit == COMPARE_BOOTS ? "boots" : "invocations");
	return buf;
}
