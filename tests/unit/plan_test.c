/* SPDX-License-Identifier: GPL-2.0 */
/* What will be measured, and in which order: points of sweeps, rounds, seeds, budget, misfits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <math.h>

#include "needs.h"
#include "params.h"
#include "plan.h"

static void fire(struct worker *w, uint64_t due)
{
}

static const struct trigger quick = { .name = "quick", .fire = fire };
static const struct trigger kernel = { .name = "kernel" };
static const struct trigger slow = { .name = "slow", .max_rate = 500 };
static const struct trigger deadly = { .name = "deadly", .needs = NEEDS_GUEST };
const struct trigger *const triggers[] = { &quick, &kernel, &slow, &deadly, NULL };

static const struct opt alpha_opts[] = {
	OPT_ROW_TRIGGER("quick kernel", "quick", "quick kernel slow"),
	OPT_ROW_ARRIVAL("poisson max", "poisson", "constant poisson max"),
	OPT_ROW_RATE("100 1000", "100"),
	{ 0 },
};
static const struct bench alpha = { .name = "alpha", .opts = alpha_opts };

static const struct opt beta_opts[] = {
	{ .name = "x", .type = OPT_U64, .min = 1, .max = 100, .def = { "1 2 3" } },
	{ .name = "rate", .type = OPT_U64, .min = 1, .max = 50, .def = { "7" } },
	{ 0 },
};

static unsigned int guest_from_50(const json_t *params)
{
	return json_integer_value(json_object_get(params, "x")) >= 50 ? NEEDS_GUEST : 0;
}

static const struct bench beta = { .name = "beta", .opts = beta_opts, .needs_of = guest_from_50 };

static const struct opt no_opts[] = { { 0 } };
static const struct bench bare = { .name = "bare", .opts = no_opts };
static const struct bench fatal = { .name = "fatal", .opts = no_opts, .needs = NEEDS_GUEST };

/* Not every combination is worth the time of a profile: y only with the same x, but in full. */
static bool same_or_full(const json_t *params, enum profile p)
{
	return p == PROFILE_FULL ||
	       json_equal(json_object_get(params, "x"), json_object_get(params, "y"));
}

static const struct opt thin_opts[] = {
	{ .name = "x", .type = OPT_U64, .min = 1, .max = 9, .def = { "1 2" } },
	{ .name = "y", .type = OPT_U64, .min = 1, .max = 9, .def = { "1 2" }, .swept = same_or_full },
	{ 0 },
};
static const struct bench thin = { .name = "thin", .opts = thin_opts };

const struct bench *const benches[] = { &alpha, &beta, &bare, &fatal, &thin, NULL };

/* ---- making ---- */

static struct plan plan;
static char why[256];

static int free_plan(void **state)
{
	plan_free(&plan);
	return 0;
}

/* values: JSON with ' for " */
static int try(struct plan_request r, const char *bench, const char *values)
{
	const char *const names[] = { bench, NULL };
	char text[512], *p;
	int err;

	snprintf(text, sizeof(text), "%s", values ? values : "{}");
	for (p = text; (p = strchr(p, '\'')); p++)
		*p = '"';
	r.benches = names;
	r.values = json_loads(text, 0, NULL);
	assert_non_null(r.values);
	plan_free(&plan);
	err = plan_make(&r, &plan, why, sizeof(why));
	json_decref(r.values);
	return err;
}

static void make(struct plan_request r, const char *bench, const char *values)
{
	if (try(r, bench, values))
		fail_msg("%s", why);
}

static void expect_points(const char *const *labels)
{
	char label[160];
	size_t n = 0;

	for (; labels[n]; n++) {
		assert_true(n < plan.n_points);
		point_label(&plan.points[n], label, sizeof(label));
		assert_string_equal(label, labels[n]);
	}
	assert_int_equal(plan.n_points, n);
}

#define POINTS(...) expect_points((const char *const[]){ __VA_ARGS__, NULL })

/* ---- points ---- */

