/* SPDX-License-Identifier: GPL-2.0 */
/* Damaged journals: each gives its exact error or state; none crashes. */
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

static void whole(void **state)
{
	expect_lines(whole_journal, LINES, JOURNAL_COMPLETE);
}

/* ---- bytes ---- */

static void cut_at_every_byte(void **state)
{
	char *text = join_lines(whole_journal, LINES);
	size_t len = strlen(text), header = strlen(HEADER) + 1;

	for (size_t i = 0; i < len; i++)
		expect_bytes(text, i,
			     i < header		   ? -ENODATA
			     : text[i - 1] == '\n' ? JOURNAL_NO_FOOTER
						   : JOURNAL_TORN);
	free(text);
}

/* A byte that no JSON text holds. The last newline gone: the footer is torn. */
static void foreign_byte_everywhere(void **state)
{
	static const char bytes[] = { '\0', '\x01', '\xff', '\x80', '\n' };
	char *text = join_lines(whole_journal, LINES);
	size_t len = strlen(text);

	for (size_t b = 0; b < N(bytes); b++) {
		for (size_t i = 0; i < len; i++) {
			char old = text[i];

			if (old == bytes[b])
				continue;
			text[i] = bytes[b];
			expect_bytes(text, len, i == len - 1 ? JOURNAL_TORN : -EBADMSG);
			text[i] = old;
		}
	}
	free(text);
}

/* Any byte, anywhere, three at a time: some are harmless, none crashes. */
static void random_bytes(void **state)
{
	char *text = join_lines(whole_journal, LINES), *copy;
	size_t len = strlen(text);
	uint32_t rng = 1;

	copy = malloc(len);
	for (int i = 0; i < 5000; i++) {
		struct journal j;
		char why[300];
		int err;

		memcpy(copy, text, len);
		for (int n = 0; n < 3; n++) {
			rng = rng * 1664525 + 1013904223;
			copy[(rng >> 8) % len] ^= 1 << (rng >> 29);
		}
		err = read_bytes(copy, len, &j, why, sizeof(why));
		assert_true(!err || err == -EBADMSG || err == -EPROTONOSUPPORT || err == -ENODATA);
		if (!err)
			journal_free(&j);
		cases++;
	}
	free(copy);
	free(text);
}

static void tail_after_the_footer(void **state)
{
	static const char *const tails[] = { "x",    " ",	  "{",	       "\n",	   "\r\n",
					     RESUME, FOOTER "\n", SAMPLE "\n", HEADER "\n" };
	char *text = join_lines(whole_journal, LINES), *longer;

	for (size_t i = 0; i < N(tails); i++) {
		assert_true(asprintf(&longer, "%s%s", text, tails[i]) > 0);
		expect(longer, -EBADMSG);
		free(longer);
	}
	free(text);
}

/* What a file system leaves of a write that did not reach the disk. */
static void torn_tail_is_not_looked_at(void **state)
{
	static const char tail[] = "{\"kind\":\0\0\0\xff";
	char *text = join_lines(whole_journal, L_SKIP), *longer;
	size_t len = strlen(text);

	longer = malloc(len + sizeof(tail));
	memcpy(longer, text, len);
	memcpy(longer + len, tail, sizeof(tail));
	expect_bytes(longer, len + sizeof(tail), JOURNAL_TORN);
	free(longer);
	free(text);
}

/* ---- lines ---- */

static int without(int line)
{
	return line == L_FOOTER	  ? JOURNAL_NO_FOOTER
	       : line == L_RESUME ? JOURNAL_COMPLETE
				  : -EBADMSG;
}

