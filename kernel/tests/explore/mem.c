// SPDX-License-Identifier: GPL-2.0
/* Memory that knows what is alive. Each CPU allocates from its own part. */
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"

#define PART 8192
#define GRAIN 64 /* bytes; between any two objects lies at least one grain of nobody */
#define MAX_OBJECTS 128
#define FRESH 0xa5
#define FREED 0x6b

struct object {
	char *start;
	size_t size;
	const char *name;
	bool freed;
	unsigned int step; /* of the free */
	const char *by;
};

static char arena[EX_CPUS][PART] __attribute__((aligned(GRAIN)));
static size_t used[EX_CPUS];
static u8 owner[EX_CPUS * PART / GRAIN]; /* object + 1 */
static struct object objects[MAX_OBJECTS];
static unsigned int n_objects;

void mem_reset(void)
{
	for (unsigned int c = 0; c < EX_CPUS; c++) {
		memset(owner + c * PART / GRAIN, 0, used[c] / GRAIN);
		used[c] = 0;
	}
	n_objects = 0;
}

static bool in_arena(const void *p)
{
	return (uintptr_t)p - (uintptr_t)arena < sizeof(arena);
}

static struct object *object_of(const void *p)
{
	unsigned int o;

	if (!in_arena(p))
		return NULL;
	o = owner[((const char *)p - arena[0]) / GRAIN];
	return o ? &objects[o - 1] : NULL;
}

void *shim_mem_alloc(size_t size)
{
	unsigned int c = shim_this_cpu->id;
	size_t grains = (size + GRAIN - 1) / GRAIN;
	char *p = arena[c] + used[c];

	if (used[c] + (grains + 1) * GRAIN > PART || n_objects == MAX_OBJECTS) {
		fprintf(stderr, "explore: the arena is too small for this scenario\n");
		abort();
	}
	objects[n_objects++] = (struct object){ .start = p, .size = size, .name = "ctx" };
	memset(owner + (p - arena[0]) / GRAIN, n_objects, grains);
	used[c] += (grains + 1) * GRAIN;
	/* To the end of its last grain, for mem_hash(). */
	return memset(p, FRESH, grains * GRAIN);
}

void shim_mem_free(void *p)
{
	struct object *o = object_of(p);
	char text[100];

	if (!o || o->start != p)
		bug("free of what was not allocated", "");
	if (o->freed) {
		snprintf(text, sizeof(text), "double free: %s", o->name);
		bug(text, mem_describe(p));
	}
	/* For those who conflict: every reader. */
	for (size_t i = 0; i < o->size; i += 8)
		order_access(o->start + i, 8, true);
	o->freed = true;
	o->step = ex_steps;
	o->by = running ? running->name : "teardown";
	memset(p, FREED, o->size);
}

void mem_name(const void *p, const char *name)
{
	object_of(p)->name = name;
}

const char *mem_kind(const void *p)
{
	const struct object *o = object_of(p);

	return o ? o->name : "";
}

const char *mem_describe(const void *p)
{
	static char text[2][64];
	static unsigned int n;
	const struct object *o = object_of(p);
	char *t = text[n++ % 2];

	if (o)
		snprintf(t, sizeof(text[0]), "%s@%u+%zu", o->name, (unsigned int)(o - objects),
			 (size_t)((const char *)p - o->start));
	else
		t[0] = 0;
	return t;
}

static void report_freed(const struct object *o, const void *p, const char *what)
{
	char text[200], detail[200];

	snprintf(text, sizeof(text), "%s: %s, by %s: %s",
		 strcmp(what, "free") ? "use after free" : "double free", o->name,
		 running ? running->name : "teardown", what);
	snprintf(detail, sizeof(detail), "%s, freed in step %u by %s", mem_describe(p), o->step,
		 o->by);
	bug(text, detail);
}

static void report_wild(const char *kind, const void *p, const char *what)
{
	char text[200];

	snprintf(text, sizeof(text), "%s, by %s: %s", kind, running ? running->name : "teardown",
		 what);
	bug(text, mem_describe(p));
}

static const char *plain_access(void)
{
	static char text[120];

	snprintf(text, sizeof(text), "access after \"%s\"",
		 running && running->text ? running->text : "");
	return text;
}

void mem_check(const void *p, unsigned int size, const char *what)
{
	const uintptr_t high = (uintptr_t)p >> 32;
	const struct object *o;

	if (likely(in_arena(p))) {
		o = object_of(p);
		if (likely(o && !o->freed && (const char *)p + size <= o->start + o->size))
			return;
		if (o && o->freed)
			report_freed(o, p, what ? what : plain_access());
		report_wild("access beyond an object", p, what ? what : plain_access());
	}
	if ((uintptr_t)p < 4096)
		report_wild("NULL pointer", p, what ? what : plain_access());
	/* The lower half may have the offset of a field added. */
	if (high == 0x01010101u * FREED || high == 0x01010101u * FRESH)
		report_wild("pointer from freed or fresh memory", p,
			    what ? what : plain_access());
}

const char *mem_leak(void)
{
	for (unsigned int i = 0; i < n_objects; i++)
		if (!objects[i].freed)
			return objects[i].name;
	return NULL;
}

/* Wherever the program was loaded. */
static u64 relative(u64 word)
{
	extern char __executable_start[], _end[];

	if (word - (uintptr_t)__executable_start < (uintptr_t)(_end - __executable_start))
		return word - (uintptr_t)__executable_start;
	return word;
}

u64 mem_hash(u64 hash)
{
	for (unsigned int c = 0; c < EX_CPUS; c++)
		for (size_t i = 0; i < used[c]; i += 8) {
			u64 word;

			/* Between objects lies what earlier executions have left. */
			if (!owner[(c * PART + i) / GRAIN])
				continue;
			memcpy(&word, arena[c] + i, 8);
			hash = (hash ^ relative(word)) * 0x9e3779b97f4a7c15;
			hash ^= hash >> 32;
		}
	return hash;
}
