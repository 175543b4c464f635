/* SPDX-License-Identifier: GPL-2.0 */
/* A set of hashes, each with a small number. One that is full takes no more, which the search survives:
 * it then repeats work. */
#ifndef EXPLORE_SET_H
#define EXPLORE_SET_H

#include <linux/types.h>

struct set {
	u64 *slots; /* 60 bits of the hash, 4 of the number + 1; 0: empty */
	size_t size, used; /* size: a power of 2 */
};

#define SET_MAX_NUMBER 14

void set_clear(struct set *set);
/* True if the hash is there with at most this number; otherwise it is from now on. */
bool set_test_and_lower(struct set *set, u64 hash, unsigned int number);

#endif
