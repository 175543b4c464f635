/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TW_INSTANT_H
#define TW_INSTANT_H

/* Seconds since 1970 of a time as journals have it, 2024-01-31T12:00:00.5+01:00; NAN if it is
 * none. */
double instant_of(const char *text);

#endif
