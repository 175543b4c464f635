/* SPDX-License-Identifier: GPL-2.0 */
/* BPF-only helpers that every measuring program uses: knobs, filter, counters, the injected loop. */
#ifndef TW_BPF_H
#define TW_BPF_H

#include "tw_kfunc.bpf.h"
#include "tw_shared.h"

const volatile struct tw_config tw_config SEC(".rodata.cfg");
/* Read-mostly: written by user space when the window opens, never on the hot path. */
volatile struct tw_knobs tw_knobs SEC(".data.knobs");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_counters);
} counters SEC(".maps");

/* The kfunc of the chosen mode; cb is the family's callback, map the one that tw lies in. */
#define tw_schedule(task, tw, map, cb) \
	(tw_config.mode == TW_MODE_SIGNAL ? tw_schedule_signal(task, tw, map, cb) \
					  : tw_schedule_resume(task, tw, map, cb))

/* The per-CPU map of a family's n histograms, and tw_record(which, delta) into it. */
#define TW_HISTS(n) \
	struct { \
		__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY); \
		__uint(max_entries, n); \
		__type(key, __u32); \
		__type(value, struct tw_hist); \
	} hists SEC(".maps"); \
\
	static __always_inline void tw_record(__u32 which, __s64 delta) \
	{ \
		struct tw_hist *h = bpf_map_lookup_elem(&hists, &which); \
\
		if (h) \
			tw_hist_add(h, delta); \
	} \
	struct tw_hist

/* What a syscall tracepoint hands to a BPF program. */
struct tw_sys_enter {
	__u64 regs;
	__u64 nr;
	__u64 args[6];
};

/*
 * Whether `current` is the worker of this CPU, the only task that may be scheduled on: a kernel
 * thread or idle task would keep TIF_NOTIFY_SIGNAL for ever and spin, another process is not ours.
 */
static __always_inline bool tw_is_worker(__u32 cpu)
{
	__u64 id = bpf_get_current_pid_tgid();
	__u32 tid = id;

	return cpu < TW_MAX_CPUS && tid && id >> 32 == tw_config.tgid && tid == tw_config.tid[cpu];
}

static __always_inline __u32 tw_phase_of(__u64 call)
{
	return call >= tw_knobs.window_start && call < tw_knobs.window_end ? TW_WINDOW : TW_OUTSIDE;
}

static __always_inline struct tw_counts *tw_counts_of(__u64 call)
{
	__u32 zero = 0;
	struct tw_counters *c = bpf_map_lookup_elem(&counters, &zero);

	/* Two addresses instead of an index: nothing for the verifier to bound. */
	return !c				? (void *)0
	       : tw_phase_of(call) == TW_WINDOW ? &c->phase[TW_WINDOW]
						: &c->phase[TW_OUTSIDE];
}

static long tw_spin_once(__u64 i, void *ctx)
{
	return 0;
}

/* The injected load: a loop whose iterations were calibrated on this CPU; no clock is read. */
static __always_inline void tw_inject(__u32 at)
{
	if (tw_config.inject_at == at)
		bpf_loop(tw_knobs.inject_iters, tw_spin_once, (void *)0, 0);
}

#endif
