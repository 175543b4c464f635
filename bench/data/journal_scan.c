// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hist_text.h"
#include "journal.h"
#include "journal_lines.h"

/* To find a sample that is there twice: a copied line would count one measurement as two. 128 bits:
 * two lines that differ do not have the same by accident. */
struct fingerprint {
	uint64_t hash[2];
	size_t index; /* among the samples */
};

struct scanner {
	struct journal_scan *scan;
	const char *path;
	struct fingerprint *prints; /* one per sample */
	size_t cap_prints;
	char *text; /* a line without its histograms */
	size_t cap_text;
	int line_no;
	bool header, footer;
	char *why;
	size_t why_size;
};

/* ---- saying what is wrong ---- */

/* Puts "path:line: " before what is in why, and returns err. */
static int at_line(const struct scanner *p, int err)
{
	char text[256];

	snprintf(text, sizeof(text), "%s", p->why_size ? p->why : "");
	snprintf(p->why, p->why_size, "%s:%d: %s", p->path, p->line_no, text);
	return err;
}

static int say_line(const struct scanner *p, int err, const char *text)
{
	snprintf(p->why, p->why_size, "%s", text);
	return at_line(p, err);
}

static int say(const struct scanner *p, int err, const char *text)
{
	snprintf(p->why, p->why_size, "%s: %s", p->path, text);
	return err;
}

/* ---- samples that are there twice ---- */

static uint64_t mix(uint64_t h, uint64_t word, uint64_t factor)
{
	h = (h ^ word) * factor;
	return h ^ h >> 32;
}

static struct fingerprint fingerprint_of(const char *s, size_t len)
{
	struct fingerprint f = { .hash = { len, ~len } };
	uint64_t word;

	for (; len; s += sizeof(word), len -= len < sizeof(word) ? len : sizeof(word)) {
		word = 0;
		memcpy(&word, s, len < sizeof(word) ? len : sizeof(word));
		f.hash[0] = mix(f.hash[0], word, 0x9e3779b97f4a7c15ULL);
		f.hash[1] = mix(f.hash[1], word, 0xd6e8feb86659fd93ULL);
	}
	return f;
}

