/* SPDX-License-Identifier: GPL-2.0 */
/* The recipe of a cover letter: written, sent by mail, and read. */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "letter_fixture.h"
#include "recipe_read.h"

static int read_text(struct recipe *r, const char *text)
{
	char why[300] = "";
	int err = recipe_read(r, text, strlen(text), why, sizeof(why));

	assert_int_equal(err == 0, why[0] == '\0');
	assert_null(strchr(why, '\n'));
	return err;
}

static void assert_read(const char *text, int want, const char *part)
{
	struct recipe r;
	char why[300] = "";

	assert_int_equal(recipe_read(&r, text, strlen(text), why, sizeof(why)), want);
	assert_non_null(strstr(why, part));
	recipe_free(&r);
}

/* ---- round trips ---- */

static void odd_arguments_come_back(void **state)
{
	static const char *const odd[] = { "two words", "50%", "%41",	"",   "t\tab", "h\xc3\xbc",
					   "a+=b",	"=",   "+=x",	"a=", "> x",   "\r\n",
					   "check=0",	"~",   "arg=x", "-o", "\x7f" };
	json_t *args = json_pack("[s]", "run");
	char line[301] = "";
	struct recipe r;
	struct letter l;
	char *text;

	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		json_array_append_new(args, json_string(odd[i]));
	for (size_t n = 60; n <= 300; n += 7) {
		memset(line, n % 2 ? 'x' : ' ', n);
		line[n] = '\0';
		json_array_append_new(args, json_string(line));
	}
	make(&l, args);
	text = write_recipe(&l);
	assert_int_equal(read_text(&r, text), 0);
	assert_true(json_equal(recipe_words(&r, "arg"), l.args));
	for (char *at = text, *end; *at; at = end + 1) {
		end = strchr(at, '\n');
		assert_true(end - at <= COVER_WIDTH);
	}
	recipe_free(&r);
	free(text);
	drop(&l);
}

static void what_a_letter_says_of_itself(void **state)
{
	struct recipe r;
	char *text = plain_recipe();

	assert_int_equal(read_text(&r, text), 0);
	assert_string_equal(recipe_word(&r, "commit"), "0123456789ab");
	assert_string_equal(recipe_word(&r, "version"), "0.1.0");
	assert_string_equal(recipe_word(&r, "seed"), "7");
	assert_string_equal(recipe_word(&r, "base"), HASH_A);
	assert_string_equal(recipe_word(&r, "head"), HASH_B);
	assert_null(recipe_word(&r, "floor"));
	assert_null(recipe_word(&r, "treatment"));
	assert_null(recipe_word(&r, "machine"));
	assert_int_equal(recipe_sides(&r), RECIPE_JOURNALS);
	recipe_free(&r);
	free(text);
}

static void what_is_not_usual_is_said(void **state)
{
	struct recipe r;
	struct letter l;
	char why[100], *text;

	make(&l, json_pack("[ss]", "run", "latency"));
	json_decref(l.c.opts.treatment.fields);
	treatment_parse(&l.c.opts.treatment, "kernel,turbo", why, sizeof(why));
	l.c.opts.floor = 0.025;
	l.c.opts.decide.alpha = 0.05;
	text = write_recipe(&l);
	assert_int_equal(read_text(&r, text), 0);
	assert_string_equal(recipe_word(&r, "treatment"), "kernel,turbo");
	assert_string_equal(recipe_word(&r, "base-kernel"), "6.18.1");
	assert_string_equal(recipe_word(&r, "head-kernel"), "6.18.1");
	assert_null(recipe_word(&r, "base-commit"));
	assert_string_equal(recipe_word(&r, "floor"), "2.5");
	assert_string_equal(recipe_word(&r, "alpha"), "0.05");
	assert_null(recipe_word(&r, "level"));
	recipe_free(&r);
	free(text);
	drop(&l);
}

