// SPDX-License-Identifier: GPL-2.0
/* What must hold, the watchdog, and the figures. */
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "stress.h"

const char *const count_names[N_COUNTS] = {
#define X(id, name, what) name,
	COUNTS(X)
#undef X
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* Of others that run on: a race by intention, to say what was going on. */
__attribute__((no_sanitize("thread"))) static void print_players(void)
{
	for (unsigned int i = 0; i < world.n_players; i++) {
		const struct player *p = &world.players[i];
		const struct shim_cpu *c = p->cpu;

		fprintf(stderr, "# CPU %u: %lu operations, %s", i, p->ops, p->doing);
		if (c)
			fprintf(stderr, "; irqs_off %u hardirq %u nmi %u busy %u rcu %u trace %u%s%s",
				c->irqs_off, c->hardirq, c->nmi, c->busy, c->rcu.nesting,
				c->trace.nesting, c->irq_list ? ", irq_works queued" : "",
				p->in_schedule ? ", schedules" : p->in_delete ? ", deletes" : "");
		fputc('\n', stderr);
	}
}

void fail(const char *fmt, ...)
{
	static bool failing;
	va_list ap;

	/* The first one speaks; no interrupt comes in between. */
	shim_busy_begin();
	while (__atomic_exchange_n(&failing, true, __ATOMIC_ACQ_REL))
		pause();
	fprintf(stderr, "FAIL %s: ", world.impl ? world.impl->name : "");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	if (shim_this_cpu)
		fprintf(stderr, " (CPU %u, seed %lu)", shim_this_cpu->id, world.opt->seed);
	fputc('\n', stderr);
	print_players();
	fflush(NULL);
	_exit(1);
}

u64 total(enum count c)
{
	u64 n = 0;

	for (unsigned int i = 0; i < world.n_players; i++)
		n += load(&world.players[i].count[c]);
	return n;
}

static u64 lost(void)
{
	return world.impl->lost() - world.lost0;
}

static u64 cancelled(void)
{
	return world.impl->cancelled() - world.cancelled0;
}

/* Each term is counted where it happens: none is a difference of the others. */
static bool nothing_in_flight(void)
{
	return total(C_ACCEPTED) == total(C_COMPLETED) + cancelled() + lost();
}

/* Rounds in which a thread does all that waits for it: enough for what depends on another, too. */
#define ENOUGH 200

static u64 rounds_began[MAX_PLAYERS];

static void rounds_begin(void)
{
	for (unsigned int i = 0; i < world.n_players; i++)
		rounds_began[i] = load(&world.players[i].rounds);
}

bool threads_are_done(void)
{
	for (unsigned int i = 0; i < world.opt->threads; i++)
		if (load(&world.players[i].rounds) - rounds_began[i] < ENOUGH)
			return nothing_in_flight();
	return true;
}

/* But the main one, who asks. In the phase of leaving threads end without a word. */
static bool all_know(void)
{
	for (unsigned int i = 0; i + 1 < world.n_players; i++)
		if (load(&world.players[i].seen) != world.phase)
			return false;
	return true;
}

void set_phase(enum phase to)
{
	u32 last = world.phase;

	__atomic_store_n(&world.phase, ((last | PHASE_MASK) + 1) | to, __ATOMIC_SEQ_CST);
	if (to < PHASE_LEAVE)
		watch(all_know, 60, "last operation of each thread");
	rounds_begin();
}

static bool nothing_lives(void)
{
	struct shim_live now = {
		.contexts = load(&shim_live.contexts),
		.tasks = load(&shim_live.tasks),
		.progs = load(&shim_live.progs),
		.maps = load(&shim_live.maps),
	};

	/* But the tasks of the two that are still there. */
	return !now.contexts && now.tasks == 2 * TASKS && !now.progs && !now.maps;
}

bool gp_is_done(void)
{
	unsigned int gp = world.opt->threads;

	return nothing_lives() || load(&world.players[gp].rounds) - rounds_began[gp] > ENOUGH;
}

/* With nothing under way. */
void check_laws(void)
{
	u64 failed = shim_bpf_mem.failed + shim_kmalloc.failed - world.failed0;

	if (!nothing_in_flight())
		fail("accepted %lu != completed %lu + cancelled %lu + lost %lu", total(C_ACCEPTED),
		     total(C_COMPLETED), cancelled(), lost());
	if (total(C_ENOMEM) != failed)
		fail("%lu allocations failed, %lu calls returned -ENOMEM", failed, total(C_ENOMEM));
}

void check_none_missed(void)
{
	if (total(C_LEFT))
		fail("%lu contexts left in maps that had lost their last user", total(C_LEFT));
}

void check_nothing_left(void)
{
	check_none_missed();
	if (shim_live.contexts || shim_live.tasks || shim_live.progs || shim_live.maps)
		fail("left: %ld contexts, %ld tasks, %ld programs, %ld maps", shim_live.contexts,
		     shim_live.tasks, shim_live.progs, shim_live.maps);
}

/* ---- watchdog ---- */

static u64 progress(const struct player *p)
{
	return load(&p->ops) + load(&p->rounds);
}

void watch(bool (*done)(void), double limit, const char *what)
{
	const struct timespec tick = { .tv_nsec = 5000000 };
	double start = now(), moved[MAX_PLAYERS];
	u64 last[MAX_PLAYERS];

	for (unsigned int i = 0; i < world.n_players; i++) {
		moved[i] = start;
		last[i] = 0;
	}
	while (!done()) {
		nanosleep(&tick, NULL);
		/* The last one is who watches. */
		for (unsigned int i = 0; i + 1 < world.n_players; i++) {
			u64 seen = progress(&world.players[i]);

			if (seen != last[i])
				moved[i] = now();
			else if (now() - moved[i] > world.opt->still)
				fail("CPU %u stands still", i);
			last[i] = seen;
		}
		if (now() - start > limit)
			fail("%s: not after %.0f s", what, limit);
	}
}

/* ---- the end of a run ---- */

static void runs_on(struct player *me, struct element *el, struct task_struct *task)
{
	struct rng r = { el->idx };
	u64 before = load(&el->ran);
	double start = now();

	rcu_read_lock();
	if (!schedule(&r, el, task))
		fail("element %u is wedged: not accepted, although nothing is in flight", el->idx);
	rcu_read_unlock();
	while (load(&el->ran) == before) {
		me->doing = "waits for a callback";
		shim_return_to_user();
		sched_yield();
		if (now() - start > world.opt->still)
			fail("element %u is wedged: accepted, and the callback does not come", el->idx);
	}
	/* The last participant can be another CPU's handler, which is about to set STANDBY. */
	while (world.impl->state(&el->v->tw) != TW_STANDBY)
		if (now() - start > world.opt->still)
			fail("element %u is wedged: ran, and is not ready again", el->idx);
}

void check_not_wedged(struct player *me)
{
	for (unsigned int i = 0; i < MAPS; i++)
		for (unsigned int n = 0; n < world.maps[i]->n; n++) {
			struct element *el = &world.maps[i]->el[n];

			if (load(&el->life) != LIFE_LIVE)
				continue;
			runs_on(me, el, current);
			if (load(&el->life) == LIFE_LIVE)
				runs_on(me, el, world.players[n % world.opt->threads].tasks[0]);
		}
}

static void print_number(const char *name, u64 n, int *column)
{
	if (*column > 80) {
		putchar('\n');
		*column = 0;
	}
	*column += printf("%s%s %lu", *column ? ", " : "  ", name, n);
}

void print_counts(double seconds)
{
	u64 n_ops = 0, works = 0, cancels = 0, by_op[N_OPS] = { 0 }, seen;
	int column = 0;

	for (unsigned int i = 0; i < world.n_players; i++) {
		const struct player *p = &world.players[i];

		works += p->cpu->task_works - p->task_works0;
		cancels += p->cpu->cancels - p->cancels0;
		for (enum op_id op = 0; op < N_OPS; op++) {
			by_op[op] += p->op_count[op];
			n_ops += p->op_count[op];
		}
	}
	printf("  operations %lu, %.0f per second:\n", n_ops, n_ops / seconds);
	for (enum op_id op = 0; op < N_OPS; op++)
		print_number(ops[op].name, by_op[op], &column);
	printf("\n  of these, and of what they caused:\n");
	column = 0;
	for (enum count c = 0; c < N_COUNTS; c++)
		print_number(count_names[c], total(c), &column);
	print_number("lost", lost(), &column);
	print_number("cancelled", cancelled(), &column);
	/* Works that task_work_run() ran, and whose callback was not. */
	seen = works - total(C_COMPLETED);
	print_number("of-these-freed-seen-by-callback", seen, &column);
	print_number("taken-off-the-list", cancels, &column);
	print_number("before-the-add", cancelled() - seen - cancels, &column);
	putchar('\n');
}
