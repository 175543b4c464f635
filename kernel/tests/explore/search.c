// SPDX-License-Identifier: GPL-2.0
/*
 * The search: depth first over the choices of one execution after the other, each from the beginning.
 *
 * A choice costs one preemption if it leaves a CPU whose actor could go on for another CPU. That an
 * interrupt or an NMI strikes its own CPU costs nothing, nor does the end of a grace period: these are
 * not the scheduler's choices. Where somebody has ended or waits, every choice is free.
 *
 * Reduction: a state (the partial order of events so far, see order.c, and the CPU that ran last) that
 * was there before at no higher cost is not entered again. Whatever follows from it within the bound
 * has been seen then: this stays sound with the bound, which sleep sets do not (the order that they
 * leave out can be the cheaper one). Two equal states have equally many events, so that none lies on the
 * path to the other.
 */
#include <stdio.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "scenario.h"
#include "set.h"

struct node {
	u32 todo; /* actors, as bits */
	u8 chosen, price;
};

static struct node path[MAX_STEPS];
static unsigned int path_len, depth;
static unsigned int cost, last_cpu;
static bool cut; /* the bound has left out a choice */
static jmp_buf main_env;
static struct set seen, orders, ends;
static const char *replay_at; /* rest of the string */
static struct bug found;

bool tracing;

void leave(enum outcome o)
{
	_longjmp(main_env, o);
}

/* ---- choices ---- */

static u32 enabled_actors(bool any_gp)
{
	u32 all = 0, gps = 0;

	for (unsigned int i = 0; i < MAX_ACTORS; i++)
		if (actor_enabled(&actors[i])) {
			all |= 1u << i;
			if (actors[i].kind == ACTOR_GP)
				gps |= 1u << i;
		}
	/*
	 * A grace period that ends as early as it can finds every use after free that a later one
	 * would: its callbacks free memory and touch nothing else.
	 */
	return gps && !any_gp ? gps & -gps : all;
}

static unsigned int price(u32 enabled, unsigned int id)
{
	const struct actor *top = ex_cpus[last_cpu].top;

	return top && enabled & 1u << top->id && actors[id].cpu != last_cpu &&
	       actors[id].kind != ACTOR_GP;
}

/* What stays on the CPU first; then in the order of their numbers. */
static unsigned int preferred(u32 todo)
{
	const struct actor *top = ex_cpus[last_cpu].top;

	if (top && todo & 1u << top->id)
		return top->id;
	for (u32 t = todo; t; t &= t - 1)
		if (actors[__builtin_ctz(t)].cpu == last_cpu)
			return __builtin_ctz(t);
	return __builtin_ctz(todo);
}

static u32 affordable(u32 enabled)
{
	u32 todo = 0;

	for (u32 t = enabled; t; t &= t - 1)
		if (cost + price(enabled, __builtin_ctz(t)) <= opt.bound)
			todo |= t & -t;
	cut |= todo != enabled;
	return todo;
}

static struct actor *go_on(const struct node *n)
{
	cost += n->price;
	if (actors[n->chosen].kind != ACTOR_GP)
		last_cpu = actors[n->chosen].cpu;
	depth++;
	return &actors[n->chosen];
}

static struct actor *take(u32 enabled, unsigned int id)
{
	struct node *n = &path[depth];

	n->chosen = id;
	n->price = price(enabled, id);
	return go_on(n);
}

static void nobody_enabled(void)
{
	const char *stuck = actors_stuck();
	char text[100];

	if (!stuck)
		leave(OUT_END);
	snprintf(text, sizeof(text), "deadlock: %s cannot go on, nor can anybody else", stuck);
	bug(text, "");
}

static struct actor *choose_by_string(u32 enabled)
{
	static unsigned int left;
	static char letter;
	char *end;
	int id;

	if (depth == 0)
		left = 0;
	if (!left && *replay_at) {
		letter = *replay_at++;
		left = strtoul(replay_at, &end, 10);
		left += end == replay_at;
		replay_at = end;
	}
	if (!left) {
		enabled = enabled_actors(false);
		return take(enabled, preferred(enabled));
	}
	left--;
	id = actor_of_letter(letter);
	if (id < 0 || !(enabled & 1u << id))
		leave(OUT_MISFIT);
	return take(enabled, id);
}

/* Without a bound it does not matter who ran last, nor what it has cost. */
static bool was_here(void)
{
	if (opt.bound == UNBOUNDED)
		return set_test_and_lower(&seen, order_hash(), 0);
	return set_test_and_lower(&seen, order_hash() + last_cpu * 0x9e3779b97f4a7c15, cost);
}

struct actor *choose(void)
{
	struct node *n = &path[depth];
	unsigned int id;
	u32 enabled;

	if (depth + 1 < path_len)
		return go_on(n);
	enabled = enabled_actors(opt.any_gp || replay_at);
	if (!enabled)
		nobody_enabled();
	if (depth == MAX_STEPS)
		bug("does not end", "");
	if (replay_at)
		return choose_by_string(enabled);
	if (depth < path_len) /* the last one of the path has been changed */
		return take(enabled, n->chosen);
	if (!opt.plain && enabled & (enabled - 1) && was_here())
		leave(OUT_PRUNED);
	n->todo = affordable(enabled);
	id = preferred(n->todo);
	n->todo &= ~(1u << id);
	path_len++;
	return take(enabled, id);
}

