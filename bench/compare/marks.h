/* SPDX-License-Identifier: GPL-2.0 */
/* Whether samples of two sides are the same ones. */
#ifndef TW_MARKS_H
#define TW_MARKS_H

#include "side.h"

/* A sample of a is in b; twins: or is twice in one of them. 1, 0 or -ENOMEM. */
int sides_share(const struct side *a, const struct side *b, bool twins);

/* The same journals, so that they differ in what was selected. */
bool sides_are_parts(const struct side *a, const struct side *b);

#endif
