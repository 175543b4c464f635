/* SPDX-License-Identifier: GPL-2.0 */
/* What an interrupted run has left to do, by its journal. */
#ifndef TW_RESUMED_H
#define TW_RESUMED_H

#include "journal.h"
#include "plan.h"

/* j may be NULL: nothing was done. */
bool resumed_skipped(const struct journal *j, const struct point *p);
/* Or skipped. */
bool resumed_measured(const struct journal *j, const struct point *p, unsigned int invocation);

#endif
