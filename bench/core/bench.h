/* SPDX-License-Identifier: GPL-2.0 */
/*
 * THE interface: what a benchmark and a trigger are, and what the runner gives them.
 *
 * The runner owns processes, threads, pinning, phases, time, merging, signals and output. A driver
 * never prints, forks, pins, sleeps, parses or exits; it says why it failed with inv_fail() and
 * returns -errno.
 *
 * Life of an invocation (in a child process of its own):
 *
 *     needs -> options -> threads created and pinned -> setup -> barrier -> warm up until every
 *     worker has reported -> open window -> close window by time stamps -> keep the load up until
 *     every worker is done -> join -> collect -> teardown -> conservation check -> journal
 */
#ifndef TW_BENCH_H
#define TW_BENCH_H

#include <jansson.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "metric.h"
#include "pacer.h"
#include "tw_shared.h"

struct bpf_object;
struct bpf_program;
struct invocation;
struct worker;

/* Unmet needs make a SKIP with the reason; they are tried once per process (core/needs.c). */
enum {
	NEEDS_BPF = 1 << 0, /* load BPF programs, own thread ids visible to them */
	NEEDS_KFUNC = 1 << 1, /* bpf_task_work_schedule_*() in the running kernel */
	NEEDS_PERF_SW = 1 << 2, /* software clock events on a CPU */
	NEEDS_PERF_HW = 1 << 3, /* a PMU */
	NEEDS_TRACEFS = 1 << 4, /* syscall tracepoints */
	NEEDS_GUEST = 1 << 5, /* may panic the kernel: only in our own guest, no override */
};

/* ---- options ---- */

enum opt_type {
	OPT_U64,
	OPT_ENUM, /* one of choices[] */
	OPT_CPUS, /* a CPU list, or "first", or "all" */
	OPT_TRIGGER, /* the name of a trigger */
};

enum profile { PROFILE_SMOKE, PROFILE_QUICK, PROFILE_FULL, PROFILES };

/* One parameter of a bench. Help, parser, sweep, journal and tables loop over the rows. */
struct opt {
	const char *name; /* key in params and in --set BENCH.NAME=V[,V]; NULL ends the table */
	const char *help;
	/* Values by profile, blank-separated: the profile sweeps over them. One string in def[0] and
	 * NULL after it serves all profiles. */
	const char *def[PROFILES];
	/* Whether a profile tries its value of this row, in params, with those of the rows before it;
	 * NULL: always. Not asked for values of the command line. */
	bool (*swept)(const json_t *params, enum profile p);
	enum opt_type type;
	uint64_t min, max; /* OPT_U64, inclusive */
	const char *const *choices; /* OPT_ENUM, ends with NULL */
	/* Whether a value means anything with these other parameters; NULL: always. Where it does
	 * not, the plan drops the parameter (and points that became equal). */
	bool (*applies)(const json_t *params);
};

/* ---- benches ---- */

