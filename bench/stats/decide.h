/* SPDX-License-Identifier: GPL-2.0 */
/* Better, worse, the same, or not to be told: the verdict on each row of a comparison. */
#ifndef TW_DECIDE_H
#define TW_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

enum decide_scale {
	/* Positive quantities: tested on their logs. Shift, interval, floor: fractions, 0.05 = 5 % */
	DECIDE_LOG,
	/* Ratios near 0, what can be negative. Shift, interval, floor: in the unit of the values */
	DECIDE_DIFFERENCE,
};

/* One metric, one value per invocation. Pairs are base[i], head[i], and n_base = n_head. */
struct decide_row {
	const double *base, *head;
	size_t n_base, n_head;
	bool paired;
	enum decide_scale scale;
	int worse; /* 1: more is worse; -1: less is worse; 0: neither, it can only be CHANGED */
	/*
	 * >= 0; a change within it does not matter. Of logs, from 1 / (1 + floor) to 1 + floor times
	 * the base.
	 */
	double floor;
};

struct decide_opts {
	double alpha; /* for the whole family, in (0, 1) */
	double level; /* of the interval, in (0, 1) */
	double power; /* of `detectable` and `further`, in (0, 1) */
	unsigned long seed; /* of random permutations */
};

#define DECIDE_DEFAULTS \
	{ \
		.alpha = 0.01, .level = 0.99, .power = 0.9, .seed = 1 \
	}

enum verdict {
	VERDICT_REGRESSION,
	VERDICT_IMPROVEMENT,
	VERDICT_CHANGED, /* as the two above, of a row of which neither way is better */
	VERDICT_EQUIVALENT,
	VERDICT_INCONCLUSIVE,
	VERDICT_UNREACHABLE, /* not EQUIVALENT, and with these numbers nothing else was possible */
};

enum decide_reason {
	DECIDE_REACHABLE,
	DECIDE_TOO_FEW, /* so few invocations cannot reach alpha among so many rows */
	DECIDE_TIES, /* enough invocations, but too many of their values are the same */
};

/*
 * `further` where no number would do: the estimate lies on the floor, or takes more than a million.
 */
#define DECIDE_NEVER 1000000

struct decision {
	enum verdict verdict;
	enum decide_reason reason; /* why p could not be significant; of EQUIVALENT rows as well */
	double p; /* two-sided, of the rank test */
	double p_adjusted; /* by Holm over all rows of the call */
	double p_min; /* the smallest p that these values could give */
	double shift, lo, hi; /* head against base, and its interval; unit: see the scale */
	double level; /* reached by the interval; 0: too few for one, infinite on the tested scale */
	double welch_p; /* cross-check; NAN below two invocations per side */
	double mean_shift; /* cross-check: as the shift, of the means on the tested scale */
	/*
	 * Holm-adjusted, the two tests fall on different sides of alpha; or EQUIVALENT, but the means
	 * differ by Welch's and by more than the floor: not the typical invocation has changed, but
	 * some.
	 */
	bool welch_disagrees;
	/*
	 * The smallest shift with a chance of `power` of a verdict other than EQUIVALENT and
	 * INCONCLUSIVE with so many invocations and such a spread; infinite if there is none. Unit
	 * as the shift.
	 */
	double detectable;
	/*
	 * Further invocations per side for a chance of `power` of a verdict, if the shift is as it
	 * seems: near the floor they explode. figure_verdict() says ">10k" of those nobody can run.
	 */
	size_t further;
	int error; /* -errno of a row that was refused */
};

/*
 * The rule: mann_whitney() or signed_rank() on logs or values, Holm over the rows;
 * REGRESSION and IMPROVEMENT iff the adjusted p < alpha and the interval lies wholly beyond the
 * floor; EQUIVALENT iff the interval lies wholly within it, both ends included.
 *
 * `detectable`: be h the half-width of the interval at `level`, h' that at 1 - alpha / rows, and s
 * = h / z the standard error that h implies, z the normal quantile of its level. A shift d is found
 * with chance `power` if d - z_power s stays beyond both h' and floor + h. No shape is assumed: h
 * and h' are order statistics of the data's own differences with exact ranks. `further`: h, h' and
 * s shrink with the square root of 1 / n_base + 1 / n_head (pairs: 1 / n).
 *
 * Returns 0, -ENOMEM, or -EINVAL: the options are out of range, or a row was refused, whose `error`
 * then is -EINVAL (no value, one that is not finite or too great, pairs of unequal number, floor)
 * or -EDOM (log of what is not positive). No verdict is given then, since a family without one of
 * its rows is another family.
 */
int decide_rows(const struct decide_row *rows, size_t n, const struct decide_opts *opts,
		struct decision *out);

/* How far down the floor reaches, > 0: a change of -0.5 is the reverse of 1. Unit: as the floor. */
double decide_floor_down(enum decide_scale scale, double floor);

/* Whether a change that lies between lo and hi is within the floor; units: as in decision. */
bool decide_is_within(enum decide_scale scale, double floor, double lo, double hi);

/* "REGRESSION" and so on. */
const char *verdict_name(enum verdict v);

#endif
