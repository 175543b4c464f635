// SPDX-License-Identifier: GPL-2.0
/*
 * explore: every order in which the actors of a small scenario can get at the real implementations of
 * kernel/impl/, one step at a time.
 *
 * What it can see: each operation that the shim announces (atomics, locks, queues, read sections,
 * allocation) is a place where another actor, an interrupt or an NMI can come in. Between two of them
 * an actor runs on; plain accesses count there for what is alive and for the order of events, but
 * nobody comes in before them, unless --fine asks for it.
 *
 * What it cannot see:
 *  - other than sequentially consistent orders. Whether a release or an acquire is missing is for
 *    ThreadSanitizer (tests/stress) and for litmus tests to say.
 *  - a scheduler beyond the states that the shim gives a task (running, sleeping, off the run queue but
 *    current). There is no preemption of a task by a task on one CPU, no migration, no PREEMPT_RT.
 *  - more than the few actors and calls of a scenario, and, with a bound, schedules with more preemptions.
 *  - two states whose hashes of 60 bits collide: the second is taken for the first.
 */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario.h"
#include "set.h"

struct options opt = { .bound = 2 };

static const char *only_scenario, *only_impl, *only_alloc;
static bool list, trace_all;
static unsigned int incomplete, bugs;
static u64 schedules, steps;
static double seconds;

static const struct argp_option options[] = {
	{ "list", 'l', NULL, 0, "List scenarios and implementations", 0 },
	{ "scenario", 's', "NAME", 0, "Only this one; selftest-* run only if named", 0 },
	{ "impl", 'i', "NAME", 0, "Only this implementation", 0 },
	{ "alloc", 'a', "NAME", 0, "Only with this allocator", 0 },
	{ "bound", 'b', "N", 0, "At most N preemptions, 0 to 14, or `all' (default 2)", 0 },
	{ "max-schedules", 'n', "N", 0, "Stop each search after N schedules", 0 },
	{ "seconds", 't', "S", 0, "Stop each search after S seconds", 0 },
	{ "trace", 'T', NULL, 0,
	  "Trace every bug, not only the first of an implementation that claims to have none", 0 },
	{ "replay", 'r', "STRING", 0, "Run this one schedule of --scenario and --impl, traced", 0 },
	{ "plain", 'p', NULL, 0, "No reduction: enter equal states again", 0 },
	{ "fine", 'f', NULL, 0, "Plain accesses are scheduling points too", 0 },
	{ "any-gp", 'g', NULL, 0, "Grace periods end anywhere, not only as early as they can", 0 },
	{ 0 },
};

static const char doc[] =
	"Runs the implementations of the kfuncs through every interleaving of small scenarios, with 0, "
	"then 1, ... preemptions. One preemption: a CPU that could go on is left for another one. That "
	"an interrupt or an NMI strikes is free."
	"\vSees only sequentially consistent orders, and no scheduler beyond the states that the shim "
	"gives a task: running, sleeping, off the run queue but current. A bound that a limit has cut "
	"short is reported as INCOMPLETE.\n\n"
	"Exit code: 0 nothing found, 1 a bug was found, 2 usage or a replay string that does not fit.\n\n"
	"EXAMPLES\n"
	"  explore --impl refcounted --bound 3 --seconds 60\n"
	"  explore --scenario stale-handler --impl posted --trace\n";

