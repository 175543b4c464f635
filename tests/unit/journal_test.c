/* SPDX-License-Identifier: GPL-2.0 */
/* Writing and reading back: every kind of line, refusals, locks, resuming. */
#define _GNU_SOURCE
#include "journal_file_fixture.h"

/* ---- round trip ---- */

/* As it was written, but for packed bins. */
static void assert_same(const json_t *got, const char *text)
{
	json_t *want = json_loads(text, 0, NULL), *copy = json_deep_copy(got), *hist;
	struct tw_hist *h = malloc(sizeof(*h));
	const char *name;

	json_object_foreach(json_object_get(copy, "hist"), name, hist) {
		assert_null(json_object_get(hist, "bins"));
		assert_int_equal(hist_from_json(hist, h), 0);
		json_object_set_new(json_object_get(copy, "hist"), name, hist_to_json(h));
	}
	assert_true(json_equal(copy, want));
	json_decref(copy);
	json_decref(want);
	free(h);
}

static void every_kind(void **state)
{
	char *text = join_lines(whole_journal, LINES);
	struct journal j;
	char why[300];

	assert_int_equal(journal_close_writer(create_with(LINES)), 0);
	assert_file(text);
	assert_int_equal(journal_read(path, &j, why, sizeof(why)), 0);
	assert_int_equal(j.state, JOURNAL_COMPLETE);
	assert_string_equal(j.path, path);
	assert_int_equal(j.whole, strlen(text));
	assert_int_equal(json_array_size(j.lines), LINES);
	for (int i = 0; i < LINES; i++)
		assert_same(json_array_get(j.lines, i), whole_journal[i]);
	assert_ptr_equal(j.header, json_array_get(j.lines, L_HEADER));
	assert_ptr_equal(j.footer, json_array_get(j.lines, L_FOOTER));
	assert_int_equal(json_array_size(j.samples), 2);
	assert_ptr_equal(json_array_get(j.samples, 0), json_array_get(j.lines, L_SAMPLE));
	assert_ptr_equal(json_array_get(j.samples, 1), json_array_get(j.lines, L_NOP));
	assert_ptr_equal(json_array_get(j.skips, 0), json_array_get(j.lines, L_SKIP));
	assert_ptr_equal(json_array_get(j.errors, 0), json_array_get(j.lines, L_ERROR));
	journal_free(&j);
	free(text);
}

/* Each line is in the file before the next begins. */
static void state_after_every_line(void **state)
{
	struct journal_writer *w = create();
	struct journal j;
	char why[300];

	assert_int_equal(journal_read(path, &j, why, sizeof(why)), -ENODATA);
	for (int i = 0; i < LINES; i++) {
		assert_int_equal(write_text(w, whole_journal[i]), 0);
		read_state(i == L_FOOTER ? JOURNAL_COMPLETE : JOURNAL_NO_FOOTER, i < L_SAMPLE ? 0
										 : i < L_NOP  ? 1
											      : 2);
	}
	assert_int_equal(journal_close_writer(w), 0);
	assert_int_equal(journal_close_writer(NULL), 0);
}

static void footer_counts_by_itself(void **state)
{
	struct journal_writer *w = create_with(L_FOOTER);

	assert_int_equal(journal_write_footer(w, 171.5), 0);
	assert_int_equal(journal_close_writer(w), 0);
	read_state(JOURNAL_COMPLETE, 2);
}

/* ---- refusals: nothing is written, and writing can go on ---- */

static void refused(struct journal_writer *w, const char *text)
{
	off_t size = size_of(path);

	assert_int_equal(write_text(w, text), -EBADMSG);
	assert_true(*journal_writer_why(w));
	assert_int_equal(size_of(path), size);
}

static void lines_the_reader_would_refuse(void **state)
{
	static const char nul[] = "{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\\u0000\"}";
	struct journal_writer *w = create();
	json_t *line;

	refused(w, SAMPLE);
	assert_int_equal(write_text(w, "{\"kind\":\"header\",\"schema\":\"twbench/2\"}"),
			 -EPROTONOSUPPORT);
	assert_int_equal(write_text(w, HEADER), 0);
	assert_string_equal(journal_writer_why(w), "");
	refused(w, HEADER);
	refused(w, "[]");
	refused(w, "{}");
	refused(w, "{\"kind\":\"sample\"}");
	refused(w,
		"{\"kind\":\"footer\",\"samples\":1,\"skipped\":0,\"errors\":0,\"elapsed_s\":1}");
	line = json_loads(nul, JSON_ALLOW_NUL, NULL);
	assert_int_equal(journal_write(w, line), -EBADMSG);
	json_decref(line);
	line = json_loads(SAMPLE, 0, NULL);
	json_object_set_new(json_object_get(line, "life"), "lost", json_integer(9));
	assert_int_equal(journal_write(w, line), -EBADMSG);
	assert_string_equal(
		journal_writer_why(w),
		"conservation law broken (life): accepted = completed + cancelled + lost + "
		"in_flight_at_end: 80 is not 81");
	json_decref(line);
	assert_int_equal(write_text(w, SAMPLE), 0);
	assert_int_equal(journal_write_footer(w, 1), 0);
	refused(w, SKIP);
	assert_int_equal(journal_write_footer(w, 1), -EBADMSG);
	assert_int_equal(journal_close_writer(w), 0);
	read_state(JOURNAL_COMPLETE, 1);
}

