/* SPDX-License-Identifier: GPL-2.0 */
/* A private directory with one journal in it, and what tests do with that file. */
#ifndef TW_JOURNAL_FILE_FIXTURE_H
#define TW_JOURNAL_FILE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#include "hist.h"
#include "journal_fixture.h"

static __attribute__((unused)) char dir[] = "/tmp/journal_test.XXXXXX";
static __attribute__((unused)) char path[64];

static __attribute__((unused)) int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/j.jsonl", dir);
	return 0;
}

static __attribute__((unused)) int remove_file(void **state)
{
	unlink(path);
	return 0;
}

static __attribute__((unused)) int remove_dir(void **state)
{
	return rmdir(dir);
}

static __attribute__((unused)) off_t size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

static __attribute__((unused)) void put_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

static __attribute__((unused)) void assert_file(const char *text)
{
	size_t len = strlen(text);
	char *got = calloc(1, len + 2);
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	assert_int_equal(fread(got, 1, len + 1, f), len);
	assert_string_equal(got, text);
	fclose(f);
	free(got);
}

static __attribute__((unused)) int write_text(struct journal_writer *w, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	int err;

	assert_non_null(line);
	err = journal_write(w, line);
	json_decref(line);
	return err;
}

static __attribute__((unused)) struct journal_writer *create(void)
{
	struct journal_writer *w;

	assert_int_equal(journal_create(path, &w), 0);
	return w;
}

/* A writer that has written the first n lines. */
static __attribute__((unused)) struct journal_writer *create_with(int n)
{
	struct journal_writer *w = create();

	for (int i = 0; i < n; i++)
		assert_int_equal(write_text(w, whole_journal[i]), 0);
	return w;
}

static __attribute__((unused)) void read_state(enum journal_state want, size_t samples)
{
	struct journal j;
	char why[300] = "";

	if (journal_read(path, &j, why, sizeof(why)))
		fail_msg("%s", why);
	assert_int_equal(j.state, want);
	assert_int_equal(json_array_size(j.samples), samples);
	assert_int_equal(!j.footer, want != JOURNAL_COMPLETE);
	journal_free(&j);
}

#endif
