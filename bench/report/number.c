/* SPDX-License-Identifier: GPL-2.0 */
#include "number.h"

#include <locale.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static void point_decimal(char *buf)
{
	const char *point = localeconv()->decimal_point;
	char *at = strstr(buf, point);

	if (!at || !strcmp(point, "."))
		return;
	*at = '.';
	memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
}

static void group_thousands(char *out, const char *digits)
{
	size_t left = strlen(digits);

	for (; *digits; digits++) {
		*out++ = *digits;
		left--;
		if (left && left % 3 == 0 && *digits != '-')
			*out++ = ' ';
	}
	*out = '\0';
}

const char *number_text(char buf[NUMBER_MAX], double v, const char *name)
{
	char digits[NUMBER_MAX];

	if (isnan(v))
		return strcpy(buf, "-");
	if (isinf(v))
		return strcpy(buf, v < 0 ? "-inf" : "inf");
	if (fabs(v) >= 1e11) {
		snprintf(buf, NUMBER_MAX, "%.4g", v);
	} else if (ends_with(name, "_ratio") && v != 0) {
		/* An exact 0 prints as "0": a rounded one must not look like it. */
		snprintf(buf, NUMBER_MAX, fabs(v) < 0.00005 ? "%.0e" : "%.4f", v);
	} else if (fabs(v) >= 99.95 || v == floor(v)) {
		snprintf(digits, sizeof(digits), "%.0f", v == 0 ? 0.0 : v);
		group_thousands(buf, digits);
	} else {
		snprintf(buf, NUMBER_MAX, "%#.3g", v);
	}
	point_decimal(buf);
	return buf;
}

const char *number_spread(char buf[SPREAD_MAX], const struct spread *s, const char *name)
{
	char lo[NUMBER_MAX], hi[NUMBER_MAX];

	if (s->n < 2)
		return strcpy(buf, "-");
	number_text(lo, s->lo, name);
	number_text(hi, s->hi, name);
	snprintf(buf, SPREAD_MAX, s->coverage > 0 ? "[%s, %s]" : "%s .. %s", lo, hi);
	return buf;
}

const char *number_full(char buf[NUMBER_MAX], const json_t *v)
{
	int digits;

	if (json_is_integer(v)) {
		snprintf(buf, NUMBER_MAX, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		return buf;
	}
	for (digits = 15; digits <= 17; digits++) {
		snprintf(buf, NUMBER_MAX, "%.*g", digits, json_real_value(v));
		if (strtod(buf, NULL) == json_real_value(v))
			break;
	}
	point_decimal(buf);
	return buf;
}

const char *number_unit(const char *name)
{
	static const char *const units[][2] = {
		{ "_ns", "ns" },       { "_per_s", "1/s" }, { "_bytes", "bytes" },
		{ "_insns", "insns" }, { "_s", "s" },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		const char *end = units[i][0], *tail = strstr(name, end);

		if (!tail)
			continue;
		/* A histogram's scalar has its unit before the last word: delivery_ns_p50. */
		tail += strlen(end);
		if (ends_with(name, end) || !strncmp(tail, "_p", 2) || !strcmp(tail, "_mean"))
			return units[i][1];
	}
	return "";
}
