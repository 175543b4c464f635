/* SPDX-License-Identifier: GPL-2.0 */
/* A BPF family as part of an invocation: what every driver with programs does alike. */
#ifndef TW_FAMILY_H
#define TW_FAMILY_H

#include "bench.h"
#include "bpf_family.h"
#include "calib.h"

/* The filter and the knobs of this invocation: the workers' thread ids, `mode`, `inject_at`. */
void family_config(const struct invocation *inv, struct tw_config *config);

/* Opens bpf/<name>.bpf.c with the trigger's program and an entry per worker's CPU in map by_cpu. *opened: f
 * is to be closed. config: see family_config(); the caller may add to it. */
int family_open(struct invocation *inv, struct bpf_family *f, const char *name, const char *by_cpu,
		const struct tw_config *config, bool *opened);

/* Loads f (opened, configured), hands its maps to the parent, plugs the descriptor table. Nothing
 * may be attached before this. 0 or inv_fail()/inv_skip(). */
int family_load(struct invocation *inv, struct bpf_family *f);

/* Opens the trigger on f's program and checks the order of descriptors. */
int family_attach(struct invocation *inv, struct bpf_family *f);

/* Calibrates on the CPU of every worker; *cost is the mean over them. Before family_attach(). */
int family_calibrate(struct invocation *inv, struct calib_cost *cost);

/* Sets the histograms names[0..n-1] from the keys of f's map `hists`; NULL: not that one; latency_ns only
 * if the trigger's due instants are known. */
int family_hists(struct invocation *inv, struct bpf_family *f, const char *const *names,
		 uint32_t n);

/* The load of inject_ns, in iterations that took cost; after family_load(). */
void family_inject(struct invocation *inv, const struct calib_cost *cost);

/* Passes an error of the family on with its reason. */
int family_fail(struct invocation *inv, struct bpf_family *f, int err);

#endif
