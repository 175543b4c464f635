/* SPDX-License-Identifier: GPL-2.0 */
/* Rows that several benches share, so that a parameter is described and ranged once. */
#ifndef TW_PARAMS_H
#define TW_PARAMS_H

#include "bench.h"

#define OPT_ROW_TRIGGER(...) \
	{ \
		.name = "trigger", .type = OPT_TRIGGER, .def = { __VA_ARGS__ }, \
		.help = "what makes the program call the kfunc" \
	}
#define OPT_ROW_MODE(...) \
	{ \
		.name = "mode", .type = OPT_ENUM, .choices = mode_names, .def = { __VA_ARGS__ }, \
		.help = "how the target is notified" \
	}
#define OPT_ROW_TARGET(...) \
	{ \
		.name = "target", .type = OPT_ENUM, .choices = target_names, \
		.def = { __VA_ARGS__ }, .help = "the task that the callback runs in" \
	}
#define OPT_ROW_ARRIVAL(...) \
	{ \
		.name = "arrival", .type = OPT_ENUM, .choices = arrival_names, \
		.def = { __VA_ARGS__ }, .applies = arrival_applies, \
		.help = "due instants: fixed gaps, exponential gaps, or one after the other" \
	}
/* For benches in which a worker must leave room for others: no `max`. */
#define OPT_ROW_PACED_ARRIVAL(...) \
	{ \
		.name = "arrival", .type = OPT_ENUM, .choices = paced_names, \
		.def = { __VA_ARGS__ }, .applies = arrival_applies, \
		.help = "due instants: fixed gaps, or exponential gaps" \
	}
#define OPT_ROW_RATE(...) \
	{ \
		.name = "rate", .type = OPT_U64, .min = 1, .max = 10000000, \
		.def = { __VA_ARGS__ }, .applies = rate_applies, \
		.help = "due instants per CPU and second" \
	}
#define OPT_ROW_CPUS(...) \
	{ \
		.name = "cpus", .type = OPT_CPUS, .def = { __VA_ARGS__ }, \
		.help = "CPUs that schedule, one pinned worker each" \
	}

#define OPT_ROW_INJECT_NS \
	{ \
		.name = "inject_ns", .type = OPT_U64, .max = 1000000, .def = { "0" }, \
		.applies = inject_applies, \
		.help = "calibration: ns of a calibrated loop added at inject_at" \
	}
#define OPT_ROW_INJECT_AT \
	{ \
		.name = "inject_at", .type = OPT_ENUM, .choices = inject_at_names, \
		.def = { "callback" }, .applies = inject_applies, .help = "where the loop runs" \
	}
#define OPT_ROW_RUNS(...) \
	{ \
		.name = "runs", .type = OPT_U64, .min = 2, .max = 1000, .def = { __VA_ARGS__ }, \
		.help = "runs of each command in an invocation, after one that does not count" \
	}

extern const char *const mode_names[]; /* index: enum tw_mode */
extern const char *const target_names[];
extern const char *const arrival_names[]; /* index: enum arrival */
extern const char *const paced_names[]; /* without max; index: enum arrival */
extern const char *const inject_at_names[]; /* index + 1: enum tw_inject */

bool arrival_applies(const json_t *params); /* only where a worker fires */
bool rate_applies(const json_t *params); /* not for arrival=max */
bool inject_applies(const json_t *params); /* inject_ns > 0 */

/* Index of a parameter's value in a table of names; the value was checked. */
int name_index(const char *const *names, const char *value);

#endif
