// SPDX-License-Identifier: GPL-2.0
/* twbench run --against, --confirm: what there is to say before anything is measured. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "env.h"
#include "exit_code.h"
#include "plan_args.h"
#include "run.h"
#include "run_fresh.h"

#define WHO "twbench run"

bool run_wants_verdict(const struct run_args *a)
{
	return a->verdict.against || a->verdict.confirm;
}

/* ---- options ---- */

static int usage(const char *text)
{
	fprintf(stderr, WHO ": %s\n", text);
	return EXIT_USAGE;
}

static bool is_no_file(const char *path)
{
	struct stat st;

	return path && (!strcmp(path, "-") || (!stat(path, &st) && !S_ISREG(st.st_mode)));
}

static bool has_two_impls(const struct run_args *a)
{
	const json_t *impls = json_object_get(a->values, "impl");

	return json_array_size(impls) == 2 &&
	       !json_equal(json_array_get(impls, 0), json_array_get(impls, 1));
}

int run_verdict_usage(const struct run_args *a)
{
	const struct run_verdict *v = &a->verdict;

	if (!run_wants_verdict(a) && (v->given || v->with.n_words))
		return usage("nothing to compare with: --against BASE, or --confirm");
	if (v->confirm && !v->against && !has_two_impls(a))
		return usage("--confirm: of what? --against BASE, or two implementations, --impl"
			     " A,B");
	if (run_wants_verdict(a) && is_no_file(a->output))
		return usage("--against and --confirm need a file: -o JOURNAL");
	if (v->against && is_no_file(v->against))
		return usage("--against needs a file");
	return -1;
}

/* ---- the base ---- */

static int read_base(const struct run_args *a, struct side *base)
{
	int code;

	*base = (struct side){ .spec = a->verdict.against };
	code = side_read(base);
	if (code)
		fprintf(stderr, WHO ": --against: %s\n", base->why);
	else if (json_object_size(base->select))
		code = usage("--against takes journals, not a part of them");
	return code;
}

/* "--budget S", "--budget=S", also shortened: it would cut the invocations that were typed. */
static void drop_budget(json_t *words)
{
	for (size_t i = 0; i < json_array_size(words);) {
		const char *word = json_string_value(json_array_get(words, i)) ?: "";
		size_t n = strcspn(word, "=");

		if (n < 3 || strncmp(word, "--budget", n)) {
			i++;
			continue;
		}
		if (!word[n])
			json_array_remove(words, i + 1);
		json_array_remove(words, i);
	}
}

/* "run", what the base measured, and what was typed: the last one counts. */
static json_t *join(const json_t *base, const json_t *typed, bool counted)
{
	json_t *out = json_array(), *plan = plan_args(base), *v;
	size_t i;

	if (counted)
		drop_budget(plan);
	json_array_append(out, json_array_get(typed, 0));
	json_array_foreach(plan, i, v)
		if (i)
			json_array_append(out, v);
	json_array_foreach(typed, i, v)
		if (i)
			json_array_append(out, v);
	json_decref(plan);
	return out;
}

int run_take_plan(struct run_args *a, json_t **args, char ***argv)
{
	const struct run_args typed = *a;
	struct side base;
	json_t *both;
	int code = read_base(a, &base) ?: -1;

	if (code < 0) {
		const json_t *header = base.journals[0].header;

		both = join(json_object_get(header, "args"), *args, typed.invocations);
		json_decref(*args);
		*args = both;
		json_decref(a->values);
		code = run_parse_words(*args, a, argv);
		/* What was typed had been taken. --help is no run, either. */
		if (code >= 0) {
			fprintf(stderr,
				WHO ": --against: %s was measured with arguments that this"
				    " twbench does not take\n",
				base.spec);
			code = EXIT_BAD_INPUT;
		}
		/* Names of files may be no UTF-8: as typed. */
		a->output = typed.output;
		a->verdict = typed.verdict;
		a->other_seed = json_integer_value(json_object_get(header, "seed"));
	}
	side_free(&base);
	return code;
}

/* ---- whether it can be compared ---- */

/* A side as it will be read from the journal: the environment, and the points without samples. */
static int make_head(const struct plan *plan, struct side *head)
{
	head->spec = "this machine";
	head->journals = calloc(1, sizeof(*head->journals));
	head->points = calloc(plan->n_points + 1, sizeof(*head->points));
	if (!head->journals || !head->points)
		return -ENOMEM;
	head->n_journals = 1;
	head->journals[0].path = strdup(head->spec);
	head->journals[0].header = json_pack("{so}", "env", env_record());
	for (size_t i = 0; i < plan->n_points; i++) {
		const struct point *p = &plan->points[i];

		head->points[i].id = json_pack("{ss sO ss}", "bench", p->bench->name, "params",
					       p->params, "impl", p->impl);
		head->n_points = i + 1;
		if (!head->points[i].id)
			return -ENOMEM;
	}
	return head->journals[0].path && head->journals[0].header ? 0 : -ENOMEM;
}

static bool has_a_point(const struct comparison *c)
{
	for (size_t i = 0; i < c->head.n_points; i++)
		if (side_find(&c->base, &c->head.points[i]))
			return true;
	return false;
}

/* As compare will, but for what only the samples tell. */
static int judge_base(const struct run_args *a, const struct plan *plan,
		      const struct compare_args *with)
{
	struct comparison c = { .opts = with->opts };
	int code = read_base(a, &c.base);

	if (code)
		goto out;
	code = make_head(plan, &c.head) ? EXIT_INTERNAL : compare_check_environments(&c);
	if (!code && compare_check_names(&c))
		code = EXIT_USAGE;
	if (!code && !has_a_point(&c)) {
		snprintf(c.why, sizeof(c.why), "%s has no point of this plan", c.base.spec);
		code = EXIT_NOT_COMPARABLE;
	}
	if (code)
		fprintf(stderr, WHO ": --against: %s\n", *c.why ? c.why : "no memory");
out:
	compare_free(&c);
	return code;
}

/* Without a base to be read: whether a field that is meant to differ exists. */
static int check_treatment(const struct compare_args *with)
{
	json_t *env = env_record();
	const char *name;
	bool known = treatment_is_known(&with->opts.treatment, env, &name);

	if (!known)
		fprintf(stderr, WHO ": --treatment %s: no field of the environment\n", name);
	json_decref(env);
	return known ? 0 : EXIT_USAGE;
}

int run_verdict_check(const struct run_args *a, const struct plan *plan, const char *path,
		      bool measured)
{
	const char *base = a->verdict.against ?: path ?: "./";
	struct compare_args with = a->verdict.with;
	char *fresh;
	int code;

	if (!run_wants_verdict(a))
		return 0;
	code = compare_args_treatment(&with, WHO);
	if (!code && with.opts.treatment.boots && !measured)
		code = usage(
			"--treatment kernel, config: a boot is one value there, and a run is of"
			" one boot: measure in several boots of each, and `twbench compare`; or"
			" scripts/ci-gate --base-kernel");
	code = code ?: compare_args_floors(&with, WHO, base);
	code = code ?: a->verdict.against ? judge_base(a, plan, &with) : check_treatment(&with);
	compare_args_free(&with);
	if (code || !a->verdict.confirm || !path || measured)
		return code;
	fresh = run_fresh_path(path);
	code = fresh ? run_check_new(fresh) : EXIT_INTERNAL;
	free(fresh);
	return code;
}
