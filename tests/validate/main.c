// SPDX-License-Identifier: GPL-2.0
/*
 * Does the decision rule keep what it promises? Simulates it and prints the table. Exit: 0 all rows
 * hold and all planted faults were seen, 1 not so, 2 usage.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

static const struct {
	const char *name;
	void (*run)(struct sim *s);
} checks[] = {
	{ "alarms", check_alarms },	{ "gate", check_gate },	  { "found", check_found },
	{ "coverage", check_coverage }, { "power", check_power }, { "order", check_order },
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static int usage(const char *what)
{
	fprintf(stderr,
		"validate: %s\nusage: validate [--short] [--plant FAULT] [CHECK...]\n  FAULT:",
		what);
	for (int i = 0; i < PLANTS; i++)
		fprintf(stderr, " %s", plant_names[i]);
	fprintf(stderr, "\n  CHECK:");
	for (size_t i = 0; i < CHECKS; i++)
		fprintf(stderr, " %s", checks[i].name);
	fprintf(stderr, " plants rules\n");
	return 2;
}

static int find(const char *name)
{
	for (size_t i = 0; i < CHECKS; i++)
		if (!strcmp(checks[i].name, name))
			return i;
	return -1;
}

static bool known(const char *name)
{
	return find(name) >= 0 || !strcmp(name, "rules") || !strcmp(name, "plants");
}

static bool set_plant(struct sim *s, const char *name)
{
	for (int i = 0; name && i < PLANTS; i++)
		if (!strcmp(plant_names[i], name)) {
			s->plant = i;
			return true;
		}
	return false;
}

/* No names: all. */
static bool wanted(char **names, const char *name)
{
	for (char **n = names; *n; n++)
		if (!strcmp(*n, name))
			return true;
	return !*names;
}

static void run(struct sim *s, size_t check)
{
	/* a seed each: the same figures in whatever company */
	gsl_rng_set(s->rng, 1 + check);
	checks[check].run(s);
}

/* A table that cannot go red proves nothing: the short form of a check on each planted fault. */
static void run_plants(struct sim *s)
{
	static const char *const red[PLANTS] = {
		[PLANT_FAMILY] = "gate", [PLANT_INTERVAL] = "coverage", [PLANT_WINDOWS] = "alarms",
		[PLANT_FEW] = "found",	 [PLANT_BLOCKS] = "order",
	};

	printf("\n| planted fault: check | accept | measured | verdict |\n|---|---|---|---|\n");
	for (int i = PLANT_NONE + 1; i < PLANTS; i++) {
		char prefix[40];
		struct sim planted = {
			.rng = s->rng, .shortened = true, .plant = i, .prefix = prefix
		};

		snprintf(prefix, sizeof(prefix), "%s: ", plant_names[i]);
		run(&planted, find(red[i]));
		if (!planted.missed)
			fprintf(stderr, "validate: the planted fault '%s' turned nothing red\n",
				plant_names[i]);
		s->missed |= !planted.missed;
	}
}

static void run_all(struct sim *s, char **names)
{
	printf("| check | accept | measured | verdict |\n|---|---|---|---|\n");
	for (size_t i = 0; i < CHECKS; i++)
		if (wanted(names, checks[i].name))
			run(s, i);
	if (wanted(names, "rules")) {
		gsl_rng_set(s->rng, 1 + CHECKS);
		table_rules(s);
	}
	if (wanted(names, "plants"))
		run_plants(s);
}

int main(int argc, char **argv)
{
	struct sim s = { .prefix = "" };

	for (argv++; *argv && argv[0][0] == '-'; argv++) {
		if (!strcmp(*argv, "--short"))
			s.shortened = true;
		else if (strcmp(*argv, "--plant"))
			return usage("unknown option");
		else if (!set_plant(&s, *++argv))
			return usage("unknown fault");
	}
	for (char **n = argv; *n; n++)
		if (!known(*n))
			return usage("unknown check");
	s.rng = gsl_rng_alloc(gsl_rng_mt19937);
	run_all(&s, argv);
	gsl_rng_free(s.rng);
	return s.missed;
}
