/* SPDX-License-Identifier: GPL-2.0 */
/* Every member of every kind of line: missing, of another type, out of range; conservation laws. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "journal_fixture.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* Values to try, and in which types each is right. */
enum {
	TEXT = 1 << 0,
	NAME = 1 << 1,
	TIME = 1 << 2,
	COUNT = 1 << 3,
	NULLABLE = 1 << 4,
	SECONDS = 1 << 5,
	OBJECT = 1 << 6,
	STRINGS = 1 << 7,
	PARAMS = 1 << 8,
	COUNTS = 1 << 9,
	METRICS = 1 << 10,
	HISTS = 1 << 11,
	OPTIONAL = 1 << 12,
	/* a count inside a law: another right value breaks the law */
	IN_LAW = 1 << 13,
	PLAN = 1 << 14,
};

#define OBJECTS (OBJECT | PARAMS | COUNTS | METRICS)

static const struct {
	const char *text;
	unsigned int right;
} values[] = {
	{ "null", NULLABLE },
	{ "true", 0 },
	{ "\"\"", TEXT },
	{ "\"x\"", TEXT | NAME },
	{ "\"2026-01-31T12:00:00Z\"", TEXT | NAME | TIME },
	{ "\"2026-01-31T12:00:00.123456-0800\"", TEXT | NAME | TIME },
	{ "\"2026-01-31T12:00:00\"", TEXT | NAME },
	{ "\"2026-01-31 12:00:00Z\"", TEXT | NAME },
	{ "\"2026-01-31T12:00:00Zx\"", TEXT | NAME },
	{ "\"2026-01-31T12:00:00+1\"", TEXT | NAME },
	{ "\"2026-01-31T12:00:00+01:0\"", TEXT | NAME },
	{ "0", COUNT | SECONDS },
	{ "1000000", COUNT | SECONDS },
	{ "9223372036854775807", COUNT | SECONDS },
	{ "-1", 0 },
	{ "1.0", SECONDS },
	{ "1e300", SECONDS },
	{ "-0.5", 0 },
	{ "\"1\"", TEXT | NAME },
	{ "[]", STRINGS },
	{ "[\"a\",\"\"]", STRINGS },
	{ "[1]", 0 },
	{ "[\"a\",null]", 0 },
	{ "{}", OBJECTS | HISTS },
	{ "{\"a\":1}", OBJECTS },
	{ "{\"a\":-1}", OBJECT | PARAMS | METRICS },
	{ "{\"a\":0.5}", OBJECT | PARAMS | METRICS },
	{ "{\"a_ratio\":0,\"b_ratio\":1}", OBJECTS },
	{ "{\"a_ratio\":1.0000001}", OBJECT | PARAMS | METRICS },
	{ "{\"a_ratio\":2}", OBJECTS },
	{ "{\"a_ratio\":-0.1}", OBJECT | PARAMS | METRICS },
	{ "{\"a\":\"x\"}", OBJECT | PARAMS },
	{ "{\"a\":true}", OBJECT | PARAMS },
	{ "{\"a\":null}", OBJECT },
	{ "{\"a\":[]}", OBJECT },
	{ "{\"a\":{}}", OBJECT },
};

/* right, but for metrics */
static bool is_bad_ratio(const char *text)
{
	return !strncmp(text, "{\"a_ratio\":", 11) && strcmp(text, values[27].text);
}

