// SPDX-License-Identifier: GPL-2.0
/* Cases times variants, as one list for cmocka. An argument selects by name, with * and ?. */
#include <stdio.h>
#include <stdlib.h>

#include "tw_test_world.h"

/* One test of cmocka's. */
struct run {
	const struct tw_case *c;
	struct variant variant;
	char name[128];
};

static bool applies(const struct tw_case *c, const struct tw_impl *impl)
{
	switch (c->who) {
	case TW_CORRECT:
		return impl->correct;
	case TW_POSTED:
		return !impl->correct;
	case TW_DIRECT:
		return !strcmp(impl->name, "direct");
	default:
		return true;
	}
}

static void run_one(void **state)
{
	const struct run *run = *state;

	world_begin(&run->variant, run->c->real_irqs);
	run->c->func();
	world_end();
}

static int clean_up(void **state)
{
	world_abandon();
	return 0;
}

/* For every variant, calls each(); returns how many there are. */
static size_t for_all(void (*each)(struct run *run, const struct tw_case *c,
				   const struct variant *v),
		      struct run *runs)
{
	size_t n = 0;

	for (const struct tw_impl *const *impl = tw_impls; *impl; impl++)
		for (const struct tw_alloc_ops *const *ops = (*impl)->allocs; *ops; ops++)
			for (const struct tw_case *const *file = tw_cases; *file; file++)
				for (const struct tw_case *c = *file; c->name; c++)
					if (applies(c, *impl)) {
						each(runs ? &runs[n] : NULL, c,
						     &(struct variant){ *impl, *ops });
						n++;
					}
	return n;
}

static void count(struct run *run, const struct tw_case *c, const struct variant *v)
{
}

static void fill(struct run *run, const struct tw_case *c, const struct variant *v)
{
	run->c = c;
	run->variant = *v;
	snprintf(run->name, sizeof(run->name), "%s/%s: %s", v->impl->name, v->ops->name, c->name);
}

int main(int argc, char **argv)
{
	size_t n = for_all(count, NULL);
	struct run *runs = calloc(n, sizeof(*runs));
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	int failed;

	if (!runs || !tests)
		return 1;
	for_all(fill, runs);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ runs[i].name, run_one, NULL, clean_up, &runs[i] };
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	failed = _cmocka_run_group_tests("tw_test", tests, n, NULL, NULL);
	free(tests);
	free(runs);
	return failed;
}
