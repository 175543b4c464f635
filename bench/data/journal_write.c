/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal.h"

struct journal_writer {
	int fd;
	bool is_stdout; /* not ours to close, cut or flush */
	bool regular;
	bool broken; /* half a line is out and cannot be taken back */
	bool ended; /* the footer is written */
	off_t size; /* of the whole lines; regular files only */
	size_t lines, samples, skips, errors;
	char why[256];
};

/* ---- opening ---- */

/* A file system without locks (some network and guest ones) must not forbid measuring. */
static int lock(int fd)
{
	int err;

	do {
		err = flock(fd, LOCK_EX | LOCK_NB) ? -errno : 0;
	} while (err == -EINTR);
	if (err == -EWOULDBLOCK)
		return -EBUSY;
	return err == -ENOLCK || err == -EOPNOTSUPP || err == -ENOSYS || err == -EINVAL ? 0 : err;
}

/* A benchmark of this kind can take the machine down: the new name must be on disk too. */
static void sync_parent(const char *path)
{
	char *copy = strdup(path);
	int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	free(copy);
}

/* On success w->fd is open and, if it is a regular file, locked. */
static int open_locked(const char *path, int flags, struct journal_writer *w)
{
	struct stat st;
	int err;

	w->fd = open(path, flags | O_APPEND | O_CLOEXEC, 0666);
	if (w->fd < 0)
		return -errno;
	/* others (/dev/null, pipes) are shared by nature */
	err = fstat(w->fd, &st) ? -errno : S_ISREG(st.st_mode) ? lock(w->fd) : 0;
	/* the size only now: until the lock was ours, another run may have written */
	if (!err && fstat(w->fd, &st))
		err = -errno;
	if (err) {
		close(w->fd);
		return err;
	}
	w->regular = S_ISREG(st.st_mode);
	w->size = st.st_size;
	return 0;
}

int journal_create(const char *path, struct journal_writer **out)
{
	struct journal_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	if (!strcmp(path, "-")) {
		w->fd = STDOUT_FILENO;
		w->is_stdout = true;
		*out = w;
		return 0;
	}
	err = open_locked(path, O_WRONLY | O_CREAT, w);
	if (err)
		goto free;
	if (w->regular && w->size) {
		err = -EEXIST;
		goto close;
	}
	sync_parent(path);
	*out = w;
	return 0;
close:
	close(w->fd);
free:
	free(w);
	return err;
}

/* Reads what is there, counts it, and cuts a torn line. */
static int take_over(struct journal_writer *w, const char *path)
{
	struct journal j;
	int err = journal_read_fd(w->fd, path, &j, w->why, sizeof(w->why));

	if (err)
		return err;
	w->lines = json_array_size(j.lines);
	w->samples = json_array_size(j.samples);
	w->skips = json_array_size(j.skips);
	w->errors = json_array_size(j.errors);
	w->size = j.whole;
	if (j.state == JOURNAL_COMPLETE)
		err = -EALREADY;
	else if (j.state == JOURNAL_TORN && ftruncate(w->fd, j.whole))
		err = -errno;
	journal_free(&j);
	return err;
}

int journal_append_to(const char *path, struct journal_writer **out)
{
	struct journal_writer *w = calloc(1, sizeof(*w));
	int err;

	if (!w)
		return -ENOMEM;
	err = open_locked(path, O_RDWR, w);
	if (err)
		goto free;
	err = w->regular ? take_over(w, path) : -EINVAL;
	if (err)
		goto close;
	*out = w;
	return 0;
close:
	close(w->fd);
free:
	free(w);
	return err;
}

/* ---- writing ---- */

static int write_all(int fd, const char *buf, size_t len)
{
	while (len) {
		ssize_t n = write(fd, buf, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		buf += n;
		len -= n;
	}
	return 0;
}

static int flush(const struct journal_writer *w)
{
	int err;

	if (!w->regular)
		return 0;
	do {
		err = fdatasync(w->fd) ? -errno : 0;
	} while (err == -EINTR);
	return err;
}

/* text ends with its newline. */
static int put(struct journal_writer *w, const char *text, size_t len)
{
	int err = write_all(w->fd, text, len);

	if (!err)
		err = flush(w);
	if (!err)
		w->size += len;
	else if (!w->regular || ftruncate(w->fd, w->size))
		w->broken = true;
	return err;
}

static bool is_kind(const json_t *line, const char *kind)
{
	return !strcmp(json_string_value(json_object_get(line, "kind")), kind);
}

static int refuse(struct journal_writer *w, int err, const char *why)
{
	strncpy(w->why, why, sizeof(w->why) - 1);
	return err;
}

/*
 * The checks of the reader, on the text as it would be read: one line that it refuses makes the
 * whole journal worthless. (Text with a NUL, say, can be written but not read.)
 */
static int check_text(struct journal_writer *w, const char *text, size_t len, json_t **parsed)
{
	int err;

	if (w->ended)
		return refuse(w, -EBADMSG, "a line after the footer");
	if (len >= JOURNAL_MAX_LINE)
		return refuse(w, -EBADMSG, "longer than any line of a journal");
	*parsed = journal_parse_line(text, len, w->why, sizeof(w->why));
	if (!*parsed)
		return -EBADMSG;
	err = journal_check_line(*parsed, w->lines ? 2 : 1, w->why, sizeof(w->why));
	if (!err && is_kind(*parsed, "footer"))
		err = journal_check_footer(*parsed, w->samples, w->skips, w->errors, w->why,
					   sizeof(w->why));
	return err;
}

static void count_line(struct journal_writer *w, const json_t *line)
{
	w->lines++;
	w->samples += is_kind(line, "sample");
	w->skips += is_kind(line, "skip");
	w->errors += is_kind(line, "error");
	w->ended = is_kind(line, "footer");
}

int journal_write(struct journal_writer *w, const json_t *line)
{
	json_t *parsed = NULL;
	char *text;
	size_t len;
	int err;

	w->why[0] = '\0';
	if (w->broken)
		return -EIO;
	/* 12 digits: beyond any clock's, and 0.2 stays 0.2. */
	text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(12));
	if (!text)
		return json_is_object(line) ? -ENOMEM : refuse(w, -EBADMSG, "not an object");
	len = strlen(text);
	err = check_text(w, text, len, &parsed);
	if (err)
		goto out;
	text[len] = '\n';
	err = put(w, text, len + 1);
	if (!err)
		count_line(w, parsed);
out:
	json_decref(parsed);
	free(text);
	return err;
}

int journal_write_footer(struct journal_writer *w, double elapsed_s)
{
	json_t *footer = json_pack("{s:s, s:I, s:I, s:I, s:f}", "kind", "footer", "samples",
				   (json_int_t)w->samples, "skipped", (json_int_t)w->skips,
				   "errors", (json_int_t)w->errors, "elapsed_s", elapsed_s);
	int err;

	if (!footer)
		return -ENOMEM;
	err = journal_write(w, footer);
	json_decref(footer);
	return err;
}

const char *journal_writer_why(const struct journal_writer *w)
{
	return w->why;
}

int journal_close_writer(struct journal_writer *w)
{
	int err = 0;

	if (!w)
		return 0;
	if (!w->is_stdout && close(w->fd))
		err = -errno;
	free(w);
	return err;
}
