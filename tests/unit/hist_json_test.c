/* SPDX-License-Identifier: GPL-2.0 */
/* Histogram to JSON and back, packed and not; what contradicts itself is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "hist_fixture.h"

/* Through text and back, then packed and back. */
static void assert_round_trip(const struct tw_hist *h)
{
	struct tw_hist *back = malloc(sizeof(*back));
	json_t *o = hist_to_json(h);
	char *text;

	assert_non_null(o);
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	o = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	assert_int_equal(hist_from_json(o, back), 0);
	assert_memory_equal(back, h, sizeof(*h));
	assert_int_equal(hist_pack(o), 0);
	assert_null(json_object_get(o, "bins"));
	assert_int_equal(hist_from_json(o, back), 0);
	assert_memory_equal(back, h, sizeof(*h));
	json_decref(o);
	free(text);
	free(back);
}

static void json_round_trip(void **state)
{
	struct tw_hist *h = new_hist(state);

	assert_round_trip(h);
	tw_hist_add(h, -1);
	assert_round_trip(h);
	tw_hist_add(h, 0);
	assert_round_trip(h);
	for (unsigned int bits = 1; bits <= 36; bits++) {
		rng_state = bits;
		memset(h, 0, sizeof(*h));
		for (int i = 0; i < 20000; i++) {
			tw_hist_add(h, rnd_log(bits));
			if (i < 10)
				assert_round_trip(h);
		}
		assert_round_trip(h);
	}
}

static void json_of_every_bin(void **state)
{
	struct tw_hist *h = new_hist(state);

	for (uint32_t i = 0; i < TW_HIST_BINS; i++)
		tw_hist_add(h, tw_hist_low(i) + tw_hist_width(i) - 1);
	tw_hist_add(h, 1ULL << 34);
	tw_hist_add(h, INT64_MAX / 2);
	tw_hist_add(h, INT64_MIN);
	assert_round_trip(h);
}

/* Counts of every number of bits, in the bin of 1: sum == count. */
static void json_of_large_counts(void **state)
{
	struct tw_hist *h = new_hist(state);

	h->min = h->max = 1;
	for (unsigned int bits = 1; bits < 64; bits++) {
		h->count = h->sum = h->bins[1] = 1ULL << (bits - 1);
		assert_round_trip(h);
		h->count = h->sum = h->bins[1] = (1ULL << bits) - 1;
		assert_round_trip(h);
	}
}

static void json_of_stale_extremes(void **state)
{
	struct tw_hist *h = new_hist(state), *back = malloc(sizeof(*back));
	json_t *o;

	h->min = UINT64_MAX;
	h->max = 3;
	o = hist_to_json(h);
	assert_non_null(o);
	assert_int_equal(hist_from_json(o, back), 0);
	assert_int_equal(back->min, 0);
	assert_int_equal(back->max, 0);
	json_decref(o);
	free(back);
}

static void json_of_what_it_cannot_hold(void **state)
{
	struct tw_hist *h = new_hist(state);

	tw_hist_add(h, INT64_MAX);
	assert_round_trip(h);
	tw_hist_add(h, 1);
	assert_null(hist_to_json(h)); /* sum is above INT64_MAX */
}

#define HIST(count, under, over, negative, sum, min, max, bins) \
	"{\"bits\":7,\"count\":" count ",\"under\":" under ",\"over\":" over \
	",\"negative\":" negative ",\"sum\":" sum ",\"min\":" min ",\"max\":" max \
	",\"bins\":" bins "}"

static const char *const good[] = {
	HIST("0", "0", "0", "0", "0", "0", "0", "[]"),
	HIST("0", "0", "0", "9", "0", "0", "0", "[]"),
	HIST("3", "1", "0", "0", "300", "0", "200", "[[100,1],[200,1]]"),
	HIST("2", "0", "0", "0", "601", "300", "301", "[[278,2]]"),
	HIST("1", "0", "1", "0", "17179869184", "17179869184", "17179869184", "[]"),
};

