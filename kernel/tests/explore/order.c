// SPDX-License-Identifier: GPL-2.0
/*
 * The partial order of events, as a hash. Places are words of 8 bytes: two fields in one word count as
 * one, which only makes more orders differ than need to.
 */
#include "engine.h"

struct place {
	u64 key; /* address / 8 */
	u64 execution; /* the entry is of this one, else empty */
	u64 write, reads; /* hashes of the last write, of the reads since */
};

#define PLACES 4096 /* a power of 2 */
#define MAX_TOUCHED 512

static struct place places[PLACES];
static u64 execution, total, now, cpu_last[EX_CPUS];
static unsigned int now_cpu, n_touched;
static bool active;
static struct {
	struct place *place;
	bool write;
} touched[MAX_TOUCHED];

/* Not symmetric: an event that writes a place and then reads it leaves equal hashes there. */
static u64 mix(u64 a, u64 b)
{
	a = (a ^ a >> 31) * 0x9e3779b97f4a7c15 + b;
	a = (a ^ a >> 32) * 0xd6e8feb86659fd93;
	return a ^ a >> 29;
}

void order_reset(void)
{
	execution++;
	total = 0;
	active = false;
	memset(cpu_last, 0, sizeof(cpu_last));
}

void order_begin(unsigned int cpu, unsigned int actor)
{
	now_cpu = cpu;
	now = mix(cpu_last[cpu] + cpu, actor + 1);
	n_touched = 0;
	active = true;
}

static struct place *place_of(u64 key)
{
	struct place *p;

	for (u64 i = key * 0x9e3779b97f4a7c15 >> 52;; i++) {
		p = &places[i % PLACES];
		if (p->execution != execution) {
			*p = (struct place){ .key = key, .execution = execution };
			return p;
		}
		if (p->key == key)
			return p;
	}
}

/* Counters that everybody adds to and nobody decides by. */
static bool commutes(const void *p)
{
	const uintptr_t a = (uintptr_t)p;

	return a - (uintptr_t)&shim_live < sizeof(shim_live) ||
	       a - (uintptr_t)&shim_bpf_mem < sizeof(shim_bpf_mem) ||
	       a - (uintptr_t)&shim_kmalloc < sizeof(shim_kmalloc);
}

void order_access(const void *p, unsigned int size, bool write)
{
	struct place *place;

	if (!active || co_on_stack(p) || commutes(p))
		return;
	for (u64 key = (uintptr_t)p / 8; key <= ((uintptr_t)p + size - 1) / 8; key++) {
		place = place_of(key);
		now = mix(now, place->write);
		if (write)
			now = mix(now, place->reads + 1);
		if (n_touched == MAX_TOUCHED)
			shim_bug("explore: an event touches more than %d places", MAX_TOUCHED);
		touched[n_touched].place = place;
		touched[n_touched++].write = write;
	}
}

void order_end(void)
{
	struct place *p;

	if (!active)
		return;
	for (unsigned int i = 0; i < n_touched; i++) {
		p = touched[i].place;
		if (touched[i].write) {
			p->write = now;
			p->reads = 0;
		} else {
			p->reads += now;
		}
	}
	cpu_last[now_cpu] = now;
	total += now;
	active = false;
}

u64 order_hash(void)
{
	return total;
}
