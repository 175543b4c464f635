/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hist.h"
#include "journal.h"

/* ---- bytes to lines ---- */

struct reader {
	int fd;
	char *buf;
	size_t cap;
	size_t start, end; /* bytes not handed out yet: buf[start] .. buf[end - 1] */
	off_t whole; /* bytes handed out so far */
};

/* Makes room behind buf[end]: at least one byte, at most a line of the maximum length. */
static int make_room(struct reader *r)
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
static ssize_t fill(struct reader *r)
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
	r->end += n;
	return n;
}

/* The next line without its newline: 1, 0 at the end (what is left is torn), or -errno. */
static int next_line(struct reader *r, const char **line, size_t *len)
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

/* ---- lines to a journal ---- */

/* To find a sample that is there twice: a copied line would count one measurement as two. */
struct fingerprint {
	uint64_t hash;
	size_t index; /* in samples */
};

struct parser {
	struct journal *j;
	struct fingerprint *prints; /* one per sample */
	size_t n_prints, cap_prints;
	int line_no;
	char *why;
	size_t why_size;
};

/* FNV-1a */
static uint64_t hash_bytes(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325ULL;

	while (len--)
		h = (h ^ (unsigned char)*s++) * 0x100000001b3ULL;
	return h;
}

/* Puts "path:line: " before what is in why, and returns err. */
static int at_line(const struct parser *p, int err)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", p->why_size ? p->why : "");
	snprintf(p->why, p->why_size, "%s:%d: %s", p->j->path, p->line_no, text);
	return err;
}

static int say_line(const struct parser *p, int err, const char *text)
{
	snprintf(p->why, p->why_size, "%s", text);
	return at_line(p, err);
}

static int say(const struct parser *p, int err, const char *text)
{
	snprintf(p->why, p->why_size, "%s: %s", p->j->path, text);
	return err;
}

