/* SPDX-License-Identifier: GPL-2.0 */
/* What the parts of the driver `ctx` share. All of it is the first worker's while that works, and the
 * main thread's before and after. */
#ifndef TW_CTX_H
#define TW_CTX_H

#include "bench.h"
#include "bpf_family.h"
#include "inner_map.h"
#include "slab.h"

#define MAX_BATCHES 20000
/* Of every series at least, in the window or right after it: enough for an interval of its median. */
#define MIN_BATCHES 16
#define MIN_CLOSES 6 /* a batch each, of all elements */

enum { RELEASE_DELETE, RELEASE_UPDATE, RELEASE_EVICT, RELEASE_CLOSE };

struct series {
	unsigned int n;
	double ns[MAX_BATCHES]; /* mean per operation, by batch */
};

struct memory {
	char cache[48];
	uint64_t object_bytes, contexts, second_half;
	/* Objects in use: nothing armed, half, all armed, some time after their release, after
	 * reclaim; and after the window: all armed, after reclaim. */
	uint64_t before, half, armed, kept, base, end_armed, end;
	uint64_t noise; /* range of the readings of base */
	uint64_t reclaim_ns;
	bool reclaimed, ended;
};

struct ctx {
	struct bpf_family family;
	struct inner_map inner;
	struct bpf_program *prog;
	bool open, pending, memory;
	int map_fd, release;
	uint32_t map_id;
	uint32_t n, base;
	uint32_t span; /* elements of a pass */
	/* release=evict: whether the insertions under way are kept. Of those that were: how many,
	 * armed elements before them, and of those gone after. */
	bool keeps_insertions;
	uint64_t inserted, armed_before, evicted;
	uint64_t map_bytes;
	struct series series[TW_CTX_HISTS];
	struct tw_hist closes[TW_CTX_HISTS];
	struct memory mem;
};

/* A step whose times are recorded, and one whose are not. */
#define STEP(op, hist) ((struct tw_ctx_step){ TW_CTX_##op, TW_H_##hist })
#define QUIET(op) ((struct tw_ctx_step){ TW_CTX_##op, TW_CTX_HISTS })

/* ---- passes.c; where a count is returned, it may be -errno ---- */

/* Creates the map under test, puts it in its place, has the runner hold it. 0 or inv_fail(). */
int ctx_new_map(struct invocation *inv, struct ctx *c);

/* One pass over n keys in batches; the number of operations that succeeded (of the last step). */
int64_t ctx_pass(struct worker *w, struct ctx *c, struct tw_ctx_step first,
		 struct tw_ctx_step second, uint32_t key, uint32_t n);

/* The same over the span, with one step. */
int64_t ctx_simple(struct worker *w, struct ctx *c, struct tw_ctx_step step);

/* N elements without a context. Insertions into a full LRU map take the keys on. */
int64_t ctx_populate(struct worker *w, struct ctx *c);

/* Takes the contexts of `present` elements away, in the way of this point; how many were there. */
int64_t ctx_release(struct worker *w, struct ctx *c, int hist, uint64_t present);

/* From populated to released: never armed (the control); armed; with the works still pending. */
int64_t ctx_idle_pass(struct worker *w, struct ctx *c);
int64_t ctx_standby_pass(struct worker *w, struct ctx *c);
int64_t ctx_pending_pass(struct worker *w, struct ctx *c);

/* Whether every series of this point has its least number of batches. */
bool ctx_has_enough(const struct ctx *c);

/* After the worker was joined. */
void ctx_set_costs(struct invocation *inv, struct ctx *c);
int ctx_set_hists(struct invocation *inv, struct ctx *c); /* 0 or inv_fail() */

/* ---- memory.c; likewise ---- */

/* Before the window: what an armed element takes, how it comes back. After it: what has changed. */
int64_t ctx_memory_before(struct worker *w, struct ctx *c);
int64_t ctx_memory_after(struct worker *w, struct ctx *c);
void ctx_set_memory(struct invocation *inv, const struct ctx *c);

#endif
