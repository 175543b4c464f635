// SPDX-License-Identifier: GPL-2.0
/*
 * Several CPUs schedule on the same elements, each for its own worker. Who wins runs the callback in
 * its own task, so the instants of a work lie in a slot of its worker's CPU, apart from the element.
 */
#include <stdbool.h>
#include "tw_slot.bpf.h"

/* The elements, in one of two layouts; the other map has one unused entry. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_padded_elem);
} padded SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_packed_elem);
} packed SEC(".maps");

/* By CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_slot_elem);
} slots SEC(".maps");

TW_HISTS(TW_CONTENTION_HISTS);

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 run = bpf_ktime_get_ns(), done;
	__u32 cpu = bpf_get_smp_processor_id();
	struct tw_slot *slot = bpf_map_lookup_elem(&slots, &cpu);
	struct tw_packed_elem *e = value;
	struct tw_stamp stamp;

	/* Not in the winner's task: then it stays uncounted, and the laws say so. */
	if (!slot || !tw_is_worker(cpu))
		return 0;
	stamp = tw_slot_pending(slot);
	tw_inject(TW_INJECT_CALLBACK);
	e->hits++;
	done = bpf_ktime_get_ns();

	if (tw_phase_of(stamp.call) == TW_WINDOW) {
		if (stamp.due)
			tw_record(TW_CH_LATENCY, run - stamp.due);
		tw_record(TW_CH_DELIVERY, run - stamp.call);
		tw_record(TW_CH_CALL, stamp.ret - stamp.call);
		tw_record(TW_CH_SERVICE, done - stamp.call);
		/* The records are part of what others wait for. */
		tw_record(TW_CH_BUSY, bpf_ktime_get_ns() - stamp.call);
	}
	tw_slot_completed(slot, &stamp);
	return 0;
}

static __always_inline int schedule(struct task_struct *task, __u32 element)
{
	if (tw_config.layout == TW_LAYOUT_PADDED) {
		struct tw_padded_elem *e = bpf_map_lookup_elem(&padded, &element);

		return e ? tw_schedule(task, &e->elem.tw, &padded, callback) : -EINVAL;
	} else {
		struct tw_packed_elem *e = bpf_map_lookup_elem(&packed, &element);

		return e ? tw_schedule(task, &e->tw, &packed, callback) : -EINVAL;
	}
}

static __always_inline int fire(__u64 due)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct tw_slot *slot = bpf_map_lookup_elem(&slots, &cpu);
	struct task_struct *task;
	struct tw_stamp *stamp;
	__u64 call, ret;
	int err;

	if (!slot || !tw_is_worker(cpu) || cpu >= TW_MAX_CPUS) {
		tw_count_filtered();
		return 0;
	}
	task = bpf_get_current_task_btf();
	stamp = tw_slot_next(slot);
	tw_inject(TW_INJECT_BEFORE_CALL);

	call = bpf_ktime_get_ns();
	stamp->due = due;
	stamp->call = call;
	err = schedule(task, tw_config.element[cpu]);
	ret = bpf_ktime_get_ns();
	stamp->ret = ret;
	tw_inject(TW_INJECT_AFTER_CALL);
	tw_slot_called(slot, call, err);
	if (err == -EBUSY && tw_phase_of(call) == TW_WINDOW)
		tw_record(TW_CH_REJECT, ret - call);
	return 0;
}

#include "tw_triggers.bpf.h"

char LICENSE[] SEC("license") = "GPL";
