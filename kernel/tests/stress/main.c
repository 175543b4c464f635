// SPDX-License-Identifier: GPL-2.0
/* Command line, and the phases of a run. */
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "stress.h"

#ifdef __SANITIZE_THREAD__
const char *__tsan_default_options(void);
/*
 * Interrupts allocate, in signal handlers: never inside of the C library's allocator, from which
 * they are held back (busy), which is what this report is about.
 */
const char *__tsan_default_options(void)
{
	return "report_signal_unsafe=0";
}
#endif

static double seconds_since(const struct timespec *t0)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec - t0->tv_sec + (t.tv_nsec - t0->tv_nsec) / 1e9;
}

/* ---- allocators, with a count of contexts that lost the race of publication ---- */

static const struct tw_alloc_ops *counted;

static void discard(void *ctx)
{
	count(C_LOSERS);
	counted->discard(ctx);
}

static const struct tw_alloc_ops *count_losers(const struct tw_alloc_ops *of)
{
	static struct tw_alloc_ops ops_;

	counted = of;
	ops_ = *of;
	ops_.discard = discard;
	return &ops_;
}

/* ---- a run ---- */

static struct timespec began;

static bool ops_done(void)
{
	if (!world.opt->count)
		return seconds_since(&began) > world.opt->seconds;
	for (unsigned int i = 0; i < world.opt->threads; i++)
		if (load(&world.players[i].ops) < world.opt->count)
			return false;
	return true;
}

/* Seconds of a round: wild, calm. */
#define WILD 0.2
#define CALM 0.05

static struct timespec round_began;

static bool wild_done(void)
{
	return seconds_since(&round_began) > WILD || ops_done();
}

static bool calm_done(void)
{
	return seconds_since(&round_began) > WILD + CALM;
}

/* Seconds of operations. */
static double one_round(struct player *me)
{
	double took;

	clock_gettime(CLOCK_MONOTONIC, &round_began);
	set_phase(PHASE_OPS);
	watch(wild_done, 1e9, "operations");
	set_phase(PHASE_CALM);
	watch(calm_done, 1e9, "operations");
	set_phase(PHASE_SETTLE);
	took = seconds_since(&round_began);
	shim_fail_nth(0);
	watch(threads_are_done, 60, "works that are in flight");
	check_laws();
	me->doing = "looks for wedged elements";
	check_not_wedged(me);
	return took;
}

static void start(struct player *p, void *(*thread)(void *))
{
	int err = pthread_create(&p->thread, NULL, thread, p);

	if (err)
		fail("thread %u: %s", p->id, strerror(err));
}

static void run(const struct options *opt, const struct tw_impl *impl,
		const struct tw_alloc_ops *alloc)
{
	struct player *me, *gp;
	double took = 0;

	printf("%s %s: %u threads, %u maps of %u elements\n", impl->name, alloc->name, opt->threads,
	       MAPS, opt->elements);
	fflush(stdout);
	world_setup(opt, impl, count_losers(alloc));
	gp = &world.players[opt->threads];
	me = &world.players[opt->threads + 1];
	player_first(me, SHIM_SIGNAL);
	clock_gettime(CLOCK_MONOTONIC, &began);
	start(gp, gp_thread);
	for (unsigned int i = 0; i < opt->threads; i++)
		start(&world.players[i], player_thread);
	do
		took += one_round(me);
	while (!ops_done());
	set_phase(PHASE_LEAVE);
	for (unsigned int i = 0; i < opt->threads; i++)
		pthread_join(world.players[i].thread, NULL);
	world_teardown();
	set_phase(PHASE_LEAVE); /* again: rounds from here */
	watch(gp_is_done, 60, "release of everything");
	check_laws();
	set_phase(PHASE_GP_END);
	pthread_join(gp->thread, NULL);
	player_leave(me);
	shim_gp_run();
	check_nothing_left();
	print_counts(took);
	for (unsigned int i = 0; opt->count && i < opt->threads; i++)
		printf("  thread %u: operations' digest %016lx\n", i, world.players[i].digest);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static void on_fault(int sig, siginfo_t *info, void *context)
{
	fail("memory fault at %p", info->si_addr);
}

static void catch_faults(void)
{
	struct sigaction act = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &act, NULL);
	sigaction(SIGBUS, &act, NULL);
}
#else
/* The sanitizer's report says more. */
static void catch_faults(void)
{
}
#endif

static void bug(const char *text)
{
	fail("shim: BUG: %s", text);
}

int main(int argc, char **argv)
{
	struct options opt;

	parse(argc, argv, &opt);
	printf("seed %lu\n", opt.seed);
	fflush(stdout);
	shim_bug_hook = bug;
	catch_faults();
	for (unsigned int i = 0; tw_impls[i]; i++) {
		const struct tw_impl *impl = tw_impls[i];

		if (opt.impl ? strcmp(opt.impl, impl->name) : !impl->correct)
			continue;
		for (unsigned int a = 0; impl->allocs[a]; a++)
			if (!opt.alloc || !strcmp(opt.alloc, impl->allocs[a]->name))
				run(&opt, impl, impl->allocs[a]);
	}
	return 0;
}
