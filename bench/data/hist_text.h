/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms checked in the text of a journal's line, where nobody needs their bins. */
#ifndef TW_HIST_TEXT_H
#define TW_HIST_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Copies a line to out (room for len + 1 bytes), its first member "hist" emptied to {}, and sets
 * *out_len. True only if that member is an object of histograms that hist_from_json() would accept,
 * so that what is left decides whether the line is good: parsing it takes a fifth of the time.
 * False says nothing about the line: it is then parsed as a whole, by the code that can say what is
 * wrong.
 */
bool hist_text_cut(const char *line, size_t len, char *out, size_t *out_len);

#endif
