// SPDX-License-Identifier: GPL-2.0
#include "params.h"

#include <string.h>

const char *const mode_names[] = { "signal", "resume", NULL };
const char *const target_names[] = { "self", NULL };
const char *const arrival_names[] = { "constant", "poisson", "max", NULL };

const char *const paced_names[] = { "constant", "poisson", NULL };
const char *const inject_at_names[] = { "before-call", "after-call", "callback", NULL };

static bool worker_fires(const json_t *params)
{
	const char *name = json_string_value(json_object_get(params, "trigger"));
	const struct trigger *t = name ? trigger_by_name(name) : NULL;

	return t && t->fire;
}

bool arrival_applies(const json_t *params)
{
	return worker_fires(params);
}

bool rate_applies(const json_t *params)
{
	const char *arrival = json_string_value(json_object_get(params, "arrival"));

	return !arrival || strcmp(arrival, "max") || !worker_fires(params);
}

bool inject_applies(const json_t *params)
{
	return json_integer_value(json_object_get(params, "inject_ns")) > 0;
}

int name_index(const char *const *names, const char *value)
{
	for (int i = 0; names[i]; i++)
		if (!strcmp(names[i], value))
			return i;
	return -1;
}
