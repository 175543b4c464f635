// SPDX-License-Identifier: GPL-2.0
/*
 * The loops of one implementation: compiled once for each, with IMPL its name and IMPL_SOURCE its
 * file, which becomes part of this translation unit.
 */
#include "bed.h"

#define PASTE(a, b, c) a##b##c
#define CAT(a, b, c) PASTE(a, b, c)
#define TW(what) CAT(tw_, IMPL, _##what)

/* A kfunc is called, from a program that knows nothing of it. First, so that it binds the
 * definition. */
#ifdef __clang__
#define OUT_OF_LINE __attribute__((noinline))
#else
#define OUT_OF_LINE __attribute__((noipa))
#endif
OUT_OF_LINE int TW(schedule_signal)(struct task_struct *task, struct bpf_task_work *tw,
				    struct bpf_map *map, tw_callback_t callback,
				    struct bpf_prog_aux *aux);
OUT_OF_LINE int TW(schedule_resume)(struct task_struct *task, struct bpf_task_work *tw,
				    struct bpf_map *map, tw_callback_t callback,
				    struct bpf_prog_aux *aux);
OUT_OF_LINE void TW(cancel_and_free)(void *tw);

#include IMPL_SOURCE

#define INLINE static inline __attribute__((always_inline))

INLINE int call(struct user_bed *b, struct bpf_task_work *tw, enum user_mode mode)
{
	return mode == USER_SIGNAL
		       ? TW(schedule_signal)(current, tw, b->map, user_callback, b->prog->aux)
		       : TW(schedule_resume)(current, tw, b->map, user_callback, b->prog->aux);
}

/* One operation. An interrupt comes only if one was raised; with USER_REAL it has come by
 * itself. */
INLINE int one_round(struct user_bed *b, struct bpf_task_work *tw, enum user_mode mode,
		     enum user_context context, enum user_delivery delivery)
{
	int err;

	if (context == USER_IRQS_OFF)
		shim_irqs_off();
	err = call(b, tw, mode);
	if (context == USER_IRQS_OFF)
		shim_irqs_on();
	if (delivery == USER_CALL && shim_irq_pending(shim_this_cpu))
		shim_irq_run();
	shim_return_to_user();
	return err;
}

#define ROUND(mode, context, delivery) \
	static uint32_t round_##mode##context##delivery(struct user_bed *b, uint32_t element, \
							uint32_t n) \
	{ \
		struct bpf_task_work *tw = user_element(b, element); \
		uint32_t accepted = 0; \
\
		for (uint32_t i = 0; i < n; i++) \
			accepted += !one_round(b, tw, mode, context, delivery); \
		return accepted; \
	}
#define ROUNDS(mode) \
	ROUND(mode, USER_TASK, USER_CALL) \
	ROUND(mode, USER_TASK, USER_REAL) \
	ROUND(mode, USER_IRQS_OFF, USER_CALL) \
	ROUND(mode, USER_IRQS_OFF, USER_REAL)
ROUNDS(USER_SIGNAL)
ROUNDS(USER_RESUME)

static uint32_t schedule(struct user_bed *b, uint32_t n)
{
	uint32_t accepted = 0;

	for (uint32_t i = 0; i < n; i++)
		accepted += !call(b, user_element(b, i), USER_SIGNAL);
	return accepted;
}

static void release(struct user_bed *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		TW(cancel_and_free)(user_element(b, i));
}

static uint32_t reject(struct user_bed *b, uint32_t element, uint32_t n)
{
	struct bpf_task_work *tw = user_element(b, element);
	uint32_t ebusy = 0;

	for (uint32_t i = 0; i < n; i++)
		ebusy += call(b, tw, USER_SIGNAL) == -EBUSY;
	return ebusy;
}

static void contend(struct user_bed *b, uint32_t *at, uint32_t n, struct user_counts *c)
{
	uint32_t x = *at;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t e = (uint64_t)x * b->n >> 32;
		int err = one_round(b, user_element(b, e), USER_SIGNAL, USER_TASK, USER_CALL);

		/* A linear congruential generator of full period; its high bits are used. */
		x = x * 1664525 + 1013904223;
		c->attempts++;
		c->accepted += !err;
		c->ebusy += err == -EBUSY;
		c->failed += err && err != -EBUSY;
	}
	*at = x;
}

#define FOUR(mode) \
	{ \
		{ round_##mode##USER_TASKUSER_CALL, round_##mode##USER_TASKUSER_REAL }, \
		{ \
			round_##mode##USER_IRQS_OFFUSER_CALL, round_##mode##USER_IRQS_OFFUSER_REAL \
		} \
	}

const struct user_impl CAT(user_impl_, IMPL, ) = {
	.tw = &CAT(tw_impl_, IMPL, ),
	.round = { FOUR(USER_SIGNAL), FOUR(USER_RESUME) },
	.schedule = schedule,
	.release = release,
	.reject = reject,
	.contend = contend,
};
