// SPDX-License-Identifier: GPL-2.0
/* Is it here what the letter was written of: machine, kernel, version? */
#include <stdio.h>
#include <string.h>

#include "repro.h"
#include "short_hash.h"

static const char *field(const json_t *env, const char *name)
{
	const char *text = json_string_value(json_object_get(env, name));

	return text ? text : "-";
}

bool repro_is_here(const struct recipe *letter, const json_t *env, char *why, size_t size)
{
	const char *machine = recipe_word(letter, "machine"),
		   *kernel = recipe_word(letter, "kernel");
	const char *here = field(env, "kernel_release");

	if (!machine || strcmp(machine, field(env, "machine_id_hash")))
		snprintf(why, size,
			 "the letter's figures are those of one journal, of another machine: times"
			 " of different machines say nothing of each other");
	else if (!kernel || strcmp(kernel, here))
		snprintf(why, size,
			 "the letter's figures are those of one journal, under kernel %s; this is"
			 " %s",
			 kernel ? kernel : "-", here);
	else
		return true;
	return false;
}

/* What to do about it: it is a command, so only of what is a commit. */
static void say_checkout(const char *commit, char *buf, size_t size)
{
	size_t n = strlen(commit), dirty = strlen("-dirty");
	bool is_dirty = n > dirty && !strcmp(commit + n - dirty, "-dirty");

	*buf = '\0';
	if (*commit == '-' || !strcmp(commit, "unknown"))
		return;
	snprintf(buf, size, "; `git checkout %.*s && make` builds the letter's%s",
		 (int)(is_dirty ? n - dirty : n), commit,
		 is_dirty ? ", but for changes that were not committed" : "");
}

bool repro_is_version(const struct recipe *letter, const json_t *env, char *why, size_t size)
{
	const char *commit = recipe_word(letter, "commit"),
		   *version = recipe_word(letter, "version");
	const char *mine = field(env, "twbench_commit"),
		   *my_version = field(env, "twbench_version");
	char what_to_do[200];

	if (recipe_word(letter, "head-commit") ||
	    (!strcmp(commit, mine) && !strcmp(version, my_version)))
		return true;
	say_checkout(commit, what_to_do, sizeof(what_to_do));
	snprintf(why, size,
		 "measured by twbench %s (%s), the letter by %s (%s): another version may measure"
		 " something else%s",
		 my_version, mine, version, commit, what_to_do);
	return false;
}

/* ---- kernels ---- */

static bool is_built(const json_t *env, const char *build)
{
	const char *version = json_string_value(json_object_get(env, "kernel_version"));
	char here[SHORT_HASH_SIZE];

	if (!build || !version)
		return true;
	short_hash(here, version, strlen(version));
	return !strcmp(here, build);
}

bool repro_is_build(const struct recipe *letter, const json_t *env, char *why, size_t size)
{
	if (is_built(env, recipe_word(letter, "kernel-build")))
		return true;
	snprintf(why, size,
		 "the kernel has the release of the letter's, %s, but is another build (uname -v)",
		 field(env, "kernel_release"));
	return false;
}

static const char *side_word(const struct recipe *letter, const char *side, const char *what)
{
	char name[32];

	snprintf(name, sizeof(name), "%s-%s", side, what);
	return recipe_word(letter, name);
}

bool repro_has_side(const struct recipe *letter, const char *side)
{
	return side_word(letter, side, "kernel") || side_word(letter, side, "commit");
}

bool repro_is_side(const struct recipe *letter, const json_t *env, const char *side)
{
	const char *kernel = side_word(letter, side, "kernel");
	const char *commit = side_word(letter, side, "commit");

	return (!kernel || !strcmp(kernel, field(env, "kernel_release"))) &&
	       (!commit || !strcmp(commit, field(env, "twbench_commit"))) &&
	       is_built(env, side_word(letter, side, "build"));
}
