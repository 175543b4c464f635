/* SPDX-License-Identifier: GPL-2.0 */
/* The kernel's command line, and the probes: what they say when they say no. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "cmdline.h"
#include "probe.h"
#include "quiesce.h"

/* ---- PREEMPT_RT: it decides whether anything may be deleted ---- */

static void test_version_is_rt(void **state)
{
	assert_true(version_is_rt("#1 SMP PREEMPT_RT Debian 6.18.15-1 (2026-03-01)"));
	assert_true(version_is_rt("#1 SMP PREEMPT RT Debian 4.19.67-2"));
	assert_false(version_is_rt("#1 SMP PREEMPT_DYNAMIC Debian 6.18.15-1 (2026-03-01)"));
	assert_false(version_is_rt("#1 SMP PREEMPT_LAZY"));
	assert_false(version_is_rt(""));
}

/* ---- command line: it decides whether a kernel may be crashed ---- */

static void test_cmdline_token(void **state)
{
	static const char *const no[] = {
		"",
		"quiet",
		"twbench.guest=0",
		"twbench.guest=10",
		"xtwbench.guest=1",
		"twbench.guest",
		"twbench.guest=1x",
		"TWBENCH.GUEST=1",
		"quiet -- twbench.guest=1",
		"-- twbench.guest=1",
		"dyndbg=\"a twbench.guest=1 b\" quiet",
	};
	size_t i;

	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (cmdline_has(no[i], "twbench.guest=1"))
			fail_msg("taken for a guest: %s", no[i]);
	assert_true(cmdline_has("twbench.guest=1\n", "twbench.guest=1"));
	assert_true(cmdline_has("quiet twbench.guest=1 panic=1", "twbench.guest=1"));
	assert_true(cmdline_has("a=\"b c\"\ttwbench.guest=1 -- x", "twbench.guest=1"));
}

static void test_cmdline_value(void **state)
{
	char value[8];

	assert_false(cmdline_value("preemptx=1 preempt", "preempt", value, sizeof(value)));
	assert_true(cmdline_value("preempt=a preempt=b", "preempt", value, sizeof(value)));
	assert_string_equal(value, "b");
	assert_true(cmdline_value("preempt=", "preempt", value, sizeof(value)));
	assert_string_equal(value, "");
	assert_false(cmdline_value("preempt=12345678", "preempt", value, sizeof(value)));
}

static void test_flavour_names(void **state)
{
	assert_string_equal(kfunc_flavour_name(KFUNC_NONE), "none");
	assert_string_equal(kfunc_flavour_name(KFUNC_IMPL), "impl");
	assert_string_equal(kfunc_flavour_name(KFUNC_PLAIN), "plain");
}

/* Every probe that says no says why, with something to do. */
static void test_probes_give_reasons(void **state)
{
	static int (*const probes[])(char *, size_t) = {
		probe_bpf_load, probe_perf_sw, probe_perf_hw, probe_tracefs,
		probe_pid_ns,	probe_kmsg,    probe_guest,
	};
	char why[256];
	size_t i;
	int err;

	for (i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		why[0] = '\0';
		err = probes[i](why, sizeof(why));
		assert_true(err <= 0);
		assert_true(!err || strlen(why) > 20);
		assert_null(strchr(why, '\n'));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_version_is_rt),
		cmocka_unit_test(test_cmdline_token),
		cmocka_unit_test(test_cmdline_value),
		cmocka_unit_test(test_flavour_names),
		cmocka_unit_test(test_probes_give_reasons),
	};

	return cmocka_run_group_tests_name("probe", tests, NULL, NULL);
}
