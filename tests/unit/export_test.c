/* SPDX-License-Identifier: GPL-2.0 */
/* `twbench export`: columns, quoting, numbers, histograms. And that no journal, however odd, makes
 * either command print a tab, an escape or a line that is too wide. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <jansson.h>
#include <locale.h>

#include "report_fixture.h"

static int export(struct fixture *x, const char *a, const char *b)
{
	return run(x, cmd_export, x->path[0], a, b, NULL);
}

/* The n-th line (0: the header) without its end. */
static char *line_of(const char *text, int n)
{
	while (n--) {
		text = strchr(text, '\n');
		assert_non_null(text);
		text++;
	}
	return strndup(text, strcspn(text, "\n"));
}

static void assert_line(const char *text, int n, const char *prefix, const char *rest)
{
	char *line = line_of(text, n), want[512];

	snprintf(want, sizeof(want), "%s%s", prefix, rest);
	assert_string_equal(line, want);
	free(line);
}

static void csv_has_a_row_per_sample_and_empty_cells(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"rate\":1000,\"cpus\":\"0-1,3\"}", "{\"a_ns\":0.1}", "{}", "");
	add_sample(x, "nop", "{\"where\":\"say \\\"hi\\\"\"}", "{\"b_ns\":12345678901234}", "{}",
		   "");
	journal_close(x, true);
	assert_int_equal(export(x, NULL, NULL), 0);
	assert_line(x->out, 0,
		    "journal,bench,impl,invocation,order,pair,boot_id,window_s,elapsed_s,"
		    "recursion_misses,migrations,seed,",
		    "rate,cpus,where,a_ns,b_ns");
	assert_line(x->out, 1, x->path[0],
		    ",latency,stock,0,0,,b,1,1.25,0,2,,1000,\"0-1,3\",,0.1,");
	assert_line(x->out, 2, x->path[0],
		    ",nop,stock,1,1,,b,1,1.25,0,2,,,,\"say \"\"hi\"\"\",,12345678901234");
}

static void counters_are_named_by_cohort(void **state)
{
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{}", "{}", "{}", counts_text(5));
	journal_close(x, true);
	assert_int_equal(export(x, "--format", "csv"), 0);
	assert_says(x->out, ",counts_intended,counts_late,counts_delivered,");
	assert_says(x->out, ",counts_failed_ENOMEM,");
	assert_says(x->out, ",life_throttled,life_attempts,life_accepted,life_ebusy,");
	/* life: delivered, filtered, throttled (unknown), attempts, accepted, ebusy, ... */
	assert_says(x->out, ",408,3,,405,400,5,0,400,0,0,0\n");
}

static void equal_names_are_told_apart(void **state)
{
	struct fixture *x = *state;
	char *head;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"order\":\"up\",\"x\":1}", "{\"x\":2}", "{}", "");
	journal_close(x, true);
	assert_int_equal(export(x, NULL, NULL), 0);
	head = line_of(x->out, 0);
	assert_says(head, "elapsed_s,recursion_misses,migrations,seed,params_order,x,metrics_x");
	free(head);
	assert_says(x->out, ",1.25,0,2,,up,1,2\n");
}

static void json_has_the_same_columns(void **state)
{
	struct fixture *x = *state;
	json_t *rows, *row;
	const char *name;
	json_t *v;
	char names[512] = "", *head;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"rate\":1}", "{\"a_ns\":0.1}", "{}", counts_text(0));
	add_sample(x, "latency", "{\"rate\":2}", "{\"b_ns\":7}", "{}", "");
	journal_close(x, true);
	assert_int_equal(export(x, NULL, NULL), 0);
	head = line_of(x->out, 0);
	assert_int_equal(export(x, "--format=json", NULL), 0);
	rows = json_loads(x->out, 0, NULL);
	assert_int_equal(json_array_size(rows), 2);
	row = json_array_get(rows, 1);
	json_object_foreach(row, name, v)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s",
			 *names ? "," : "", name);
	assert_true(strlen(names) > 400 && !strncmp(names, head, strlen(names)));
	assert_true(json_is_null(json_object_get(row, "a_ns")));
	assert_int_equal(json_integer_value(json_object_get(row, "b_ns")), 7);
	assert_true(json_real_value(json_object_get(json_array_get(rows, 0), "a_ns")) == 0.1);
	json_decref(rows);
	free(head);
}

