// SPDX-License-Identifier: GPL-2.0
#include "chosen.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "needs.h"

/* ---- what there is ---- */

const char *bench_impl(const struct bench *b, unsigned int i)
{
	if (b->impl_at)
		return b->impl_at(i);
	return i ? NULL : "stock";
}

static bool has_impl(const struct bench *b, const char *name)
{
	const char *impl;

	for (unsigned int i = 0; (impl = bench_impl(b, i)); i++)
		if (!strcmp(impl, name))
			return true;
	return false;
}

bool impl_exists(const char *name)
{
	for (size_t i = 0; benches[i]; i++)
		if (has_impl(benches[i], name))
			return true;
	return false;
}

/* Whether a bench before this one has it, too. */
static bool is_listed(size_t bench, const char *impl)
{
	for (size_t i = 0; i < bench; i++)
		if (has_impl(benches[i], impl))
			return true;
	return false;
}

void impls_describe(char *buf, size_t size)
{
	const char *impl;
	size_t used = 0;

	*buf = '\0';
	for (size_t i = 0; benches[i]; i++)
		for (unsigned int k = 0; (impl = bench_impl(benches[i], k)); k++)
			if (!is_listed(i, impl) && used < size)
				used += snprintf(buf + used, size - used, "%s%s", used ? " " : "",
						 impl);
}

/* ---- what is meant ---- */

bool impl_is_chosen(const struct plan_request *r, const char *impl)
{
	json_t *given = json_object_get(r->values, "impl"), *v;
	size_t i;

	json_array_foreach(given, i, v)
		if (!strcmp(json_string_value(v), impl))
			return true;
	return !given;
}

static bool has_chosen_impl(const struct plan_request *r, const struct bench *b)
{
	const char *impl;

	for (unsigned int i = 0; (impl = bench_impl(b, i)); i++)
		if (impl_is_chosen(r, impl))
			return true;
	return false;
}

static bool kernel_is_usable(void)
{
	char why[256];

	return !needs_check(NEEDS_BPF | NEEDS_KFUNC, why, sizeof(why));
}

bool bench_is_chosen(const struct plan_request *r, const struct bench *b)
{
	if (r->benches && r->benches[0]) {
		for (size_t i = 0; r->benches[i]; i++)
			if (!strcmp(r->benches[i], b->name))
				return true;
		return false;
	}
	if (json_object_get(r->values, "impl"))
		return has_chosen_impl(r, b);
	return !b->stands_in || !kernel_is_usable();
}

static int check_impl(const struct plan_request *r, const char *impl, char *why, size_t size)
{
	for (size_t i = 0; benches[i]; i++)
		if (bench_is_chosen(r, benches[i]) && has_impl(benches[i], impl))
			return 0;
	snprintf(why, size, "no chosen bench can measure the implementation '%s': see twbench list",
		 impl);
	return -EINVAL;
}

static int check_bench(const struct plan_request *r, const struct bench *b, char *why, size_t size)
{
	size_t used;
	const char *impl;

	if (!bench_is_chosen(r, b) || has_chosen_impl(r, b))
		return 0;
	used = snprintf(why, size, "%s measures none of these implementations, but:", b->name);
	for (unsigned int i = 0; (impl = bench_impl(b, i)) && used < size; i++)
		used += snprintf(why + used, size - used, " %s", impl);
	return -EINVAL;
}

int check_chosen(const struct plan_request *r, char *why, size_t size)
{
	json_t *v;
	size_t i;
	int err = 0;

	for (i = 0; benches[i] && !err; i++)
		err = check_bench(r, benches[i], why, size);
	json_array_foreach(json_object_get(r->values, "impl"), i, v)
		err = err ? err : check_impl(r, json_string_value(v), why, size);
	return err;
}
