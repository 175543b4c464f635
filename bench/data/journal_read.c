/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hist.h"
#include "journal.h"

static json_t *array_of_kind(struct journal *j, const char *kind)
{
	if (!strcmp(kind, "sample"))
		return j->samples;
	if (!strcmp(kind, "skip"))
		return j->skips;
	return strcmp(kind, "error") ? NULL : j->errors;
}

static int keep_line(void *arg, json_t *line)
{
	struct journal *j = arg;
	const char *kind = json_string_value(json_object_get(line, "kind")), *name;
	json_t *array = array_of_kind(j, kind), *hist;
	int err = 0;

	if (json_array_append(j->lines, line) || (array && json_array_append(array, line)))
		return -ENOMEM;
	if (!strcmp(kind, "header"))
		j->header = line;
	if (!strcmp(kind, "footer"))
		j->footer = line;
	if (array == j->samples)
		json_object_foreach(json_object_get(line, "hist"), name, hist)
			err = err ? err : hist_pack(hist);
	return err;
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
	struct journal_scan s = { .line = keep_line, .arg = j };
	int err = init_journal(j, path);

	if (err)
		snprintf(why, why_size, "%s: %s", path, strerror(-err));
	else
		err = journal_scan_fd(fd, path, &s, why, why_size);
	j->state = s.state;
	j->whole = s.whole;
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