static void parts_of_one_journal(void **state)
{
	struct recipe r;
	struct letter l;
	char *text;

	make(&l, json_pack("[ss]", "run", "latency"));
	l.c.head.journals = &l.base;
	json_object_set_new(l.c.base.select, "impl", json_string("a"));
	json_object_set_new(l.c.head.select, "impl", json_string("b c"));
	text = write_recipe(&l);
	assert_int_equal(read_text(&r, text), 0);
	assert_string_equal(recipe_word(&r, "base-select"), "impl=a");
	assert_string_equal(recipe_word(&r, "head-select"), "impl=b c");
	assert_int_equal(recipe_sides(&r), RECIPE_SELECTIONS);
	recipe_free(&r);
	free(text);
	drop(&l);
}

/* ---- claims ---- */

static void who_claims(void **state)
{
	struct recipe r;
	struct letter l;
	char *text;

	make(&l, json_pack("[ss]", "run", "latency"));
	add_row(&l, VERDICT_INCONCLUSIVE, 0.5, false);
	add_row(&l, VERDICT_REGRESSION, 0.6, true);
	text = write_recipe(&l);
	assert_int_equal(read_text(&r, text), 0);
	assert_int_equal(r.n_claims, 2);
	assert_int_equal(r.claims[0].kind, CLAIM_REGRESSION);
	assert_true(fabs(r.claims[0].value - 0.0512345) < 1e-5);
	assert_true(fabs(r.claims[0].lo - 0.0412345) < 1e-5);
	assert_int_equal(r.claims[1].kind, CLAIM_EQUIVALENT);
	assert_true(isnan(r.claims[1].floor));
	assert_string_not_equal(r.claims[0].id, r.claims[1].id);
	recipe_free(&r);
	free(text);
	drop(&l);
}

static void claims_come_back(void **state)
{
	struct claim c = { .id = "01234567",
			   .kind = CLAIM_CHANGED,
			   .difference = true,
			   .value = -1.5e-7,
			   .lo = -2e-7,
			   .hi = 0,
			   .floor = 0.002 };
	struct claim got;
	char text[CLAIM_MAX];

	claim_text(text, &c);
	assert_string_equal(text, "01234567:Cd:-1.5e-07:-2e-07:0:0.002");
	assert_int_equal(claim_parse(&got, text), 0);
	assert_true(got.difference && got.value == c.value && got.floor == c.floor);
	c.difference = false;
	c.floor = NAN;
	c.value = c.lo = c.hi = -0.6412;
	claim_text(text, &c);
	assert_string_equal(text, "01234567:C:-64.12:-64.12:-64.12");
	assert_int_equal(claim_parse(&got, text), 0);
	assert_true(isnan(got.floor) && fabs(got.value - c.value) < 1e-12);
}

static void bad_claims(void **state)
{
	static const char *const bad[] = {
		"",
		"01234567",
		"01234567:",
		"01234567:R",
		"01234567:R:1:0",
		"01234567:R:1:0:2:",
		"01234567:R:1:0:2x",
		"0123456:R:1:0:2",
		"01234567:X:1:0:2",
		"01234567:R:nan:0:2",
		"01234567:R:3:0:2",
		"01234567:R:1:0:inf",
		"01234567:R:1:0:2:3:4",
		"0123456g:R:1:0:2",
		"01234567:Rx:1:0:2",
		"01234567:R:1:0:2:-1",
	};
	struct claim c;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(claim_parse(&c, bad[i]), -EINVAL);
}

static char *id_of(const struct letter *l, char id[SHORT_HASH_SIZE], const char *metric)
{
	assert_int_equal(row_id(id, &l->c.base, &l->points[0], metric), 0);
	return id;
}

static void cpus_are_no_identity_unless_they_vary(void **state)
{
	char a[SHORT_HASH_SIZE], b[SHORT_HASH_SIZE];
	struct letter l;
	json_t *params;

	make(&l, json_pack("[ss]", "run", "latency"));
	params = json_object_get(l.points[0].id, "params");
	id_of(&l, a, "x");
	json_object_set_new(params, "cpus", json_string("0-7"));
	assert_string_equal(id_of(&l, b, "x"), a);
	json_object_set_new(params, "rate", json_integer(2000));
	assert_string_not_equal(id_of(&l, b, "x"), a);
	id_of(&l, a, "x");
	l.points[1].id =
		json_pack("{ss s{si ss}}", "bench", "latency", "params", "rate", 1000, "cpus", "0");
	l.c.base.n_points = 2;
	assert_string_not_equal(id_of(&l, b, "x"), a);
	json_decref(l.points[1].id);
	drop(&l);
}