/* ---- executions ---- */

void bug(const char *text, const char *detail)
{
	snprintf(found.text, sizeof(found.text), "%s", text);
	snprintf(found.detail, sizeof(found.detail), "%s", detail);
	leave(OUT_BUG);
}

static void on_shim_bug(const char *text)
{
	bug(text, running ? running->name : "teardown");
}

static void on_fault(int sig, siginfo_t *info, void *uc)
{
	char text[100];

	snprintf(text, sizeof(text), "wild pointer (%s), by %s after \"%s\"",
		 sig == SIGSEGV ? "SIGSEGV" : "SIGBUS", running ? running->name : "teardown",
		 running && running->text ? running->text : "");
	bug(text, "");
}

static void catch_faults(void)
{
	static char stack[64 * 1024];
	stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) };
	/* Leaves by a jump: so the signal must not stay blocked. */
	struct sigaction sa = { .sa_sigaction = on_fault,
				.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };

	sigaltstack(&ss, NULL);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	shim_bug_hook = on_shim_bug;
}

struct ending {
	u64 order, memory;
};

static void keep_ending(struct result *r, struct ending end)
{
	if (!end.order)
		return;
	if (!set_test_and_lower(&orders, end.order, 0)) {
		r->orders++;
		r->hash += end.order;
	}
	if (!set_test_and_lower(&ends, end.memory, 0)) {
		r->ends++;
		r->hash += end.memory;
	}
}

static enum outcome execute(const struct scenario *s, const struct tw_impl *impl,
			    const struct tw_alloc_ops *ops, struct ending *end)
{
	enum outcome o;

	mem_reset();
	actors_reset();
	order_reset();
	depth = cost = last_cpu = 0;
	*end = (struct ending){ 0 };
	o = _setjmp(main_env);
	if (!o) {
		world_make(s, impl, ops);
		actors_run();
	}
	if (o != OUT_END)
		return o;
	running = NULL;
	*end = (struct ending){ order_hash(), world_hash() };
	o = _setjmp(main_env);
	if (o)
		return o;
	trace_note("everybody has ended: judgement");
	world_judge();
	return OUT_END;
}

/* "a12b3": twelve steps of a, three of b. */
static void write_replay(char *s, size_t size)
{
	size_t at = 0;
	unsigned int i, n;

	for (i = 0; i < depth && at + 8 < size; i += n) {
		for (n = 1; i + n < depth && path[i + n].chosen == path[i].chosen; n++)
			;
		at += snprintf(s + at, size - at, n > 1 ? "%c%u" : "%c",
			       actor_letter(path[i].chosen), n);
	}
}

static void keep_bug(struct result *r)
{
	struct bug *b;

	for (unsigned int i = 0; i < r->bugs; i++)
		if (!strcmp(r->bug[i].text, found.text))
			return;
	if (r->bugs == MAX_BUGS) {
		r->dropped++;
		return;
	}
	b = &r->bug[r->bugs++];
	*b = found;
	b->bound = cost;
	b->steps = depth;
	write_replay(b->replay, sizeof(b->replay));
}

/* To the next choice that has not been made. False: there is none. */
static bool backtrack(void)
{
	struct node *n;

	while (path_len && !path[path_len - 1].todo)
		path_len--;
	if (!path_len)
		return false;
	n = &path[path_len - 1];
	n->chosen = __builtin_ctz(n->todo);
	n->todo &= n->todo - 1;
	return true;
}

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static bool limit(u64 schedules, double start)
{
	return (opt.max_schedules && schedules >= opt.max_schedules) ||
	       (opt.seconds > 0 && schedules % 64 == 0 && now() - start >= opt.seconds);
}

void explore(const struct scenario *s, const struct tw_impl *impl, const struct tw_alloc_ops *ops,
	     struct result *r)
{
	double start = now();
	struct ending end;
	u64 n = 0;

	catch_faults();
	set_clear(&seen);
	set_clear(&orders);
	set_clear(&ends);
	r->orders = r->ends = r->hash = r->schedules = r->pruned = r->steps = 0;
	path_len = 0;
	replay_at = NULL;
	r->complete = cut = false;
	do {
		enum outcome o = execute(s, impl, ops, &end);

		r->steps += depth;
		r->pruned += o == OUT_PRUNED;
		keep_ending(r, end);
		if (o == OUT_BUG)
			keep_bug(r);
		n++;
		r->complete = !backtrack();
	} while (!r->complete && !limit(n, start));
	r->schedules = n;
	r->all = r->complete && !cut;
	r->seconds += now() - start;
}

enum outcome replay(const struct scenario *s, const struct tw_impl *impl,
		    const struct tw_alloc_ops *ops, const char *string, struct result *r)
{
	struct ending end;
	enum outcome o;

	catch_faults();
	path_len = 0;
	replay_at = string;
	tracing = true;
	o = execute(s, impl, ops, &end);
	tracing = false;
	replay_at = NULL;
	if (o == OUT_BUG)
		keep_bug(r);
	return o;
}