static void lines_deleted_and_doubled(void **state)
{
	const char *lines[LINES + 1];

	for (int i = 0; i < LINES; i++) {
		memcpy(lines, whole_journal, i * sizeof(*lines));
		memcpy(lines + i, whole_journal + i + 1, (LINES - i - 1) * sizeof(*lines));
		expect_lines(lines, LINES - 1, without(i));
		memcpy(lines + i, whole_journal + i, (LINES - i) * sizeof(*lines));
		memmove(lines + i + 1, lines + i, (LINES - i) * sizeof(*lines));
		expect_lines(lines, LINES + 1, i == L_RESUME ? JOURNAL_COMPLETE : -EBADMSG);
	}
}

static void lines_swapped(void **state)
{
	const char *lines[LINES];

	for (int i = 0; i < LINES; i++) {
		for (int k = i + 1; k < LINES; k++) {
			memcpy(lines, whole_journal, sizeof(lines));
			lines[i] = whole_journal[k];
			lines[k] = whole_journal[i];
			expect_lines(lines, LINES,
				     i == L_HEADER || k == L_FOOTER ? -EBADMSG : JOURNAL_COMPLETE);
		}
	}
}

static void blank_lines(void **state)
{
	const char *lines[LINES + 1];

	for (int i = 0; i <= LINES; i++) {
		memcpy(lines, whole_journal, i * sizeof(*lines));
		lines[i] = "";
		memcpy(lines + i + 1, whole_journal + i, (LINES - i) * sizeof(*lines));
		expect_lines(lines, LINES + 1, -EBADMSG);
		lines[i] = " \t";
		expect_lines(lines, LINES + 1, -EBADMSG);
	}
}

/* A copied sample would count as a second measurement; without a footer nothing else tells. */
static void sample_twice(void **state)
{
	static const char *const copies[] = { HEADER, SAMPLE, SAMPLE_NOP, ERROR, ERROR, SAMPLE };
	static const char *const errors[] = { HEADER, SAMPLE, SKIP,   SKIP,
					      ERROR,  ERROR,  RESUME, RESUME };

	expect_lines(copies, N(copies), -EBADMSG);
	expect_lines(copies, N(copies) - 1, JOURNAL_NO_FOOTER);
	expect_lines(errors, N(errors), JOURNAL_NO_FOOTER);
}

/* ---- foreign text ---- */

static void foreign_lines(void **state)
{
	static const char *const lines[] = {
		"NaN",
		"[]",
		"{}",
		"null",
		"true",
		"\"kind\"",
		"17",
		"hello",
		"{",
		"}",
		"{]",
		"[" SAMPLE "]",
		SAMPLE SAMPLE,
		SAMPLE ",",
		"," SAMPLE,
		"\xef\xbb\xbf" SAMPLE,
		"// c",
		"# c",
		"{'kind':'skip'}",
		"{kind:\"skip\"}",
		"{\"kind\":\"header\"}",
		"{\"kind\":\"Sample\"}",
		"{\"kind\":\"\"}",
		"{\"kind\":null}",
		"{\"kind\":[\"skip\"]}",
		"{\"kind\":\"skip\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"reason\":\"r\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":NaN}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":Infinity}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":-Infinity}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":1e999}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":99999999999999999999}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":01}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":0x1}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":+1}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":.5}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"r\",\"x\":{\"y\":1,\"y\":2}}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\\u0000\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\\ud800\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\xc0\xaf\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\xed\xa0\x80\"}",
		"{\"kind\":\"skip\",\"bench\":\"b\",\"reason\":\"\x1b[2J\"}",
	};

	for (size_t i = 0; i < N(lines); i++) {
		const char *file[] = { HEADER, lines[i] };

		expect_lines(file, 2, -EBADMSG);
		expect_lines(file + 1, 1, -EBADMSG);
	}
}

static void foreign_files(void **state)
{
	static const char *const whole_files[] = {
		"\n",
		"\n\n",
		"bench,metric\nlatency,1\n",
		"\x7f"
		"ELF\x02\x01\x01\n",
		"[\n{\"a\":1}\n]\n",
		"{\"schema\":\"twbench/1\"}\n",
		"{\"schema\":\"other/3\"}\n",
		"{\"context\":{\"date\":\"x\"},\"benchmarks\":[]}\n",
	};

	expect("", -ENODATA);
	expect("no newline", -ENODATA);
	expect("{\"schema\":\"twbench/1\"}", -ENODATA);
	for (size_t i = 0; i < N(whole_files); i++)
		expect(whole_files[i], -EBADMSG);
}

