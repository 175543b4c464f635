// SPDX-License-Identifier: GPL-2.0
/* Where numbers come from that can come from several places, once per text. */
#include <errno.h>
#include <stdlib.h>

#include "report.h"
#include "text.h"

/* seen: "what: text" -> true, in the order in which the samples say it. */
static int gather(const struct section *s, json_t *seen)
{
	const json_t *sample;
	const char *what;
	size_t i, k;
	json_t *v, *line;
	int err = 0;

	for (i = 0; i < s->n; i++)
		json_array_foreach(s->points[i].samples, k, sample)
			json_object_foreach(json_object_get(sample, "sources"), what, v) {
				line = json_sprintf("%s: %s", what, json_string_value(v) ?: "?");
				if (!line ||
				    json_object_set_new(seen, json_string_value(line), json_true()))
					err = -ENOMEM;
				json_decref(line);
			}
	return err;
}

int report_sources(const struct report *r, const struct section *s)
{
	json_t *seen = json_object(), *v;
	int err = seen ? gather(s, seen) : -ENOMEM;
	const char *line, *label = "sources";

	json_object_foreach(seen, line, v) {
		err = err ?: report_item(r, label, "%s", line);
		label = "";
	}
	json_decref(seen);
	return err;
}
