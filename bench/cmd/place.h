/* SPDX-License-Identifier: GPL-2.0 */
/* A file that appears under its name only when it is whole. */
#ifndef TW_PLACE_H
#define TW_PLACE_H

#include <limits.h>
#include <stdio.h>

struct placing {
	FILE *out; /* to be written to */
	char tmp[PATH_MAX];
};

/* Whether files can be made in dir; it is made if it does not exist. 0 or -errno. */
int place_check_dir(const char *dir);

/* 0 or -errno. */
int place_begin(struct placing *p, const char *dir);
/* path: in the same directory; err: why it shall not appear there after all. Returns it, 0, or
 * -errno of what could not be written. */
int place_end(struct placing *p, const char *path, int err);

#endif
