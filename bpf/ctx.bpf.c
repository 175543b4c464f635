// SPDX-License-Identifier: GPL-2.0
/*
 * Gives elements a context, uses it again, takes it away; times each call.
 *
 * The map under test is an inner map: a program holds a reference to every map that it names, but not
 * to one that it finds in another map. Only so can user space drop the last one.
 */
#include <stdbool.h>
#include "tw_slot.bpf.h"

/* Type and flags are set before loading, the size when one is created. */
struct elems {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TW_CTX_ELEMS);
	__type(key, __u32);
	__type(value, struct tw_ctx_elem);
};

/*
 * clang describes a struct in BTF only if something beside a pointer in another struct refers to it,
 * and libbpf must know the size of a value. It ignores sections of names that mean nothing to it.
 */
struct tw_ctx_elem described SEC("btf_only") = {};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 1);
	__type(key, __u32);
	__array(values, struct elems);
} outer SEC(".maps");

/* Apart from the elements, which go. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, TW_CTX_ELEMS);
	__type(key, __u32);
	__type(value, struct tw_slot_elem);
} slots SEC(".maps");

TW_HISTS(TW_CTX_HISTS);

/*
 * Global, so that the verifier looks at its branches once and not once per element of a loop. Which
 * runs are recorded, user space decides: there is no key beyond the histograms.
 */
__noinline int record(__u32 which, __u64 call, __u64 ret)
{
	tw_record(which, ret - call);
	return 0;
}

static __always_inline struct tw_slot_elem *slot_of(__u32 key)
{
	key &= TW_CTX_ELEMS - 1;
	return bpf_map_lookup_elem(&slots, &key);
}

static int callback(struct bpf_map *map, void *key, void *value)
{
	struct tw_slot_elem *e = slot_of(*(__u32 *)key);
	struct tw_stamp stamp;

	if (!e)
		return 0;
	stamp = tw_slot_pending(&e->slot);
	tw_slot_completed(&e->slot, &stamp);
	return 0;
}

/* ns, or a negative errno. */
static __always_inline long schedule(void *map, __u32 key, __u32 hist)
{
	struct tw_ctx_elem *e = bpf_map_lookup_elem(map, &key);
	struct task_struct *task = bpf_get_current_task_btf();
	struct tw_slot_elem *s = slot_of(key);
	struct tw_stamp *stamp;
	__u64 call, ret;
	int err;

	if (!e || !s)
		return -1;
	stamp = tw_slot_next(&s->slot);
	call = bpf_ktime_get_ns();
	stamp->call = call;
	err = tw_schedule(task, &e->tw, map, callback);
	ret = bpf_ktime_get_ns();
	tw_slot_called(&s->slot, call, err);
	if (err)
		return err;
	record(hist, call, ret);
	return ret - call;
}

/*
 * Update of what exists, insertion that evicts, or deletion. The element that goes is this key's
 * own, but for an eviction, which is never asked for while works are pending.
 */
static __always_inline long change(void *map, __u32 op, __u32 key, __u32 hist)
{
	struct tw_ctx_elem fresh = {};
	struct tw_slot_elem *s = slot_of(key);
	__u64 call, ret;
	long err;

	if (!s)
		return -1;
	s->released = s->slot.accepted != s->slot.completed;
	call = bpf_ktime_get_ns();
	if (op == TW_CTX_DELETE)
		err = bpf_map_delete_elem(map, &key);
	else
		err = bpf_map_update_elem(map, &key, &fresh, BPF_ANY);
	ret = bpf_ktime_get_ns();
	if (err)
		return err;
	record(hist, call, ret);
	return ret - call;
}

/* No return to user space ran the callback, and the element it hung on is gone. */
static __always_inline long reap(__u32 key)
{
	struct tw_slot_elem *s = slot_of(key);
	struct tw_counts *c;

	if (!s || !s->released || s->slot.accepted == s->slot.completed)
		return -1;
	c = tw_counts_of(tw_slot_pending(&s->slot).call);
	if (c)
		c->cancelled++;
	s->slot.completed = s->slot.accepted;
	s->released = 0;
	return 0;
}

/* Global for the same reason as record(). */
__noinline long one(__u32 op, __u32 key, __u32 hist)
{
	__u32 zero = 0;
	void *map = bpf_map_lookup_elem(&outer, &zero);

	if (!map)
		return -1;
	switch (op) {
	case TW_CTX_UPDATE:
	case TW_CTX_DELETE:
		return change(map, op, key, hist);
	case TW_CTX_TOUCH:
		return bpf_map_lookup_elem(map, &key) ? 0 : -1;
	case TW_CTX_SCHEDULE:
		return schedule(map, key, hist);
	case TW_CTX_REAP:
		return reap(key);
	}
	return -1;
}

static __always_inline void step(struct tw_ctx_run *run, __u32 which)
{
	__u32 op = run->step[which].op, hist = run->step[which].hist;
	__u64 done = 0, sum = 0;
	__u32 i, n = run->n, first = run->first;

	for (i = 0; i < TW_CTX_BATCH && i < n; i++) {
		long ns = one(op, first + i, hist);

		if (ns >= 0) {
			done++;
			sum += ns;
		}
	}
	run->done[which] = done;
	run->sum_ns[which] = sum;
}

SEC("?syscall")
int on_run(struct tw_ctx_run *run)
{
	/* Once for the whole run: it is one task, and the task does not change CPU in a program. */
	if (!tw_is_worker(bpf_get_smp_processor_id())) {
		tw_count_filtered();
		return 0;
	}
	step(run, 0);
	if (run->step[1].op != TW_CTX_NONE)
		step(run, 1);
	return 0;
}

char LICENSE[] SEC("license") = "GPL";
