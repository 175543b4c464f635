// SPDX-License-Identifier: GPL-2.0
#include "cohort.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "family.h"
#include "quiesce.h"

/* How long works may be under way after the trigger is quiet before they are called in flight. */
#define SETTLE_NS 1000000000ULL
/* What is still there this long after the last call is pending: no way of a work takes longer, but
 * on a machine that is busy with something else. */
#define COMING_NS 20000000ULL

typedef int (*slot_fn)(struct invocation *inv, uint32_t key, const struct tw_slot *slot, void *arg);

static int each_slot(struct invocation *inv, struct bpf_family *f, slot_fn fn, void *arg)
{
	int apart = bpf_family_map_fd(f, "slots"), err, stop = 0;
	int fd = apart >= 0 ? apart : bpf_family_map_fd(f, "elems");
	union {
		struct tw_elem elem;
		struct tw_slot_elem apart;
	} e;
	uint32_t key, next;

	for (err = bpf_map_get_next_key(fd, NULL, &next); !err && !stop;
	     err = bpf_map_get_next_key(fd, &key, &next)) {
		key = next;
		if (bpf_map_lookup_elem(fd, &key, &e))
			return inv_fail(inv, -errno, "cannot read element %u: %s", key,
					strerror(errno));
		stop = fn(inv, key, apart >= 0 ? &e.apart.slot : &e.elem.slot, arg);
	}
	if (stop)
		return stop;
	return errno == ENOENT
		       ? 0
		       : inv_fail(inv, -errno, "cannot read the elements: %s", strerror(errno));
}

static uint64_t pending_call(const struct tw_slot *slot)
{
	return slot->stamp[slot->completed & 1].call;
}

static int count_slot(struct invocation *inv, uint32_t key, const struct tw_slot *slot, void *arg)
{
	uint64_t *n = arg, call = pending_call(slot);

	if (slot->accepted == slot->completed)
		return 0;
	n[COHORT_LIFE]++;
	n[COHORT_WINDOW] += call >= inv->window_start && call < inv->window_end;
	return 0;
}

/* Accepted and not completed: read from the elements, never computed from the counters. */
static int count_in_flight(struct invocation *inv, struct bpf_family *f, uint64_t n[COHORTS])
{
	n[COHORT_WINDOW] = n[COHORT_LIFE] = 0;
	return each_slot(inv, f, count_slot, n);
}

static int find_oldest(struct invocation *inv, uint32_t key, const struct tw_slot *slot, void *arg)
{
	struct cohort_pending *p = arg;

	if (slot->accepted == slot->completed)
		return 0;
	p->n++;
	if (pending_call(slot) < p->oldest_call)
		p->oldest_call = pending_call(slot);
	return 0;
}

int cohort_pending(struct invocation *inv, struct bpf_family *f, struct cohort_pending *p)
{
	uint64_t deadline = now_ns() + COMING_NS;
	int err;

	/* Works that are just on their way are not pending ones. */
	do {
		*p = (struct cohort_pending){ .oldest_call = UINT64_MAX };
		quiesce_cpus();
		p->at = now_ns();
		err = each_slot(inv, f, find_oldest, p);
	} while (!err && p->n && now_ns() < deadline);
	return err;
}

struct losses {
	struct bpf_family *f;
	uint64_t n[TW_PHASES];
};

static int lose_slot(struct invocation *inv, uint32_t key, const struct tw_slot *slot, void *arg)
{
	struct tw_slot_elem e = { .slot = *slot };
	uint64_t call = pending_call(slot);
	struct losses *l = arg;
	bool inside = call >= inv->window_start && call < inv->window_end;

	if (slot->accepted == slot->completed)
		return 0;
	e.slot.completed = slot->accepted;
	if (bpf_map_update_elem(bpf_family_map_fd(l->f, "slots"), &key, &e, BPF_EXIST))
		return inv_fail(inv, -errno, "cannot settle slot %u: %s", key, strerror(errno));
	l->n[inside ? TW_WINDOW : TW_OUTSIDE]++;
	return 0;
}

int cohort_lose(struct invocation *inv, struct bpf_family *f)
{
	struct losses l = { .f = f };
	uint64_t deadline = now_ns() + SETTLE_NS;
	int err;

	/* Where nothing can be known of the irq_work, it has had the time that it gets anyway. */
	while (quiesce_cpus() && now_ns() < deadline)
		;
	err = each_slot(inv, f, lose_slot, &l);
	if (!err)
		err = bpf_family_add_lost(f, l.n);
	return err && f->why[0] ? family_fail(inv, f, err) : err;
}

