/* SPDX-License-Identifier: GPL-2.0 */
/* A case's world, for the program's main(). */
#ifndef TW_TEST_WORLD_H
#define TW_TEST_WORLD_H

#include "tw_test.h"

struct variant {
	const struct tw_impl *impl;
	const struct tw_alloc_ops *ops;
};

void world_begin(const struct variant *variant, bool real_irqs);
/* Takes everything down, and fails if any reference or memory is left. */
void world_end(void);
/* After a case that failed half-way: the CPUs can be entered again. What lived then leaks. */
void world_abandon(void);

#endif
