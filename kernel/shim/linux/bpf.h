/* SPDX-License-Identifier: GPL-2.0 */
/* Programs, tasks and maps with their counts: machinery. */
#ifndef SHIM_LINUX_BPF_H
#define SHIM_LINUX_BPF_H

#include <linux/err.h>
#include <linux/sched.h>

struct bpf_task_work {
	u64 __opaque;
} __attribute__((aligned(8)));

struct bpf_prog_aux {
	struct bpf_prog *prog;
};

struct bpf_prog {
	refcount_t refcnt;
	struct bpf_prog_aux *aux;
	struct bpf_prog_aux aux_mem;
	struct rcu_head rcu;
};

struct btf_record {
	int task_work_off;
};

/* Values lie one after the other, each with its bpf_task_work at task_work_off. */
struct bpf_map {
	atomic64_t usercnt;
	struct btf_record *record;
	struct btf_record record_mem;
	u32 n_values, value_size;
	char *values;
	struct rcu_head rcu;
};

/* NULL-safe for nobody. The program, or an error if it is being released. Any context. */
struct bpf_prog *bpf_prog_inc_not_zero(struct bpf_prog *prog);
/* The last one: not in NMI (aborts). */
void bpf_prog_put(struct bpf_prog *prog);
/* NULL if the task has been released. Any context. */
struct task_struct *bpf_task_acquire(struct task_struct *task);
/* The last one: not in NMI (aborts). */
void bpf_task_release(struct task_struct *task);
/* The key of a value, by its index. Checks that the value belongs to the map, and is alive. */
void *map_key_from_value(struct bpf_map *map, void *value, u32 *idx);

#endif
