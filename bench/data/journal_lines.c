// SPDX-License-Identifier: GPL-2.0
#include "journal_lines.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "journal.h"

int line_reader_init(struct line_reader *r, int fd)
{
	*r = (struct line_reader){ .fd = fd, .cap = 1 << 16 };
	r->buf = malloc(r->cap);
	return r->buf ? 0 : -ENOMEM;
}

void line_reader_fini(struct line_reader *r)
{
	free(r->buf);
	r->buf = NULL;
}

/* Makes room behind buf[end]: at least one byte, at most a line of the maximum length. */
static int make_room(struct line_reader *r)
{
	size_t pending = r->end - r->start, cap = r->cap;
	char *buf;

	if (pending > JOURNAL_MAX_LINE)
		return -EMSGSIZE;
	memmove(r->buf, r->buf + r->start, pending);
	r->start = 0;
	r->end = pending;
	if (pending <= cap / 2)
		return 0;
	buf = realloc(r->buf, cap * 2);
	if (!buf)
		return -ENOMEM;
	r->buf = buf;
	r->cap = cap * 2;
	return 0;
}

/* More bytes: their number, 0 at the end, or -errno. */
static ssize_t fill(struct line_reader *r)
{
	ssize_t n;
	int err = make_room(r);

	if (err)
		return err;
	do {
		n = read(r->fd, r->buf + r->end, r->cap - r->end);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	if (n && r->see)
		r->see(r->arg, r->buf + r->end, n);
	r->end += n;
	return n;
}

int line_reader_next(struct line_reader *r, const char **line, size_t *len)
{
	size_t searched = 0;
	const char *newline;
	ssize_t n;

	for (;;) {
		newline = memchr(r->buf + r->start + searched, '\n', r->end - r->start - searched);
		if (newline)
			break;
		searched = r->end - r->start;
		n = fill(r);
		if (n <= 0)
			return n;
	}
	*line = r->buf + r->start;
	*len = newline - *line;
	if (*len >= JOURNAL_MAX_LINE)
		return -EMSGSIZE;
	r->start += *len + 1;
	r->whole += *len + 1;
	return 1;
}
