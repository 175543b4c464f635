/* SPDX-License-Identifier: GPL-2.0 */
/* The recipe of a cover letter (see cover_recipe()), found in a mail. Pure. */
#ifndef TW_RECIPE_READ_H
#define TW_RECIPE_READ_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "claim.h"

struct recipe {
	json_t *fields; /* object: name of a word -> array of its values; claims apart */
	struct claim *claims;
	size_t n_claims;
};

/*
 * Finds the one recipe in a mail (copies of it are the same one): its lines may be behind quote marks or indented, all by the same,
 * end in CR LF, and have lost or gained blanks between words. Checks every word and their sum; what
 * it does not know it keeps. 0, or with one line in why: -ENODATA if there is none, -EPROTONOSUPPORT
 * if it is of another version, -EBADMSG if it is damaged, -ENOMEM. To be freed in any case.
 */
int recipe_read(struct recipe *r, const char *mail, size_t n, char *why, size_t size);
void recipe_free(struct recipe *r);

/* The first value of a word; NULL: it is not there. */
const char *recipe_word(const struct recipe *r, const char *name);
/* All of them, borrowed; NULL: none. */
const json_t *recipe_words(const struct recipe *r, const char *name);

/* What the letter is of. */
enum recipe_sides {
	RECIPE_SINGLE, /* one side: figures, no verdicts */
	RECIPE_SELECTIONS, /* two parts of one journal */
	RECIPE_JOURNALS, /* sides that have journals of their own */
};

enum recipe_sides recipe_sides(const struct recipe *r);

#endif
