/* SPDX-License-Identifier: GPL-2.0 */
/* Samples into columns; for side.c alone. */
#ifndef TW_SIDE_POINT_H
#define TW_SIDE_POINT_H

#include "side.h"

/* Adds a line's metrics to its point, with what `about` says of it. 0 or -ENOMEM. */
int side_add_sample(struct side *s, json_t *line, const struct side_sample *about);
void side_free_point(struct side_point *p);

#endif