static void numbers_have_a_point_in_any_locale(void **state)
{
	static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8",
					       "de_DE" };
	struct fixture *x = *state;
	size_t i;

	for (i = 0; i < 4 && !setlocale(LC_ALL, locales[i]); i++)
		;
	if (i == 4) {
		fprintf(stderr, "skipped: no locale with a decimal comma is installed\n");
		skip();
	}
	journal_open(x, 0, env_plain);
	add_sample(x, "nop", "{}", "{\"a_ratio\":0.125,\"b_ns\":0.3333333333333333}", "{}", "");
	journal_close(x, true);
	assert_int_equal(export(x, NULL, NULL), 0);
	assert_says(x->out, ",0.125,0.3333333333333333\n");
	assert_int_equal(run(x, cmd_report, x->path[0], NULL, NULL, NULL), 0);
	assert_says(x->out, "0.1250");
	setlocale(LC_ALL, "C");
}

static void hist_rows_merge_the_invocations(void **state)
{
	static const char other[] =
		"{\"delivery_ns\":{\"bits\":7,\"count\":4,\"under\":1,\"over\":1,\"negative\":2,"
		"\"sum\":17179869562,\"min\":0,\"max\":17179869184,\"bins\":[[100,1],[267,1]]}}";
	struct fixture *x = *state;

	journal_open(x, 0, env_plain);
	add_sample(x, "latency", "{\"rate\":5}", "{}", hist_400, "");
	add_sample(x, "nop", "{\"where\":\"bpf\"}", "{}", "{}", "");
	add_sample(x, "latency", "{\"rate\":5}", "{}", other, "");
	journal_close(x, true);
	assert_int_equal(export(x, "--hist", "delivery_ns"), 0);
	assert_line(x->out, 0, "journal,bench,impl,rate,low_ns,width_ns,count", "");
	assert_line(x->out, 1, x->path[0], ",latency,stock,5,0,1,1");
	assert_line(x->out, 2, x->path[0], ",latency,stock,5,100,1,391");
	assert_line(x->out, 3, x->path[0], ",latency,stock,5,110,1,10");
	assert_line(x->out, 4, x->path[0], ",latency,stock,5,278,2,1");
	assert_line(x->out, 5, x->path[0], ",latency,stock,5,17179869184,,1");
	assert_says(x->err, "2 negative values");
	assert_int_equal(export(x, "--hist", "foo_ns"), 2);
	assert_says(x->err, "there are: delivery_ns");
	assert_string_equal(x->out, "");
}

static void wrong_usage_exits_2(void **state)
{
	struct fixture *x = *state;

	journal_of_six(x, 0);
	assert_int_equal(export(x, "--format", "xml"), 2);
	assert_says(x->err, "csv or json");
	assert_int_equal(run(x, cmd_export, NULL, NULL, NULL, NULL), 2);
	assert_int_equal(run(x, cmd_export, "--help", NULL, NULL, NULL), 0);
	assert_says(x->out, "EXAMPLES");
}

/* ---- foreign journals ---- */

/* 40 parameters that vary, long names, long words, characters that a terminal obeys. */
static void odd_journal(struct fixture *x)
{
	char params[4096], metrics[512];
	int i, p;

	journal_open(x, 0,
		     "{\"cpu_model\":\"a\\tb\\u001b[31m\\u009b\\u00e9\",\"mitigations\":\"on\","
		     "\"governors\":[\"a\",\"b\"],\"extra\":{\"deep\":[1]}}");
	for (i = 0; i < 3; i++) {
		snprintf(params, sizeof(params), "{\"\\u001bname\\n\\twith\":%d", i);
		for (p = 0; p < 40; p++)
			snprintf(params + strlen(params), sizeof(params) - strlen(params),
				 ",\"parameter_number_%d\":\"a_long_value_without_a_blank_%d_%d\"",
				 p, i, p);
		strcat(params, "}");
		snprintf(
			metrics, sizeof(metrics),
			"{\"delivery_ns_p50\":%d7179869184.25,\"delivery_ns_p99\":1.5e300,"
			"\"delivery_ns_p99_9\":99999999999.4,\"a_metric_with_a_name_that_goes_on_and_"
			"on_and_on_and_on_and_on\\t_ns\":-12345678901}",
			i + 1);
		add_sample(x, i < 2 ? "latency" : "al\\u001bien\\t", params, metrics, "{}", "");
	}
	add_skip(x, "skip", "{\"a\\tb\":\"\\u001b[2J\"}", "because\\tof\\n\\u001b]0;title\\u0007");
	journal_close(x, true);
}