static int add_print(struct scanner *p, const char *text, size_t len)
{
	size_t n = p->scan->samples;

	if (n == p->cap_prints) {
		size_t cap = n ? n * 2 : 256;
		struct fingerprint *grown = realloc(p->prints, cap * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		p->prints = grown;
		p->cap_prints = cap;
	}
	p->prints[n] = fingerprint_of(text, len);
	p->prints[n].index = n;
	p->scan->samples++;
	return 0;
}

static int by_hash(const void *a, const void *b)
{
	const struct fingerprint *x = a, *y = b;
	int d = memcmp(x->hash, y->hash, sizeof(x->hash));

	return d ? d : (x->index > y->index) - (x->index < y->index);
}

static int check_repeats(const struct scanner *p)
{
	const struct fingerprint *f = p->prints;
	char text[80];

	if (p->scan->samples)
		qsort(p->prints, p->scan->samples, sizeof(*f), by_hash);
	for (size_t i = 1; i < p->scan->samples; i++) {
		if (memcmp(f[i].hash, f[i - 1].hash, sizeof(f->hash)))
			continue;
		snprintf(text, sizeof(text), "samples %zu and %zu are the same line",
			 f[i - 1].index + 1, f[i].index + 1);
		return say(p, -EBADMSG, text);
	}
	return 0;
}

/* ---- lines ---- */

static int grow_text(struct scanner *p, size_t len)
{
	char *grown;

	if (len < p->cap_text)
		return 0;
	grown = realloc(p->text, 2 * len + 1);
	if (!grown)
		return -ENOMEM;
	p->text = grown;
	p->cap_text = 2 * len + 1;
	return 0;
}

/* A line that passed, or NULL with the reason in p->why and in *err. */
static json_t *checked(struct scanner *p, const char *text, size_t len, int *err)
{
	json_t *line = journal_parse_line(text, len, p->why, p->why_size);

	*err = line ? journal_check_line(line, p->line_no, p->why, p->why_size) : -EBADMSG;
	if (!*err)
		return line;
	json_decref(line);
	return NULL;
}

static json_t *parse(struct scanner *p, const char *text, size_t len, int *err)
{
	json_t *line = NULL;
	size_t cut;

	*err = p->scan->no_hist ? grow_text(p, len) : 0;
	if (*err) {
		snprintf(p->why, p->why_size, "%s", strerror(-*err));
		return NULL;
	}
	if (p->scan->no_hist && hist_text_cut(text, len, p->text, &cut))
		line = checked(p, p->text, cut, err);
	return line ? line : checked(p, text, len, err);
}

/* What only the lines before can tell. */
static int count_line(struct scanner *p, const json_t *line, const char *text, size_t len)
{
	const char *kind = json_string_value(json_object_get(line, "kind"));
	struct journal_scan *s = p->scan;

	if (!strcmp(kind, "sample"))
		return add_print(p, text, len);
	if (!strcmp(kind, "footer"))
		p->footer = true;
	else if (!strcmp(kind, "header"))
		p->header = true;
	else if (!strcmp(kind, "skip"))
		s->skips++;
	else if (!strcmp(kind, "error"))
		s->errors++;
	return p->footer ? journal_check_footer(line, s->samples, s->skips, s->errors, p->why,
						p->why_size)
			 : 0;
}

static int scan_line(struct scanner *p, const char *text, size_t len)
{
	json_t *line;
	int err;

	p->line_no++;
	if (p->footer)
		return say_line(p, -EBADMSG, "a line after the footer");
	line = parse(p, text, len, &err);
	if (!line)
		return at_line(p, err);
	err = count_line(p, line, text, len);
	if (err == -ENOMEM)
		say_line(p, err, strerror(-err));
	else if (err)
		at_line(p, err);
	if (!err) {
		err = p->scan->line(p->scan->arg, line);
		if (err)
			say_line(p, err, strerror(-err));
	}
	json_decref(line);
	return err;
}

/* What is left after the last newline decides between torn, unfinished and whole. */
static int finish(struct scanner *p, const struct line_reader *r)
{
	bool torn = r->end > r->start;

	if (!p->header)
		return say(p, -ENODATA, torn ? "no whole line in it" : "empty");
	if (torn && p->footer) {
		p->line_no++;
		return say_line(p, -EBADMSG, "bytes after the footer");
	}
	p->scan->whole = r->whole;
	p->scan->state = torn ? JOURNAL_TORN : p->footer ? JOURNAL_COMPLETE : JOURNAL_NO_FOOTER;
	return check_repeats(p);
}

static int scan_all(struct scanner *p, struct line_reader *r)
{
	const char *line = NULL;
	size_t len = 0;
	int err;

	while ((err = line_reader_next(r, &line, &len)) == 1) {
		err = scan_line(p, line, len);
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

int journal_scan_fd(int fd, const char *path, struct journal_scan *s, char *why, size_t why_size)
{
	struct scanner p = { .scan = s, .path = path, .why = why, .why_size = why_size };
	struct line_reader r;
	int err = line_reader_init(&r, fd);

	s->samples = s->skips = s->errors = 0;
	r.see = s->see;
	r.arg = s->arg;
	err = err ? say(&p, err, strerror(-err)) : scan_all(&p, &r);
	line_reader_fini(&r);
	free(p.prints);
	free(p.text);
	return err;
}

int journal_scan(const char *path, struct journal_scan *s, char *why, size_t why_size)
{
	int fd, err;

	if (!strcmp(path, "-"))
		return journal_scan_fd(STDIN_FILENO, "standard input", s, why, why_size);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		err = -errno;
		snprintf(why, why_size, "%s: %s", path, strerror(-err));
		return err;
	}
	err = journal_scan_fd(fd, path, s, why, why_size);
	close(fd);
	return err;
}
