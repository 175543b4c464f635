/* SPDX-License-Identifier: GPL-2.0 */
/* Two sides compared: the rows with their verdicts, and what there is to say about them. */
#ifndef TW_COMPARE_H
#define TW_COMPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "decide.h"
#include "environment.h"
#include "side.h"

struct bench;
struct point;
struct sections;

#define COMPARE_FLOOR 0.01

struct compare_opts {
	struct decide_opts decide;
	double floor; /* of a median, as a fraction */
	const char *metrics; /* see scalar_is_wanted() */
	const char *benches; /* names between commas; NULL: all */
	/* Object, row_id() -> the least floor, or null: these rows whatever metrics says, or none of
	 * them; NULL: all. */
	const json_t *only;
	bool unpaired; /* even where there are pairs */
	bool self; /* two halves of one journal: neither side is the base */
	struct treatment treatment;
	json_t *noise; /* floors that were measured, see noise_floor.h; NULL: none */
};

/* What fresh data said of a row that was a REGRESSION at first look. */
enum compare_confirm {
	CONFIRM_NONE, /* it was none, or there is no fresh data */
	CONFIRM_YES,
	CONFIRM_NO, /* its verdict is INCONCLUSIVE now; d has the other figures of the first look */
	CONFIRM_NOT_MEASURED, /* still a REGRESSION: an error is never green */
};

struct compare_row {
	const struct side_point *base, *head;
	const struct bench *bench; /* NULL if this twbench does not know it */
	const char *metric;
	struct decide_row data;
	struct decision d;
	double base_median, head_median; /* of the replicates */
	double floor_asked; /* what data.floor would be without that which was measured */
	double floor_measured; /* by an A/A comparison; NAN: there was none */
	bool control; /* the bench nop: nothing under test is in it */
	enum compare_confirm confirm;
	const struct compare_row *fresh; /* judged again; NULL if it was not */
	const char *not_measured; /* why */
};

enum compare_unit { COMPARE_INVOCATIONS, COMPARE_PAIRS, COMPARE_BOOTS };

struct comparison {
	struct compare_opts opts;
	struct side base, head;
	/* More of head, for what is a REGRESSION at first look (spec NULL: none); and of base, where
	 * both are parts of one journal. */
	struct side fresh, fresh_base;
	enum compare_unit unit;
	bool foreign_noise; /* opts.noise was another machine's, and is NULL now */
	struct compare_row *rows; /* in the order of the report */
	size_t n_rows;
	struct compare_row *again; /* what fresh data gave of the candidates */
	size_t n_again;
	size_t count[VERDICT_UNREACHABLE + 1]; /* rows by verdict */
	json_t *differs; /* object: field -> [base, head] */
	json_t *left_out; /* array of {"bench", "params", "metric", "reason"}: not compared */
	json_t *warnings; /* array of text, each with its remedy */
	char why[1024]; /* if something fails */
};

enum compare_overall { OVERALL_REGRESSION, OVERALL_INCONCLUSIVE, OVERALL_NO_REGRESSION };

/*
 * The caller sets opts and, of both sides, spec and half; perhaps spec of fresh. Returns the exit
 * code 0, 2, 4, 5, 6 or 77, with one line in why unless it is 0. To be freed in any case.
 */
int compare_run(struct comparison *c);
void compare_free(struct comparison *c);

/* One side alone, base: its rows without a verdict, head of each NULL. Codes and why as above. */
int compare_describe(struct comparison *c);

/* A row that was left out has no verdict either. */
enum compare_overall compare_overall(const struct comparison *c);
const char *overall_name(enum compare_overall o);
int compare_exit_code(const struct comparison *c, bool strict);

/*
 * The points of a side that has() takes, by bench, in the order of a report: for labels. Borrows
 * the points' ids; compare_point() leads back. 0 or -ENOMEM.
 */
int compare_sort(const struct side *s, bool (*has)(const void *arg, const struct side_point *p),
		 const void *arg, struct sections *out);
const struct side_point *compare_point(const struct side *s, const struct point *p);

/* ---- parts of compare_run() ---- */

/* 0, or the exit code with why. Fills in differs; forgets impl where that is the treatment. */
int compare_check_environments(struct comparison *c);
/* Whether fresh is of what head is of. */
int compare_check_fresh(struct comparison *c);
/* Whether the sides have what opts.benches and opts.metrics name: 0, -ENOMEM, or -EINVAL with
 * why. */
int compare_check_names(struct comparison *c);
/* Fills in rows and left_out, without verdicts. 0, -ENOMEM, or -ENOENT: nothing is in both. */
int compare_make_rows(struct comparison *c);
/* The values of a row, its medians, scale and floor. 0 or -ENOMEM. */
int compare_complete_row(const struct comparison *c, struct compare_row *r);
/* Fills in d of rows, which are one family. 0, or the exit code with why. */
int compare_decide(struct comparison *c, struct compare_row *rows, size_t n);
/* Reads and checks fresh and fresh_base, if there are; 0, or the exit code with why. */
int compare_read_fresh(struct comparison *c);
/* Judges regressions again by them. Likewise. */
int compare_confirm(struct comparison *c);
/* Values of a row of both sides, as the unit has them; data.base and data.head are new. 0 or
 * -ENOMEM. */
int compare_fill_row(const struct comparison *c, struct compare_row *r);
/* The same of one side alone. */
int compare_make_single(struct comparison *c);
int compare_fill_single(struct compare_row *r);
/* Everything that should make the reader careful. 0 or -ENOMEM. */
int compare_warn(struct comparison *c);
int compare_warn_single(struct comparison *c);

/* P(a sample of base was taken before one of head), ties one half; NAN if some have no time. */
double order_separation(const struct side *base, const struct side *head);

/* Has a verdict, and the side with fewer values spreads more than twice as much. */
bool row_is_lopsided(const struct compare_row *r);

/*
 * That neighbours in time, within a journal, resemble each other so much: one-sided p of Bartels'
 * (1982) rank version of von Neumann's ratio, journals of both sides together, normal. 1 if there
 * are too few, or no memory.
 */
double row_serial_p(const struct compare_row *r);

#endif