static int add_print(struct parser *p, const char *text, size_t len)
{
	if (p->n_prints == p->cap_prints) {
		size_t cap = p->cap_prints ? p->cap_prints * 2 : 256;
		struct fingerprint *grown = realloc(p->prints, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		p->prints = grown;
		p->cap_prints = cap;
	}
	p->prints[p->n_prints].hash = hash_bytes(text, len);
	p->prints[p->n_prints].index = p->n_prints;
	p->n_prints++;
	return 0;
}

static int add_sample(struct parser *p, json_t *line, const char *text, size_t len)
{
	int err = add_print(p, text, len);
	const char *name;
	json_t *hist;

	json_object_foreach(json_object_get(line, "hist"), name, hist)
		if (!err)
			err = hist_pack(hist);
	return err;
}

static json_t *array_of_kind(struct journal *j, const char *kind)
{
	if (!strcmp(kind, "sample"))
		return j->samples;
	if (!strcmp(kind, "skip"))
		return j->skips;
	return strcmp(kind, "error") ? NULL : j->errors;
}

/* Takes the reference of line, which was checked. */
static int add_line(struct journal *j, json_t *line)
{
	const char *kind = json_string_value(json_object_get(line, "kind"));
	json_t *array = array_of_kind(j, kind);

	if (json_array_append_new(j->lines, line) || (array && json_array_append(array, line)))
		return -ENOMEM;
	if (!strcmp(kind, "header"))
		j->header = line;
	if (!strcmp(kind, "footer"))
		j->footer = line;
	return 0;
}

static int check_footer_here(const struct parser *p, const json_t *footer)
{
	const struct journal *j = p->j;

	return journal_check_footer(footer, json_array_size(j->samples), json_array_size(j->skips),
				    json_array_size(j->errors), p->why, p->why_size);
}

static int parse_line(struct parser *p, const char *text, size_t len)
{
	struct journal *j = p->j;
	json_t *line;
	int err;

	p->line_no++;
	if (j->footer)
		return say_line(p, -EBADMSG, "a line after the footer");
	line = journal_parse_line(text, len, p->why, p->why_size);
	err = line ? journal_check_line(line, p->line_no, p->why, p->why_size) : -EBADMSG;
	if (!err && !strcmp(json_string_value(json_object_get(line, "kind")), "footer"))
		err = check_footer_here(p, line);
	if (err) {
		json_decref(line);
		return at_line(p, err);
	}
	err = add_line(j, line);
	if (!err && json_array_size(j->samples) > p->n_prints)
		err = add_sample(p, line, text, len);
	return err ? say_line(p, err, strerror(-err)) : 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct fingerprint *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

static int check_repeats(struct parser *p)
{
	const struct fingerprint *f = p->prints;
	char text[80];

	if (!p->n_prints)
		return 0;
	qsort(p->prints, p->n_prints, sizeof(*f), by_hash);
	for (size_t i = 1; i < p->n_prints; i++) {
		if (f[i].hash != f[i - 1].hash ||
		    !json_equal(json_array_get(p->j->samples, f[i].index),
				json_array_get(p->j->samples, f[i - 1].index)))
			continue;
		snprintf(text, sizeof(text), "samples %zu and %zu are the same line",
			 f[i - 1].index + 1, f[i].index + 1);
		return say(p, -EBADMSG, text);
	}
	return 0;
}

/* What is left after the last newline decides between torn, unfinished and whole. */
static int finish(struct parser *p, const struct reader *r)
{
	struct journal *j = p->j;
	bool torn = r->end > r->start;

	if (!j->header)
		return say(p, -ENODATA, torn ? "no whole line in it" : "empty");
	if (torn && j->footer) {
		p->line_no++;
		return say_line(p, -EBADMSG, "bytes after the footer");
	}
	j->whole = r->whole;
	j->state = torn ? JOURNAL_TORN : j->footer ? JOURNAL_COMPLETE : JOURNAL_NO_FOOTER;
	return check_repeats(p);
}

static int parse_all(struct parser *p, struct reader *r)
{
	const char *line = NULL;
	size_t len = 0;
	int err;

	while ((err = next_line(r, &line, &len)) == 1) {
		err = parse_line(p, line, len);
		if (err)
			return err;
	}
	if (err == -EMSGSIZE) {
		p->line_no++;
		return say_line(p, -EBADMSG, "longer than any line of a journal");
	}
	if (err)
		return say(p, err, strerror(-err));
	return finish(p, r);
}

static int init_journal(struct journal *j, const char *path)
{
	*j = (struct journal){
		.path = strdup(path),
		.samples = json_array(),
		.skips = json_array(),
		.errors = json_array(),
		.lines = json_array(),
	};
	return j->path && j->samples && j->skips && j->errors && j->lines ? 0 : -ENOMEM;
}

int journal_read_fd(int fd, const char *path, struct journal *j, char *why, size_t why_size)
{
	struct reader r = { .fd = fd, .cap = 1 << 16 };
	struct parser p = { .j = j, .why = why, .why_size = why_size };
	int err = init_journal(j, path);

	r.buf = malloc(r.cap);
	if (err || !r.buf) {
		err = -ENOMEM;
		snprintf(why, why_size, "%s: %s", path, strerror(ENOMEM));
	} else {
		err = parse_all(&p, &r);
	}
	free(p.prints);
	free(r.buf);
	if (err)
		journal_free(j);
	return err;
}

int journal_read(const char *path, struct journal *j, char *why, size_t why_size)
{
	int fd, err;

	if (!strcmp(path, "-"))
		return journal_read_fd(STDIN_FILENO, "standard input", j, why, why_size);
	*j = (struct journal){ 0 };
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		snprintf(why, why_size, "%s: %s", path, strerror(-err));
		return err;
	}
	err = journal_read_fd(fd, path, j, why, why_size);
	close(fd);
	return err;
}

void journal_free(struct journal *j)
{
	json_decref(j->samples);
	json_decref(j->skips);
	json_decref(j->errors);
	json_decref(j->lines);
	free(j->path);
	*j = (struct journal){ 0 };
}
