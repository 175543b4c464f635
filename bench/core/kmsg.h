/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel log, scanned after every invocation. */
#ifndef TW_KMSG_H
#define TW_KMSG_H

#include <stddef.h>

enum kmsg_verdict {
	KMSG_QUIET,
	KMSG_WARNED, /* a WARN or the like: the invocation is not trustworthy */
	KMSG_BROKEN, /* BUG, Oops, stall or lockup: the kernel is not trustworthy any more */
};

/* Opens the log at its end. The descriptor, or -errno. */
int kmsg_open(void);

/* Reads what has come since the last call; the worst verdict, with its first line in text. */
enum kmsg_verdict kmsg_scan(int fd, char *text, size_t size);

/* How one message is judged (for tests). */
enum kmsg_verdict kmsg_judge(const char *message);

#endif
