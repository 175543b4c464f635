/* SPDX-License-Identifier: GPL-2.0 */
/* Many tests at once. */
#ifndef TW_HOLM_H
#define TW_HOLM_H

#include <stddef.h>

/*
 * Holm (1979): adj[i] < alpha rejects row i such that any false rejection among the n has
 * probability below alpha, however the rows depend on each other. Each p in [0, 1]; adj may be p.
 * -EINVAL, -ENOMEM.
 */
int holm(const double *p, size_t n, double *adj);

#endif
