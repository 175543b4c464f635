/* SPDX-License-Identifier: GPL-2.0 */
/* A BPF family as part of an invocation: what every driver with programs does alike. */
#ifndef TW_FAMILY_H
#define TW_FAMILY_H

#include "bench.h"
#include "bpf_family.h"
#include "calib.h"

/* The filter and the knobs of this invocation: the workers' thread ids, `mode`, `inject_at`. */
void family_config(const struct invocation *inv, struct tw_config *config);

/* Loads f (opened, configured), hands its maps to the parent, plugs the descriptor table. Nothing
 * may be attached before this. 0 or inv_fail()/inv_skip(). */
int family_load(struct invocation *inv, struct bpf_family *f);

/* Opens the trigger on f's program and checks the order of descriptors. */
int family_attach(struct invocation *inv, struct bpf_family *f);

/* Calibrates on the CPU of every worker; *cost is the mean over them. Before family_attach(). */
int family_calibrate(struct invocation *inv, struct calib_cost *cost);

/* Passes an error of the family on with its reason. */
int family_fail(struct invocation *inv, struct bpf_family *f, int err);

#endif