static const char *const bad[] = {
	/* no histogram at all */
	"[]",
	"7",
	"null",
	"{}",
	"\"bits\"",
	/* another resolution, or none */
	"{\"bits\":8,\"count\":0,\"under\":0,\"over\":0,\"negative\":0,\"sum\":0,\"min\":0,\"max\":0,"
	"\"bins\":[]}",
	"{\"count\":0,\"under\":0,\"over\":0,\"negative\":0,\"sum\":0,\"min\":0,\"max\":0,\"bins\":[]}",
	/* a member is missing */
	"{\"bits\":7,\"under\":0,\"over\":0,\"negative\":0,\"sum\":0,\"min\":0,\"max\":0,\"bins\":[]}",
	"{\"bits\":7,\"count\":0,\"under\":0,\"over\":0,\"negative\":0,\"sum\":0,\"min\":0,\"max\":0}",
	"{\"bits\":7,\"count\":0,\"under\":0,\"over\":0,\"negative\":0,\"sum\":0,\"max\":0,\"bins\":[]}",
	/* types */
	HIST("0.0", "0", "0", "0", "0", "0", "0", "[]"),
	HIST("\"0\"", "0", "0", "0", "0", "0", "0", "[]"),
	HIST("0", "0", "0", "null", "0", "0", "0", "[]"),
	HIST("0", "0", "0", "0", "0", "0", "0", "{}"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[1]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[1]]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[1,1,1]]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[1,1.0]]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[\"1\",1]]"),
	/* negative numbers */
	HIST("0", "0", "0", "-1", "0", "0", "0", "[]"),
	HIST("0", "1", "-1", "0", "0", "0", "0", "[]"),
	HIST("0", "0", "0", "0", "0", "0", "0", "[[1,1],[2,-1]]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[-1,1]]"),
	/* bins: out of range, order, repeated, empty */
	HIST("1", "0", "0", "0", "1", "1", "1", "[[3584,1]]"),
	HIST("2", "0", "0", "0", "3", "1", "2", "[[2,1],[1,1]]"),
	HIST("2", "0", "0", "0", "2", "1", "1", "[[1,1],[1,1]]"),
	HIST("1", "0", "0", "0", "1", "1", "1", "[[1,1],[2,0]]"),
	/* count against the slots */
	HIST("2", "0", "0", "0", "1", "1", "1", "[[1,1]]"),
	HIST("0", "0", "0", "0", "1", "1", "1", "[[1,1]]"),
	HIST("1", "0", "0", "1", "0", "0", "0", "[]"),
	HIST("9223372036854775807", "0", "0", "0", "0", "1", "2",
	     "[[1,9223372036854775807],[2,9223372036854775807]]"),
	/* min, max, sum of nothing */
	HIST("0", "0", "0", "0", "1", "0", "0", "[]"),
	HIST("0", "0", "0", "0", "0", "0", "1", "[]"),
	HIST("0", "0", "0", "0", "0", "1", "1", "[]"),
	/* min or max outside the lowest or highest occupied slot */
	HIST("2", "0", "0", "0", "300", "99", "200", "[[100,1],[200,1]]"),
	HIST("2", "0", "0", "0", "300", "101", "200", "[[100,1],[200,1]]"),
	HIST("2", "0", "0", "0", "300", "100", "199", "[[100,1],[200,1]]"),
	HIST("2", "0", "0", "0", "300", "100", "201", "[[100,1],[200,1]]"),
	HIST("2", "1", "0", "0", "100", "100", "100", "[[100,1]]"),
	HIST("2", "0", "0", "0", "601", "301", "300", "[[278,2]]"),
	HIST("1", "0", "1", "0", "17179869183", "17179869183", "17179869183", "[]"),
	HIST("2", "0", "1", "0", "200", "100", "100", "[[100,1]]"),
	/* a sum that these values cannot have */
	HIST("2", "0", "0", "0", "299", "100", "200", "[[100,1],[200,1]]"),
	HIST("2", "0", "0", "0", "301", "100", "200", "[[100,1],[200,1]]"),
	HIST("2", "2", "0", "0", "1", "0", "0", "[]"),
	HIST("2305843009213693952", "0", "0", "0", "0", "8", "8", "[[8,2305843009213693952]]"),
	HIST("4", "0", "4", "0", "4", "17179869184", "4611686018427387904", "[]"),
};

static void json_accepts(void **state)
{
	struct tw_hist *h = new_hist(state);

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		json_t *o = json_loads(good[i], JSON_DECODE_ANY, NULL);

		assert_non_null(o);
		assert_int_equal(hist_from_json(o, h), 0);
		json_decref(o);
	}
}

static void json_rejects(void **state)
{
	struct tw_hist *h = new_hist(state);

	assert_int_equal(hist_from_json(NULL, h), -EINVAL);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_t *o = json_loads(bad[i], JSON_DECODE_ANY, NULL);
		int err;

		assert_non_null(o);
		err = hist_from_json(o, h);
		if (err != -EINVAL)
			fail_msg("accepted (%d): %s", err, bad[i]);
		json_decref(o);
	}
}

/* Cut anywhere, or with a foreign character: refused, and nothing is read or written outside. */
static void packed_text_is_checked(void **state)
{
	static const char *const texts[] = { "",
					     "0",
					     "P",
					     "PP",
					     "0P",
					     "~~~~",
					     "\xc3\xa9\xc3\xa9",
					     "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP0",
					     "P`31" /* bin 3584 */,
					     "P`O31" };
	struct tw_hist *h = new_hist(state);
	json_t *o = json_loads(good[2], 0, NULL);
	char *full;

	assert_int_equal(hist_pack(o), 0);
	full = strdup(json_string_value(json_object_get(o, "packed")));
	for (size_t len = 0; len < strlen(full); len++) {
		json_object_set_new(o, "packed", json_stringn(full, len));
		assert_int_equal(hist_from_json(o, h), -EINVAL);
	}
	/* an index without its count */
	json_object_set_new(o, "packed", json_sprintf("%s1", full));
	assert_int_equal(hist_from_json(o, h), -EINVAL);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(json_object_set_new(o, "packed", json_string(texts[i])), 0);
		assert_int_equal(hist_from_json(o, h), -EINVAL);
	}
	free(full);
	json_decref(o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(json_round_trip, free_state),
		cmocka_unit_test_teardown(json_of_every_bin, free_state),
		cmocka_unit_test_teardown(json_of_large_counts, free_state),
		cmocka_unit_test_teardown(json_of_stale_extremes, free_state),
		cmocka_unit_test_teardown(json_of_what_it_cannot_hold, free_state),
		cmocka_unit_test_teardown(json_accepts, free_state),
		cmocka_unit_test_teardown(json_rejects, free_state),
		cmocka_unit_test_teardown(packed_text_is_checked, free_state),
	};

	return cmocka_run_group_tests_name("hist_json", tests, NULL, NULL);
}
