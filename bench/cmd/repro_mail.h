/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TW_REPRO_MAIL_H
#define TW_REPRO_MAIL_H

#include "recipe_read.h"

/* The letter in a mail; "-": standard input. 0, or the exit code after one line on stderr. To be freed
 * by recipe_free() in any case. */
int repro_read_mail(const char *path, struct recipe *r);

#endif
