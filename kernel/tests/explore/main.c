// SPDX-License-Identifier: GPL-2.0
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "scenario.h"

struct options opt = { .bound = 2, .seconds = 20 };

int main(int argc, char **argv)
{
	static struct result r;
	actors_init();
	opt.bound = argc > 1 ? atoi(argv[1]) : 2;
	if (argc > 2) opt.plain = atoi(argv[2]);
	for (const struct scenario *s = scenarios; s->name; s++)
		for (const struct tw_impl *const *i = tw_impls; *i; i++)
			for (const struct tw_alloc_ops *const *a = (*i)->allocs; *a; a++) {
				memset(&r, 0, sizeof(r));
				explore(s, *i, *a, &r);
				printf("%s %s %s: %llu schedules, %llu pruned, %llu steps, %llu ends %llx, %.2f s%s, %u bugs\n", s->name, (*i)->name,
				       (*a)->name, (unsigned long long)r.schedules, (unsigned long long)r.pruned,
				       (unsigned long long)r.steps, (unsigned long long)r.states, (unsigned long long)r.ends, r.seconds,
				       r.complete ? "" : " INCOMPLETE", r.bugs);
				for (unsigned int b = 0; b < r.bugs; b++) {
					printf("  %s (%s)\n    %s\n", r.bug[b].text, r.bug[b].detail, r.bug[b].replay);
				}
			}
	return 0;
}
