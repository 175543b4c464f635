// SPDX-License-Identifier: GPL-2.0
/*
 * Barrier to join: warm up until every worker has reported, open the window, keep the load up until
 * every worker is done, stop. The window is a pair of time stamps: nothing is switched on or off at
 * its edges, so the load inside it is the load around it.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "invocation_core.h"

#define MS 1000000ULL
/* The window is published this long before it opens, so that no worker finds itself inside a
 * window that it has not heard of. */
#define WINDOW_LEAD_NS (10 * MS)
#define REPORT_TIMEOUT_NS (10000 * MS)

/* -EINTR if the runner wants us to stop. */
static int sleep_until(uint64_t t)
{
	struct timespec ts = { .tv_sec = t / (1000 * MS), .tv_nsec = t % (1000 * MS) };

	while (!invocation_interrupted && now_ns() < t)
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
	return invocation_interrupted ? -EINTR : 0;
}

static int wait_for_all(struct invocation *inv, bool (*reported)(const struct worker *),
			const char *what)
{
	uint64_t deadline = now_ns() + REPORT_TIMEOUT_NS;

	for (unsigned int i = 0; i < inv->n_workers;) {
		if (reported(&inv->workers[i])) {
			i++;
			continue;
		}
		if (now_ns() > deadline)
			return inv_fail(inv, -ETIMEDOUT,
					"worker on CPU %d was not %s within %llu s",
					inv->workers[i].cpu, what, REPORT_TIMEOUT_NS / (1000 * MS));
		if (sleep_until(now_ns() + MS))
			return -EINTR;
	}
	return 0;
}

static bool is_ready(const struct worker *w)
{
	return __atomic_load_n(&w->ready, __ATOMIC_ACQUIRE);
}

static bool is_done(const struct worker *w)
{
	return __atomic_load_n(&w->done, __ATOMIC_ACQUIRE);
}

/* End before start, on both sides: who sees the start sees the end. */
static int open_window(struct invocation *inv)
{
	uint64_t start = now_ns() + WINDOW_LEAD_NS;
	uint64_t end = inv->bench->during ? UINT64_MAX : start + inv->window_ns;

	__atomic_store_n(&inv->window_end, end, __ATOMIC_RELEASE);
	__atomic_store_n(&inv->window_start, start, __ATOMIC_RELEASE);
	if (inv->knobs) {
		__atomic_store_n(&inv->knobs->window_end, end, __ATOMIC_RELEASE);
		__atomic_store_n(&inv->knobs->window_start, start, __ATOMIC_RELEASE);
	}
	/* A work in flight at that instant could be counted inside by one side, outside by the other. */
	return now_ns() < start
		       ? 0
		       : inv_fail(inv, -EAGAIN,
				  "the window was published after it had opened (stop other "
				  "load)");
}

/* A window of open end closes a little later than now: until then everybody has heard of it. */
static int close_window(struct invocation *inv)
{
	uint64_t end = now_ns() + WINDOW_LEAD_NS;

	inv->window_ns = end - inv->window_start;
	__atomic_store_n(&inv->window_end, end, __ATOMIC_RELEASE);
	if (inv->knobs)
		__atomic_store_n(&inv->knobs->window_end, end, __ATOMIC_RELEASE);
	return now_ns() < end ? 0
			      : inv_fail(inv, -EAGAIN,
					 "the end of the window was published after it had passed "
					 "(stop other load)");
}

/* The driver's own business, under load. */
static int run_during(struct invocation *inv)
{
	int err = sleep_until(inv->window_start);

	if (!err)
		err = inv->bench->during(inv);
	return err ? err : close_window(inv);
}

static int run_window(struct invocation *inv)
{
	int err = wait_for_all(inv, is_ready, "ready");

	if (!err)
		err = sleep_until(now_ns() + inv->warmup_ns);
	if (err)
		return err;
	err = open_window(inv);
	if (!err && inv->bench->during)
		err = run_during(inv);
	if (!err)
		err = sleep_until(inv->window_end);
	return err ? err : wait_for_all(inv, is_done, "done");
}

int phases_run(struct invocation *inv)
{
	int err, join_err;

	workers_open_gate(inv, true);
	err = run_window(inv);
	/* A trigger that fires by itself stops before its targets do: a work for an exiting target
	 * would be lost. */
	if (inv->trigger && inv->trigger->quiet)
		inv->trigger->quiet(inv);
	join_err = workers_join(inv);
	return err ? err : join_err;
}
