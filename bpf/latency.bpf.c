// SPDX-License-Identifier: GPL-2.0
/* Schedules one callback per trigger firing on the worker itself and times its way. */
#include <stdbool.h>
#include "tw_slot.bpf.h"

/* One element per worker, by CPU: one scheduler per element, one work outstanding at most. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_elem);
} elems SEC(".maps");

TW_HISTS(TW_LATENCY_HISTS);

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 run = bpf_ktime_get_ns(), done;
	struct tw_slot *slot = &((struct tw_elem *)value)->slot;
	struct tw_stamp stamp = tw_slot_pending(slot);

	tw_inject(TW_INJECT_CALLBACK);
	done = bpf_ktime_get_ns();

	if (tw_phase_of(stamp.call) == TW_WINDOW) {
		if (stamp.due)
			tw_record(TW_H_LATENCY, run - stamp.due);
		tw_record(TW_H_DELIVERY, run - stamp.call);
		tw_record(TW_H_SERVICE, done - stamp.call);
		tw_record(TW_H_CALL, stamp.ret - stamp.call);
	}
	tw_slot_completed(slot, &stamp);
	return 0;
}

static __always_inline int fire(__u64 due)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct tw_elem *e = bpf_map_lookup_elem(&elems, &cpu);
	struct task_struct *task;
	struct tw_stamp *stamp;
	__u64 call;
	int err;

	if (!e || !tw_is_worker(cpu)) {
		tw_count_filtered();
		return 0;
	}
	task = bpf_get_current_task_btf();
	stamp = tw_slot_next(&e->slot);
	tw_inject(TW_INJECT_BEFORE_CALL);

	call = bpf_ktime_get_ns();
	stamp->due = due;
	stamp->call = call;
	err = tw_schedule(task, &e->tw, &elems, callback);
	/* Recorded by the callback: for target self whatever runs here is part of the delivery. */
	stamp->ret = bpf_ktime_get_ns();
	tw_inject(TW_INJECT_AFTER_CALL);
	tw_slot_called(&e->slot, call, err);
	return 0;
}

#include "tw_triggers.bpf.h"

char LICENSE[] SEC("license") = "GPL";