/* ---- mails ---- */

/* Every line of text with something before and behind it, amid other lines; new. */
static char *mail(const char *text, const char *before, const char *behind)
{
	char *out = NULL;
	size_t size;
	FILE *f = open_memstream(&out, &size);

	fprintf(f, "Subject: x\n\nThe recipe (twbench-repro/1) is below.\n");
	fprintf(f, "twbench-repro/1 is what repro reads\n\n");
	for (const char *at = text, *end; (end = strchr(at, '\n')); at = end + 1)
		fprintf(f, "%s%.*s%s\n", before, (int)(end - at), at, behind);
	fprintf(f, "%s\n%s  indented=1 afterwards\n-- \nme\n", before, before);
	fclose(f);
	return out;
}

static void recipes_in_mails(void **state)
{
	static const char *const before[] = { "", "> ", ">", ">> ", "> > ", "| ", "    ", "\t" };
	static const char *const behind[] = { "", "\r", "   ", " \t\r" };
	char *text = plain_recipe(), *m;
	struct recipe r;

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		for (size_t k = 0; k < sizeof(behind) / sizeof(behind[0]); k++) {
			m = mail(text, before[i], behind[k]);
			assert_int_equal(read_text(&r, m), 0);
			assert_int_equal(r.n_claims, 2);
			assert_int_equal(json_array_size(recipe_words(&r, "arg")), 4);
			assert_null(recipe_word(&r, "indented"));
			recipe_free(&r);
			free(m);
		}
	}
	free(text);
}

/* Some put a blank behind the mark only where there is none. */
static void a_blank_that_is_not_behind_each_mark(void **state)
{
	char *text = plain_recipe(), *m = NULL;
	struct recipe r;
	size_t size;
	FILE *f = open_memstream(&m, &size);

	for (const char *at = text, *end; (end = strchr(at, '\n')); at = end + 1)
		fprintf(f, ">%s%.*s\n", *at == ' ' ? "" : " ", (int)(end - at), at);
	fclose(f);
	assert_int_equal(read_text(&r, m), 0);
	recipe_free(&r);
	free(m);
	free(text);
}

static void any_damage_is_seen(void **state)
{
	char *text = plain_recipe();
	size_t n = strlen(text);
	struct recipe r;

	for (size_t i = 0; i + 1 < n; i++) {
		char was = text[i];

		text[i] = was == 'x' ? 'y' : 'x';
		assert_int_not_equal(read_text(&r, text), 0);
		recipe_free(&r);
		text[i] = was;
	}
	for (size_t i = 0; i + 1 < n; i++) {
		char *part = strndup(text, i);

		assert_int_not_equal(read_text(&r, part), 0);
		recipe_free(&r);
		free(part);
	}
	assert_int_equal(read_text(&r, text), 0);
	recipe_free(&r);
	free(text);
}

static void lines_that_are_gone(void **state)
{
	char *text = plain_recipe(), *second = strchr(text, '\n') + 1;
	char *third = strchr(second, '\n') + 1;

	memmove(second, third, strlen(third) + 1);
	assert_read(text, -EBADMSG, "damaged");
	free(text);
}

/* A reply may quote its own letter, and a thread quote both. */
static void copies_in_one_mail(void **state)
{
	char *text = plain_recipe(), *quoted = mail(text, "> > ", "\r"), *both, *other;
	struct recipe r;
	struct letter l;

	assert_true(asprintf(&both, "%s\n%s\n%s", text, quoted, text) > 0);
	assert_int_equal(read_text(&r, both), 0);
	assert_int_equal(r.n_claims, 2);
	assert_int_equal(json_array_size(recipe_words(&r, "arg")), 4);
	recipe_free(&r);
	free(both);
	make(&l, json_pack("[sss]", "run", "latency", "-q"));
	other = write_recipe(&l);
	drop(&l);
	assert_true(asprintf(&both, "%s\n%s\n%s", text, text, other) > 0);
	assert_read(both, -EBADMSG, "3 recipes");
	free(both);
	*strstr(quoted, "seed=7") = 'S';
	assert_true(asprintf(&both, "%s\n%s", text, quoted) > 0);
	assert_read(both, -EBADMSG, "2 recipes");
	free(both);
	assert_true(asprintf(&both, "%s\n%s", quoted, text) > 0);
	assert_read(both, -EBADMSG, "2 recipes");
	free(both);
	free(other);
	free(quoted);
	free(text);
}

