// SPDX-License-Identifier: GPL-2.0
/*
 * The way of a work, instant by instant: schedules like the family `latency`, and watches the path by
 * programs on it. Everything happens on the worker's CPU (target self), so the marks of one CPU are
 * those of the one work that is under way there.
 */
#include <stdbool.h>
#include "tw_slot.bpf.h"
#include <bpf/bpf_tracing.h>

/* One element per worker, by CPU. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_elem);
} elems SEC(".maps");

TW_HISTS(TW_STAGES_HISTS);

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct tw_marks);
} marks SEC(".maps");

static __always_inline struct tw_marks *marks_here(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&marks, &zero);
}

static __always_inline bool observes(enum tw_instant i)
{
	return tw_config.observed & 1U << i;
}

/* ---- the record ---- */

/* One stage, from *since; what was not observed is part of the next one. */
static __always_inline void record_stage(const struct tw_marks *m, enum tw_instant i, __u64 *since)
{
	if (!observes(i))
		return;
	tw_record(i, m->at[i] - *since);
	*since = m->at[i];
}

static __always_inline bool missing(const struct tw_marks *m, enum tw_instant i)
{
	return observes(i) && !m->at[i];
}

/* Two handlers between call and callback: no telling which of them was this work's. */
static __always_inline bool matched(const struct tw_marks *m)
{
	return m->open && (!observes(TW_I_IRQ) || m->handlers == 1) && !missing(m, TW_I_IRQ) &&
	       !missing(m, TW_I_ADD) && !missing(m, TW_I_EXIT) && !missing(m, TW_I_STANDBY);
}

/* After the last instant that is observed: all stages of a work or none. */
static __always_inline void record_stages(struct tw_marks *m)
{
	__u64 since = m->at[TW_I_CALL];

	if (!matched(m)) {
		if (tw_phase_of(since) == TW_WINDOW)
			m->unmatched[TW_WINDOW]++;
		else
			m->unmatched[TW_OUTSIDE]++;
	} else if (tw_phase_of(since) == TW_WINDOW) {
		if (m->at[TW_I_DUE])
			tw_record(TW_I_CALL, since - m->at[TW_I_DUE]);
		record_stage(m, TW_I_IRQ, &since);
		record_stage(m, TW_I_ADD, &since);
		record_stage(m, TW_I_EXIT, &since);
		record_stage(m, TW_I_RUN, &since);
		record_stage(m, TW_I_DONE, &since);
		record_stage(m, TW_I_STANDBY, &since);
	}
	m->open = 0;
}

/* ---- the load ---- */

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 run = bpf_ktime_get_ns(), done;
	struct tw_slot *slot = &((struct tw_elem *)value)->slot;
	struct tw_stamp stamp = tw_slot_pending(slot);
	struct tw_marks *m = marks_here();

	tw_inject(TW_INJECT_CALLBACK);
	done = bpf_ktime_get_ns();

	if (m) {
		m->at[TW_I_RUN] = run;
		m->at[TW_I_DONE] = done;
		/* If the way to STANDBY is observed, the record waits for it, and is no part of it. */
		if (!observes(TW_I_STANDBY))
			record_stages(m);
	}
	if (tw_phase_of(stamp.call) == TW_WINDOW) {
		if (stamp.due)
			tw_record(TW_SH_LATENCY, run - stamp.due);
		tw_record(TW_SH_DELIVERY, run - stamp.call);
		tw_record(TW_SH_SERVICE, done - stamp.call);
	}
	tw_slot_completed(slot, &stamp);
	return 0;
}

/* A firing while a work is under way must leave its marks alone: it ends with EBUSY. */
static __always_inline void open_marks(struct tw_marks *m, __u64 due, __u64 call)
{
	m->at[TW_I_IRQ] = m->at[TW_I_ADD] = m->at[TW_I_EXIT] = m->at[TW_I_STANDBY] = 0;
	m->at[TW_I_DUE] = due;
	m->at[TW_I_CALL] = call;
	m->handlers = 0;
	m->open = 1;
}

static __always_inline int fire(__u64 due)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct tw_elem *e = bpf_map_lookup_elem(&elems, &cpu);
	struct tw_marks *m = marks_here();
	struct task_struct *task;
	struct tw_stamp *stamp;
	bool first;
	__u64 call;
	int err;

	if (!e || !m || !tw_is_worker(cpu)) {
		tw_count_filtered();
		return 0;
	}
	task = bpf_get_current_task_btf();
	stamp = tw_slot_next(&e->slot);
	first = !m->open;
	tw_inject(TW_INJECT_BEFORE_CALL);

	call = bpf_ktime_get_ns();
	stamp->due = due;
	stamp->call = call;
	if (first)
		open_marks(m, due, call);
	err = tw_schedule(task, &e->tw, &elems, callback);
	tw_inject(TW_INJECT_AFTER_CALL);
	if (err && first)
		m->open = 0;
	tw_slot_called(&e->slot, call, err);
	return 0;
}

#include "tw_triggers.bpf.h"

/* ---- the probes ---- */

/* The marks of the work that is under way on this CPU, or NULL: other works' handlers, other tasks. */
static __always_inline struct tw_marks *marks_of_work(void)
{
	struct tw_marks *m = tw_is_worker(bpf_get_smp_processor_id()) ? marks_here() : (void *)0;

	return m && m->open ? m : (void *)0;
}

static __always_inline int on_handler_entry(void)
{
	__u64 now = bpf_ktime_get_ns();
	struct tw_marks *m = marks_of_work();

	if (m && !m->handlers++)
		m->at[TW_I_IRQ] = now;
	return 0;
}

static __always_inline int on_handler_exit(void)
{
	__u64 now = bpf_ktime_get_ns();
	struct tw_marks *m = marks_of_work();

	if (m && m->handlers == 1)
		m->at[TW_I_EXIT] = now;
	return 0;
}

SEC("?tp_btf/irq_work_entry")
int tp_irq_entry(void *ctx)
{
	return on_handler_entry();
}

SEC("?tp_btf/irq_work_exit")
int tp_irq_exit(void *ctx)
{
	return on_handler_exit();
}

SEC("?fentry/bpf_task_work_irq")
int fn_irq_entry(void *ctx)
{
	return on_handler_entry();
}

SEC("?fexit/bpf_task_work_irq")
int fn_irq_exit(void *ctx)
{
	return on_handler_exit();
}

/* Of any task_work: this work's is the one inside its handler. */
SEC("?fexit/task_work_add")
int fn_add(void *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct tw_marks *m = marks_of_work();

	if (m && m->handlers == 1 && !m->at[TW_I_EXIT])
		m->at[TW_I_ADD] = now;
	return 0;
}

SEC("?fexit/bpf_task_work_callback")
int fn_standby(void *ctx)
{
	__u64 now = bpf_ktime_get_ns();
	struct tw_marks *m = marks_of_work();

	if (!m)
		return 0;
	m->at[TW_I_STANDBY] = now;
	record_stages(m);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
