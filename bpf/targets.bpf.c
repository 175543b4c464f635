// SPDX-License-Identifier: GPL-2.0
/* Schedules one callback per trigger firing on another thread of the worker's process. */
#include <stdbool.h>
#include "tw_slot.bpf.h"

/* The slots lie apart, so that user space may settle what a dead target lost: an element itself is
 * never written by anybody but the kernel. */
struct elem {
	struct bpf_task_work tw;
	__u64 gap[31];
};

/* One element per worker, by CPU: one scheduler per element, one work outstanding at most. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct elem);
} elems SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE); /* a target may look how many it ran */
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_slot_elem);
} slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_target);
} targets SEC(".maps");

TW_HISTS(TW_LATENCY_HISTS);

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 run = bpf_ktime_get_ns(), done;
	__u32 cpu = *(__u32 *)key;
	struct tw_slot_elem *s = bpf_map_lookup_elem(&slots, &cpu);
	struct tw_stamp stamp;

	if (!s)
		return 0;
	stamp = tw_slot_pending(&s->slot);
	done = bpf_ktime_get_ns();
	if (tw_phase_of(stamp.call) == TW_WINDOW) {
		if (stamp.due)
			tw_record(TW_H_LATENCY, run - stamp.due);
		tw_record(TW_H_DELIVERY, run - stamp.call);
		tw_record(TW_H_SERVICE, done - stamp.call);
	}
	tw_slot_completed(&s->slot, &stamp);
	return 0;
}

/*
 * Id of the task to schedule on. At the first firing after a change the task before is gone: what it
 * did not run, it lost. To be settled before the next call: the new task's callback would take the
 * lost work's stamp. The exchange orders the load of `now` before those of the slot.
 */
static __always_inline __u32 current_target(struct tw_target *t, struct tw_slot *slot)
{
	__u64 now = *(volatile __u64 *)&t->now;

	if (now != t->seen) {
		__sync_lock_test_and_set(&t->seen, now);
		if (slot->completed < slot->accepted)
			tw_slot_lost(slot);
	}
	return now;
}

/* Only a thread of our own process: whoever got the id of one that is gone is not ours. */
static __always_inline struct task_struct *acquire(__u32 tid)
{
	struct task_struct *task = tid ? bpf_task_from_pid(tid) : (void *)0;

	if (task && task->tgid != tw_config.tgid) {
		bpf_task_release(task);
		return (void *)0;
	}
	return task;
}

static __always_inline int fire(__u64 due)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct elem *e = bpf_map_lookup_elem(&elems, &cpu);
	struct tw_slot_elem *s = bpf_map_lookup_elem(&slots, &cpu);
	struct tw_target *t = bpf_map_lookup_elem(&targets, &cpu);
	struct task_struct *task = (void *)0;
	struct tw_stamp *stamp;
	__u64 call;
	int err;

	if (e && s && t && tw_is_worker(cpu))
		task = acquire(current_target(t, &s->slot));
	if (!task || !e || !s) {
		if (task)
			bpf_task_release(task);
		tw_count_filtered();
		return 0;
	}
	stamp = tw_slot_next(&s->slot);
	call = bpf_ktime_get_ns();
	stamp->due = due;
	stamp->call = call;
	err = tw_schedule(task, &e->tw, &elems, callback);
	tw_slot_called(&s->slot, call, err);
	bpf_task_release(task);
	return 0;
}

#include "tw_triggers.bpf.h"

char LICENSE[] SEC("license") = "GPL";