struct bench {
	const char *name; /* as typed: "latency" */
	const char *question; /* the question it answers, one line */
	const struct metric *metrics; /* ends with name == NULL */
	const struct table_desc *tables; /* what a report shows first; NULL: a row per metric */
	const struct side_by_side *side_by_side; /* how implementations compare; NULL: they do not */
	const struct opt *opts; /* its own parameters, ends with name == NULL */
	/* The i-th implementation of the kfuncs that it can measure, NULL after the last one. Without
	 * this function: "stock", the running kernel's own. */
	const char *(*impl_at)(unsigned int i);
	/* Whether a point means anything with this implementation; NULL: always. Where it does not, the
	 * plan drops the point. */
	bool (*impl_applies)(const json_t *params, const char *impl);
	/* A run that names no bench has it only where the kernel is of no use to the live ones. */
	bool stands_in;
	unsigned int needs; /* NEEDS_* for every point; those of the trigger come on top */
	/* Further needs of one point of the plan; NULL: none. */
	unsigned int (*needs_of)(const json_t *params);
	/* Whether the process's main thread exits before the invocation begins, and stays as a zombie;
	 * NULL: no. */
	bool (*leader_exits)(const json_t *params);
	/* Expected seconds of one invocation, beyond window and warm-up; NULL: the usual. */
	double (*extra_s)(const json_t *params);
	/* Load, allocate, attach. Workers exist, pinned and parked, their tids known. Required. */
	int (*setup)(struct invocation *inv);
	/* One pinned thread; calls worker_ready() once warm and returns soon after worker_stop().
	 * Required. Usually worker_drive(). */
	int (*work)(struct worker *w);
	/* The window lasts until this returns, instead of window_ns. NULL: usual. In the main thread,
	 * while the workers keep up the load. */
	int (*during)(struct invocation *inv);
	/* Called with the workers joined: read counters, set results. Required. */
	int (*collect)(struct invocation *inv);
	/* Always, once setup() was called and whether or not it succeeded. Required. */
	void (*teardown)(struct invocation *inv);
};

/* ---- triggers ---- */

struct trigger {
	const char *name; /* as typed: "perf-sw" */
	const char *help; /* one line */
	const char *context; /* where the kfunc is called: "task", "hardirq", "NMI" */
	const char *program; /* BPF program of the family's object that it runs */
	unsigned int needs;
	bool has_due; /* its due instants are known: latency_ns exists */
	uint64_t max_rate; /* per CPU and second; 0: no limit of its own */
	/* Attach prog. Descriptors are opened only after bpf_family_load() sealed those of maps. */
	int (*open)(struct invocation *inv, struct bpf_program *prog);
	/* One firing by the worker, due at `due` (ns). NULL: the kernel fires, see worker_drive(). */
	void (*fire)(struct worker *w, uint64_t due);
	/* Stop firing; the program does not run after it returned. NULL: workers stopped is enough.
	 * Also called after a setup() that failed, with whatever open() had made. */
	void (*quiet)(struct invocation *inv);
	/* Firings that the kernel withheld (throttle records), in total. NULL: it cannot. */
	uint64_t (*throttled)(struct invocation *inv);
	/* Detach and close what open() made, also after a failed open(). */
	void (*close)(struct invocation *inv);
};

extern const struct bench *const benches[]; /* generated from bench/drivers/, ends with NULL */
extern const struct trigger *const triggers[]; /* generated from bench/triggers/, likewise */

const struct bench *bench_by_name(const char *name);
const struct trigger *trigger_by_name(const char *name);

/* ---- what a driver works with ---- */

struct worker {
	struct invocation *inv;
	unsigned int index; /* 0 .. inv->n_workers - 1 */
	int cpu;
	pid_t tid;
	struct pacer pacer;
	uint64_t intended; /* due instants inside the window; written by the worker */
	uint64_t late; /* of these: called after the next due instant had come */
	uint64_t migrations; /* seen on another CPU than `cpu` */
	bool ready, done; /* set by the worker, atomically; see worker_ready(), worker_done() */
	bool ended; /* the thread is about to end, atomically; the runner's */
	int err; /* result of work() */
};

/* Two cohorts under the conservation laws: calls inside the window, and the whole life. */
enum cohort { COHORT_WINDOW, COHORT_LIFE, COHORTS };

struct counts {
	uint64_t intended, late; /* window only */
	uint64_t throttled; /* life only: the kernel does not say when */
	struct tw_counts bpf;
	uint64_t cancelled;
	uint64_t in_flight_at_end;
};