/* A rate beside arrival=max, or an arrival where no worker fires, would measure one point twice. */
static void sweeps_without_points_that_mean_the_same(void **state)
{
	make((struct plan_request){ .profile = PROFILE_SMOKE }, "alpha", NULL);
	POINTS("alpha quick poisson rate=100", "alpha quick poisson rate=1000", "alpha quick max",
	       "alpha kernel rate=100", "alpha kernel rate=1000");
	make((struct plan_request){ .profile = PROFILE_QUICK }, "alpha", NULL);
	POINTS("alpha quick poisson rate=100");
	make((struct plan_request){ .profile = PROFILE_FULL }, "alpha", NULL);
	assert_int_equal(plan.n_points, 2 * 2 + 1 + 2 + 2);
}

static void values_replace_the_profile(void **state)
{
	make((struct plan_request){ 0 }, "beta", "{'x': ['5', '9', '5'], 'rate': ['50']}");
	POINTS("beta x=5 rate=50", "beta x=9 rate=50");
	make((struct plan_request){ 0 }, "beta", "{'x': ['5'], 'beta.x': ['6']}");
	POINTS("beta x=6 rate=7");
}

/* A value that nothing would look at is a mistake. */
static void values_that_nothing_takes(void **state)
{
	static const char *const cases[][2] = {
		{ "bare", "{'x': ['5']}" },
		{ "beta", "{'beta.x': ['6'], 'alpha.rate': ['7']}" },
		{ "beta", "{'bet.x': ['6']}" },
		{ "beta", "{'betax': ['6']}" },
		{ "beta", "{'beta.rates': ['6']}" },
		{ NULL, "{'gamma': ['6']}" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(try((struct plan_request){ 0 }, cases[i][0], cases[i][1]),
				 -EINVAL);
		assert_non_null(strstr(why, "no chosen bench has the parameter '"));
	}
	make((struct plan_request){ 0 }, NULL, "{'alpha.rate': ['5'], 'x': ['5']}");
}

/* A bare name means every bench that has such a row, and must be in the range of each. */
static void a_bare_name_is_for_every_bench(void **state)
{
	make((struct plan_request){ .profile = PROFILE_QUICK }, NULL, "{'rate': ['50']}");
	POINTS("alpha quick poisson rate=50", "beta x=1 rate=50", "beta x=2 rate=50",
	       "beta x=3 rate=50", "bare", "fatal", "thin x=1 y=1", "thin x=2 y=2");
	assert_int_equal(try((struct plan_request){ 0 }, NULL, "{'rate': ['51']}"), -EINVAL);
	assert_string_equal(why, "rate '51': must be 1..50");
	make((struct plan_request){ 0 }, NULL, "{'alpha.rate': ['51']}");
	assert_int_equal(try((struct plan_request){ 0 }, "alpha", "{'trigger': ['none']}"),
			 -EINVAL);
	assert_string_equal(why, "trigger 'none': must be quick|kernel|slow|deadly");
	assert_null(plan.points);
	assert_null(plan.items);
}

static void profiles_and_requests(void **state)
{
	static const char *const names[] = { "smoke", "quick", "full" };

	for (int p = 0; p < PROFILES; p++) {
		assert_string_equal(profiles[p].name, names[p]);
		make((struct plan_request){ .profile = p, .seed = 5 }, "bare", NULL);
		assert_int_equal(plan.invocations, profiles[p].invocations);
		assert_int_equal(plan.n_items, profiles[p].invocations);
		assert_int_equal(plan.window_ns, llround(profiles[p].window_s * 1e9));
		assert_int_equal(plan.seed, 5);
	}
	make((struct plan_request){ .invocations = 3, .window_s = 0.004 }, "bare", NULL);
	assert_int_equal(plan.n_items, 3);
	assert_int_equal(plan.window_ns, 4000000);
	assert_true(plan_point_s(&plan, plan.points) > (plan.window_ns + plan.warmup_ns) / 1e9);
	assert_true(fabs(plan_total_s(&plan) - 3 * plan_point_s(&plan, plan.points)) < 1e-9);
}

/* ---- misfits ---- */

static void expect_unfit(const char *reason)
{
	for (size_t i = 0; i < plan.n_points; i++)
		if (!strstr(plan.points[i].unfit, reason))
			fail_msg("'%s' is not about '%s'", plan.points[i].unfit, reason);
	assert_int_equal(plan.n_items, 0);
}

/* Wherever a need comes from: it is a reason, not an error, and nothing is planned. */
static void unmet_needs(void **state)
{
	if (!needs_check(NEEDS_GUEST, why, sizeof(why)))
		skip();
	make((struct plan_request){ 0 }, "fatal", NULL);
	assert_int_equal(plan.points[0].needs, NEEDS_GUEST);
	expect_unfit("not a disposable guest");
	make((struct plan_request){ 0 }, "alpha", "{'trigger': ['deadly']}");
	assert_int_equal(plan.n_points, 2);
	expect_unfit("not a disposable guest");
	make((struct plan_request){ 0 }, "beta", "{'x': ['50']}");
	expect_unfit("not a disposable guest");
	/* its neighbours are measured */
	make((struct plan_request){ .invocations = 4 }, "beta", "{'x': ['49', '50', '51']}");
	assert_int_equal(plan.n_points, 3);
	assert_int_equal(plan.n_items, 4);
	for (size_t i = 0; i < plan.n_items; i++)
		assert_int_equal(plan.items[i].point, 0);
}

static void faster_than_the_trigger(void **state)
{
	make((struct plan_request){ .invocations = 1 }, "alpha",
	     "{'trigger': ['slow'], 'rate': ['500', '501']}");
	POINTS("alpha slow rate=500", "alpha slow rate=501");
	assert_string_equal(plan.points[0].unfit, "");
	assert_string_equal(plan.points[1].unfit,
			    "trigger slow delivers at most 500 per second and CPU");
	assert_int_equal(plan.n_items, 1);
	assert_int_equal(plan.items[0].point, 0);
	make((struct plan_request){ 0 }, "alpha", "{'trigger': ['slow'], 'rate': ['501']}");
	expect_unfit("at most 500");
}

/* ---- order ---- */

#define ROUNDS 600

static void make_order(uint64_t seed)
{
	make((struct plan_request){ .profile = PROFILE_SMOKE,
				    .invocations = ROUNDS,
				    .seed = seed,
				    .window_s = 0.1 },
	     "alpha", NULL);
	assert_int_equal(plan.n_points, 5);
	assert_int_equal(plan.n_items, 5 * ROUNDS);
}

/* Every round holds each point once; each point comes in each place equally often. */
static void rounds_are_whole_and_fair(void **state)
{
	unsigned int at[5][5] = { 0 };

	make_order(1);
	for (unsigned int r = 0; r < ROUNDS; r++) {
		unsigned int seen = 0;

		for (unsigned int i = 0; i < 5; i++) {
			const struct item *item = &plan.items[5 * r + i];

			assert_int_equal(item->invocation, r);
			seen |= 1U << item->point;
			at[item->point][i]++;
		}
		assert_int_equal(seen, 0x1f);
	}
	/* 120 expected; 5 standard deviations are 49 */
	for (int p = 0; p < 5; p++)
		for (int i = 0; i < 5; i++)
			assert_in_range(at[p][i], 71, 169);
}

static void rounds_differ(void **state)
{
	unsigned int same = 0;

	make_order(1);
	for (unsigned int r = 1; r < ROUNDS; r++) {
		const struct item *a = &plan.items[5 * r], *b = a - 5;
		unsigned int equal = 0;

		for (unsigned int i = 0; i < 5; i++)
			equal += a[i].point == b[i].point;
		same += equal == 5;
	}
	/* 1 of 120 by chance */
	assert_in_range(same, 0, 20);
}

static unsigned int differences(const struct item *a, const struct item *b)
{
	unsigned int n = 0;

	for (size_t i = 0; i < 5 * ROUNDS; i++)
		n += memcmp(&a[i], &b[i], sizeof(*a)) != 0;
	return n;
}

static void the_seed_fixes_the_order(void **state)
{
	struct item *first = malloc(5 * ROUNDS * sizeof(*first));

	assert_non_null(first);
	make_order(1);
	memcpy(first, plan.items, 5 * ROUNDS * sizeof(*first));
	make_order(1);
	assert_int_equal(differences(first, plan.items), 0);
	for (uint64_t seed = 2; seed < 6; seed++) {
		make_order(seed);
		/* 4 of 5 places differ by chance */
		assert_true(differences(first, plan.items) > 5 * ROUNDS / 2);
	}
	free(first);
}

/* ---- budget ---- */

/* Whole rounds: no point loses more than another. */
static void budgets(void **state)
{
	struct plan_request r = { .invocations = 10, .window_s = 0.5 };
	double round_s;

	make(r, "beta", NULL);
	round_s = 3 * plan_point_s(&plan, plan.points);
	for (unsigned int rounds = 1; rounds < 10; rounds++) {
		r.budget_s = (rounds + 0.5) * round_s;
		make(r, "beta", NULL);
		assert_int_equal(plan.invocations, rounds);
		assert_int_equal(plan.n_items, 3 * rounds);
		assert_true(plan_total_s(&plan) <= r.budget_s);
	}
	r.budget_s = 100 * round_s;
	make(r, "beta", NULL);
	assert_int_equal(plan.invocations, 10);
	r.budget_s = 0.99 * round_s;
	assert_int_equal(try(r, "beta", NULL), -EINVAL);
	assert_non_null(strstr(why, "each of the 3 points"));
	assert_null(plan.points);
}

/* What is not measured costs nothing. */
static void budget_of_what_fits(void **state)
{
	struct plan_request r = { .invocations = 10 };

	make(r, "alpha", "{'trigger': ['slow'], 'rate': ['100', '1000']}");
	r.budget_s = 2.5 * plan_point_s(&plan, plan.points);
	make(r, "alpha", "{'trigger': ['slow'], 'rate': ['100', '1000']}");
	assert_int_equal(plan.n_items, 2);
	make(r, "alpha", "{'trigger': ['slow'], 'rate': ['1000']}");
	assert_int_equal(plan.n_items, 0);
}

static void labels_fit_their_buffer(void **state)
{
	char label[12];

	make((struct plan_request){ 0 }, "alpha", NULL);
	memset(label, 'x', sizeof(label));
	point_label(&plan.points[0], label, sizeof(label) - 1);
	assert_string_equal(label, "alpha quic");
	assert_int_equal(label[11], 'x');
	plan_free(&(struct plan){ 0 });
}

static void points_that_are_called_for(void **state)
{
	make((struct plan_request){ .invocations = 3 }, "beta",
	     "{'only': ['beta x=3 rate=7', 'beta x=1 rate=7']}");
	POINTS("beta x=1 rate=7", "beta x=3 rate=7");
	assert_int_equal(plan.n_items, 6);
	assert_int_not_equal(
		try((struct plan_request){ 0 }, "beta", "{'only': ['beta x=4 rate=7']}"), 0);
	assert_non_null(strstr(why, "--only 'beta x=4 rate=7'"));
}

/* A profile leaves combinations out; what the command line says is done. */
static void combinations_of_a_profile(void **state)
{
	make((struct plan_request){ .profile = PROFILE_QUICK }, "thin", NULL);
	assert_int_equal(plan.n_points, 2);
	make((struct plan_request){ .profile = PROFILE_FULL }, "thin", NULL);
	assert_int_equal(plan.n_points, 4);
	make((struct plan_request){ .profile = PROFILE_QUICK }, "thin", "{'y':['2']}");
	assert_int_equal(plan.n_points, 2);
	make((struct plan_request){ .profile = PROFILE_QUICK }, "thin", "{'x':['1','2','3']}");
	assert_int_equal(plan.n_points, 2);
}

#define TEST(f) cmocka_unit_test_teardown(f, free_plan)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(combinations_of_a_profile),
		TEST(sweeps_without_points_that_mean_the_same),
		TEST(values_replace_the_profile),
		TEST(values_that_nothing_takes),
		TEST(a_bare_name_is_for_every_bench),
		TEST(profiles_and_requests),
		TEST(unmet_needs),
		TEST(faster_than_the_trigger),
		TEST(rounds_are_whole_and_fair),
		TEST(rounds_differ),
		TEST(the_seed_fixes_the_order),
		TEST(budgets),
		TEST(budget_of_what_fits),
		TEST(labels_fit_their_buffer),
		TEST(points_that_are_called_for),
	};

	return cmocka_run_group_tests_name("plan", tests, NULL, NULL);
}