static u64 number(struct argp_state *state, const char *what, const char *arg, u64 max)
{
	char *end;
	unsigned long long n = strtoull(arg, &end, 10);

	if (*arg < '0' || *arg > '9' || *end || n > max)
		argp_error(state, "--%s takes a number from 0 to %llu, not '%s'", what,
			   (unsigned long long)max, arg);
	return n;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	switch (key) {
	case 'l':
		list = true;
		break;
	case 's':
		only_scenario = arg;
		break;
	case 'i':
		only_impl = arg;
		break;
	case 'a':
		only_alloc = arg;
		break;
	case 'b':
		opt.bound = !strcmp(arg, "all") ? UNBOUNDED :
						  number(state, "bound", arg, SET_MAX_NUMBER);
		break;
	case 'n':
		opt.max_schedules = number(state, "max-schedules", arg, UINT64_MAX);
		break;
	case 't':
		opt.seconds = number(state, "seconds", arg, 1000000);
		break;
	case 'T':
		trace_all = true;
		break;
	case 'r':
		opt.replay = arg;
		break;
	case 'p':
		opt.plain = true;
		break;
	case 'f':
		opt.fine = true;
		break;
	case 'g':
		opt.any_gp = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- what is chosen ---- */

static void print_list(void)
{
	for (const struct tw_impl *const *i = tw_impls; *i; i++) {
		printf("impl      %-27s %s\n", (*i)->name, (*i)->what);
		for (const struct tw_alloc_ops *const *a = (*i)->allocs; *a; a++)
			printf("alloc     %-27s of %s\n", (*a)->name, (*i)->name);
	}
	for (const struct scenario *s = scenarios; s->name; s++)
		printf("scenario  %-27s %s\n", s->name, s->what);
	for (const struct scenario *s = scenarios; s->name; s++)
		for (const struct known *k = s->known; k->text; k++)
			printf("known     %-27s %s: %s\n", s->name, k->requirement, k->text);
}

static bool wanted(const char *only, const char *name)
{
	return !only || !strcmp(only, name);
}

static bool has_alloc(const struct scenario *s, const struct tw_impl *impl,
		      const struct tw_alloc_ops *const *a)
{
	if (only_alloc)
		return !strcmp(only_alloc, (*a)->name);
	return a == impl->allocs || (s->both_allocs && !opt.replay);
}

/* One search or replay for each combination that was asked for. */
static unsigned int for_each(int (*func)(const struct scenario *, const struct tw_impl *,
					 const struct tw_alloc_ops *), int *code)
{
	unsigned int n = 0;

	for (const struct scenario *s = scenarios; s->name; s++) {
		if (only_scenario ? strcmp(only_scenario, s->name) : s->selftest)
			continue;
		for (const struct tw_impl *const *i = tw_impls; *i; i++)
			for (const struct tw_alloc_ops *const *a = (*i)->allocs; *a; a++)
				if (wanted(only_impl, (*i)->name) && has_alloc(s, *i, a)) {
					n++;
					*code |= func(s, *i, *a);
				}
	}
	return n;
}

/* ---- what is done ---- */

static void print_bug(const struct bug *b, const struct scenario *s, const struct tw_impl *impl,
		      const struct tw_alloc_ops *ops, bool trace)
{
	static struct result again;

	printf("bug: %s %s %s: %s\n", s->name, impl->name, ops->name, b->text);
	if (*b->detail)
		printf("     %s\n", b->detail);
	printf("     %u preemptions, %u steps\n", b->bound, b->steps);
	printf("     explore --scenario %s --impl %s --alloc %s%s --replay %s\n", s->name, impl->name,
	       ops->name, opt.fine ? " --fine" : "", b->replay);
	if (trace)
		replay(s, impl, ops, b->replay, &again);
}

static int search(const struct scenario *s, const struct tw_impl *impl,
		  const struct tw_alloc_ops *ops)
{
	static struct result r;
	const unsigned int last = opt.bound;
	int done = -1;

	memset(&r, 0, sizeof(r));
	for (opt.bound = last == UNBOUNDED ? UNBOUNDED : 0;; opt.bound++) {
		explore(s, impl, ops, &r);
		if (r.complete)
			done = opt.bound;
		schedules += r.schedules;
		steps += r.steps;
		if (!r.complete || r.all || opt.bound == last)
			break;
	}
	seconds += r.seconds;
	incomplete += !r.complete;
	bugs += r.bugs;
	printf("%-27s %-11s %-14s ", s->name, impl->name, ops->name);
	if (r.all)
		printf("all      ");
	else if (done < 0)
		printf("none     ");
	else
		printf("bound %-2d ", done);
	printf(" %9llu schedules %10llu steps %7llu orders %4llu ends %016llx %6.2f s %u bugs%s\n",
	       (unsigned long long)r.schedules, (unsigned long long)r.steps,
	       (unsigned long long)r.orders, (unsigned long long)r.ends,
	       (unsigned long long)r.hash, r.seconds, r.bugs,
	       r.complete ? "" : "; the next bound is INCOMPLETE");
	opt.bound = last;
	for (unsigned int i = 0; i < r.bugs; i++)
		print_bug(&r.bug[i], s, impl, ops,
			  trace_all || (i == 0 && impl->correct && !s->selftest));
	if (r.dropped)
		printf("     and %u more that are not shown\n", r.dropped);
	fflush(stdout);
	return r.bugs ? 1 : 0;
}

static int replay_one(const struct scenario *s, const struct tw_impl *impl,
		      const struct tw_alloc_ops *ops)
{
	static struct result r;

	switch (replay(s, impl, ops, opt.replay, &r)) {
	case OUT_BUG:
		printf("bug: %s %s %s: %s\n     %s\n", s->name, impl->name, ops->name, r.bug[0].text,
		       r.bug[0].detail);
		return 1;
	case OUT_MISFIT:
		fprintf(stderr, "explore: the replay string does not fit: an actor that it names "
				"cannot go on\n");
		return 2;
	default:
		printf("no bug in this schedule\n");
		return 0;
	}
}

int main(int argc, char **argv)
{
	const struct argp argp = { options, parse, NULL, doc };
	int code = 0;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	if (list) {
		print_list();
		return 0;
	}
	if (opt.replay && (!only_scenario || !only_impl)) {
		fprintf(stderr, "explore: --replay needs --scenario and --impl\n");
		return 2;
	}
	actors_init();
	if (!for_each(opt.replay ? replay_one : search, &code)) {
		fprintf(stderr, "explore: no such scenario, implementation or allocator: see "
				"--list\n");
		return 2;
	}
	if (!opt.replay)
		printf("%llu schedules, %llu steps in %.1f s (%.0f schedules/s); %u bugs; %u searches "
		       "INCOMPLETE\n", (unsigned long long)schedules, (unsigned long long)steps,
		       seconds, schedules / (seconds > 0 ? seconds : 1), bugs, incomplete);
	return code;
}