static void assert_clean(const char *text)
{
	size_t columns = 0;

	for (; *text; text++) {
		columns = *text == '\n' ? 0 : columns + ((*text & 0xc0) != 0x80);
		assert_true(columns <= 100);
		assert_true(*text == '\n' || (unsigned char)*text >= ' ');
		assert_false(*text == '\n' && text[-1] == ' ');
		assert_false((unsigned char)*text == 0xc2 && (unsigned char)text[1] < 0xa0);
	}
}

static void odd_journals_stay_within_the_page(void **state)
{
	struct fixture *x = *state;

	odd_journal(x);
	assert_int_equal(run(x, cmd_report, x->path[0], NULL, NULL, NULL), 0);
	assert_clean(x->out);
	assert_says(x->out, "row  n");
	assert_says(x->out, "row 2      ");
	assert_says(x->out, "a_metric_with_a_name_that_");
	assert_int_equal(run(x, cmd_report, "--all", x->path[0], NULL, NULL), 0);
	assert_clean(x->out);
	assert_int_equal(run(x, cmd_export, x->path[0], NULL, NULL, NULL), 0);
	journal_of_six(x, 0);
	assert_int_equal(run(x, cmd_report, "--all", x->path[0], NULL, NULL), 0);
	assert_clean(x->out);
}

/* Two points with n_params parameters that differ, their values so many characters long. */
static void wide_journal(struct fixture *x, int n_params, int length)
{
	char params[2048];
	int i, p;

	journal_open(x, 0, env_plain);
	for (i = 0; i < 2; i++) {
		strcpy(params, "{");
		for (p = 0; p < n_params; p++)
			snprintf(params + strlen(params), sizeof(params) - strlen(params),
				 "%s\"%c\":\"%.*s%d\"", p ? "," : "", '#' + p, length - 1,
				 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxx", i);
		strcat(params, "}");
		add_sample(x, "alien", params, "{\"a\":1}", "{}", "");
	}
	journal_close(x, true);
}

static void a_table_that_is_too_wide_numbers_its_rows(void **state)
{
	struct fixture *x = *state;

	/* Four labels of 15 and five other columns: 99, which just fits. */
	wide_journal(x, 4, 15);
	assert_int_equal(run(x, cmd_report, x->path[0], NULL, NULL, NULL), 0);
	assert_clean(x->out);
	assert_says(x->out, "xxxxxxxxxxxxxx0  xxxxxxxxxxxxxx0  ");
	wide_journal(x, 4, 20);
	assert_int_equal(run(x, cmd_report, x->path[0], NULL, NULL, NULL), 0);
	assert_clean(x->out);
	assert_says(x->out, "row 1      #=xxxxxxxxxxxxxxxxxxx0 $=");
	assert_says(x->out, "  1  a ");
}

/* Narrow, but more columns than a table has. */
static void too_many_columns_number_their_rows(void **state)
{
	struct fixture *x = *state;

	wide_journal(x, 50, 1);
	assert_int_equal(run(x, cmd_report, x->path[0], NULL, NULL, NULL), 0);
	assert_clean(x->out);
	assert_says(x->out, "row 1      #=0 $=0 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(csv_has_a_row_per_sample_and_empty_cells),
		fixture_test(counters_are_named_by_cohort),
		fixture_test(equal_names_are_told_apart),
		fixture_test(json_has_the_same_columns),
		fixture_test(numbers_have_a_point_in_any_locale),
		fixture_test(hist_rows_merge_the_invocations),
		fixture_test(wrong_usage_exits_2),
		fixture_test(odd_journals_stay_within_the_page),
		fixture_test(a_table_that_is_too_wide_numbers_its_rows),
		fixture_test(too_many_columns_number_their_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