static const struct {
	int line;
	const char *in; /* member that holds it; NULL: the line itself */
	const char *key;
	unsigned int type;
} members[] = {
	{ L_HEADER, NULL, "env", OBJECT },
	{ L_HEADER, NULL, "args", STRINGS },
	{ L_HEADER, NULL, "seed", COUNT },
	{ L_HEADER, NULL, "started", TIME | OPTIONAL },
	{ L_HEADER, NULL, "plan", PLAN | OPTIONAL },
	{ L_HEADER, "plan", "points", COUNT },
	{ L_HEADER, "plan", "samples", COUNT },
	{ L_HEADER, "plan", "invocations", COUNT },
	{ L_SAMPLE, NULL, "bench", NAME },
	{ L_SAMPLE, NULL, "params", PARAMS },
	{ L_SAMPLE, NULL, "impl", NAME },
	{ L_SAMPLE, NULL, "invocation", COUNT },
	{ L_SAMPLE, NULL, "order", COUNT },
	{ L_SAMPLE, NULL, "pair", COUNT | OPTIONAL },
	{ L_SAMPLE, NULL, "boot_id", TEXT },
	{ L_SAMPLE, NULL, "window_s", SECONDS },
	{ L_SAMPLE, NULL, "elapsed_s", SECONDS },
	{ L_SAMPLE, NULL, "counts", 0 },
	{ L_SAMPLE, NULL, "life", 0 },
	{ L_SAMPLE, NULL, "recursion_misses", COUNT },
	{ L_SAMPLE, NULL, "migrations", COUNT },
	{ L_SAMPLE, NULL, "metrics", METRICS },
	{ L_SAMPLE, NULL, "hist", HISTS },
	{ L_SAMPLE, NULL, "warnings", STRINGS },
	{ L_SAMPLE, "counts", "intended", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "late", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "delivered", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "filtered", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "throttled", COUNT | NULLABLE },
	{ L_SAMPLE, "counts", "attempts", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "accepted", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "ebusy", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "failed", COUNTS | IN_LAW },
	{ L_SAMPLE, "counts", "completed", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "cancelled", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "lost", COUNT | IN_LAW },
	{ L_SAMPLE, "counts", "in_flight_at_end", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "delivered", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "filtered", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "throttled", COUNT | NULLABLE },
	{ L_SAMPLE, "life", "attempts", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "accepted", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "ebusy", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "failed", COUNTS | IN_LAW },
	{ L_SAMPLE, "life", "completed", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "cancelled", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "lost", COUNT | IN_LAW },
	{ L_SAMPLE, "life", "in_flight_at_end", COUNT | IN_LAW },
	{ L_SKIP, NULL, "bench", NAME },
	{ L_SKIP, NULL, "params", PARAMS | OPTIONAL },
	{ L_SKIP, NULL, "reason", NAME },
	{ L_ERROR, NULL, "bench", NAME },
	{ L_ERROR, NULL, "reason", NAME },
	{ L_RESUME, NULL, "args", STRINGS },
	{ L_RESUME, NULL, "started", TIME },
	{ L_FOOTER, NULL, "samples", COUNT | IN_LAW },
	{ L_FOOTER, NULL, "skipped", COUNT | IN_LAW },
	{ L_FOOTER, NULL, "errors", COUNT | IN_LAW },
	{ L_FOOTER, NULL, "elapsed_s", SECONDS },
};

/* The journal whose member m has another value, or none. */
static void expect_member(size_t m, const char *value, int want)
{
	json_t *line = json_loads(whole_journal[members[m].line], 0, NULL), *o = line;
	char *text;

	assert_non_null(line);
	if (members[m].in)
		o = json_object_get(line, members[m].in);
	if (value)
		json_object_set_new(o, members[m].key,
				    json_loads(value, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL));
	else
		assert_int_equal(json_object_del(o, members[m].key), 0);
	text = json_dumps(line, JSON_COMPACT);
	expect_with(members[m].line, text, want);
	free(text);
	json_decref(line);
}

static void missing_members(void **state)
{
	for (size_t m = 0; m < N(members); m++)
		expect_member(m, NULL, members[m].type & OPTIONAL ? JOURNAL_COMPLETE : -EBADMSG);
}

/* intended may be more, late may be 0 */
static bool keeps_law(size_t m, const char *value)
{
	if (!strcmp(members[m].key, "intended"))
		return strlen(value) > 1;
	return !strcmp(members[m].key, "late") && !strcmp(value, "0");
}

static void types_of_members(void **state)
{
	for (size_t m = 0; m < N(members); m++) {
		for (size_t v = 0; v < N(values); v++) {
			bool right = values[v].right & members[m].type;

			if (members[m].type & IN_LAW)
				right &= keeps_law(m, values[v].text);
			if (members[m].type & METRICS && is_bad_ratio(values[v].text))
				right = false;
			expect_member(m, values[v].text, right ? JOURNAL_COMPLETE : -EBADMSG);
		}
	}
}

/* One more or less of any term. */
static void broken_laws(void **state)
{
	for (size_t m = 0; m < N(members); m++) {
		json_t *line, *o;
		char value[32];

		if (members[m].line != L_SAMPLE || !(members[m].type & IN_LAW))
			continue;
		line = json_loads(SAMPLE, 0, NULL);
		o = json_object_get(json_object_get(line, members[m].in), members[m].key);
		for (int d = -1; d <= 1 && json_is_integer(o); d += 2) {
			snprintf(value, sizeof(value), "%lld", json_integer_value(o) + d);
			if (strcmp(members[m].key, "intended") && strcmp(members[m].key, "late"))
				expect_member(m, value, -EBADMSG);
		}
		if (json_is_object(o)) {
			expect_member(m, "{\"ENOMEM\":5}", JOURNAL_COMPLETE);
			expect_member(m, "{\"ENOMEM\":1,\"ESRCH\":3}", -EBADMSG);
			expect_member(m, "{\"ENOMEM\":1,\"ESRCH\":4,\"OTHER\":1}", -EBADMSG);
		}
		json_decref(line);
	}
}

