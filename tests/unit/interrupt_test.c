/* SPDX-License-Identifier: GPL-2.0 */
/* What stops a run in its middle (signals, death, a full disk), what is left, and going on from
 * there. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sys/prctl.h>

#include "runner_fixture.h"

static struct run run;
static struct journal j;

static int clean(void **state)
{
	journal_free(&j);
	if (run.dir[0])
		forget_run(&run);
	return 0;
}

#define NEVER 1000

/* ---- signals ---- */

/* Three invocations, the second one interrupted; resumed, it measures the rest and nothing twice. */
static void interrupted(const char *act, int sig, const char *log, size_t samples)
{
	struct spec s = { .invocations = 3, .at = 2, .signal = sig };
	char values[64], want[512];

	snprintf(values, sizeof(values), "{'act': ['%s']}", act);
	s.values = values;
	run_whole(&run, &s, EXIT_INTERRUPTED, &j, JOURNAL_NO_FOOTER, samples, 0, 0);
	journal_free(&j);
	snprintf(want, sizeof(want), WHOLE "%s", log);
	expect_log(&run, want);
	snprintf(want, sizeof(want), "interrupted; %zu samples are in", samples);
	expect_said(&run, want);

	s.resume = true;
	s.at = NEVER;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 3, 0, 0);
	snprintf(want, sizeof(want), WHOLE "%s" WHOLE "%s", log, samples == 1 ? WHOLE : "");
	expect_log(&run, want);
	clean(NULL);
}

/* The child winds down in order. */
static void a_signal_before_the_result(void **state)
{
	interrupted("int-warmup", SIGINT, STARTED STOPPED CLOSED, 1);
	interrupted("int-window", SIGINT, STARTED STOPPED CLOSED, 1);
	interrupted("int-window", SIGTERM, STARTED STOPPED CLOSED, 1);
	interrupted("int-window", SIGHUP, STARTED STOPPED CLOSED, 1);
}

/* What was measured already is not thrown away. */
static void a_signal_after_the_window(void **state)
{
	interrupted("int-collect", SIGINT, WHOLE, 2);
	interrupted("int-teardown", SIGINT, WHOLE, 2);
}

/* The worker starts late, or not before the trigger is quiet: both are in order. */
static void a_signal_during_setup(void **state)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct spec s = { .values = "{'act': ['int-setup']}" };

	for (int i = 0; i < 3; i++) {
		s.signal = signals[i];
		run_whole(&run, &s, EXIT_INTERRUPTED, &j, JOURNAL_NO_FOOTER, 0, 0, 0);
		if (strcmp(text_of(&run, "log"), OPENED "setup-end quiet work work-end " CLOSED))
			expect_log(&run, STARTED STOPPED CLOSED);
		clean(NULL);
	}
}

/* Under nohup the terminal may go. */
static void a_hangup_that_is_ignored(void **state)
{
	run_whole(&run,
		  &(const struct spec){
			  .values = "{'act': ['int-setup']}", .signal = SIGHUP, .nohup = true },
		  EXIT_DONE, &j, JOURNAL_COMPLETE, 1, 0, 0);
	expect_log(&run, OPENED "not-told setup-end work " STOPPED "collect " CLOSED);
}

/* Everything is measured, only the end is not written. */
static void a_signal_in_the_last_teardown(void **state)
{
	struct spec s = { .values = "{'act': ['int-teardown']}", .invocations = 2, .at = 2 };

	run_whole(&run, &s, EXIT_INTERRUPTED, &j, JOURNAL_NO_FOOTER, 2, 0, 0);
	journal_free(&j);
	s.resume = true;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 2, 0, 0);
	expect_log(&run, WHOLE WHOLE);
}

/* ---- going on ---- */

/* [order, invocation, x, seed] of every sample, by order */
static char *what_was_measured(void)
{
	json_t *all = json_object(), *s;
	char key[16], *text;
	size_t i;

	json_array_foreach(j.samples, i, s) {
		snprintf(key, sizeof(key), "%03d",
			 (int)json_integer_value(json_object_get(s, "order")));
		json_object_set_new(all, key,
				    json_pack("[O,O,O]", json_object_get(s, "invocation"),
					      json_object_get(json_object_get(s, "params"), "x"),
					      json_object_get(s, "seed")));
	}
	assert_int_equal(json_object_size(all), json_array_size(j.samples));
	text = json_dumps(all, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(all);
	return text;
}

/* Interrupted twice and resumed twice, it is the run that it would have been. */
static void pieces_make_the_whole(void **state)
{
	struct spec s = { .values = "{'act': ['int-collect'], 'x': ['1', '2', '3']}",
			  .invocations = 3,
			  .seed = 11,
			  .window_s = 0.001,
			  .at = NEVER };
	char *whole, *pieces;

	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 9, 0, 0);
	whole = what_was_measured();
	clean(NULL);
	s.at = 4;
	run_whole(&run, &s, EXIT_INTERRUPTED, &j, JOURNAL_NO_FOOTER, 4, 0, 0);
	journal_free(&j);
	s.resume = true;
	s.at = 7;
	run_whole(&run, &s, EXIT_INTERRUPTED, &j, JOURNAL_NO_FOOTER, 7, 0, 0);
	journal_free(&j);
	s.at = NEVER;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 9, 0, 0);
	pieces = what_was_measured();
	assert_string_equal(pieces, whole);
	assert_string_equal(json_string_value(json_object_get(json_array_get(j.lines, 5), "kind")),
			    "resume");
	free(whole);
	free(pieces);
}

