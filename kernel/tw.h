/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An implementation of the BPF task_work kfuncs, as the module, the benches and the tests see it.
 *
 * Each kernel/impl/<name>.c defines one `const struct tw_impl tw_impl_<name>` and the three functions
 * that it points to, under names of their own, so that several live in one program. They use names of
 * kernel headers only; where those come from is the build's: the kernel's headers (kernel/module/) or
 * kernel/shim/.
 */
#ifndef TW_H
#define TW_H

#include <linux/bpf.h>
#include <linux/sched.h>

/* States of a context. The names are the kernel's. */
enum tw_state {
	TW_STANDBY, /* ready for a schedule call */
	TW_PENDING, /* a scheduler owns it; its irq_work is queued or about to be */
	TW_SCHEDULING, /* task_work_add() is under way */
	TW_SCHEDULED, /* on the target's list */
	TW_RUNNING, /* the callback runs */
	TW_FREED, /* the map value is gone; terminal */
};

/* The type of a callback. Its return value is ignored. */
typedef int (*tw_callback_t)(struct bpf_map *map, void *key, void *value);

/*
 * Where contexts come from, and how long a freed one stays readable (R18). Every function may be
 * called in any context that it names, and by several CPUs at once.
 */
struct tw_alloc_ops {
	const char *name; /* as typed: "bpf-mem" */
	/* Zeroed memory, or NULL. Any context, NMI included. */
	void *(*alloc)(struct bpf_map *map, size_t size);
	/* At once: nobody else has seen ctx. Any context, NMI included. */
	void (*discard)(void *ctx);
	/* After the grace period of `trace`. Not in NMI, not with interrupts off in task context. */
	void (*release)(void *ctx);
	bool trace; /* readers are under rcu_tasks_trace; else under rcu */
};

struct tw_impl {
	const char *name; /* as typed: "refcounted" */
	const char *what; /* one line */
	/* Claims to be correct: stress and the explorer must find nothing. False for `posted`. */
	bool correct;
	/*
	 * The two kfuncs. tw lies in a value of map; aux is that of the calling program. 0, or the errno
	 * that the kernel-doc of the implementation lists. Any context, NMI included.
	 */
	int (*schedule_signal)(struct task_struct *task, struct bpf_task_work *tw,
			       struct bpf_map *map, tw_callback_t callback,
			       struct bpf_prog_aux *aux);
	int (*schedule_resume)(struct task_struct *task, struct bpf_task_work *tw,
			       struct bpf_map *map, tw_callback_t callback,
			       struct bpf_prog_aux *aux);
	/* The map value at `tw` is deleted, or its map has lost its last user. Any context. */
	void (*cancel_and_free)(void *tw);
	/* Ends with NULL; the first one is the default. */
	const struct tw_alloc_ops *const *allocs;
	/* For contexts made from now on. Only while no element has one: a scheduler is in the read
	 * section of the current allocator, which need not protect a context of another. */
	void (*set_alloc)(const struct tw_alloc_ops *ops);
	/* Works that were accepted and then could not be added, because their target was exiting. */
	u64 (*lost)(void);
	/* State of the context of tw, for tests and statistics: it can be another one by now. STANDBY
	 * also if there is no context. The caller keeps the context alive. */
	enum tw_state (*state)(const struct bpf_task_work *tw);
	size_t ctx_size; /* bytes */
};

/* The names that an implementation defines. */
#define TW_DECLARE_IMPL(name)                                                                     \
	int tw_##name##_schedule_signal(struct task_struct *task, struct bpf_task_work *tw,       \
					struct bpf_map *map, tw_callback_t callback,              \
					struct bpf_prog_aux *aux);                                \
	int tw_##name##_schedule_resume(struct task_struct *task, struct bpf_task_work *tw,       \
					struct bpf_map *map, tw_callback_t callback,              \
					struct bpf_prog_aux *aux);                                \
	void tw_##name##_cancel_and_free(void *tw);                                               \
	extern const struct tw_impl tw_impl_##name

/* All of them, ends with NULL; generated from kernel/impl/. */
extern const struct tw_impl *const tw_impls[];

#endif
