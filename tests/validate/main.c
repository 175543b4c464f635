// SPDX-License-Identifier: GPL-2.0
/*
 * Does the decision rule keep what MEASURING.md promises? Simulates it and prints the table. Exit: 0 all rows
 * hold, 1 a row misses, 2 usage.
 */
#include <stdio.h>
#include <string.h>

#include "sim.h"

static const struct {
	const char *name;
	void (*run)(struct sim *s);
} checks[] = {
	{ "alarms", check_alarms }, { "gate", check_gate },   { "found", check_found },
	{ "coverage", check_coverage }, { "power", check_power }, { "order", check_order },
};
#define CHECKS (sizeof(checks) / sizeof(checks[0]))

static int usage(const char *what)
{
	fprintf(stderr, "validate: %s\nusage: validate [--short] [--plant FAULT] [CHECK...]\n  FAULT:", what);
	for (int i = 0; i < PLANTS; i++)
		fprintf(stderr, " %s", plant_names[i]);
	fprintf(stderr, "\n  CHECK:");
	for (size_t i = 0; i < CHECKS; i++)
		fprintf(stderr, " %s", checks[i].name);
	fprintf(stderr, " rules\n");
	return 2;
}

static bool known(const char *name)
{
	for (size_t i = 0; i < CHECKS; i++)
		if (!strcmp(checks[i].name, name))
			return true;
	return !strcmp(name, "rules");
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

static void run(struct sim *s, char **names)
{
	printf("| check | accept | measured | verdict |\n|---|---|---|---|\n");
	for (size_t i = 0; i < CHECKS; i++)
		if (wanted(names, checks[i].name)) {
			/* a seed each: the same figures in whatever company */
			gsl_rng_set(s->rng, 1 + i);
			checks[i].run(s);
		}
	if (wanted(names, "rules")) {
		gsl_rng_set(s->rng, 1 + CHECKS);
		table_rules(s);
	}
}

int main(int argc, char **argv)
{
	struct sim s = { .out = stdout };

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
	run(&s, argv);
	gsl_rng_free(s.rng);
	return s.missed;
}