/* Works that were accepted last are still on their way when the trigger falls silent. */
static int settle(struct invocation *inv, struct bpf_family *f)
{
	uint64_t deadline = now_ns() + SETTLE_NS, n[COHORTS];
	int err;

	do {
		quiesce_cpus();
		err = count_in_flight(inv, f, n);
	} while (!err && n[COHORT_LIFE] && now_ns() < deadline);
	for (int c = 0; c < COHORTS; c++)
		inv->counts[c].in_flight_at_end = n[c];
	return err;
}

/* A counter block is nothing but 64-bit counters, so it is summed as an array of them. */
static struct tw_counts sum_of(const struct tw_counts phase[TW_PHASES])
{
	struct tw_counts sum = phase[TW_OUTSIDE];
	const uint64_t *from = (const uint64_t *)&phase[TW_WINDOW];
	uint64_t *to = (uint64_t *)&sum;

	for (size_t i = 0; i < sizeof(sum) / sizeof(*to); i++)
		to[i] += from[i];
	return sum;
}

static int read_counts(struct invocation *inv, struct bpf_family *f)
{
	struct counts *win = &inv->counts[COHORT_WINDOW], *life = &inv->counts[COHORT_LIFE];
	struct tw_counts phase[TW_PHASES];
	int err = bpf_family_counts(f, phase);

	if (err)
		return family_fail(inv, f, err);
	win->bpf = phase[TW_WINDOW];
	life->bpf = sum_of(phase);
	win->cancelled = win->bpf.cancelled;
	life->cancelled = life->bpf.cancelled;
	for (unsigned int i = 0; i < inv->n_workers; i++) {
		win->intended += inv->workers[i].intended;
		win->late += inv->workers[i].late;
	}
	if (!inv->trigger->fire)
		win->intended =
			(double)inv_u64(inv, "rate") * inv->n_workers * inv->window_ns / 1e9;
	if (inv->trigger->throttled)
		life->throttled = inv->trigger->throttled(inv);
	inv->recursion_misses = bpf_family_recursion_misses(f);
	inv->has_counts = true;
	return 0;
}

/* Calls that a starved generator made after their window are honest, but not what was asked for. */
static void check_generator(struct invocation *inv)
{
	const struct counts *c = &inv->counts[COHORT_WINDOW];
	uint64_t attempts = c->bpf.attempts + (inv->targets_vanish ? c->bpf.filtered : 0);
	uint64_t gap = attempts > c->intended ? attempts - c->intended : c->intended - attempts;
	bool off = gap * 100 > c->intended;

	if (off && !inv->trigger->fire)
		inv_warn(inv,
			 "trigger: its firings in a window are over 1 %% off what was intended: "
			 "throttled, lost, or the worker was not on its CPU (see intended, "
			 "delivered, throttled; lower --rates)");
	if (c->late * 20 > c->intended)
		inv_warn(inv, "generator: over 5 %% of the calls came after the next was due (stop "
			      "other load, or lower --rates)");
	if (off && inv->trigger->fire)
		inv_warn(inv,
			 "generator: over 1 %% of the due instants of a window were not called in "
			 "it (stop other load, or lower --rates)");
}

int cohort_collect(struct invocation *inv, struct bpf_family *f)
{
	int err = settle(inv, f);

	if (!err)
		err = read_counts(inv, f);
	if (err)
		return err;
	check_generator(inv);
	/* Due instants, but not one call: two clocks, or a worker that was elsewhere. */
	if (!inv->counts[COHORT_LIFE].bpf.attempts ||
	    (!inv->counts[COHORT_WINDOW].bpf.attempts && inv->counts[COHORT_WINDOW].intended >= 20))
		return inv_fail(inv, -ENODATA,
				"trigger %s never reached a worker: nothing was measured",
				inv->trigger->name);
	return 0;
}

void cohort_rates(struct invocation *inv)
{
	const struct counts *c = &inv->counts[COHORT_WINDOW];
	double s = inv->window_ns / 1e9;

	inv_gauge(inv, "offered_per_s", c->intended / s);
	inv_gauge(inv, "accepted_per_s", c->bpf.accepted / s);
	inv_gauge(inv, "completed_per_s", c->bpf.completed / s);
	if (c->bpf.attempts)
		inv_gauge(inv, "ebusy_ratio", (double)c->bpf.ebusy / c->bpf.attempts);
}

void cohort_teardown(struct invocation *inv, struct bpf_family *f)
{
	uint64_t n[COHORTS];

	inv->trigger->close(inv);
	bpf_family_detach(f);
	if (!quiesce_cpus() && !count_in_flight(inv, f, n) && !n[COHORT_LIFE] && !quiesce_cpus())
		bpf_family_close(f);
}
