// SPDX-License-Identifier: GPL-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "slab.h"

static struct slab_stats before, after;

static int parse(const char *text, struct slab_stats *s)
{
	FILE *f = fmemopen((void *)text, strlen(text), "r");
	int err = slab_parse(f, s);

	fclose(f);
	return err;
}

#define HEAD \
	"slabinfo - version: 2.1\n" \
	"# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab> : x\n"

static void reads_caches_and_skips_the_heading(void **state)
{
	assert_int_equal(parse(HEAD "kmalloc-cg-128  4416 4448  128   32    1 : tunables 0 0 0\n"
				    "dentry            17   42  192   21    1 : tunables 0 0 0\n",
			       &before),
			 0);
	assert_int_equal(before.n, 2);
	assert_int_equal(slab_find(&before, "kmalloc-cg-128")->active, 4416);
	assert_int_equal(slab_find(&before, "kmalloc-cg-128")->size, 128);
	assert_int_equal(slab_find(&before, "dentry")->active, 17);
	assert_null(slab_find(&before, "kmalloc-cg"));
}

static void refuses_what_is_no_slabinfo(void **state)
{
	assert_int_not_equal(parse(HEAD, &before), 0);
	assert_int_not_equal(parse("", &before), 0);
}

#define CACHES(a, b, c) \
	HEAD "kmalloc-96 " a " 9999 96 42 1 : t\n" \
	     "kmalloc-cg-128 " b " 9999 128 32 1 : t\n" \
	     "dentry " c " 9999 192 21 1 : t\n"

static void expect_grown(const char *from, const char *to, const char *name)
{
	const struct slab_cache *c;

	assert_int_equal(parse(from, &before), 0);
	assert_int_equal(parse(to, &after), 0);
	c = slab_grown(&before, &after, 1000);
	if (!name)
		assert_null(c);
	else
		assert_string_equal(c->name, name);
}

static void finds_the_cache_that_grew_by_as_many(void **state)
{
	expect_grown(CACHES("100", "100", "100"), CACHES("1400", "1050", "1100"), "kmalloc-cg-128");
	expect_grown(CACHES("100", "100", "100"), CACHES("1000", "1450", "100"), "kmalloc-96");
}

/* A neighbour's growth, or somebody's dentries, are not ours. */
static void says_nothing_when_it_cannot_tell(void **state)
{
	expect_grown(CACHES("100", "100", "100"), CACHES("100", "100", "1100"), NULL);
	expect_grown(CACHES("100", "100", "100"), CACHES("849", "1601", "100"), NULL);
	expect_grown(CACHES("1100", "100", "100"), CACHES("100", "100", "100"), NULL);
	expect_grown(CACHES("100", "100", "100"), CACHES("850", "100", "100"), "kmalloc-96");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_caches_and_skips_the_heading),
		cmocka_unit_test(refuses_what_is_no_slabinfo),
		cmocka_unit_test(finds_the_cache_that_grew_by_as_many),
		cmocka_unit_test(says_nothing_when_it_cannot_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
