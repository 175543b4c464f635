/* SPDX-License-Identifier: GPL-2.0 */
/* Histograms checked in the text: nothing passes that the parser of whole lines would refuse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hist.h"
#include "hist_text.h"

#define LINE(hists) \
	"{\"kind\":\"x\",\"a\":[\"hist\",{\"hist\":1}],\"hist\":" hists ",\"b\":\"hist\"}"

static bool cut(const char *line, char *out)
{
	size_t len;

	if (!hist_text_cut(line, strlen(line), out, &len))
		return false;
	out[len] = '\0';
	return true;
}

static void what_is_good_is_cut(void **state)
{
	static const char *const good[] = {
		LINE("{}"),
		LINE("{\"d_ns\":{\"bits\":7,\"count\":0,\"under\":0,\"over\":0,\"negative\":3,\"sum\":0,\"min\":0,"
		     "\"max\":0,\"bins\":[]}}"),
		LINE("{ \"d_ns\": {\"bits\": 7, \"count\": 1, \"under\": 1, \"over\": 0, \"negative\": 0,"
		     " \"sum\": 0, \"min\": 0, \"max\": 0, \"bins\": [] } }"),
		LINE("{\"a\":{\"bits\":7,\"count\":2,\"under\":0,\"over\":0,\"negative\":0,\"sum\":30,\"min\":10,"
		     "\"max\":20,\"bins\":[[10,1],[20,1]]},\"b\":{\"bins\":[[10,1],[20,1]],\"max\":20,\"min\":10,"
		     "\"sum\":30,\"negative\":0,\"over\":0,\"under\":0,\"count\":2,\"bits\":7}}"),
	};
	char out[1024];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(cut(good[i], out));
		assert_string_equal(out, LINE("{}"));
	}
	assert_false(cut("{\"kind\":\"hist\"}", out));
	assert_false(cut("{\"a\":{\"hist\":{}}}", out));
	assert_false(cut("{\"a\\\"hist\":{}}", out));
}

/* What the whole parser says of the member. */
static bool is_good(const char *line)
{
	json_t *o = json_loads(line, JSON_REJECT_DUPLICATES, NULL), *v;
	struct tw_hist h;
	const char *name;
	bool good = o;

	json_object_foreach(json_object_get(o, "hist"), name, v)
		good = good && !hist_from_json(v, &h);
	json_decref(o);
	return good;
}

/* Each is wrong in one thing that a change of one byte does not make. */
static void what_is_bad_is_not_cut(void **state)
{
#define ONE(rest) "\"bits\":7,\"count\":2,\"under\":0,\"over\":0,\"negative\":0," rest
	static const char *const bad[] = {
		LINE("{\"a\":{" ONE(
			"\"sum\":20,\"min\":10,\"max\":10,\"bins\":[[10,1],[10,1]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[20,1],[10,1]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"max\":20,\"bins\":[[10,1],[20,1]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"bins\":[],\"bins\":[[10,1],[20,1]]") "}}"),
		LINE("{\"a\":{" ONE("\"sum\":30,\"min\":10,\"bins\":[[10,1],[20,1]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[10,1],[20,1],[30,0]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[10,1],[20,1],[99999,1]]") "}}"),
		LINE("{\"a\":{" ONE(
			"\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[10,1],[20,1]]") "},"
										     "\"a\":{" ONE(
											     "\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[10,1],[20,1]]") "}}"),
		LINE("{\"a\":1}"),
		LINE("[]"),
	};
	static const char good[] = LINE(
		"{\"a\":{" ONE("\"sum\":30,\"min\":10,\"max\":20,\"bins\":[[10,1],[20,1]]") "}}");
	char out[1024];

	assert_true(cut(good, out));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(cut(bad[i], out));
}

/* Every byte of a good line replaced, dropped or doubled: whatever is cut, the whole parser takes, too. */
static void nothing_bad_is_cut(void **state)
{
	static const char good[] = LINE(
		"{\"a\":{\"bits\":7,\"count\":13,\"under\":1,\"over\":0,\"negative\":2,\"sum\":230,\"min\":0,"
		"\"max\":100,\"bins\":[[10,9],[20,2],[100,1]]},\"b\":{\"bits\":7,\"count\":1,\"under\":0,"
		"\"over\":1,\"negative\":0,\"sum\":34359738368,\"min\":34359738368,\"max\":34359738368,"
		"\"bins\":[]}}");
	static const char bytes[] = "0123456789-.eE\"\\,:{}[] abinsu\t\x01\xff";
	char line[2 * sizeof(good) + 2], out[sizeof(line)];
	size_t cuts = 0, refused = 0;

	for (size_t at = 0; at < sizeof(good) - 1; at++) {
		for (size_t b = 0; b < 3 * (sizeof(bytes) - 1); b++) {
			const char c = bytes[b / 3];

			if (b % 3 == 0) /* replaced */
				sprintf(line, "%.*s%c%s", (int)at, good, c, good + at + 1);
			else if (b % 3 == 1) /* put in */
				sprintf(line, "%.*s%c%s", (int)at, good, c, good + at);
			else /* dropped */
				sprintf(line, "%.*s%s", (int)at, good, good + at + 1);
			if (!cut(line, out)) {
				refused++;
				continue;
			}
			cuts++;
			/* What is left says whether the rest is JSON. */
			if (is_good(out))
				assert_true(is_good(line));
		}
	}
	assert_true(cuts > 1000);
	assert_true(refused > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_good_is_cut),
		cmocka_unit_test(what_is_bad_is_not_cut),
		cmocka_unit_test(nothing_bad_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
