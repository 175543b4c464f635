/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What `compare --self` found that this machine can tell apart, per bench, parameters and metric. A
 * file beside the journals (NOISE_FLOOR_FILE), so that what is committed or copied is judged the
 * same way:
 *
 *   {"schema":"twbench-floor/1","machine_id_hash":"..","rows":[{"bench":"..","params":{..},
 *    "metric":"..","scale":"log","half_width":0.004,"n":10,"journal":".."}]}
 *
 * params are without `impl`. half_width: of the 99 % interval of the difference between the halves
 * of one journal, a fraction (scale log) or in the metric's own unit (difference).
 */
#ifndef TW_NOISE_FLOOR_H
#define TW_NOISE_FLOOR_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct comparison;
struct compare_row;

#define NOISE_FLOOR_SCHEMA "twbench-floor/1"
#define NOISE_FLOOR_FILE "noise-floor.json"

/* The path of the file beside the first journal of a side as typed; the caller frees it. NULL
 * without memory. */
char *noise_floor_path(const char *spec);

/* 0 and the object, -ENOENT, -EBADMSG, or -errno; one line of why. */
int noise_floor_read(const char *path, json_t **out, char *why, size_t size);

/* The floor of a row, NAN if it has none. */
double noise_floor_of(const json_t *noise, const struct compare_row *r);

/* Of the row's interval, if it has one. */
double noise_floor_half_width(const struct compare_row *r);

/* Whether it is of the machine of these journals. */
bool noise_floor_is_of(const json_t *noise, const struct comparison *c);

/* Puts what an A/A comparison found into the file, beside what it has of other rows. *n: how many.
 * A row without an interval is not written. 0 or -errno. */
int noise_floor_write(const char *path, const struct comparison *c, size_t *n);

#endif