/* Takes the end away, as if the run had been killed before it. */
static void cut_footer(void)
{
	char why[300];

	journal_free(&j);
	assert_int_equal(journal_read(in_dir(&run, "j"), &j, why, sizeof(why)), 0);
	assert_int_equal(truncate(in_dir(&run, "j"), j.whole - 20), 0);
	journal_free(&j);
}

/* Skips stay skipped and are told once; what failed is tried again; the end tells of all parts. */
static void skips_and_errors_of_the_first_part(void **state)
{
	struct spec s = { .bench = "",
			  .invocations = 2,
			  .at = 1,
			  .signal = SIGINT,
			  .values = "{'act': ['fail-setup']}" };

	run_whole(&run, &s, EXIT_INTERNAL, &j, JOURNAL_COMPLETE, 1, 1, 1);
	cut_footer();
	s.resume = true;
	s.at = NEVER;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 2, 1, 1);
	expect_log(&run, OPENED "quiet " CLOSED WHOLE WHOLE);
}

/* A child that found that it cannot measure a point is not asked again either. */
static void points_given_up_in_the_first_part(void **state)
{
	struct spec s = { .values = "{'act': ['skip-setup']}", .invocations = 2 };

	run_whole(&run, &s, EXIT_NOTHING, &j, JOURNAL_COMPLETE, 0, 1, 0);
	cut_footer();
	s.resume = true;
	run_whole(&run, &s, EXIT_NOTHING, &j, JOURNAL_COMPLETE, 0, 1, 0);
	expect_log(&run, OPENED "quiet " CLOSED);
}

/* ---- death of the runner ---- */

/* Nobody is left to hold the maps: the child must not go on. */
static void the_child_dies_with_the_runner(void **state)
{
	struct spec s = { .values = "{'act': ['orphan']}", .invocations = 3, .at = 2 };
	int status;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	run_whole(&run, &s, 128 + SIGKILL, &j, JOURNAL_NO_FOOTER, 1, 0, 0);
	journal_free(&j);
	assert_true(wait(&status) > 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	expect_log(&run, WHOLE OPENED);
	s.resume = true;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 3, 0, 0);
	expect_log(&run, WHOLE OPENED WHOLE WHOLE);
}

/* ---- full disks ---- */

static size_t invocations_in_log(void)
{
	size_t n = 0;

	for (const char *p = text_of(&run, "log"); (p = strstr(p, "teardown ")); p++)
		n++;
	return n;
}

/* Until the disk is full: whole lines, no end, and nothing is measured in vain. Then the rest
 * elsewhere. */
static void fill(struct spec s)
{
	char said[64];
	size_t n;

	s.invocations = 14;
	s.window_s = 0.001;
	start(&run, &s);
	finish(&run);
	if (run.code == 96) {
		forget_run(&run);
		skip();
	}
	expect_code(&run, EXIT_INTERNAL);
	assert_int_equal(journal_read(in_dir(&run, "j"), &j, said, sizeof(said)), 0);
	assert_int_equal(j.state, JOURNAL_NO_FOOTER);
	n = json_array_size(j.samples);
	assert_in_range(n, 2, 13);
	journal_free(&j);
	snprintf(said, sizeof(said), "; %zu samples are in it", n);
	expect_said(&run, said);
	assert_int_equal(invocations_in_log(), n + 1);
	s.file_limit = 0;
	s.on_full_disk = false;
	s.resume = true;
	run_whole(&run, &s, EXIT_DONE, &j, JOURNAL_COMPLETE, 14, 0, 0);
}

static void no_space_left(void **state)
{
	fill((struct spec){ .on_full_disk = true });
	expect_said(&run, "No space left on device");
}

static void file_too_large(void **state)
{
	fill((struct spec){ .file_limit = 5000 });
	expect_said(&run, "File too large");
}

/* A journal that cannot even begin is the user's to change. */
static void no_room_to_begin(void **state)
{
	start(&run, &(const struct spec){ .file_limit = 100 });
	finish(&run);
	expect_code(&run, EXIT_USAGE);
	expect_log(&run, "");
	assert_string_equal(text_of(&run, "j"), "");
	assert_null(strstr(text_of(&run, "err"), "--resume"));
}

/* No room for the footer alone: it is still incomplete, and resuming writes it. */
static void no_room_to_end(void **state)
{
	struct spec s = { .bench = "unfit" };
	const char *text;
	size_t size;

	run_whole(&run, &s, EXIT_NOTHING, &j, JOURNAL_COMPLETE, 0, 1, 0);
	text = text_of(&run, "j");
	size = strstr(text, "{\"kind\":\"footer\"") - text;
	clean(NULL);
	s.file_limit = size + 10;
	run_whole(&run, &s, EXIT_INTERNAL, &j, JOURNAL_NO_FOOTER, 0, 1, 0);
	journal_free(&j);
	s.file_limit = 0;
	s.resume = true;
	run_whole(&run, &s, EXIT_NOTHING, &j, JOURNAL_COMPLETE, 0, 1, 0);
}

#define TEST(f) cmocka_unit_test_teardown(f, clean)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(a_signal_before_the_result),
		TEST(a_signal_after_the_window),
		TEST(a_signal_during_setup),
		TEST(a_hangup_that_is_ignored),
		TEST(a_signal_in_the_last_teardown),
		TEST(pieces_make_the_whole),
		TEST(skips_and_errors_of_the_first_part),
		TEST(points_given_up_in_the_first_part),
		TEST(the_child_dies_with_the_runner),
		TEST(no_space_left),
		TEST(file_too_large),
		TEST(no_room_to_begin),
		TEST(no_room_to_end),
	};
	int code;

	if (fake_main(argc, argv, &code))
		return code;
	return cmocka_run_group_tests_name("interrupt", tests, NULL, NULL);
}
