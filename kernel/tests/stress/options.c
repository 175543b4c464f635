// SPDX-License-Identifier: GPL-2.0
/* The command line. */
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "stress.h"

static void usage_error(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

static void usage_error(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "stress: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(2);
}

static void help(void)
{
	puts("Usage: stress [OPTION...]\n"
	     "Threads play CPUs and do random things with the implementations that claim to be correct, each\n"
	     "with each of its allocators.\n\n"
	     "  --seed N       of all random choices: the same operations per thread (default: the time)\n"
	     "  --seconds S    of each implementation and allocator (default: 2)\n"
	     "  --count N      operations per thread, instead of a time\n"
	     "  --threads N    CPUs that do them (default: 4)\n"
	     "  --elements N   of each of the two maps (default: 8)\n"
	     "  --impl NAME    only this implementation, `posted' too\n"
	     "  --alloc NAME   only this allocator\n"
	     "  --ops LIST     only these operations, separated by commas\n"
	     "  --still S      no progress for so long is a failure (default: 10)\n"
	     "  --list         implementations, allocators, operations\n\n"
	     "Exit code: 0 nothing found, 1 something was, 2 usage.\n\n"
	     "EXAMPLES\n"
	     "  stress --seconds 150\n"
	     "  stress --impl posted --ops schedule-remote,user,map,deliver,stall");
	exit(0);
}

static void list(void)
{
	for (unsigned int i = 0; tw_impls[i]; i++) {
		printf("%s: %s%s; allocators", tw_impls[i]->name, tw_impls[i]->what,
		       tw_impls[i]->correct ? "" : " (only by name)");
		for (unsigned int a = 0; tw_impls[i]->allocs[a]; a++)
			printf(" %s", tw_impls[i]->allocs[a]->name);
		putchar('\n');
	}
	for (enum op_id i = 0; i < N_OPS; i++)
		printf("%-17s %s\n", ops[i].name, ops[i].what);
	exit(0);
}

static u64 number(const char *name, const char *text, u64 min, u64 max)
{
	char *end;
	u64 n;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || n < min || n > max)
		usage_error("--%s '%s': expected a number in %lu..%lu", name, text, min, max);
	return n;
}

static double seconds(const char *name, const char *text)
{
	char *end;
	double s = strtod(text, &end);

	if (*text < '0' || *text > '9' || *end || !(s >= 0.01 && s <= 1e6))
		usage_error("--%s '%s': expected a number in 0.01..1000000", name, text);
	return s;
}

static u64 op_list(const char *text)
{
	char *copy = strdup(text), *rest = copy, *name;
	u64 bits = 0;

	while ((name = strsep(&rest, ","))) {
		enum op_id i = 0;

		while (i < N_OPS && strcmp(name, ops[i].name))
			i++;
		if (i == N_OPS)
			usage_error("--ops: no operation '%s' (--list lists them)", name);
		bits |= 1ull << i;
	}
	free(copy);
	return bits;
}

/* There is something to run. */
static void check_names(const struct options *o)
{
	bool impl = false, alloc = false;

	for (unsigned int i = 0; tw_impls[i]; i++) {
		if (o->impl ? strcmp(o->impl, tw_impls[i]->name) : !tw_impls[i]->correct)
			continue;
		impl = true;
		for (unsigned int a = 0; tw_impls[i]->allocs[a]; a++)
			alloc |= !o->alloc || !strcmp(o->alloc, tw_impls[i]->allocs[a]->name);
	}
	if (!impl)
		usage_error("no implementation '%s' (--list lists them)", o->impl);
	if (!alloc)
		usage_error("no allocator '%s' (--list lists them)", o->alloc);
}

void parse(int argc, char **argv, struct options *o)
{
	static const struct option options[] = {
		{ "seed", 1, NULL, 's' },     { "seconds", 1, NULL, 't' }, { "count", 1, NULL, 'c' },
		{ "threads", 1, NULL, 'n' },  { "elements", 1, NULL, 'e' }, { "impl", 1, NULL, 'i' },
		{ "alloc", 1, NULL, 'a' },    { "ops", 1, NULL, 'o' },	   { "list", 0, NULL, 'l' },
		{ "still", 1, NULL, 'w' },    { "help", 0, NULL, 'h' },    { 0 },
	};
	int c;

	*o = (struct options){ .seconds = 2, .still = 10, .threads = 4, .elements = 8 };
	o->ops = (1ull << N_OPS) - 1;
	o->seed = time(NULL);
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		switch (c) {
		case 's': o->seed = number("seed", optarg, 0, UINT64_MAX); break;
		case 't': o->seconds = seconds("seconds", optarg); break;
		case 'w': o->still = seconds("still", optarg); break;
		case 'c': o->count = number("count", optarg, 1, UINT64_MAX); break;
		case 'n': o->threads = number("threads", optarg, 1, MAX_THREADS); break;
		case 'e': o->elements = number("elements", optarg, 1, 1000000); break;
		case 'i': o->impl = optarg; break;
		case 'a': o->alloc = optarg; break;
		case 'o': o->ops = op_list(optarg); break;
		case 'l': list(); break;
		case 'h': help(); break;
		case ':': usage_error("%s needs a value", argv[optind - 1]);
		default: usage_error("no option '%s'", argv[optind - 1]);
		}
	}
	if (optind < argc)
		usage_error("'%s' is not an option", argv[optind]);
	check_names(o);
}
