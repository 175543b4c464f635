/* SPDX-License-Identifier: GPL-2.0 */
/* The bytes of a journal, line by line. */
#ifndef TW_JOURNAL_LINES_H
#define TW_JOURNAL_LINES_H

#include <stddef.h>
#include <sys/types.h>

struct line_reader {
	int fd;
	char *buf;
	size_t cap;
	size_t start, end; /* bytes not handed out yet: buf[start] .. buf[end - 1] */
	off_t whole; /* bytes handed out so far */
	/* Sees all bytes of the file, in order; NULL: nobody does. */
	void (*see)(void *arg, const void *bytes, size_t n);
	void *arg;
};

/* 0 or -ENOMEM. The descriptor stays the caller's. */
int line_reader_init(struct line_reader *r, int fd);
void line_reader_fini(struct line_reader *r);

/*
 * The next line without its newline, valid until the next call: 1, 0 at the end (what is left is
 * torn), -EMSGSIZE if it is longer than JOURNAL_MAX_LINE, or -errno.
 */
int line_reader_next(struct line_reader *r, const char **line, size_t *len);

#endif
