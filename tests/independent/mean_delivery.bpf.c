// SPDX-License-Identifier: GPL-2.0
/* One element, one task: sums the times from schedule to callback. IMPL: the names of 6.18. */
#define bpf_task_work uapi_bpf_task_work /* newer headers define it, older ones do not */
#include <linux/bpf.h>
#undef bpf_task_work
#include <bpf/bpf_helpers.h>

struct bpf_task_work {
	__u64 opaque;
} __attribute__((aligned(8)));

/* Defined because libbpf 1.1 takes a declaration for another type than the kernel's. */
struct task_struct {
	int pid;
};
struct bpf_map {
	__u32 id;
};
typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);

#ifdef IMPL
#define KFUNC(how) bpf_task_work_schedule_##how##_impl
#define MORE_ARGS , (void *)0
#define MORE_PARAMS , void *aux__prog
#else
#define KFUNC(how) bpf_task_work_schedule_##how
#define MORE_ARGS
#define MORE_PARAMS
#endif

struct elem {
	struct bpf_task_work tw;
	__u64 pad[7]; /* the kernel's writes stay off the line of the rest */
	__u64 calls, accepted, completed, sum_ns;
	/* The n-th completion is that of the n-th acceptance: a refused call in between writes the
	 * other stamp. */
	__u64 call_ns[2];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct elem);
} only SEC(".maps");

const volatile __u32 tid; /* the one task that may be scheduled on */

static int callback(struct bpf_map *map, void *key, void *value)
{
	__u64 now = bpf_ktime_get_ns();
	struct elem *e = value;

	e->sum_ns += now - (e->completed & 1 ? e->call_ns[1] : e->call_ns[0]);
	e->completed++;
	return 0;
}

#define PROGRAM(how)                                                                               \
	extern int KFUNC(how)(struct task_struct *task, struct bpf_task_work *tw, void *map__map,  \
			      bpf_task_work_callback_t callback MORE_PARAMS) __ksym;               \
	SEC("tracepoint/syscalls/sys_enter_sched_get_priority_max") int how(void *ctx)             \
	{                                                                                          \
		__u32 zero = 0;                                                                    \
		struct elem *e = bpf_map_lookup_elem(&only, &zero);                                \
		__u64 *stamp;                                                                      \
                                                                                                   \
		if (!e || !tid || (__u32)bpf_get_current_pid_tgid() != tid)                        \
			return 0;                                                                  \
		e->calls++;                                                                        \
		stamp = e->accepted & 1 ? &e->call_ns[1] : &e->call_ns[0];                         \
		*stamp = bpf_ktime_get_ns();                                                       \
		if (!KFUNC(how)(bpf_get_current_task_btf(), &e->tw, &only, callback MORE_ARGS))    \
			e->accepted++;                                                             \
		return 0;                                                                          \
	}

PROGRAM(signal)
PROGRAM(resume)

char LICENSE[] SEC("license") = "GPL";
