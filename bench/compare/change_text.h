/* SPDX-License-Identifier: GPL-2.0 */
/* Figures of a comparison as text. */
#ifndef TW_CHANGE_TEXT_H
#define TW_CHANGE_TEXT_H

#include "compare.h"

#define FIGURE_MAX 64

/* A metric's name in at most max columns, cut in the middle: the thing and its percentile stay. */
const char *figure_name(char buf[FIGURE_MAX], const char *name, size_t max);
/* A change: "-2.9%", "+0.04%"; of a difference, in the metric's own unit, "-0.0001". "-" for
 * NAN. */
const char *figure_change(char buf[FIGURE_MAX], const struct compare_row *r, double v);
/* "[-3.4, -2.4]%", "[-.0003, +.0001]"; "-" where so few values have none. */
const char *figure_interval(char buf[FIGURE_MAX], const struct compare_row *r);
/* The smallest shift that would be found: "2.1%"; "-": none. */
const char *figure_detectable(char buf[FIGURE_MAX], const struct compare_row *r);
/* Half the width of the interval, as noise_floor_write() takes it. */
const char *figure_noise(char buf[FIGURE_MAX], const struct compare_row *r);
/* "1.0%": the floor, with "*" behind it if it was measured by compare --self. */
const char *figure_floor(char buf[FIGURE_MAX], const struct compare_row *r);
/* "0.0031", "<1e-6" */
const char *figure_p(char buf[FIGURE_MAX], double p);
/* "REGRESSION", "INCONCLUSIVE +12": what it may take; ">10k" where nobody would run so many, and
 * nothing where no number would do. */
const char *figure_verdict(char buf[FIGURE_MAX], const struct compare_row *r);
/* "20 v 20 invocations", "20 pairs of invocations", "8 v 8 boots": the smallest and greatest of
 * all rows. */
const char *figure_numbers(char buf[FIGURE_MAX], const struct comparison *c);

#endif
