// SPDX-License-Identifier: GPL-2.0
/*
 * The child process of one invocation.
 *
 * Control socket, one JSON object per line:
 *   parent -> child  {"bench","params","impl","seed","window_ns","warmup_ns","parent"}
 *   child -> parent  {"maps":[ids]}, answered by {"ok":true} once the parent holds them (optional)
 *   child -> parent  {"unhold":[ids]}, answered by {"ok":true} once it holds them no longer, or by
 *                    {"ok":false} if it did not hold every one; it then holds what it held (optional)
 *   child -> parent  {"status":"sample","sample":{..}} | {"status":"skip"|"error","reason"}
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cpulist.h"
#include "invocation_core.h"
#include "needs.h"
#include "params.h"

volatile sig_atomic_t invocation_interrupted;

/* The thread that runs the phases: SIGTERM must end its sleep, whichever thread gets it. */
static pthread_t phases_thread;

static void on_term(int sig)
{
	invocation_interrupted = 1;
	if (!pthread_equal(pthread_self(), phases_thread))
		pthread_kill(phases_thread, sig);
}

/* A child never outlives the runner; a Ctrl-C for the whole group and a closed terminal are the
 * runner's to handle. */
static int bind_to_parent(pid_t parent)
{
	struct sigaction term = { .sa_handler = on_term };

	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigaction(SIGTERM, &term, NULL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return getppid() == parent ? 0 : -ESRCH; /* it died before the prctl */
}

static json_t *read_message(FILE *in)
{
	char *line = NULL;
	size_t size = 0;
	json_t *msg = NULL;

	ssize_t n;

	/* A request to stop winds down in order: the answer to what was asked is still needed. */
	while ((n = getline(&line, &size, in)) < 0 && errno == EINTR)
		clearerr(in);
	if (n > 0)
		msg = json_loads(line, 0, NULL);
	free(line);
	return msg;
}

static int send_message(FILE *out, json_t *msg)
{
	int err = !msg || json_dumpf(msg, out, JSON_COMPACT) || fputc('\n', out) == EOF ||
		  fflush(out);

	json_decref(msg);
	return err ? -EIO : 0;
}

/* {"what":[ids]} to the runner, and whether it answered that it did so. */
static int ask(struct invocation *inv, const char *what, const uint32_t *ids, size_t n,
	       const char *refused)
{
	json_t *list = json_array(), *answer;
	bool ok;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, json_integer(ids[i]));
	if (send_message(inv->core->out, json_pack("{so}", what, list)))
		return inv_fail(inv, -EIO, "lost the runner");
	answer = read_message(inv->core->in);
	ok = json_is_true(json_object_get(answer, "ok"));
	json_decref(answer);
	return ok ? 0 : inv_fail(inv, -EIO, "%s", refused);
}

int inv_publish_maps(struct invocation *inv, const uint32_t *ids, size_t n)
{
	return ask(inv, "maps", ids, n, "the runner could not take hold of the maps");
}

int inv_unhold_maps(struct invocation *inv, const uint32_t *ids, size_t n)
{
	return ask(inv, "unhold", ids, n,
		   "the runner was asked to let go of a map that it does not hold");
}

static int make_workers(struct invocation *inv)
{
	const char *arrival = inv_str(inv, "arrival"), *cpus = inv_str(inv, "cpus");
	struct cpulist l;
	char why[160];
	int err;

	if (cpulist_parse(cpus ? cpus : "first", &l, why, sizeof(why)))
		return inv_fail(inv, -EINVAL, "%s", why);
	inv->workers = calloc(l.n, sizeof(*inv->workers));
	if (!inv->workers)
		return inv_fail(inv, -ENOMEM, "no memory for %u workers", l.n);
	for (; inv->n_workers < l.n; inv->n_workers++) {
		struct worker *w = &inv->workers[inv->n_workers];

		w->inv = inv;
		w->index = inv->n_workers;
		w->cpu = l.cpu[w->index];
		err = pacer_init(&w->pacer, arrival ? name_index(arrival_names, arrival) : 0,
				 inv_u64(inv, "rate") ? inv_u64(inv, "rate") : 1,
				 inv->seed + w->index);
		if (err)
			return inv_fail(inv, err, "no memory for a schedule");
	}
	return 0;
}

