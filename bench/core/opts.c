// SPDX-License-Identifier: GPL-2.0
#include "opts.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cpulist.h"

const struct opt *opt_find(const struct bench *b, const char *name)
{
	for (const struct opt *o = b->opts; o->name; o++)
		if (!strcmp(o->name, name))
			return o;
	return NULL;
}

const char *opt_default(const struct opt *o, enum profile p)
{
	return o->def[p] ? o->def[p] : o->def[0];
}

void opt_describe(const struct opt *o, char *buf, size_t size)
{
	size_t used = 0;

	*buf = '\0';
	if (o->type == OPT_U64)
		snprintf(buf, size, "%llu..%llu", (unsigned long long)o->min,
			 (unsigned long long)o->max);
	else if (o->type == OPT_CPUS)
		snprintf(buf, size, "a CPU list, first, all");
	for (size_t i = 0; o->type == OPT_ENUM && o->choices[i] && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%s", i ? "|" : "", o->choices[i]);
	for (size_t i = 0; o->type == OPT_TRIGGER && triggers[i] && used < size; i++)
		used += snprintf(buf + used, size - used, "%s%s", i ? "|" : "", triggers[i]->name);
}

static bool is_choice(const struct opt *o, const char *text)
{
	if (o->type == OPT_TRIGGER)
		return trigger_by_name(text);
	for (size_t i = 0; o->choices[i]; i++)
		if (!strcmp(o->choices[i], text))
			return true;
	return false;
}

static json_t *u64_value(const struct opt *o, const char *text)
{
	unsigned long long v;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	errno = 0;
	v = strtoull(text, &end, 10);
	if (errno || *end || v < o->min || v > o->max)
		return NULL;
	return json_integer(v);
}

static json_t *cpus_value(const struct opt *o, const char *text, char *why, size_t size)
{
	struct cpulist l;
	char buf[5 * TW_MAX_CPUS], reason[200];

	if (cpulist_parse(text, &l, reason, sizeof(reason))) {
		snprintf(why, size, "%s: %s", o->name, reason);
		return NULL;
	}
	cpulist_format(&l, buf, sizeof(buf));
	return json_string(buf);
}

json_t *opt_value(const struct opt *o, const char *text, char *why, size_t size)
{
	char range[160];
	json_t *v = NULL;

	if (o->type == OPT_CPUS)
		return cpus_value(o, text, why, size);
	if (o->type == OPT_U64)
		v = u64_value(o, text);
	else if (is_choice(o, text))
		v = json_string(text);
	if (!v) {
		opt_describe(o, range, sizeof(range));
		snprintf(why, size, "%s '%s': must be %s", o->name, text, range);
	}
	return v;
}

json_t *opt_values(const struct opt *o, const char *text, char sep, char *why, size_t size)
{
	json_t *all = json_array();
	char *copy = strdup(text), *rest = copy, *item;
	const char seps[] = { sep, '\0' };

	while (all && copy && (item = strsep(&rest, seps))) {
		json_t *v = opt_value(o, item, why, size);

		if (!v) {
			json_decref(all);
			all = NULL;
		} else {
			json_array_append_new(all, v);
		}
	}
	free(copy);
	return all;
}
