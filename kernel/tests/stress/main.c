// SPDX-License-Identifier: GPL-2.0
/* Command line, and the phases of a run. */
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
	if (world.opt->count)
		return load(&world.settled) == world.opt->threads;
	return seconds_since(&began) > world.opt->seconds;
}

static bool all_settled(void)
{
	return load(&world.settled) == world.opt->threads;
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
	double took;

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
	watch(ops_done, 1e9, "operations");
	took = seconds_since(&began);
	store(&world.phase, PHASE_SETTLE);
	watch(all_settled, 10, "last operation of each thread");
	shim_fail_nth(0);
	watch(nothing_in_flight, 10, "accepted == completed + cancelled + lost");
	check_laws();
	me->doing = "looks for wedged elements";
	check_not_wedged(me);
	store(&world.phase, PHASE_LEAVE);
	for (unsigned int i = 0; i < opt->threads; i++)
		pthread_join(world.players[i].thread, NULL);
	world_teardown();
	watch(nothing_lives, 10, "everything released");
	check_laws();
	store(&world.phase, PHASE_GP_END);
	pthread_join(gp->thread, NULL);
	player_leave(me);
	shim_gp_run();
	check_nothing_left();
	print_counts(took);
	for (unsigned int i = 0; opt->count && i < opt->threads; i++)
		printf("  thread %u: operations' digest %016lx\n", i, world.players[i].digest);
}

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
