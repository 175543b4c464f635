/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of the forest plot: of two sides compared, or of a file. */
#ifndef TW_PLOT_FOREST_H
#define TW_PLOT_FOREST_H

#include "compare_args.h"
#include "figure.h"

struct forest {
	struct figure_table table; /* table.text: NULL if there is none */
	char *text;
	char machine[320], held[2 * FIGURE_WORDS], invocations[64], interval[24], note[160];
};

/* Complains of nothing: 0, -ENOENT (too many rows, or none: out->note), or -errno. To be freed in any
 * case. */
int forest_of(const struct comparison *c, struct forest *out);

/* Both complain on stderr as `who` and return 0 or the exit code; to be freed in any case. */
int forest_compare(const char *who, struct compare_args *with, char *const sides[2],
		   struct forest *out);
int forest_read(const char *who, const struct figure *f, const char *path, struct forest *out);
void forest_free(struct forest *f);

#endif
