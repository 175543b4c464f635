/* SPDX-License-Identifier: GPL-2.0 */
/* What every command that compares two journals takes: an argp child, and what follows parsing. */
#ifndef TW_COMPARE_ARGS_H
#define TW_COMPARE_ARGS_H

#include <argp.h>

#include "compare.h"

#define COMPARE_MAX_WORDS 32

struct compare_args {
	struct compare_opts opts;
	const char *treatment, *floor_file; /* as typed; NULL: not given */
	const char *words[COMPARE_MAX_WORDS]; /* of compare_verdict_argp, to be handed on */
	size_t n_words;
};

#define COMPARE_ARGS_DEFAULTS \
	{ \
		.opts = {.decide = DECIDE_DEFAULTS, .floor = COMPARE_FLOOR } \
	}

/* Its input is a struct compare_args; keys 0x200 and up. */
extern const struct argp compare_argp;
/* Its part that says when a row is worse: all but which rows there are. Likewise. */
extern const struct argp compare_verdict_argp;

/* How a comparison is said. */
enum compare_format { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_JSON, FORMAT_GITHUB, FORMATS };
extern const char *const compare_formats[FORMATS];
error_t compare_format_parse(const struct argp_state *state, const char *arg,
			     enum compare_format *format);

/*
 * The treatment, and the noise floors: those of floor_file, or of the file beside the journal
 * `base` if it is there. Complains as `who` ("twbench compare"). Returns 0 or the exit code.
 */
int compare_args_treatment(struct compare_args *args, const char *who);
int compare_args_floors(struct compare_args *args, const char *who, const char *base);
void compare_args_free(struct compare_args *args);

/* Whether any of the options was typed. */
bool compare_args_given(const struct compare_args *args);

/* The path of the noise floors, new; NULL: none, or no memory. */
char *compare_args_floor_path(const struct compare_args *args, const char *base);

#endif
