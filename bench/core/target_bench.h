/* SPDX-License-Identifier: GPL-2.0 */
/* What the benches with targets do alike: family `targets`, its targets, and the order of their ends. */
#ifndef TW_TARGET_BENCH_H
#define TW_TARGET_BENCH_H

#include "cohort.h"
#include "target.h"

struct target_bench {
	struct bpf_family family;
	bool open, loaded;
	struct targets targets; /* spin may be set before the setup */
};

/* Targets of parameter `target` created, programs loaded and told of them; nothing is attached. 0,
 * inv_skip() or inv_fail(). tb is zeroed, but for targets.spin. */
int target_bench_setup(struct invocation *inv, struct target_bench *tb);

/* After the workers were joined: what is pending, then ends the targets, settles what they lost, and
 * fills inv->counts. */
int target_bench_collect(struct invocation *inv, struct target_bench *tb,
			 struct cohort_pending *pending);

/* Everything that setup made. false: a target would not end; tb and what it points to must stay. */
bool target_bench_teardown(struct invocation *inv, struct target_bench *tb);

#endif
