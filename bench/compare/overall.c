// SPDX-License-Identifier: GPL-2.0
#include "compare.h"
#include "exit_code.h"

enum compare_overall compare_overall(const struct comparison *c)
{
	if (c->count[VERDICT_REGRESSION])
		return OVERALL_REGRESSION;
	if (c->count[VERDICT_INCONCLUSIVE] || c->count[VERDICT_UNREACHABLE] ||
	    json_array_size(c->left_out))
		return OVERALL_INCONCLUSIVE;
	return OVERALL_NO_REGRESSION;
}

const char *overall_name(enum compare_overall o)
{
	static const char *const names[] = { "REGRESSION", "INCONCLUSIVE", "NO REGRESSION" };

	return names[o];
}

int compare_exit_code(const struct comparison *c, bool strict)
{
	enum compare_overall o = compare_overall(c);

	/* Nothing differs in an A/A comparison: what does is the machine's. */
	if (o == OVERALL_REGRESSION || (c->opts.self && c->count[VERDICT_CHANGED]))
		return EXIT_UNTRUSTED;
	return strict && o == OVERALL_INCONCLUSIVE ? EXIT_INCONCLUSIVE : EXIT_DONE;
}
