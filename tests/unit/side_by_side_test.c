// SPDX-License-Identifier: GPL-2.0
/* Implementations next to each other: which columns, which ratios, and of which pairs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "report_fixture.h"

static const struct metric metrics[] = {
	{ "op_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "" },
	{ "hit_ratio", "", METRIC_GAUGE, BETTER_LOWER, "" },
	{ "op_insns", "insns", METRIC_GAUGE, BETTER_LOWER, "" },
	{ 0 },
};
static const char *const rows[] = { "op_ns", "hit_ratio", "op_insns", NULL };
static const struct impl_ratio ratios[] = { { "new", "old" }, { "fast", "new" }, { 0 } };
static const struct side_by_side side = { "Side by side.", rows, ratios };
static const struct bench bench = {
	.name = "sided", .question = "?", .metrics = metrics, .side_by_side = &side
};

/* pair < 0: it ran on its own. */
static void add(struct fixture *x, const char *impl, int pair, double ns)
{
	char member[32] = "";

	if (pair >= 0)
		snprintf(member, sizeof(member), "\"pair\":%d,", pair);
	fprintf(x->f,
		"{\"kind\":\"sample\",\"bench\":\"sided\",\"params\":{\"k\":1},\"impl\":\"%s\","
		"\"invocation\":%d,\"order\":%d,%s\"boot_id\":\"b\",\"window_s\":1.0,"
		"\"elapsed_s\":1.25,\"recursion_misses\":0,\"migrations\":0,"
		"\"metrics\":{\"op_ns\":%g,\"hit_ratio\":0.5},\"hist\":{},\"warnings\":[]}\n",
		impl, x->order, x->order, member, ns);
	x->order++;
}

static const char *report(struct fixture *x, const char *option, int second)
{
	const char *a = x->path[0], *b = second < 0 ? NULL : x->path[second];

	own_bench = &bench;
	assert_int_equal(option ? run(x, cmd_report, option, a, b, NULL)
				: run(x, cmd_report, a, b, NULL, NULL),
			 0);
	return x->out;
}

/* Ratio of the medians is 2; of the pairs, one after the other, it is 3. The machine was twice
 * as slow in the last pair. */
static void ratios_are_of_pairs(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add(x, "new", 0, 30);
	add(x, "old", 0, 10);
	add(x, "old", 1, 20);
	add(x, "new", 1, 60);
	add(x, "old", 2, 200);
	add(x, "new", 2, 600);
	add(x, "old", -1, 30);
	journal_close(x, true);
	assert_says(report(x, NULL, -1), "\nSide by side.\n\n"
					 "                              new\n"
					 "metric     n     old     new  / old\n"
					 "---------  -  ------  ------  -------------------\n"
					 "op_ns      4      25      60  3.00 (3.00 .. 3.00)\n"
					 "hit_ratio  4  0.5000  0.5000  -\n");
	/* a metric that nobody has makes no row */
	assert_silent(x->out, "op_insns");
}

static void every_implementation_has_a_column(void **state)
{
	static const char *const impls[] = { "aaa", "fast", "old", "new" };
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	for (int pair = 0; pair < 6; pair++)
		for (int i = 0; i < 4; i++)
			add(x, impls[i], pair, (i + 1) * (100 + pair));
	journal_close(x, true);
	/* one that the bench does not name is set against the first one */
	assert_says(report(x, NULL, -1), "old     new    fast     aaa  / old");
	assert_says(x->out, "1.33 [1.33, 1.33]  0.50 [0.50, 0.50]  0.33 [0.33, 0.33]\n");
	assert_silent(x->out, "spread");
	assert_says(report(x, "--all", -1), "spread");
}

/* What ran on its own has nobody to be compared with. */
static void without_pairs_there_are_no_ratios(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add(x, "new", -1, 30);
	add(x, "old", -1, 10);
	journal_close(x, true);
	assert_says(report(x, NULL, -1), "op_ns      1      10      30  -\n");
}

/* The numbers of pairs are a journal's own. */
static void pairs_do_not_cross_journals(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add(x, "new", 0, 30);
	add(x, "old", 0, 10);
	journal_close(x, true);
	journal_open(x, 1, env_plain);
	add(x, "old", 0, 100);
	add(x, "new", 0, 500);
	journal_close(x, true);
	assert_says(report(x, NULL, 1), "op_ns      2      55     265  4.00 (3.00 .. 5.00)\n");
}

static void one_implementation_is_no_comparison(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add(x, "new", -1, 30);
	journal_close(x, true);
	assert_silent(report(x, NULL, -1), "Side by side");
	assert_says(x->out, "op_ns      ns    1      30  -\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(ratios_are_of_pairs),
		fixture_test(every_implementation_has_a_column),
		fixture_test(without_pairs_there_are_no_ratios),
		fixture_test(pairs_do_not_cross_journals),
		fixture_test(one_implementation_is_no_comparison),
	};

	return cmocka_run_group_tests_name("side_by_side", tests, NULL, NULL);
}