/* Everything after the options were read; teardown() runs whenever setup() was called. */
static int run(struct invocation *inv)
{
	int err = make_workers(inv);

	if (err)
		return err;
	err = workers_create(inv);
	if (err) {
		workers_open_gate(inv, false);
		workers_join(inv);
		return err;
	}
	err = inv->bench->setup(inv);
	if (!err) {
		err = phases_run(inv);
	} else {
		/* What did open may be firing: it stops before its targets go, as in phases_run(). */
		if (inv->trigger && inv->trigger->quiet)
			inv->trigger->quiet(inv);
		workers_open_gate(inv, false);
		workers_join(inv);
	}
	/* A worker that would not stop may still be a target: maps stay open, the parent takes over. */
	if (inv->core->threads)
		return err;
	if (!err)
		err = inv->bench->collect(inv);
	inv->bench->teardown(inv);
	return err ? err : inv->core->err;
}

static int read_order(struct invocation *inv, json_t **order)
{
	const char *bench, *trigger, *impl;
	json_int_t seed, window, warmup, parent;
	json_t *params;

	*order = read_message(inv->core->in);
	if (!*order ||
	    json_unpack(*order, "{ss so ss sI sI sI sI}", "bench", &bench, "params", &params,
			"impl", &impl, "seed", &seed, "window_ns", &window, "warmup_ns", &warmup,
			"parent", &parent))
		return -EPROTO;
	inv->bench = bench_by_name(bench);
	inv->params = params;
	inv->impl = impl;
	inv->seed = seed;
	inv->window_ns = window;
	inv->warmup_ns = warmup;
	trigger = inv_str(inv, "trigger");
	inv->trigger = trigger ? trigger_by_name(trigger) : NULL;
	return inv->bench ? bind_to_parent(parent) : -EPROTO;
}

static void answer(struct invocation *inv, int err)
{
	struct invocation_core *core = inv->core;

	if (!err)
		send_message(core->out, json_pack("{ss so}", "status", "sample", "sample",
						  result_sample(inv)));
	else
		send_message(core->out,
			     json_pack("{ss ss}", "status", core->skip ? "skip" : "error", "reason",
				       core->err ? core->why : strerror(-err)));
}

/* From the order to the answer. */
static void serve(struct invocation *inv)
{
	answer(inv, run(inv));
	if (inv->core->threads)
		_exit(1);
	for (unsigned int i = 0; i < inv->n_workers; i++)
		pacer_fini(&inv->workers[i].pacer);
	free(inv->workers);
	result_fini(inv);
}

/* What of bind_to_parent() belongs to a thread. The answer was flushed; nothing is left to exit(). */
static void *serve_alone(void *arg)
{
	struct invocation *inv = arg;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	serve(inv);
	_exit(0);
}

/*
 * Leaves the invocation to a second thread. The system call itself: pthread_exit() would unwind, for
 * which a static executable needs a shared library. What is on this stack stays.
 */
static int serve_without_leader(struct invocation *inv)
{
	int err = pthread_create(&phases_thread, NULL, serve_alone, inv);

	if (err)
		return err;
	syscall(SYS_exit, 0);
	return 0;
}

int invocation_main(int argc, char **argv)
{
	struct invocation_core core = { .gate_lock = PTHREAD_MUTEX_INITIALIZER,
					.gate_moved = PTHREAD_COND_INITIALIZER,
					.started = now_ns() };
	struct invocation inv = { .core = &core,
				  .window_start = UINT64_MAX,
				  .window_end = UINT64_MAX };
	json_t *order = NULL;

	phases_thread = pthread_self();
	core.in = fdopen(INVOCATION_FD, "r");
	core.out = fdopen(dup(INVOCATION_FD), "w");
	if (!core.in || !core.out || result_init(&inv) || read_order(&inv, &order))
		return 2;
	needs_prepare();
	if (inv.bench->leader_exits && inv.bench->leader_exits(inv.params))
		return serve_without_leader(&inv);
	serve(&inv);
	json_decref(order);
	return 0;
}