struct invocation {
	const struct bench *bench;
	const struct trigger *trigger; /* NULL if the bench has no trigger parameter */
	const json_t *params; /* of this point: use inv_u64(), inv_str() */
	const char *impl; /* the implementation to measure */
	uint64_t seed;
	uint64_t window_ns, warmup_ns; /* as asked for */
	/* CLOCK_MONOTONIC, ns; UINT64_MAX until the window opens. Workers read them atomically. */
	uint64_t window_start, window_end;
	struct worker *workers;
	unsigned int n_workers;
	/* Set by setup(): workers sleep until the next due instant instead of spinning, so that what
	 * they do not use of their CPUs is others'. Lateness of the wake-up is then part of latency. */
	bool workers_sleep;
	/* Set by setup(): load in every second slice of this length only, see slice_of(). 0: always. */
	uint64_t slice_ns;
	/* Set by setup(): targets come and go; a call that finds none is filtered, but was made. */
	bool targets_vanish;
	/* The programs' knobs, or NULL; the runner writes the window there. */
	struct tw_knobs *knobs;
	void *priv; /* the driver's */
	void *trigger_priv; /* the trigger's */
	bool has_counts; /* collect() filled counts: the laws are checked */
	struct counts counts[COHORTS];
	uint64_t recursion_misses;
	struct invocation_core *core; /* the runner's */
};

/* The value of a parameter; it exists and is in range (the options were checked before setup). */
uint64_t inv_u64(const struct invocation *inv, const char *name);
const char *inv_str(const struct invocation *inv, const char *name);

/* Says why, and returns err: "return inv_fail(inv, -ENOENT, "no program %s", name)". The reason
 * becomes an error line of the journal. The first call wins. */
int inv_fail(struct invocation *inv, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Like inv_fail(), for what this machine cannot do: a skip line. */
int inv_skip(struct invocation *inv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A warning that belongs to this sample; it should say what to do. */
void inv_warn(struct invocation *inv, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Results. Name must be a row of bench->metrics. */
void inv_gauge(struct invocation *inv, const char *name, double value);
void inv_hist(struct invocation *inv, const char *name, const struct tw_hist *h);

/* Where a number comes from, if it can come from several places: "slab statistics", say. what: a metric
 * or an instant. Part of the sample, and of the report. */
void inv_source(struct invocation *inv, const char *what, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Tells the parent which maps this child holds, so that it holds them too, and waits until it does
 * (KFUNC law: a killed child must not drop a map's last user while works are under way). */
int inv_publish_maps(struct invocation *inv, const uint32_t *ids, size_t n);

/*
 * Asks the parent to let go of published maps, and waits until it has: what the child closes then
 * is the last descriptor. Only when every work that was accepted on these maps has ended (accepted
 * == completed + cancelled + lost), no program runs or will run that schedules on them, and
 * quiesce_cpus() returned 0 after that: a child that is killed from here on drops their last user.
 * Names a map that the parent does not hold: fails, and it keeps them all.
 *
 * Both of these talk to the parent: in one thread at a time, and not after collect().
 */
int inv_unhold_maps(struct invocation *inv, const uint32_t *ids, size_t n);

/* ---- what work() calls ---- */

bool worker_stop(const struct worker *w); /* cheap; also true after a signal */
void worker_ready(struct worker *w); /* warm; idempotent */
void worker_done(struct worker *w); /* nothing of the window is left to do; idempotent */
/* Closes when the window does; UINT64_MAX before it is known. */
uint64_t worker_window_start(const struct worker *w);
uint64_t worker_window_end(const struct worker *w);

/* The usual work(): fires the trigger by schedule (or spins in user space while the kernel fires). */
int worker_drive(struct worker *w);

/* Slices of time, counted from boot; those with an odd number have load. */
static inline uint64_t slice_of(const struct invocation *inv, uint64_t t)
{
	return t / inv->slice_ns;
}

/* What a loop that waits by spinning does in between: it leaves a sibling thread of the core more. */
static inline void cpu_relax(void)
{
#if defined(__x86_64__)
	__builtin_ia32_pause();
#else
	__asm__ volatile("" ::: "memory");
#endif
}

/* CLOCK_MONOTONIC in ns: the clock of bpf_ktime_get_ns(). */
uint64_t now_ns(void);

#endif
