/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Everything that BPF programs and user space both see: histogram layout and index, counters,
 * knobs and map element. One definition, compiled twice; nothing is "kept equal" by hand.
 *
 * Include after the fixed-width types of the side at hand: <linux/types.h> in both.
 */
#ifndef TW_SHARED_H
#define TW_SHARED_H

#include <linux/types.h>

/* CPUs with an id at or above this are refused by the option parser. */
#define TW_MAX_CPUS 1024

/*
 * Log-linear histogram.
 *
 * In short: values 0 .. 2^34 - 1 (17.2 s in ns); 2^TW_HIST_BITS linear bins per power of two, so a
 * bin's middle is at most 1 / 2^(TW_HIST_BITS + 1) = 0.39 % away from any value in it; 3,584 bins,
 * 28,672 bytes, which fits the 32 KiB limit of a per-CPU map value (8 bits would not).
 *
 * A value below 128 is its own bin. Above, with m the position of its highest set bit, the bin keeps
 * that bit and the 7 below it: group m - 6, offset (v >> (m - 7)) - 128.
 *
 *     value          group  width  bins
 *     0 .. 127           0      1     0 ..  127
 *     128 .. 255         1      1   128 ..  255
 *     256 .. 511         2      2   256 ..  383
 *     2^33 .. 2^34-1    27   2^26  3456 .. 3583
 */
#define TW_HIST_BITS 7
#define TW_HIST_LOG2_MAX 34
#define TW_HIST_GROUP (1U << TW_HIST_BITS)
#define TW_HIST_BINS ((TW_HIST_LOG2_MAX - TW_HIST_BITS + 1U) << TW_HIST_BITS)

struct tw_hist {
	__u64 count; /* recorded values: bins + under + over; without negative */
	__u64 sum; /* exact, of the counted values */
	__u64 min; /* exact; valid if count > 0 */
	__u64 max; /* exact; valid if count > 0 */
	__u64 under; /* values of 0: below the resolution of the clock */
	__u64 over; /* values of 2^34 and above; never clamped into the top bin */
	__u64 negative; /* deltas below 0 (clock skew between CPUs): counted, not in the percentiles */
	__u64 bins[TW_HIST_BINS];
};

/* Position of the highest set bit of v > 0. Shifts only: clang 14's BPF back end breaks on clz. */
static inline __attribute__((always_inline)) __u32 tw_log2(__u64 v)
{
	__u32 n = 0;

	if (v >> 32) {
		v >>= 32;
		n += 32;
	}
	if (v >> 16) {
		v >>= 16;
		n += 16;
	}
	if (v >> 8) {
		v >>= 8;
		n += 8;
	}
	if (v >> 4) {
		v >>= 4;
		n += 4;
	}
	if (v >> 2) {
		v >>= 2;
		n += 2;
	}
	if (v >> 1)
		n += 1;
	return n;
}

/* Bin of v; TW_HIST_BINS or more for a v of 2^34 or more (the caller counts it as over). */
static inline __attribute__((always_inline)) __u32 tw_hist_index(__u64 v)
{
	__u32 m;

	if (v < TW_HIST_GROUP)
		return v;
	m = tw_log2(v);
	return ((m - TW_HIST_BITS + 1) << TW_HIST_BITS) + (__u32)(v >> (m - TW_HIST_BITS)) -
	       TW_HIST_GROUP;
}

/* Lowest value and number of values of a bin below TW_HIST_BINS. */
static inline __attribute__((always_inline)) __u64 tw_hist_low(__u32 bin)
{
	__u32 group = bin >> TW_HIST_BITS, off = bin & (TW_HIST_GROUP - 1);

	return group ? (__u64)(TW_HIST_GROUP + off) << (group - 1) : off;
}

static inline __attribute__((always_inline)) __u64 tw_hist_width(__u32 bin)
{
	__u32 group = bin >> TW_HIST_BITS;

	return group ? 1ULL << (group - 1) : 1;
}

/* Keeps the compiler from moving the bounds check away from the access that the verifier checks. */
#define tw_opaque(x) asm volatile("" : "+r"(x))

static inline __attribute__((always_inline)) void tw_hist_add(struct tw_hist *h, __s64 delta)
{
	__u64 v = delta, bin;

	if (delta < 0) {
		h->negative++;
		return;
	}
	if (!h->count || v < h->min)
		h->min = v;
	if (!h->count || v > h->max)
		h->max = v;
	h->count++;
	h->sum += v;
	if (!v) {
		h->under++;
		return;
	}
	bin = tw_hist_index(v);
	tw_opaque(bin);
	if (bin < TW_HIST_BINS)
		h->bins[bin]++;
	else
		h->over++;
}

/*
 * Counters of one CPU. Every event is counted once, in the phase of its *call* time stamp; the whole
 * life of an invocation is the sum of both phases.
 */