static void assert_env(const char *field, const char *value, int want)
{
	char why[300] = "", *text;
	struct letter l;
	struct recipe r;

	make(&l, json_pack("[ss]", "run", "latency"));
	l.c.head.n_journals = 0;
	l.c.n_rows = 0;
	json_object_set_new(json_object_get(l.base.header, "env"), field, json_string(value));
	text = write_recipe(&l);
	assert_int_equal(recipe_read(&r, text, strlen(text), why, sizeof(why)), want);
	recipe_free(&r);
	free(text);
	drop(&l);
}

static void what_a_terminal_or_a_shell_obeys(void **state)
{
	assert_env("kernel_release", "6.18.1+", 0);
	assert_env("kernel_release", "6.18\x1b[31m", -EBADMSG);
	assert_env("twbench_version", "1\nx", -EBADMSG);
	assert_env("machine_id_hash", "1\xc2\x9b", -EBADMSG);
	assert_env("twbench_commit", "v1.0-3-g0123456789ab-dirty", 0);
	assert_env("twbench_commit", "1;ls", -EBADMSG);
	assert_env("twbench_commit", "$(ls)", -EBADMSG);
}

static void a_mail_that_goes_on(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	fputs("twbench-repro/1 a=b", f);
	for (size_t i = 0; i < 200000; i++)
		fputs(" a+=b", f);
	fclose(f);
	assert_read(text, -EBADMSG, "longer than any letter");
	free(text);
}

static void what_is_no_recipe(void **state)
{
	assert_read("", -ENODATA, "no recipe");
	assert_read("Hello,\n\ntwbench-repro/1 is fine\n", -ENODATA, "no recipe");
	assert_read("twbench-repro/2 commit=1 new=2\n", -EPROTONOSUPPORT, "version 2");
	assert_read("twbench-repro/12 commit=1\n", -EPROTONOSUPPORT, "version 12");
	assert_read("twbench-repro/1 commit=3D1 version=3D2\n", -EBADMSG, "quoted-printable");
	assert_read("twbench-repro/1\n", -EBADMSG, "damaged");
	assert_read("twbench-repro/1 a=b\n  c+=d\n", -EBADMSG, "line 2");
	assert_read("twbench-repro/1 a=b\n  A=d\n", -EBADMSG, "line 2");
	assert_read("twbench-repro/1 a=%4\n", -EBADMSG, "line 1");
	assert_read("twbench-repro/1 a=%00\n", -EBADMSG, "line 1");
	assert_read("twbench-repro/1 a=\xff\n", -EBADMSG, "line 1");
	assert_read("twbench-repro/1 a=%FF\n  b=c\n", -EBADMSG, "UTF-8");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(odd_arguments_come_back),
		cmocka_unit_test(what_a_letter_says_of_itself),
		cmocka_unit_test(what_is_not_usual_is_said),
		cmocka_unit_test(parts_of_one_journal),
		cmocka_unit_test(who_claims),
		cmocka_unit_test(claims_come_back),
		cmocka_unit_test(bad_claims),
		cmocka_unit_test(cpus_are_no_identity_unless_they_vary),
		cmocka_unit_test(recipes_in_mails),
		cmocka_unit_test(a_blank_that_is_not_behind_each_mark),
		cmocka_unit_test(any_damage_is_seen),
		cmocka_unit_test(lines_that_are_gone),
		cmocka_unit_test(copies_in_one_mail),
		cmocka_unit_test(what_a_terminal_or_a_shell_obeys),
		cmocka_unit_test(a_mail_that_goes_on),
		cmocka_unit_test(what_is_no_recipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
