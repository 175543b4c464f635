/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two cohorts of a family's works (calls inside the window; the whole life): waited for, counted,
 * and taken apart in the safe order. For families with the map `counters` and either `slots` (struct
 * tw_slot_elem) or `elems` (struct tw_elem), of which every entry is looked at.
 */
#ifndef TW_COHORT_H
#define TW_COHORT_H

#include "bench.h"
#include "bpf_family.h"

/*
 * After the workers were joined: waits until no work is under way (a second at most; what is left is
 * in flight), then fills inv->counts and inv->recursion_misses. Warns of a generator that could not
 * keep up. 0 or inv_fail(); -ENODATA if the trigger never reached a worker.
 */
int cohort_collect(struct invocation *inv, struct bpf_family *f);

/* Metrics that follow from the counts alone; cohort_rates() sets them, after cohort_collect(). */
#define COHORT_METRICS \
	{ "offered_per_s", "1/s", METRIC_GAUGE, BETTER_NONE, "due instants, all CPUs" }, \
		{ "accepted_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "calls that returned 0" }, \
		{ "completed_per_s", "1/s", METRIC_GAUGE, BETTER_HIGHER, "callbacks that ran" }, \
	{ \
		"ebusy_ratio", "", METRIC_GAUGE, BETTER_LOWER, "EBUSY per attempt" \
	}
void cohort_rates(struct invocation *inv);
/* Works that are pending though the load has stopped: their latency is at least this. */
struct cohort_pending {
	uint64_t n;
	uint64_t oldest_call; /* ns; of the oldest of them */
	uint64_t at; /* ns; when they were looked at */
};

/* After the workers were joined, before their targets end. 0 or inv_fail(). */
int cohort_pending(struct invocation *inv, struct bpf_family *f, struct cohort_pending *p);

/*
 * The workers were joined, and their targets are gone for good: counts as lost what did not run. For
 * families with `slots`; between cohort_pending() and the others. 0 or inv_fail().
 */
int cohort_lose(struct invocation *inv, struct bpf_family *f);

/*
 * Detach, let the CPUs pass, close the maps: in this order; and while works are under way, or if that
 * cannot be told, not at all: the descriptors then go with the process, in their safe order, and the
 * runner still holds the maps. For a loaded family, whether or not cohort_collect() was called.
 */
void cohort_teardown(struct invocation *inv, struct bpf_family *f);

#endif
