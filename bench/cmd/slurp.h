/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TW_SLURP_H
#define TW_SLURP_H

#include <stddef.h>
#include <stdio.h>

/* All that is left of in, new, with a zero byte behind it. 0 or -errno, then without text: -EFBIG if
 * it is more than max bytes. */
int slurp(FILE *in, size_t max, char **text, size_t *size);

/* The same of a file. */
int slurp_file(const char *path, size_t max, char **text, size_t *size);

#endif