static void line_too_long(void **state)
{
	struct journal_writer *w = create_with(1);
	char *reason = malloc(JOURNAL_MAX_LINE + 1);
	json_t *line;

	memset(reason, 'x', JOURNAL_MAX_LINE);
	reason[JOURNAL_MAX_LINE] = '\0';
	line = json_pack("{s:s,s:s,s:s}", "kind", "skip", "bench", "b", "reason", reason);
	assert_int_equal(journal_write(w, line), -EBADMSG);
	json_decref(line);
	reason[JOURNAL_MAX_LINE - strlen("{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\"}\n")] =
		'\0';
	line = json_pack("{s:s,s:s,s:s}", "kind", "skip", "bench", "b", "reason", reason);
	assert_int_equal(journal_write(w, line), 0);
	json_decref(line);
	assert_int_equal(journal_close_writer(w), 0);
	assert_int_equal(size_of(path), strlen(HEADER "\n") + JOURNAL_MAX_LINE);
	read_state(JOURNAL_NO_FOOTER, 0);
	free(reason);
}

/* ---- opening ---- */

static void existing_files(void **state)
{
	struct journal_writer *w;

	put_file("");
	assert_int_equal(journal_close_writer(create_with(1)), 0);
	assert_int_equal(journal_create(path, &w), -EEXIST);
	put_file("x");
	assert_int_equal(journal_create(path, &w), -EEXIST);
	assert_file("x");
	assert_int_equal(journal_create(dir, &w), -EISDIR);
	assert_int_equal(journal_append_to(dir, &w), -EISDIR);
	assert_int_equal(journal_create("/nonexistent/j", &w), -ENOENT);
	unlink(path);
	assert_int_equal(journal_append_to(path, &w), -ENOENT);
	assert_int_equal(journal_append_to("/dev/null", &w), -EINVAL);
}

static int try_open(bool append)
{
	struct journal_writer *w;
	int err = append ? journal_append_to(path, &w) : journal_create(path, &w);

	if (!err)
		journal_close_writer(w);
	return err;
}

static void two_writers(void **state)
{
	struct journal_writer *w = create();
	int status;

	assert_int_equal(try_open(false), -EBUSY);
	assert_int_equal(write_text(w, HEADER), 0);
	assert_int_equal(try_open(false), -EBUSY);
	assert_int_equal(try_open(true), -EBUSY);
	if (!fork())
		_exit(try_open(true) == -EBUSY && try_open(false) == -EBUSY ? 0 : 1);
	wait(&status);
	assert_int_equal(status, 0);
	assert_int_equal(journal_close_writer(w), 0);
	assert_int_equal(try_open(false), -EEXIST);
	assert_int_equal(journal_append_to(path, &w), 0);
	assert_int_equal(try_open(true), -EBUSY);
	assert_int_equal(journal_close_writer(w), 0);
}

static void unlocked_devices(void **state)
{
	struct journal_writer *a, *b;

	assert_int_equal(journal_create("/dev/null", &a), 0);
	assert_int_equal(journal_create("/dev/null", &b), 0);
	assert_int_equal(write_text(a, HEADER), 0);
	assert_int_equal(write_text(b, HEADER), 0);
	assert_int_equal(journal_close_writer(a), 0);
	assert_int_equal(journal_close_writer(b), 0);
}

/* ---- resuming ---- */

static void resume_at_every_byte(void **state)
{
	char *text = join_lines(whole_journal, LINES), *part;
	size_t header = strlen(HEADER "\n");

	for (size_t len = 0; len <= strlen(text); len++) {
		struct journal_writer *w;
		size_t whole;
		int err;

		part = strndup(text, len);
		put_file(part);
		err = journal_append_to(path, &w);
		if (len < header || len == strlen(text)) {
			assert_int_equal(err, len < header ? -ENODATA : -EALREADY);
			assert_file(part);
			free(part);
			continue;
		}
		assert_int_equal(err, 0);
		whole = strrchr(part, '\n') + 1 - part;
		assert_int_equal(size_of(path), whole);
		assert_int_equal(write_text(w, RESUME), 0);
		assert_int_equal(size_of(path), whole + strlen(RESUME "\n"));
		assert_int_equal(journal_write_footer(w, 1), 0);
		assert_int_equal(journal_close_writer(w), 0);
		part[whole] = '\0';
		read_state(JOURNAL_COMPLETE, !!strstr(part, SAMPLE) + !!strstr(part, SAMPLE_NOP));
		free(part);
	}
	free(text);
}

static void resume_cuts_nothing_foreign(void **state)
{
	static const char *const texts[] = {
		"root:x:0:0\nlast line without newline",
		"no newline",
		HEADER "\nbad\n" SAMPLE,
		HEADER "\n" SAMPLE "\n" SAMPLE "\ntorn",
		"{\"kind\":\"header\",\"schema\":\"x\"}\ntorn",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put_file(texts[i]);
		assert_int_equal(try_open(true), i == 1	  ? -ENODATA
						 : i == 4 ? -EPROTONOSUPPORT
							  : -EBADMSG);
		assert_file(texts[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_kind, remove_file),
		cmocka_unit_test_teardown(state_after_every_line, remove_file),
		cmocka_unit_test_teardown(footer_counts_by_itself, remove_file),
		cmocka_unit_test_teardown(lines_the_reader_would_refuse, remove_file),
		cmocka_unit_test_teardown(line_too_long, remove_file),
		cmocka_unit_test_teardown(existing_files, remove_file),
		cmocka_unit_test_teardown(two_writers, remove_file),
		cmocka_unit_test(unlocked_devices),
		cmocka_unit_test_teardown(resume_at_every_byte, remove_file),
		cmocka_unit_test_teardown(resume_cuts_nothing_foreign, remove_file),
	};

	return cmocka_run_group_tests_name("journal", tests, make_dir, remove_dir);
}