/* In 64 bits these sums wrap into laws that hold. */
static void huge_counts(void **state)
{
#define HUGE_LAWS(acc, failed, completed) \
	"{\"intended\":0,\"late\":0,\"delivered\":0,\"filtered\":0,\"throttled\":0,\"attempts\":0," \
	"\"accepted\":" acc ",\"ebusy\":0,\"failed\":{" failed "}," completed "}"
#define MAX "9223372036854775807"
#define DONE(a, b, c, d) \
	"\"completed\":" a ",\"cancelled\":" b ",\"lost\":" c ",\"in_flight_at_end\":" d
	size_t m = 0;

	while (strcmp(members[m].key, "counts"))
		m++;
	expect_member(m, HUGE_LAWS("0", "", DONE("0", "0", "0", "0")), JOURNAL_COMPLETE);
	expect_member(m, HUGE_LAWS("0", "", DONE(MAX, MAX, "2", "0")), -EBADMSG);
	expect_member(m, HUGE_LAWS("0", "", DONE("0", "2", MAX, MAX)), -EBADMSG);
	expect_member(
		m, HUGE_LAWS("0", "\"A\":" MAX ",\"B\":" MAX ",\"C\":2", DONE("0", "0", "0", "0")),
		-EBADMSG);
	expect_member(m, HUGE_LAWS("2", "\"A\":" MAX ",\"B\":" MAX, DONE("2", "0", "0", "0")),
		      -EBADMSG);
}

/* Packed bins are for memory; a file has them in full. */
static void packed_histogram(void **state)
{
#define HIST(bins) \
	"{\"h\":{\"bits\":7,\"count\":1,\"under\":0,\"over\":0,\"negative\":0,\"sum\":1,\"min\":1," \
	"\"max\":1," bins "}}"
	size_t m = 0;

	while (strcmp(members[m].key, "hist"))
		m++;
	expect_member(m, HIST("\"bins\":[[1,1]]"), JOURNAL_COMPLETE);
	expect_member(m, HIST("\"packed\":\"11\""), -EBADMSG);
	expect_member(m, HIST("\"bins\":[],\"packed\":\"11\""), -EBADMSG);
	expect_member(m, HIST("\"bins\":[[1,2]]"), -EBADMSG);
	expect_member(m, HIST("\"bins\":[]"), -EBADMSG);
}

/* Neither is right; one alone is not. */
static void counts_and_life_together(void **state)
{
	json_t *line = json_loads(SAMPLE, 0, NULL);
	char *text;

	json_object_del(line, "counts");
	json_object_del(line, "life");
	text = json_dumps(line, JSON_COMPACT);
	expect_with(L_SAMPLE, text, JOURNAL_COMPLETE);
	free(text);
	json_decref(line);
}

static void line_number_decides_on_headers(void **state)
{
	json_t *header = json_loads(HEADER, 0, NULL), *sample = json_loads(SAMPLE, 0, NULL);
	char why[100];

	assert_int_equal(journal_check_line(header, 1, why, sizeof(why)), 0);
	assert_int_equal(journal_check_line(sample, 2, why, sizeof(why)), 0);
	assert_int_equal(journal_check_line(header, 2, why, sizeof(why)), -EBADMSG);
	assert_int_equal(journal_check_line(sample, 1, why, sizeof(why)), -EBADMSG);
	assert_int_equal(journal_check_line(NULL, 2, why, sizeof(why)), -EBADMSG);
	assert_int_equal(journal_check_line(NULL, 1, NULL, 0), -EBADMSG);
	json_decref(header);
	json_decref(sample);
}

/* The reason names line, member and what it should be, and no byte of it moves a cursor. */
static void reason(void **state)
{
	struct journal j;
	char why[300];
	char text[] = HEADER "\n{\"kind\":\"skip\",\"bench\":7,\"reason\":\"x\"}\n";
	char evil[] = HEADER "\n{\"kind\":\"\\u001b[2J\\u009b\"}\n";

	assert_int_equal(read_bytes(text, strlen(text), &j, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "test.jsonl:2: skip: bench is not text that is not empty");
	assert_int_equal(read_bytes(evil, strlen(evil), &j, why, sizeof(why)), -EBADMSG);
	assert_string_equal(why, "test.jsonl:2: unknown kind ?[2J??");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(missing_members),
		cmocka_unit_test(types_of_members),
		cmocka_unit_test(broken_laws),
		cmocka_unit_test(huge_counts),
		cmocka_unit_test(packed_histogram),
		cmocka_unit_test(counts_and_life_together),
		cmocka_unit_test(line_number_decides_on_headers),
		cmocka_unit_test(reason),
	};

	return cmocka_run_group_tests_name("journal_check", tests, NULL, NULL);
}
