/* SPDX-License-Identifier: GPL-2.0 */
/* Journals on full disks, under signals, and of a thousand samples. */
#define _GNU_SOURCE
#include "journal_file_fixture.h"

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
		cmocka_unit_test(device_without_space),
		cmocka_unit_test_teardown(file_without_space, remove_file),
		cmocka_unit_test_teardown(resumed_file_without_space, remove_file),
		cmocka_unit_test_teardown(interrupted_writes, remove_file),
		cmocka_unit_test_teardown(thousand_samples, remove_file),
	};

	return cmocka_run_group_tests_name("journal_disk", tests, make_dir, remove_dir);
}
