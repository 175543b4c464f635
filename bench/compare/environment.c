// SPDX-License-Identifier: GPL-2.0
#include "environment.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"

#define MAX_FIELDS 20

/* What changes with one thing that can be meant to change. */
static const struct group {
	const char *name;
	const char *fields[MAX_FIELDS];
	bool boots;
} groups[] = {
	{ "kernel",
	  { "kernel_release", "kernel_version", "kernel_config_hash", "kernel_cmdline",
	    "kfunc_flavour", "btf_vmlinux", "debug_options", "config_hz", "preempt_model",
	    "preempt_dynamic", "preempt_rt" },
	  true },
	{ "config",
	  { "kernel_version", "kernel_config_hash", "kernel_cmdline", "debug_options", "config_hz",
	    "preempt_model", "preempt_dynamic", "preempt_rt", "thp", "lockdown" },
	  true },
	{ "impl", { "impl" }, false },
	{ "twbench",
	  { "twbench_version", "twbench_commit", "compiler", "compiler_bpf", "libbpf_version",
	    "libperf_version" },
	  false },
};

#define GROUPS (sizeof(groups) / sizeof(groups[0]))

const char *env_group_of(const char *field)
{
	for (size_t i = 0; i < GROUPS; i++)
		for (size_t k = 0; groups[i].fields[k]; k++)
			if (!strcmp(groups[i].fields[k], field))
				return groups[i].name;
	return NULL;
}

/* A group's fields are true; one that was named itself is an integer: it has to exist. */
static int add_word(struct treatment *t, const char *word)
{
	bool known = false;
	int err = 0;

	for (size_t i = 0; i < GROUPS; i++) {
		if (strcmp(groups[i].name, word))
			continue;
		known = true;
		t->boots |= groups[i].boots;
		t->impl |= !strcmp(word, "impl");
		for (size_t k = 0; groups[i].fields[k]; k++)
			err |= json_object_set_new(t->fields, groups[i].fields[k], json_true());
	}
	if (!known)
		err = json_object_set_new(t->fields, word, json_integer(1));
	return err ? -ENOMEM : 0;
}

int treatment_parse(struct treatment *t, const char *text, char *why, size_t size)
{
	char *copy = strdup(text ? text : ""), *rest = copy, *word;
	int err = 0;

	*t = (struct treatment){ .text = text, .fields = json_object() };
	if (!copy || !t->fields)
		err = -ENOMEM;
	while (!err && text && (word = strsep(&rest, ","))) {
		err = *word ? add_word(t, word) : -EINVAL;
		if (err == -EINVAL)
			snprintf(why, size,
				 "'%s': names between commas: kernel, config, impl, twbench, or"
				 " fields of the environment",
				 text);
	}
	free(copy);
	return err;
}

void treatment_free(struct treatment *t)
{
	json_decref(t->fields);
}

bool treatment_is_known(const struct treatment *t, const json_t *env, const char **name)
{
	json_t *v;

	json_object_foreach(t->fields, *name, v)
		if (json_is_integer(v) && !json_object_get(env, *name))
			return false;
	return true;
}

static int add_difference(json_t *out, const char *key, json_t *a, json_t *b)
{
	json_t *pair;

	if (inputs_is_volatile(key) || json_equal(a, b))
		return 0;
	pair = json_pack("[O?,O?]", a, b);
	return json_object_set_new(out, key, pair) ? -ENOMEM : 0;
}

json_t *env_difference(const json_t *a, const json_t *b)
{
	json_t *out = json_object(), *v;
	int err = out ? 0 : -ENOMEM;
	const char *key;

	json_object_foreach((json_t *)a, key, v)
		err = err ? err : add_difference(out, key, v, json_object_get(b, key));
	json_object_foreach((json_t *)b, key, v)
		if (!json_object_get(a, key))
			err = err ? err : add_difference(out, key, NULL, v);
	if (!err)
		return out;
	json_decref(out);
	return NULL;
}

void env_not_meant(const json_t *difference, const struct treatment *t, char *fields, size_t size)
{
	const char *key;
	json_t *v;

	*fields = '\0';
	json_object_foreach((json_t *)difference, key, v) {
		size_t used = strlen(fields);

		if (!json_object_get(t->fields, key))
			snprintf(fields + used, size - used, "%s%s", used ? ", " : "", key);
	}
}
