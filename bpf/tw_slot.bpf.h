/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The life of one element's work, seen from the programs: stamp, call, result, callback; and what is
 * counted at each step. See struct tw_slot for why there are two stamps.
 */
#ifndef TW_SLOT_BPF_H
#define TW_SLOT_BPF_H

#include "tw.bpf.h"

#define EPERM 1
#define ESRCH 3
#define EBADF 9
#define ENOMEM 12
#define EBUSY 16
#define EINVAL 22

/* A firing that found another task than the worker. */
static __always_inline void tw_count_filtered(void)
{
	struct tw_counts *c = tw_counts_of(bpf_ktime_get_ns());

	if (c) {
		c->delivered++;
		c->filtered++;
	}
}

/* Where the next call leaves its instants, to be filled before the call. */
static __always_inline struct tw_stamp *tw_slot_next(struct tw_slot *slot)
{
	return slot->accepted & 1 ? &slot->stamp[1] : &slot->stamp[0];
}

/* Instants of the work whose callback runs. A copy: after `completed` moves on, the scheduler may
 * reuse the stamp. */
static __always_inline struct tw_stamp tw_slot_pending(const struct tw_slot *slot)
{
	return slot->completed & 1 ? slot->stamp[1] : slot->stamp[0];
}

static __always_inline void tw_count_failed(struct tw_counts *c, int err)
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

/*
 * STANDBY was free though the previous work never ran: task_work_add() had failed after the kfunc
 * returned 0. The loss belongs to the cohort of the call that was lost.
 */
static __always_inline void tw_slot_lost(struct tw_slot *slot)
{
	struct tw_counts *c = tw_counts_of(tw_slot_pending(slot).call);

	if (c)
		c->lost++;
	slot->completed = slot->accepted;
}

/* The kfunc, called at `call`, returned err. Attempts and their results belong to the phase of the
 * call, whenever they are counted. */
static __always_inline void tw_slot_called(struct tw_slot *slot, __u64 call, int err)
{
	struct tw_counts *c = tw_counts_of(call);

	if (!c)
		return;
	c->delivered++;
	c->attempts++;
	if (!err) {
		/* Not "!=": a remote callback of this very work may have come already. */
		if (slot->completed < slot->accepted)
			tw_slot_lost(slot);
		slot->accepted++;
		c->accepted++;
	} else if (err == -EBUSY) {
		c->ebusy++;
	} else {
		tw_count_failed(c, err);
	}
}

/* Last thing in the callback: the element may be scheduled again. */
static __always_inline void tw_slot_completed(struct tw_slot *slot, const struct tw_stamp *stamp)
{
	struct tw_counts *c = tw_counts_of(stamp->call);

	if (c)
		c->completed++;
	slot->completed++;
}

#endif
