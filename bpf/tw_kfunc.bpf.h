/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The kfuncs of every supported kernel, in one place.
 *
 *   6.18, 6.19    bpf_task_work_schedule_{signal,resume}_impl(task, tw, map, callback, aux)
 *   7.0 and later bpf_task_work_schedule_{signal,resume}(task, tw, map, callback)
 *
 * Each BPF source is compiled twice, once per name (TW_KFUNC_IMPL), because a program that merely
 * refers to the phantom _impl of 7.x does not load, and because libbpf 1.1 treats a weak kfunc with
 * another prototype as fatal. User space picks the object after a look into vmlinux BTF.
 */
#ifndef TW_KFUNC_BPF_H
#define TW_KFUNC_BPF_H

#include <linux/types.h>
/* Newer UAPI headers define the struct, older ones do not; the verifier looks for this name. */
#define bpf_task_work bpf_task_work_uapi
#include <linux/bpf.h>
#undef bpf_task_work
#include <bpf/bpf_helpers.h>

struct bpf_task_work {
	__u64 __opaque;
} __attribute__((aligned(8)));

/* Defined, not just declared: libbpf compares kfunc prototypes kind by kind, and a declaration is
 * another kind than the kernel's struct. */
struct task_struct {
	int pid; /* a thread's id */
	__u32 tgid; /* its process's; signed in the kernel */
} __attribute__((preserve_access_index));

struct bpf_map {
	__u32 id;
} __attribute__((preserve_access_index));

/* Spelled out because libbpf 1.1 refuses a kfunc prototype that says `void *` here. */
typedef int (*bpf_task_work_callback_t)(struct bpf_map *map, void *key, void *value);

/* By id in the initial namespace; a reference, or NULL. */
extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *p) __ksym;

#ifdef TW_KFUNC_IMPL
extern int bpf_task_work_schedule_signal_impl(struct task_struct *task, struct bpf_task_work *tw,
					      void *map__map, bpf_task_work_callback_t callback,
					      void *aux__prog) __ksym;
extern int bpf_task_work_schedule_resume_impl(struct task_struct *task, struct bpf_task_work *tw,
					      void *map__map, bpf_task_work_callback_t callback,
					      void *aux__prog) __ksym;
#define tw_schedule_signal(task, tw, map, cb) \
	bpf_task_work_schedule_signal_impl(task, tw, map, cb, (void *)0)
#define tw_schedule_resume(task, tw, map, cb) \
	bpf_task_work_schedule_resume_impl(task, tw, map, cb, (void *)0)
#else
extern int bpf_task_work_schedule_signal(struct task_struct *task, struct bpf_task_work *tw,
					 void *map__map, bpf_task_work_callback_t callback) __ksym;
extern int bpf_task_work_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,
					 void *map__map, bpf_task_work_callback_t callback) __ksym;
#define tw_schedule_signal(task, tw, map, cb) bpf_task_work_schedule_signal(task, tw, map, cb)
#define tw_schedule_resume(task, tw, map, cb) bpf_task_work_schedule_resume(task, tw, map, cb)
#endif

#endif
