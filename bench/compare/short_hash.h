/* SPDX-License-Identifier: GPL-2.0 */
/* The first 8 hexadecimal digits of a SHA-256. */
#ifndef TW_SHORT_HASH_H
#define TW_SHORT_HASH_H

#include <stddef.h>

#define SHORT_HASH_SIZE 9

void short_hash(char out[SHORT_HASH_SIZE], const char *text, size_t n);

#endif
