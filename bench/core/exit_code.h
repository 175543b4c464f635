/* SPDX-License-Identifier: GPL-2.0 */
/* What the exit code of every command says; scripts and CI rely on it. */
#ifndef TW_EXIT_CODE_H
#define TW_EXIT_CODE_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_UNTRUSTED = 1, /* a regression, or a sample that is not trustworthy */
	EXIT_USAGE = 2, /* an unusable output file included */
	EXIT_INCONCLUSIVE = 3,
	EXIT_NOT_COMPARABLE = 4, /* two environments */
	EXIT_BAD_INPUT = 5, /* a bad, truncated or foreign journal */
	EXIT_INTERNAL = 6, /* I/O or internal error in the middle */
	EXIT_NOTHING = 77, /* nothing could be measured here */
	EXIT_INTERRUPTED = 130,
};

#endif
