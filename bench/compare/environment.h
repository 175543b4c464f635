/* SPDX-License-Identifier: GPL-2.0 */
/* Whether two sides were measured under the same conditions. */
#ifndef TW_ENVIRONMENT_H
#define TW_ENVIRONMENT_H

#include "side.h"

struct treatment {
	const char *text; /* as typed, borrowed; NULL: none */
	json_t *fields; /* object: field of the environment -> true */
	bool boots; /* kernel or config: chosen at boot, so the boot is the replicate */
	bool impl;
};

/*
 * "kernel,config,impl,twbench,FIELD,...": groups of fields, or fields of the environment by name.
 * Returns 0, -ENOMEM, or -EINVAL with one line of why that lists the groups. NULL: none.
 */
int treatment_parse(struct treatment *t, const char *text, char *why, size_t size);
void treatment_free(struct treatment *t);
/* Whether env has all those fields that the text named one by one; the first that it lacks in
 * *name. */
bool treatment_is_known(const struct treatment *t, const json_t *env, const char **name);

/* What differs between two environments: object, field -> [of a, of b]; volatile ones apart. NULL:
 * no memory. */
json_t *env_difference(const json_t *a, const json_t *b);

/* The fields of a difference that are not meant to differ, "a, b, c"; "" if there are none. */
void env_not_meant(const json_t *difference, const struct treatment *t, char *fields, size_t size);

/* The groups of --treatment that a field belongs to, for advice; NULL: none but its own name. */
const char *env_group_of(const char *field);

#endif
