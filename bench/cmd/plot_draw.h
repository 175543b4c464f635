/* SPDX-License-Identifier: GPL-2.0 */
/* One picture: files for gnuplot in a private directory, gnuplot, the picture to its place. */
#ifndef TW_PLOT_DRAW_H
#define TW_PLOT_DRAW_H

#include "figure.h"

struct plot_target {
	const char *dir;
	struct figure_look look;
};

#define PLOT_NO_GNUPLOT "gnuplot is not installed (Debian package gnuplot-nox)"

/* The figure with these points or, if points is NULL, this table. Complains on stderr as `who`;
 * prints the picture's path on stdout. Returns the exit code: 0, 6, 77, or 2 if the script says so
 * (exit status 2, and why): nothing to draw. */
int plot_draw(const char *who, const struct figure *f, const struct figure_points *points,
	      const struct figure_table *table, const struct plot_target *to);

/* The same (look->format: "svg") as text in *text, which the caller frees. Nothing is printed on stdout, and
 * of code 2 nothing on stderr: that, and what else failed, is in why. */
int plot_svg(const char *who, const struct figure *f, const struct figure_points *points,
	     const struct figure_table *table, const struct figure_look *look, char **text,
	     char *why, size_t size);

#endif
