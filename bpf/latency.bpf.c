// SPDX-License-Identifier: GPL-2.0
/* Schedules one callback per trigger firing on the worker itself and times its way. */
#include <stdbool.h>
#include "tw.bpf.h"

#define EPERM 1
#define ESRCH 3
#define EBADF 9
#define ENOMEM 12
#define EBUSY 16
#define EINVAL 22

/* One element per worker, by CPU: one scheduler per element, one work outstanding at most. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_elem);
} elems SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, TW_LATENCY_HISTS);
	__type(key, __u32);
	__type(value, struct tw_hist);
} hists SEC(".maps");

static __always_inline void record(__u32 which, __s64 delta)
{
	struct tw_hist *h = bpf_map_lookup_elem(&hists, &which);

	if (h)
		tw_hist_add(h, delta);
}

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 run = bpf_ktime_get_ns(), done;
	struct tw_slot *slot = &((struct tw_elem *)value)->slot;
	struct tw_stamp stamp;
	struct tw_counts *c;

	/* Copied at once: after `completed` moves on, the scheduler may reuse this stamp. */
	stamp = slot->completed & 1 ? slot->stamp[1] : slot->stamp[0];
	tw_inject(TW_INJECT_CALLBACK);
	done = bpf_ktime_get_ns();

	if (tw_phase_of(stamp.call) == TW_WINDOW) {
		if (stamp.due)
			record(TW_H_LATENCY, run - stamp.due);
		record(TW_H_DELIVERY, run - stamp.call);
		record(TW_H_SERVICE, done - stamp.call);
		record(TW_H_CALL, stamp.ret - stamp.call);
	}
	c = tw_counts_of(stamp.call);
	if (c)
		c->completed++;
	slot->completed++;
	return 0;
}

static __always_inline void count_failed(struct tw_counts *c, int err)
{
	switch (err) {
	case -EBADF:
		c->failed[TW_FAILED_EBADF]++;
		break;
	case -ENOMEM:
		c->failed[TW_FAILED_ENOMEM]++;
		break;
	case -EPERM:
		c->failed[TW_FAILED_EPERM]++;
		break;
	case -ESRCH:
		c->failed[TW_FAILED_ESRCH]++;
		break;
	case -EINVAL:
		c->failed[TW_FAILED_EINVAL]++;
		break;
	default:
		c->failed[TW_FAILED_OTHER]++;
	}
}

static __always_inline int schedule(struct task_struct *task, struct tw_elem *e)
{
	if (tw_config.mode == TW_MODE_SIGNAL)
		return tw_schedule_signal(task, &e->tw, &elems, callback);
	return tw_schedule_resume(task, &e->tw, &elems, callback);
}

/*
 * STANDBY was free though the previous work never ran: task_work_add() had failed after the kfunc
 * returned 0. The loss belongs to the cohort of the call that was lost.
 */
static __always_inline void count_lost(struct tw_slot *slot)
{
	__u64 call = slot->completed & 1 ? slot->stamp[1].call : slot->stamp[0].call;
	struct tw_counts *c = tw_counts_of(call);

	if (c)
		c->lost++;
	slot->completed = slot->accepted;
}

static __always_inline int fire(__u64 due)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct task_struct *task;
	struct tw_stamp *stamp;
	struct tw_counts *c;
	struct tw_elem *e;
	__u64 call;
	int err;

	e = bpf_map_lookup_elem(&elems, &cpu);
	if (!e || !tw_is_worker(cpu)) {
		c = tw_counts_of(bpf_ktime_get_ns());
		if (c) {
			c->delivered++;
			c->filtered++;
		}
		return 0;
	}
	task = bpf_get_current_task_btf();
	stamp = e->slot.accepted & 1 ? &e->slot.stamp[1] : &e->slot.stamp[0];
	tw_inject(TW_INJECT_BEFORE_CALL);

	call = bpf_ktime_get_ns();
	stamp->due = due;
	stamp->call = call;
	err = schedule(task, e);
	/* Recorded by the callback: for target self whatever runs here is part of the delivery. */
	stamp->ret = bpf_ktime_get_ns();
	tw_inject(TW_INJECT_AFTER_CALL);

	c = tw_counts_of(call);
	if (!c)
		return 0;
	c->delivered++;
	c->attempts++;
	if (!err) {
		if (e->slot.accepted != e->slot.completed)
			count_lost(&e->slot);
		e->slot.accepted++;
		c->accepted++;
	} else if (err == -EBUSY) {
		c->ebusy++;
	} else {
		count_failed(c, err);
	}
	return 0;
}

SEC("?tracepoint/syscalls/sys_enter_sched_get_priority_max")
int on_syscall(struct tw_sys_enter *ctx)
{
	return fire(ctx->args[0]);
}

SEC("?perf_event")
int on_perf(void *ctx)
{
	return fire(0);
}

char LICENSE[] SEC("license") = "GPL";
