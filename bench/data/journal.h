/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The journal: JSON Lines, schema "twbench/1", append only. A line is written whole, with one
 * write(2) and a flush to disk, so a kill loses at most the invocation in progress.
 */
#ifndef TW_JOURNAL_H
#define TW_JOURNAL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define JOURNAL_SCHEMA "twbench/1"

/* ---- writing ---- */

struct journal_writer;

/*
 * Opens PATH for a new journal ("-": stdout). *out is the caller's, released by
 * journal_close_writer(). Returns 0, -EEXIST if the file exists and is not empty, or -errno.
 */
int journal_create(const char *path, struct journal_writer **out);

/* Opens an existing journal to go on: cuts a torn last line first. -errno as above. */
int journal_append_to(const char *path, struct journal_writer **out);

/* Appends one object as one line. Does not take the reference. Returns 0 or -errno (-ENOSPC, ...);
 * after an error the file is cut back to its last whole line where that is possible. */
int journal_write(struct journal_writer *w, const json_t *line);

/* Flushes and closes; 0 or -errno. w may be NULL. */
int journal_close_writer(struct journal_writer *w);

/* ---- reading ---- */

enum journal_state {
	JOURNAL_COMPLETE,
	JOURNAL_TORN,	   /* the last line is torn: it is not in the lines below */
	JOURNAL_NO_FOOTER, /* every line whole, but the run did not end */
};

struct journal {
	char *path;
	enum journal_state state;
	json_t *header;	 /* borrowed from lines */
	json_t *footer;	 /* borrowed; NULL if incomplete */
	json_t *samples; /* array of the lines of kind "sample", in file order */
	json_t *skips;	 /* array */
	json_t *errors;	 /* array */
	json_t *lines;	 /* array of all of them */
};

/*
 * Reads PATH ("-": stdin) whole and validates every line against the schema (kinds, required
 * members, types, ranges, ratios in 0..1, histograms that add up, conservation members present).
 * Returns 0 and fills *j (released with journal_free()), or -errno with one line of explanation in
 * why: -EBADMSG for damage, -ENODATA for an empty file, -EPROTONOSUPPORT for another schema,
 * -EISDIR, -ENOENT, ... A torn last line or a missing footer is not an error here: see state.
 */
int journal_read(const char *path, struct journal *j, char *why, size_t why_size);
void journal_free(struct journal *j);

/* The same checks on one line. line_no > 1 refuses a header, 1 demands one. 0 or -EBADMSG. */
int journal_check_line(const json_t *line, int line_no, char *why, size_t why_size);

#endif
