// SPDX-License-Identifier: GPL-2.0
#include "slab.h"

#include <errno.h>
#include <string.h>
#include <time.h>

int slab_parse(FILE *f, struct slab_stats *s)
{
	char line[512];

	s->n = 0;
	while (fgets(line, sizeof(line), f) && s->n < SLAB_CACHES_MAX) {
		struct slab_cache *c = &s->cache[s->n];
		unsigned long long active, all, size;

		if (sscanf(line, "%47s %llu %llu %llu", c->name, &active, &all, &size) != 4)
			continue; /* the heading */
		c->active = active;
		c->size = size;
		s->n++;
	}
	return s->n ? 0 : -EPROTO;
}

int slab_read(struct slab_stats *s)
{
	FILE *f = fopen("/proc/slabinfo", "re");
	int err;

	if (!f)
		return errno == EACCES ? -EPERM : -errno;
	err = slab_parse(f, s);
	fclose(f);
	return err;
}

const struct slab_cache *slab_find(const struct slab_stats *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (!strcmp(s->cache[i].name, name))
			return &s->cache[i];
	return NULL;
}

/* BPF's allocators take what they hand out from the kmalloc caches, in every kernel so far. */
const struct slab_cache *slab_grown(const struct slab_stats *before, const struct slab_stats *after,
				    uint64_t n)
{
	const struct slab_cache *best = NULL;
	uint64_t best_off = 0;

	for (size_t i = 0; i < after->n; i++) {
		const struct slab_cache *c = &after->cache[i], *was = slab_find(before, c->name);
		uint64_t grown = was && c->active > was->active ? c->active - was->active : 0;
		uint64_t off = grown > n ? grown - n : n - grown;

		if (strncmp(c->name, "kmalloc-", 8) || off > n / 2 || grown < n - n / 4)
			continue;
		if (!best || off < best_off) {
			best = c;
			best_off = off;
		}
	}
	return best;
}

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

uint64_t slab_active(const char *name)
{
	struct slab_stats s;
	const struct slab_cache *c = slab_read(&s) ? NULL : slab_find(&s, name);

	return c ? c->active : 0;
}

int slab_wait_below(const char *name, uint64_t level, uint64_t timeout_ns, struct slab_wait *out)
{
	uint64_t start = now(), last = start;

	for (;;) {
		out->active = slab_active(name);
		out->took_ns = now() - start;
		out->step_ns = start + out->took_ns - last;
		last = start + out->took_ns;
		if (out->active <= level)
			return 0;
		if (out->took_ns > timeout_ns)
			return -ETIMEDOUT;
	}
}

void slab_range(const char *name, uint64_t ns, uint64_t *low, uint64_t *high)
{
	uint64_t end = now() + ns;

	*low = UINT64_MAX;
	*high = 0;
	do {
		uint64_t v = slab_active(name);

		*low = v < *low ? v : *low;
		*high = v > *high ? v : *high;
	} while (now() < end);
}
