// SPDX-License-Identifier: GPL-2.0
/*
 * Each timed loop of each implementation, N and 2N operations of it, for callgrind to count: see
 * insns.t. Prints a line per run, in order: IMPLEMENTATION LOOP OPERATIONS.
 *
 * Every run is one call of measured(), which callgrind is told to dump on its own.
 */
#include <stdio.h>
#include <stdlib.h>

#include "loops.h"

#define N 256
#define ELEMENTS (2 * N)

struct loop {
	const char *name;
	const char *alloc; /* NULL: the default */
	/* The state that the loop wants, for n operations. Once before, the same ran for all. */
	void (*prepare)(const struct user_impl *u, struct user_bed *b, uint32_t n);
	/* How many operations did what they are for. */
	uint32_t (*run)(const struct user_impl *u, struct user_bed *b, uint32_t n);
	void (*finish)(const struct user_impl *u, struct user_bed *b, uint32_t n);
};

static void nothing(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
}

static void make(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	u->schedule(b, n);
	user_settle();
}

/* Whichever the loop picks. */
static void make_all(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	make(u, b, ELEMENTS);
}

static void drop(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	u->release(b, ELEMENTS);
	user_reclaim();
}

static void settle_and_drop(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	user_settle();
	drop(u, b, n);
}

static void occupy(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	if (!user_occupy(b, u, 0, true))
		abort();
}

static uint32_t round_signal(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	return u->round[USER_SIGNAL][USER_TASK][USER_CALL](b, 0, n);
}

static uint32_t round_resume(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	return u->round[USER_RESUME][USER_TASK][USER_CALL](b, 0, n);
}

static uint32_t round_irqs_off(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	return u->round[USER_SIGNAL][USER_IRQS_OFF][USER_CALL](b, 0, n);
}

static uint32_t schedule(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	return u->schedule(b, n);
}

static uint32_t release(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	u->release(b, n);
	return n;
}

static uint32_t reject(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	return u->reject(b, 0, n);
}

static uint32_t contend(const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	struct user_counts c = { 0 };
	uint32_t at = 0;

	u->contend(b, &at, n, &c);
	return c.accepted;
}

static const struct loop loops[] = {
	{ "schedule", NULL, make, round_signal, drop },
	{ "schedule-resume", NULL, make, round_resume, drop },
	{ "schedule-irqs-off", NULL, make, round_irqs_off, drop },
	{ "contend-alone", NULL, make_all, contend, drop },
	{ "reject", NULL, occupy, reject, settle_and_drop },
	{ "reuse", NULL, make, schedule, settle_and_drop },
	{ "first-use:bpf-mem", "bpf-mem", nothing, schedule, settle_and_drop },
	{ "first-use:kmalloc-nolock", "kmalloc-nolock", nothing, schedule, settle_and_drop },
	{ "free:bpf-mem", "bpf-mem", make, release, drop },
	{ "free:kmalloc-nolock", "kmalloc-nolock", make, release, drop },
	{ 0 },
};

/* Not static: under this name it is on callgrind's command line. */
uint32_t measured(const struct loop *l, const struct user_impl *u, struct user_bed *b, uint32_t n);

__attribute__((noinline)) uint32_t measured(const struct loop *l, const struct user_impl *u,
					    struct user_bed *b, uint32_t n)
{
	return l->run(u, b, n);
}

static void run(const struct loop *l, const struct user_impl *u, struct user_bed *b, uint32_t n)
{
	l->prepare(u, b, n);
	if (measured(l, u, b, n) != n) {
		fprintf(stderr, "insns: %s %s: not every operation succeeded\n", user_name(u),
			l->name);
		exit(1);
	}
	l->finish(u, b, n);
	printf("%s %s %u\n", user_name(u), l->name, n);
}

static void run_all(const struct user_impl *u)
{
	struct user_bed *b = user_bed_create(ELEMENTS);

	user_enter(0, USER_CALL);
	/* The allocator's cache has all that it will ever need. */
	make(u, b, ELEMENTS);
	drop(u, b, ELEMENTS);
	for (const struct loop *l = loops; l->name; l++) {
		if (l->alloc && !user_set_alloc(u, l->alloc))
			continue;
		run(l, u, b, N);
		run(l, u, b, 2 * N);
	}
	user_leave();
	if (!user_bed_free(b, u)) {
		fprintf(stderr, "insns: %s: something is left\n", user_name(u));
		exit(1);
	}
}

#ifdef __clang__
#define COMPILER "clang-%d"
#define MAJOR __clang_major__
#else
#define COMPILER "gcc-%d"
#define MAJOR __GNUC__
#endif

/* What the counts depend on, as one word, and the compiler's version. Distributions' compilers
 * of one version differ in what they harden without being asked. */
static void print_build(void)
{
#ifdef __x86_64__
	printf("x86_64-" COMPILER, MAJOR);
#else
	printf("other-" COMPILER, MAJOR);
#endif
#ifndef __PIE__
	printf("-nopie");
#endif
#if defined(__SSP__) || defined(__SSP_STRONG__)
	printf("-ssp");
#endif
#ifdef __CET__
	printf("-cet");
#endif
	printf(" %s\n", __VERSION__);
}

/* With any argument: how it was built. */
int main(int argc, char **argv)
{
	if (argc > 1) {
		print_build();
		return 0;
	}
	for (size_t i = 0; user_impls[i]; i++)
		run_all(user_impls[i]);
	return 0;
}
