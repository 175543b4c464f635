/* SPDX-License-Identifier: GPL-2.0 */
/* Which benches, and which implementations of the kfuncs, a request means. */
#ifndef TW_CHOSEN_H
#define TW_CHOSEN_H

#include "plan.h"

/* The i-th implementation that b can measure, NULL after the last one. */
const char *bench_impl(const struct bench *b, unsigned int i);

/* Whether some bench can measure it. */
bool impl_exists(const char *name);
/* All that are: "stock direct posted". */
void impls_describe(char *buf, size_t size);

bool bench_is_chosen(const struct plan_request *r, const struct bench *b);
/* For a chosen bench, one of its own. */
bool impl_is_chosen(const struct plan_request *r, const char *impl);

/* 0, or -EINVAL with why: a chosen bench without an implementation, or the other way round. */
int check_chosen(const struct plan_request *r, char *why, size_t size);

#endif
