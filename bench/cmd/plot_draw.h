/* SPDX-License-Identifier: GPL-2.0 */
/* One picture: files for gnuplot in a private directory, gnuplot, the picture to its place. */
#ifndef TW_PLOT_DRAW_H
#define TW_PLOT_DRAW_H

#include "figure.h"

struct plot_target {
	const char *dir;
	struct figure_look look;
};

/* Whether files can be made in dir; it is made if it does not exist. 0 or -errno. */
int plot_check_dir(const char *dir);

/* The figure with these points or, if points is NULL, this table. Complains on stderr as `who`;
 * prints the picture's path on stdout. Returns the exit code: 0, 6, 77, or 2 if the script says so
 * (exit status 2, and why): nothing to draw. */
int plot_draw(const char *who, const struct figure *f, const struct figure_points *points,
	      const struct figure_table *table, const struct plot_target *to);

#endif
