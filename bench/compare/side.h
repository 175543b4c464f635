/* SPDX-License-Identifier: GPL-2.0 */
/* One side of a comparison: journals reduced to one number per invocation and metric. */
#ifndef TW_SIDE_H
#define TW_SIDE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct side_sample {
	json_int_t invocation, pair; /* pair: -1 if it has none */
	uint32_t journal; /* index in side->journals */
	uint32_t boot; /* index in side->boots */
	double when; /* s since 1970, about; NAN if the journal does not say */
	uint64_t mark; /* of its figures: the same in a copy */
};

/* Samples that agree in bench, impl and params, as far as those are not what was selected by. */
struct side_point {
	uint64_t hash;
	json_t *id; /* {"bench", "impl", "params"}; impl is missing if it was selected by */
	struct side_sample *samples;
	size_t n, cap;
	char **names; /* of the metrics */
	double **columns; /* by metric, by sample; NAN if the sample lacks it */
	size_t n_columns;
};

struct side_journal {
	char *path;
	json_t *header;
	char sha256[65]; /* "" if nobody asked for it */
	json_t *windows; /* object: the different window_s of its samples */
	size_t samples, skips, errors; /* of the whole journal */
};

enum side_half { SIDE_WHOLE, SIDE_EVEN, SIDE_ODD };

struct side {
	const char *spec; /* as typed */
	enum side_half half;
	bool want_sha256;
	const json_t *as; /* taken for the selection, whatever the spec has; NULL: the spec's */
	bool may_be_empty; /* no sample at all is no error */
	struct side_journal *journals;
	size_t n_journals;
	json_t *select; /* object: parameter -> text of the value that a sample must have */
	struct side_point *points;
	size_t n_points;
	json_t *boots; /* object: boot_id -> index */
	json_t *warnings; /* object: text -> in how many of the samples that were taken */
	size_t n_samples; /* taken */
	char why[600]; /* what side_read() has to say if it fails */
};

/*
 * spec: JOURNAL, or JOURNAL,JOURNAL,..., with :NAME=VALUE behind it to take only samples with that
 * parameter (`impl` is one); a file that exists under the whole name is that file. The caller sets
 * spec, half and want_sha256 of a zeroed side. Returns the exit code: 0, 2, 4, 5 or 6, then with a
 * line in why. Incomplete journals are 5. To be freed in any case. Several may be read at once, by
 * a thread each.
 */
int side_read(struct side *s);
void side_free(struct side *s);

/* The column of a metric; NULL if no sample of the point has it. */
const double *side_column(const struct side_point *p, const char *metric);

/* The point of s with this id, or NULL. */
const struct side_point *side_find(const struct side *s, const struct side_point *like);

/* Takes spec apart: paths is an array of text, select an object, both new. 0 or -ENOMEM. */
int side_parse_spec(const char *spec, json_t **paths, json_t **select);

#endif
