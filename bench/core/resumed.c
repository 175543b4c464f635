// SPDX-License-Identifier: GPL-2.0
#include "resumed.h"

#include <string.h>

static bool same_point(const json_t *line, const struct point *p)
{
	const char *bench = json_string_value(json_object_get(line, "bench"));
	const char *impl = json_string_value(json_object_get(line, "impl"));

	return bench && !strcmp(bench, p->bench->name) && (!impl || !strcmp(impl, p->impl)) &&
	       json_equal(json_object_get(line, "params"), p->params);
}

bool resumed_skipped(const struct journal *j, const struct point *p)
{
	json_t *line;
	size_t i;

	if (j)
		json_array_foreach(j->skips, i, line)
			if (same_point(line, p))
				return true;
	return false;
}

bool resumed_measured(const struct journal *j, const struct point *p, unsigned int invocation)
{
	json_t *line;
	size_t i;

	if (resumed_skipped(j, p))
		return true;
	if (j)
		json_array_foreach(j->samples, i, line)
			if (json_integer_value(json_object_get(line, "invocation")) == invocation &&
			    same_point(line, p))
				return true;
	return false;
}
