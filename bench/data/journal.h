/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal: JSON Lines, schema "twbench/1", append only. A line is written whole, with one
 * write(2) and a flush to disk, so a kill loses at most the invocation in progress. The members of
 * a line: results/twbench-1.schema.json; what a schema cannot say: journal_check_line().
 */
#ifndef TW_JOURNAL_H
#define TW_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define JOURNAL_SCHEMA "twbench/1"

/* A longer line is damage; ten times a sample of eight full histograms. */
#define JOURNAL_MAX_LINE (16UL << 20)

/* ---- writing ---- */

struct journal_writer;

/*
 * Opens PATH for a new journal ("-": stdout). *out is the caller's, released by
 * journal_close_writer(). Returns 0, -EEXIST if the file exists and is not empty, -EBUSY if another
 * run is writing it, or -errno. The lock lives as long as any process forked since then.
 */
int journal_create(const char *path, struct journal_writer **out);

/*
 * Opens an existing journal to go on: reads it, then cuts a torn last line. -EALREADY if it has its
 * footer, -EINVAL if it is no regular file, otherwise -errno as above and of journal_read() (which
 * says why); nothing is cut from a file that is not an incomplete journal.
 */
int journal_append_to(const char *path, struct journal_writer **out);

/*
 * Appends one object as one line. Does not take the reference. Returns 0; -EBADMSG or
 * -EPROTONOSUPPORT, with nothing written, if journal_read() would refuse the journal afterwards
 * (reason: journal_writer_why()); or -errno (-ENOSPC, ...), the file being cut back to its last
 * whole line. Where it cannot be cut (stdout, pipes), every further call returns -EIO.
 */
int journal_write(struct journal_writer *w, const json_t *line);

/* Writes the footer, with the numbers of lines of the whole journal, also what it held before
 * journal_append_to(). As journal_write(). */
int journal_write_footer(struct journal_writer *w, double elapsed_s);

/* Why the last line was refused; "" otherwise. */
const char *journal_writer_why(const struct journal_writer *w);

/* Flushes and closes; 0 or -errno. w may be NULL. */
int journal_close_writer(struct journal_writer *w);

enum journal_state {
	JOURNAL_COMPLETE,
	JOURNAL_TORN, /* the last line is torn: it is left out */
	JOURNAL_NO_FOOTER, /* every line whole, but the run did not end */
};

/* ---- reading, line by line ---- */

struct journal_scan {
	/* Every line that passed its checks, in order; borrowed. Not 0: ends the scan, which
	 * returns it. */
	int (*line)(void *arg, json_t *line);
	void *arg;
	bool no_hist; /* a sample's "hist" is checked but {}: five times as fast */
	/* All bytes of the file, as they are read; NULL: nobody looks. */
	void (*see)(void *arg, const void *bytes, size_t n);
	/* Results. */
	enum journal_state state;
	size_t samples, skips, errors;
	off_t whole; /* bytes of the whole lines: where a torn one starts */
};

/* As journal_read() below, which keeps the lines; memory does not grow with the journal, but for 24
 * bytes per sample. What line() saw of a journal that turns out to be bad is void. */
int journal_scan(const char *path, struct journal_scan *s, char *why, size_t why_size);
int journal_scan_fd(int fd, const char *path, struct journal_scan *s, char *why, size_t why_size);

/* ---- reading ---- */

struct journal {
	char *path;
	enum journal_state state;
	json_t *header; /* borrowed from lines; never NULL */
	json_t *footer; /* borrowed; NULL if incomplete */
	json_t *samples; /* array of the lines of kind "sample", in file order; bins are packed */
	json_t *skips; /* array */
	json_t *errors; /* array */
	json_t *lines; /* array of all of them */
	off_t whole; /* bytes of the whole lines: where a torn one starts */
};

/*
 * Reads PATH ("-": stdin) whole and checks every line, and what only all of them show: one header,
 * first; nothing after the footer; the footer's numbers; no sample twice.
 * Returns 0 and fills *j (released with journal_free()), or -errno with one line of explanation in
 * why: -EBADMSG for damage, -ENODATA for an empty file or one without a whole line,
 * -EPROTONOSUPPORT for another schema, -EISDIR, -ENOENT, ... A torn last line or a missing footer
 * is not an error here: see state. After an error *j is empty.
 */
int journal_read(const char *path, struct journal *j, char *why, size_t why_size);
/* The same from a descriptor, which stays open; path is for messages and j->path. */
int journal_read_fd(int fd, const char *path, struct journal *j, char *why, size_t why_size);
void journal_free(struct journal *j);

/* ---- checking ---- */

/* Parses the text of one line; NULL if it is not strict JSON. The caller owns the result. */
json_t *journal_parse_line(const char *text, size_t len, char *why, size_t why_size);

/*
 * One line: kind, required members, types, ranges, ratios in 0..1, histograms that add up and, for
 * counts and life alike,
 *     delivered = filtered + attempts
 *     attempts  = accepted + ebusy + sum(failed)
 *     accepted  = completed + cancelled + lost + in_flight_at_end
 * Unknown members are accepted. line_no > 1 refuses a header, 1 demands one. 0, -EBADMSG or
 * -EPROTONOSUPPORT.
 */
int journal_check_line(const json_t *line, int line_no, char *why, size_t why_size);

/* Whether a footer tells the lines that there are. 0 or -EBADMSG. */
int journal_check_footer(const json_t *footer, size_t samples, size_t skips, size_t errors,
			 char *why, size_t why_size);

#endif