enum tw_phase { TW_OUTSIDE, TW_WINDOW, TW_PHASES };

/* errno values of a failed (not EBUSY) schedule call that are counted by name; the rest is OTHER. */
#define TW_FAILED_ERRNOS(X) X(EBADF) X(ENOMEM) X(EPERM) X(ESRCH) X(EINVAL) X(OTHER)
#define TW_FAILED_ENUM(e) TW_FAILED_##e,
enum tw_failed { TW_FAILED_ERRNOS(TW_FAILED_ENUM) TW_FAILED_NR };

struct tw_counts {
	__u64 delivered; /* trigger firings that reached the program */
	__u64 filtered; /* of these: current was not the worker */
	__u64 attempts; /* of these: called the kfunc */
	__u64 accepted; /* kfunc returned 0 */
	__u64 ebusy;
	__u64 failed[TW_FAILED_NR];
	__u64 completed; /* callback returned; written by the callback only */
	__u64 lost; /* a later call was accepted though the previous callback never ran */
	__u64 cancelled; /* its element was released while it was pending, and it never ran */
};

struct tw_counters {
	struct tw_counts phase[TW_PHASES];
};

/*
 * The measured part of a map element. One work is outstanding at most, so the n-th completion
 * belongs to the n-th acceptance: the scheduler fills stamp[accepted & 1] before the call and
 * advances `accepted` on success only; the callback reads stamp[completed & 1]. An EBUSY attempt in
 * between writes the *other* stamp. (Stamped after the call, a remote callback could come first;
 * stamped before it into one slot, the next EBUSY attempt would overwrite it.)
 */
struct tw_stamp {
	__u64 due; /* 0: the trigger's due instant is unknown */
	__u64 call;
	__u64 ret; /* for target self only: a remote callback may come before it is written */
};

struct tw_slot {
	__u64 accepted; /* written by the scheduling program only */
	__u64 completed; /* written by the callback; by the scheduler only past a lost work */
	struct tw_stamp stamp[2];
};

/*
 * A map element. The values of an array begin where the kernel's header ends (byte 312 on 6.18), so
 * no alignment of ours puts them on cache lines of their own. Instead 128 bytes (adjacent-line
 * prefetch fetches pairs) lie between what one CPU writes and the next CPU's element, wherever that
 * begins.
 */
struct tw_elem {
#ifdef __bpf__
	struct bpf_task_work tw; /* the kernel's; opaque, also to us */
#else
	__u64 tw;
#endif
	__u64 pad[8]; /* the kernel's accesses to tw do not touch the lines of the slot */
	struct tw_slot slot;
	__u64 gap[16];
};

/* A slot that lies apart from its element: of an element that several CPUs schedule, say, or of one
 * that is deleted. */
struct tw_slot_elem {
	struct tw_slot slot;
	__u64 released; /* the element went while the work was pending */
	__u64 gap[15];
};

/*
 * The `ctx` family: one run of its program does one thing to the elements first .. first + n - 1.
 * A run is short enough that the works it leaves behind, which all run at its return to user space,
 * make no list that is worth talking about.
 */
#define TW_CTX_BATCH 128
#define TW_CTX_ELEMS 4096 /* slots: key modulo this, so that many elements at most have a work */

enum tw_ctx_op {
	TW_CTX_UPDATE, /* insert, or replace */
	TW_CTX_DELETE,
	TW_CTX_TOUCH, /* look up: what scheduling does to an LRU map's order */
	TW_CTX_SCHEDULE,
	TW_CTX_REAP, /* count what a release cancelled; after a return to user space */
};

/* Histograms of the `ctx` family: keys of the per-CPU map `hists`. */
enum tw_ctx_hist { TW_H_FIRST_USE, TW_H_REUSE, TW_H_RELEASE, TW_H_RELEASE_IDLE, TW_CTX_HISTS };

struct tw_ctx_elem {
#ifdef __bpf__
	struct bpf_task_work tw;
#else
	__u64 tw;
#endif
	__u64 payload;
};

/* Argument of one run. */
struct tw_ctx_step {
	__u32 op; /* enum tw_ctx_op; TW_CTX_NONE: nothing */
	__u32 hist; /* enum tw_ctx_hist; TW_CTX_HISTS: not recorded */
};

#define TW_CTX_NONE 255

struct tw_ctx_run {
	/* Each step over all elements, one after the other: the second one meets works that are
	 * pending, because no callback runs before the return to user space. */
	struct tw_ctx_step step[2];
	__u32 first, n;
	/* Out, by step: operations that succeeded, and the sum of their times. */
	__u64 done[2], sum_ns[2];
};

/*
 * The task that a CPU's worker schedules on (family `targets`). `now` is written by user space, which
 * changes it only after the task before is gone for good: no callback of it can come any more.
 */
struct tw_target {
	__u64 now; /* thread id, and above bit 32 how many there were before */
	__u64 seen; /* `now` at the last firing; the program's */
	__u64 gap[16];
};

