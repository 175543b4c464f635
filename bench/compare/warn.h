/* SPDX-License-Identifier: GPL-2.0 */
/* Parts of compare_warn(). All return 0 or -ENOMEM. */
#ifndef TW_WARN_H
#define TW_WARN_H

#include "compare.h"

int compare_add_warning(struct comparison *c, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One side before the other. */
int compare_warn_order(struct comparison *c);
/* Errors, warnings and arguments of the runs. */
int compare_warn_runs(struct comparison *c);

#endif
