/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of the histogram share; include after cmocka.h. */
#ifndef HIST_FIXTURE_H
#define HIST_FIXTURE_H

#include "hist.h"

/* xorshift64*: the same numbers on every machine */
static uint64_t rng_state;

static inline uint64_t rnd(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 0x2545F4914F6CDD1DULL;
}

static inline double rnd01(void)
{
	return ((rnd() >> 11) + 0.5) / (1ULL << 53);
}

/* A random number of a random magnitude below 2^bits. */
static inline uint64_t rnd_log(unsigned int bits)
{
	return rnd() >> (64 - 1 - rnd() % bits);
}

/* The test frees it with the teardown below. */
static inline struct tw_hist *new_hist(void **state)
{
	struct tw_hist *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	*state = h;
	return h;
}

static inline int free_state(void **state)
{
	free(*state);
	return 0;
}

#endif
