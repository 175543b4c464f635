/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Is what a cover letter claims so here, too?
 *
 * A claim is a change with its interval, or EQUIVALENT; against it stand the verdict and the interval
 * of a fresh comparison of the claimed rows alone (Holm over these), with the letter's floors.
 *
 *   EQUIVALENT   reproduced: EQUIVALENT here. Not: worse, better or changed here.
 *   a change     reproduced: the same verdict in the same direction here; it is said if the two
 *                intervals have nothing in common. Not: the interval here has nothing in common with
 *                the claimed one, and the change goes the other way, is EQUIVALENT, or its interval
 *                lies nearer to zero.
 *   a median     (a letter of one journal) be `within` the claimed interval, made wider on both sides
 *                by REPRO_DRIFT floors: two sessions drift apart by more than either interval says.
 *                Reproduced: the interval here lies within. Not: it lies without.
 *
 * Else, and where a row was not measured here, this machine cannot tell. Of a letter: not reproduced
 * if a row is not; else not to be told if a row is not to be told; else reproduced.
 */
#ifndef TW_REPRO_H
#define TW_REPRO_H

#include <stdio.h>

#include "claim.h"
#include "recipe_read.h"

#define REPRO_DRIFT 5

enum repro_answer { REPRO_REPRODUCED, REPRO_NOT_REPRODUCED, REPRO_CANNOT_TELL };

struct repro_row {
	const struct claim *claim;
	const struct compare_row *fresh; /* NULL: not measured here */
	enum repro_answer answer;
	bool size_differs; /* reproduced, but the intervals have nothing in common */
	double detectable; /* the smallest shift that would have been found; NAN: none */
	size_t invocations; /* if not to be told: about how many per side may do; 0: not known */
};

/* Sets answer and all below it. A fresh median is in d: see claim_fill_median(). floor: of a median,
 * as a fraction. */
void repro_judge(struct repro_row *row, double floor);
enum repro_answer repro_overall(const struct repro_row *rows, size_t n);

/* ---- a letter ---- */

struct repro {
	const struct recipe *letter;
	struct comparison c; /* fresh; the caller sets base.spec and, of two sides, head.spec */
	json_t *only; /* of c.opts */
	struct repro_row *rows; /* one per claim */
};

/* Takes floor, alpha, level and treatment from the letter, compares and judges. Returns the exit
 * code 0, 2, 4, 5, 6 or 77, with one line in c.why unless it is 0. To be freed in any case. */
int repro_run(struct repro *r);
void repro_free(struct repro *r);

/* Whether a letter of one journal is of this machine and kernel; if not, why. */
bool repro_is_here(const struct recipe *letter, const json_t *env, char *why, size_t size);
/* Whether it was written by this version, or versions are what differs; if not, what to do. */
bool repro_is_version(const struct recipe *letter, const json_t *env, char *why, size_t size);

/* Whether a letter of one journal is of this build of the kernel, as far as it says; if not, what. */
bool repro_is_build(const struct recipe *letter, const json_t *env, char *why, size_t size);
/* Whether the letter says what its side, "base" or "head", is of; whether that is it. */
bool repro_has_side(const struct recipe *letter, const char *side);
bool repro_is_side(const struct recipe *letter, const json_t *env, const char *side);

/* "reproduced", "not reproduced", "cannot tell" */
const char *repro_name(enum repro_answer a);
int repro_exit_code(const struct repro *r);

/* All return 0 or -errno. */
int repro_print_letter(FILE *out, const struct recipe *letter);
int repro_print_claims(FILE *out, const struct recipe *letter);
int repro_print_text(FILE *out, const struct repro *r);
/* One object, keys as in results/twbench-answer-1.schema.json. */
int repro_print_json(FILE *out, const struct repro *r);

#endif
