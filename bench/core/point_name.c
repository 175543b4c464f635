// SPDX-License-Identifier: GPL-2.0
/* What points are called, and those of a plan that were called for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan.h"

static void label(const struct point *p, bool impl, char *buf, size_t size)
{
	size_t used =
		snprintf(buf, size, "%s%s%s", p->bench->name, impl ? " " : "", impl ? p->impl : "");
	const char *key;
	json_t *v;

	json_object_foreach(p->params, key, v) {
		if (used >= size)
			return;
		if (json_is_integer(v))
			used += snprintf(buf + used, size - used, " %s=%lld", key,
					 (long long)json_integer_value(v));
		else
			used += snprintf(buf + used, size - used, " %s", json_string_value(v));
	}
}

void point_label(const struct point *p, char *buf, size_t size)
{
	label(p, p->bench->impl_at, buf, size);
}

void point_name(const struct point *p, char *buf, size_t size)
{
	label(p, false, buf, size);
}

static bool is_called(const struct point *p, const char *text)
{
	char name[512];

	point_label(p, name, sizeof(name));
	if (!strcmp(name, text))
		return true;
	point_name(p, name, sizeof(name));
	return !strcmp(name, text);
}

static bool is_among(const struct point *p, const json_t *only)
{
	const json_t *v;
	size_t i;

	json_array_foreach(only, i, v)
		if (is_called(p, json_string_value(v)))
			return true;
	return false;
}

static int check_only(const struct plan *plan, const json_t *only, char *why, size_t size)
{
	const json_t *v;
	size_t i, p;

	json_array_foreach(only, i, v) {
		for (p = 0; p < plan->n_points; p++)
			if (is_called(&plan->points[p], json_string_value(v)))
				break;
		if (p < plan->n_points)
			continue;
		snprintf(why, size, "--only '%s': no such point: --dry-run lists them",
			 json_string_value(v));
		return -EINVAL;
	}
	return 0;
}

int plan_keep_only(struct plan *plan, const json_t *only, char *why, size_t size)
{
	size_t n = 0;
	int err = check_only(plan, only, why, size);

	for (size_t i = 0; i < plan->n_points && only && !err; i++) {
		if (is_among(&plan->points[i], only))
			plan->points[n++] = plan->points[i];
		else
			json_decref(plan->points[i].params);
	}
	if (only && !err)
		plan->n_points = n;
	return err;
}