/* What runs per firing in the `nop` family. */
enum tw_nop { TW_NOP_EMPTY, TW_NOP_CLOCK, TW_NOP_RECORD, TW_NOP_VARIANTS };

/* Histograms of the `latency` family: keys of the per-CPU map `hists`. */
enum tw_latency_hist { TW_H_LATENCY, TW_H_DELIVERY, TW_H_CALL, TW_H_SERVICE, TW_LATENCY_HISTS };

/*
 * Instants of one work, in order, of the family `stages`. A stage ends at its instant and begins at the
 * one before that is observed; its histogram has the instant's key in the per-CPU map `hists`.
 */
enum tw_instant {
	TW_I_DUE, /* the generator meant to schedule; 0: unknown. No stage ends here */
	TW_I_CALL, /* the kfunc is called */
	TW_I_IRQ, /* irq_work handler entered */
	TW_I_ADD, /* task_work_add() returned */
	TW_I_EXIT, /* irq_work handler left */
	TW_I_RUN, /* callback entered */
	TW_I_DONE, /* callback about to return */
	TW_I_STANDBY, /* the element can be scheduled again */
	TW_INSTANTS
};

/* Further keys of `hists` in that family. */
enum tw_stages_hist { TW_SH_LATENCY = TW_INSTANTS, TW_SH_DELIVERY, TW_SH_SERVICE, TW_STAGES_HISTS };

/*
 * The work that is under way on a CPU, per-CPU map `marks`. Written by programs that run on that CPU
 * one inside the other, never side by side: the scheduling program, the irq_work's interrupt, and the
 * callback, in this order. The padding keeps what CPUs write apart, as in struct tw_elem.
 */
struct tw_marks {
	__u64 open; /* call made, callback not done */
	__u64 handlers; /* irq_work interrupts (or handlers) since the call */
	__u64 at[TW_INSTANTS]; /* ns; 0: not seen */
	__u64 unmatched[TW_PHASES]; /* works of which some observed instant was not seen just once */
	__u64 gap[16];
};

/*
 * An element of the family `contention`, close to its neighbours as a user's would be: with a word of
 * the user's that every callback writes. `padded` keeps elements on cache lines of their own.
 */
struct tw_packed_elem {
#ifdef __bpf__
	struct bpf_task_work tw;
#else
	__u64 tw;
#endif
	__u64 hits;
};

struct tw_padded_elem {
	struct tw_packed_elem elem;
	__u64 gap[30];
};

enum tw_layout { TW_LAYOUT_PADDED, TW_LAYOUT_PACKED };

/* Histograms of the `contention` family. */
enum tw_contention_hist {
	TW_CH_LATENCY,
	TW_CH_DELIVERY,
	TW_CH_CALL,
	TW_CH_SERVICE,
	TW_CH_BUSY, /* call to the last thing in the callback: how long others find the element taken */
	TW_CH_REJECT, /* the kfunc call, where it returned EBUSY */
	TW_CONTENTION_HISTS
};

enum tw_inject { TW_INJECT_NONE, TW_INJECT_BEFORE_CALL, TW_INJECT_AFTER_CALL, TW_INJECT_CALLBACK };
enum tw_mode { TW_MODE_SIGNAL, TW_MODE_RESUME };

/* Fixed at load time (section .rodata.cfg, frozen): the verifier removes what is not chosen. */
struct tw_config {
	__u32 mode; /* enum tw_mode */
	__u32 inject_at; /* enum tw_inject */
	__u32 observed; /* `stages`: bit per enum tw_instant */
	__u32 layout; /* `contention`: enum tw_layout */
	/*
	 * The workers' process. A worker that is gone frees its thread id at once, for any process of
	 * the machine, and the programs may outlive it; the process id is ours until it is reaped.
	 */
	__u32 tgid;
	/* The only tasks that may be scheduled on: worker's thread id by CPU, 0 = no worker there. */
	__u32 tid[TW_MAX_CPUS];
	/* `contention`: element that the worker of this CPU schedules */
	__u32 element[TW_MAX_CPUS];
};

/* Set while the programs run (section .data.knobs, mapped into user space). */
struct tw_knobs {
	__u64 window_start; /* ns, CLOCK_MONOTONIC; a call in [start, end) belongs to the window */
	__u64 window_end;
	__u64 inject_iters; /* iterations of the calibrated loop */
	__u64 variant; /* enum tw_nop */
};

/* Argument of a program that BPF_PROG_TEST_RUN runs (trigger prog-run). */
struct tw_run {
	__u64 due; /* ns, CLOCK_MONOTONIC */
};

/* Argument of the calibration program: ns of `iters` iterations of each kind of loop. */
struct tw_calib {
	__u64 iters;
	__u64 empty_ns; /* loop alone */
	__u64 clock_ns; /* loop with one clock read per iteration */
};

#endif
