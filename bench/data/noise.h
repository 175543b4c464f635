/* SPDX-License-Identifier: GPL-2.0 */
/* What in the environment record disturbs a measurement, and what to do about it. Pure. */
#ifndef TW_NOISE_H
#define TW_NOISE_H

#include <jansson.h>
#include <stddef.h>

enum noise {
	NOISE_FINE,
	NOISE_NOISY, /* results spread more, or cannot be carried to other machines */
	NOISE_PREVENTS, /* nothing can be measured on the running kernel */
};

struct finding {
	const char *name;
	enum noise verdict;
	char value[64]; /* "unknown" if the record does not say; that is never held against it */
	char text[160]; /* why it matters; with "fine" a remark, or "" */
	char remedy[160]; /* "" with "fine" */
};

const char *noise_name(enum noise verdict); /* "fine", "noisy", "prevents" */

/* Judges ENV; fills at most max findings, one per check, and returns how many there are. */
size_t noise_judge(const json_t *env, struct finding *out, size_t max);

/* What is not fine, as strings "name: value (remedy)": an array, the caller's; NULL only without
 * memory. */
json_t *noise_warnings(const json_t *env);

#endif
