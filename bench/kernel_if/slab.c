// SPDX-License-Identifier: GPL-2.0
#include "slab.h"

#include <errno.h>
#include <string.h>

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