static void other_schema(void **state)
{
	static const char *const other[] = {
		"{\"kind\":\"header\",\"schema\":\"twbench/2\",\"env\":{},\"args\":[],\"seed\":1}",
		"{\"kind\":\"header\",\"schema\":\"twbench/2\"}",
		"{\"kind\":\"header\",\"schema\":\"twbench/10\"}",
		"{\"kind\":\"header\",\"schema\":\"\"}",
		"{\"kind\":\"header\",\"schema\":\"\xe2\x82\xac\"}",
	};

	for (size_t i = 0; i < N(other); i++) {
		expect_with(L_HEADER, other[i], -EPROTONOSUPPORT);
		expect_lines(&other[i], 1, -EPROTONOSUPPORT);
	}
}

static void long_lines(void **state)
{
	size_t size = JOURNAL_MAX_LINE + 100, header = strlen(HEADER "\n");
	char *text = malloc(header + size);

	assert_non_null(text);
	memcpy(text, HEADER "\n", header);
	memset(text + header, ' ', size);
	expect_bytes(text, header + JOURNAL_MAX_LINE - 1, JOURNAL_TORN);
	expect_bytes(text, header + size, -EBADMSG);
	text[header + size - 1] = '\n';
	expect_bytes(text, header + size, -EBADMSG);
	/* white space is harmless up to the limit */
	memcpy(text + header, SKIP, strlen(SKIP));
	text[header + JOURNAL_MAX_LINE - 1] = '\n';
	expect_bytes(text, header + JOURNAL_MAX_LINE, JOURNAL_NO_FOOTER);
	text[header + JOURNAL_MAX_LINE - 1] = ' ';
	text[header + JOURNAL_MAX_LINE] = '\n';
	expect_bytes(text, header + JOURNAL_MAX_LINE + 1, -EBADMSG);
	free(text);
}

static void deep_nesting(void **state)
{
	size_t n = 1 << 20;
	char *text = malloc(n);

	assert_non_null(text);
	memset(text, '[', n);
	text[n - 1] = '\n';
	expect_bytes(text, n, -EBADMSG);
	free(text);
}

static void directories_and_missing_files(void **state)
{
	struct journal j;
	char why[300];

	assert_int_equal(journal_read("/", &j, why, sizeof(why)), -EISDIR);
	assert_int_equal(journal_read("/nonexistent/x", &j, why, sizeof(why)), -ENOENT);
	assert_non_null(strstr(why, "/nonexistent/x: No such file"));
	assert_int_equal(journal_read("/dev/null", &j, why, sizeof(why)), -ENODATA);
	assert_int_equal(journal_read("/dev/null", &j, NULL, 0), -ENODATA);
	assert_null(j.lines);
}

static int at_least_200(void **state)
{
	print_message("%u damaged journals\n", cases);
	return cases < 200;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(foreign_byte_everywhere),
		cmocka_unit_test(random_bytes),
		cmocka_unit_test(tail_after_the_footer),
		cmocka_unit_test(torn_tail_is_not_looked_at),
		cmocka_unit_test(lines_deleted_and_doubled),
		cmocka_unit_test(lines_swapped),
		cmocka_unit_test(blank_lines),
		cmocka_unit_test(sample_twice),
		cmocka_unit_test(foreign_lines),
		cmocka_unit_test(foreign_files),
		cmocka_unit_test(other_schema),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(deep_nesting),
		cmocka_unit_test(directories_and_missing_files),
	};

	return cmocka_run_group_tests_name("journal_damage", tests, NULL, at_least_200);
}
