/* SPDX-License-Identifier: GPL-2.0 */
/* Writing and reading back: every kind of line, full disks, locks, resuming, signals, size. */
#define _GNU_SOURCE
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

static char dir[] = "/tmp/journal_test.XXXXXX";
static char path[64];

static int make_dir(void **state)
{
	if (!mkdtemp(dir))
		return -1;
	snprintf(path, sizeof(path), "%s/j.jsonl", dir);
	return 0;
}

static int remove_file(void **state)
{
	unlink(path);
	return 0;
}

static int remove_dir(void **state)
{
	return rmdir(dir);
}

static off_t size_of(const char *name)
{
	struct stat st;

	assert_int_equal(stat(name, &st), 0);
	return st.st_size;
}

static void put_file(const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

static void assert_file(const char *text)
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

static int write_text(struct journal_writer *w, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	int err;

	assert_non_null(line);
	err = journal_write(w, line);
	json_decref(line);
	return err;
}

static struct journal_writer *create(void)
{
	struct journal_writer *w;

	assert_int_equal(journal_create(path, &w), 0);
	return w;
}

/* A writer that has written the first n lines. */
static struct journal_writer *create_with(int n)
{
	struct journal_writer *w = create();

	for (int i = 0; i < n; i++)
		assert_int_equal(write_text(w, whole_journal[i]), 0);
	return w;
}

static void read_state(enum journal_state want, size_t samples)
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
	assert_string_equal(journal_writer_why(w),
			    "life: accepted is not completed + cancelled + lost + in flight");
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

/* ---- full disks ---- */

static void device_without_space(void **state)
{
	struct journal_writer *w;

	assert_int_equal(journal_create("/dev/full", &w), 0);
	assert_int_equal(write_text(w, HEADER), -ENOSPC);
	/* it cannot be taken back: what follows would be damage in the middle */
	assert_int_equal(write_text(w, HEADER), -EIO);
	assert_int_equal(journal_close_writer(w), 0);
}

static void limit_file_size(rlim_t size)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = size < limit.rlim_max ? size : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Every limit inside the second line: the file is cut back, and goes on when there is space. */
static void file_without_space(void **state)
{
	off_t size = strlen(HEADER "\n");

	signal(SIGXFSZ, SIG_IGN);
	for (size_t room = 0; room <= strlen(SAMPLE); room += 97) {
		struct journal_writer *w = create_with(1);

		limit_file_size(size + room);
		assert_int_equal(write_text(w, SAMPLE), -EFBIG);
		assert_int_equal(size_of(path), size);
		assert_int_equal(write_text(w, SAMPLE), -EFBIG);
		limit_file_size(RLIM_INFINITY);
		read_state(JOURNAL_NO_FOOTER, 0);
		assert_int_equal(write_text(w, SAMPLE), 0);
		assert_int_equal(journal_write_footer(w, 1), 0);
		assert_int_equal(journal_close_writer(w), 0);
		read_state(JOURNAL_COMPLETE, 1);
		unlink(path);
	}
	signal(SIGXFSZ, SIG_DFL);
}

static void resumed_file_without_space(void **state)
{
	off_t size = strlen(HEADER "\n");
	struct journal_writer *w;

	put_file(HEADER "\n{\"kind\":\"sam");
	assert_int_equal(journal_append_to(path, &w), 0);
	signal(SIGXFSZ, SIG_IGN);
	limit_file_size(size + 100);
	assert_int_equal(write_text(w, SAMPLE), -EFBIG);
	limit_file_size(RLIM_INFINITY);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(journal_close_writer(w), 0);
	assert_file(HEADER "\n");
}

/* ---- signals and short writes ---- */

static volatile sig_atomic_t alarms;

static void on_alarm(int sig)
{
	alarms++;
}

/* Reads slowly, so that the writer blocks, is interrupted and writes in parts. */
static void slow_reader(void)
{
	char name[64], buf[4096], why[300];
	struct journal j;
	int fd = open(path, O_RDONLY), copy = memfd_create("copy", 0);
	ssize_t n;

	usleep(30000);
	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write(copy, buf, n) != n)
			_exit(2);
		usleep(500);
	}
	snprintf(name, sizeof(name), "/proc/self/fd/%d", copy);
	if (journal_read(name, &j, why, sizeof(why)))
		_exit(3);
	_exit(json_array_size(j.lines) == 4 ? 0 : 4);
}

static void interrupted_writes(void **state)
{
	struct itimerval every_ms = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };
	struct sigaction sa = { .sa_handler = on_alarm }; /* no SA_RESTART */
	char *reason = malloc(300001);
	struct journal_writer *w;
	json_t *line;
	int status;

	memset(reason, 'x', 300000);
	reason[300000] = '\0';
	assert_int_equal(mkfifo(path, 0600), 0);
	if (!fork())
		slow_reader();
	assert_int_equal(journal_create(path, &w), 0);
	assert_int_equal(sigaction(SIGALRM, &sa, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &every_ms, NULL), 0);
	assert_int_equal(write_text(w, HEADER), 0);
	line = json_pack("{s:s,s:s,s:s}", "kind", "skip", "bench", "b", "reason", reason);
	assert_int_equal(journal_write(w, line), 0);
	assert_int_equal(journal_write(w, line), 0);
	assert_int_equal(journal_write_footer(w, 1), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &off, NULL), 0);
	assert_int_equal(journal_close_writer(w), 0);
	assert_true(alarms > 10);
	wait(&status);
	assert_int_equal(status, 0);
	json_decref(line);
	free(reason);
}

/* ---- size ---- */

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

/* A thousand samples of 10 KB in well under a second; the limit leaves room for sanitizers. */
static void thousand_samples(void **state)
{
	struct tw_hist *h = calloc(1, sizeof(*h));
	json_t *line = json_loads(SAMPLE_NOP, 0, NULL);
	FILE *f = fopen(path, "w");
	double start;

	for (int64_t i = 0; i < 1000; i++)
		tw_hist_add(h, 1000 + i * i);
	json_object_set_new(json_object_get(line, "hist"), "delivery_ns", hist_to_json(h));
	fprintf(f, "%s\n", HEADER);
	for (int i = 0; i < 1000; i++) {
		json_object_set_new(line, "order", json_integer(i));
		json_dumpf(line, f, JSON_COMPACT);
		fputc('\n', f);
	}
	assert_int_equal(fclose(f), 0);
	start = seconds();
	read_state(JOURNAL_NO_FOOTER, 1000);
	print_message("1000 samples, %.1f MB: %.3f s\n", size_of(path) / 1e6, seconds() - start);
	assert_true(seconds() - start < 10);
	json_decref(line);
	free(h);
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
		cmocka_unit_test(device_without_space),
		cmocka_unit_test_teardown(file_without_space, remove_file),
		cmocka_unit_test_teardown(resumed_file_without_space, remove_file),
		cmocka_unit_test_teardown(interrupted_writes, remove_file),
		cmocka_unit_test_teardown(thousand_samples, remove_file),
	};

	return cmocka_run_group_tests_name("journal", tests, make_dir, remove_dir);
}
