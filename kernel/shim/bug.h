/* SPDX-License-Identifier: GPL-2.0 */
/* Paths that must not be reached. */
#ifndef SHIM_BUG_H
#define SHIM_BUG_H

/* Says what, and aborts; the explorer catches it (shim_bug_hook). Never returns a plausible value. */
void shim_bug(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn, cold));

/* If set, called with the text instead of printing and aborting; must not return. */
extern void (*shim_bug_hook)(const char *text);

#endif
