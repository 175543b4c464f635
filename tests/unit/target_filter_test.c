/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The filter of the family `targets`, which stands between a thread id and somebody else's task: the
 * program is run by hand, on targets that it must refuse. All of them are harmless should it not: our
 * own thread, our own child.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bpf_family.h"
#include "quiesce.h"

#define FIRINGS 50

static struct bpf_family family;
static pid_t child;
static int cpu;

static void open_for(pid_t tgid, pid_t worker)
{
	static const char *const maps[] = { "elems", "slots", "targets" };
	struct tw_config config = { .tgid = tgid, .mode = TW_MODE_RESUME };

	config.tid[cpu] = worker;
	assert_int_equal(bpf_family_open(&family, "targets"), 0);
	assert_int_equal(bpf_family_use(&family, "on_run"), 0);
	assert_int_equal(bpf_family_config(&family, &config), 0);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(bpf_family_resize(&family, maps[i], cpu + 1), 0);
	if (bpf_family_load(&family))
		fail_msg("%s", family.why);
}

/* Fires at `target`; returns what was counted. The elements are let go only when nothing is under
 * way, and where something was lost, after its task is gone and a second has passed. */
static struct tw_counts fire_at(pid_t target)
{
	struct tw_target t = { .now = (uint32_t)target };
	struct tw_run run = { 0 };
	struct tw_counts phase[TW_PHASES];
	uint32_t key = cpu;
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &run, .ctx_size_in = sizeof(run));
	int fd = bpf_program__fd(bpf_family_program(&family, "on_run"));

	assert_int_equal(
		bpf_map_update_elem(bpf_family_map_fd(&family, "targets"), &key, &t, BPF_ANY), 0);
	for (int i = 0; i < FIRINGS; i++)
		assert_int_equal(bpf_prog_test_run_opts(fd, &opts), 0);
	quiesce_cpus();
	assert_int_equal(bpf_family_counts(&family, phase), 0);
	return phase[TW_OUTSIDE];
}

static void end_child(void)
{
	if (child > 0) {
		kill(child, SIGKILL);
		waitpid(child, NULL, 0);
	}
	child = 0;
}

static void expect(pid_t tgid, pid_t worker, pid_t target, uint64_t attempts)
{
	struct timespec second = { .tv_sec = 1 };
	struct tw_counts c;

	open_for(tgid, worker);
	c = fire_at(target);
	if (c.accepted != c.completed) {
		end_child();
		nanosleep(&second, NULL);
	}
	bpf_family_close(&family);
	assert_int_equal(c.delivered, FIRINGS);
	assert_int_equal(c.attempts, attempts);
	assert_int_equal(c.filtered, FIRINGS - attempts);
	assert_int_equal(c.accepted, attempts);
	assert_int_equal(c.completed, attempts);
}

/* That the refusals below are not those of a program that refuses everything. */
static void test_own_thread(void **state)
{
	expect(getpid(), gettid(), gettid(), FIRINGS);
}

static void test_other_process(void **state)
{
	expect(getpid(), gettid(), child, 0);
}

/* `current` is of another process than the one configured. */
static void test_wrong_process_id(void **state)
{
	expect(child, gettid(), gettid(), 0);
}

static void test_wrong_worker(void **state)
{
	expect(getpid(), child, gettid(), 0);
}

static void test_nobody(void **state)
{
	pid_t was = child;

	end_child();
	expect(getpid(), gettid(), was, 0);
	expect(getpid(), gettid(), 0, 0);
}

static int setup(void **state)
{
	cpu_set_t set;

	cpu = sched_getcpu();
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		return -1;
	child = fork();
	if (!child) {
		for (;;)
			pause();
	}
	return child < 0 ? -1 : 0;
}

static int teardown(void **state)
{
	end_child();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_own_thread),	 cmocka_unit_test(test_other_process),
		cmocka_unit_test(test_wrong_process_id), cmocka_unit_test(test_wrong_worker),
		cmocka_unit_test(test_nobody),
	};
	char why[200] = "";

	if (probe_bpf_load(why, sizeof(why)) || probe_kfunc(why, sizeof(why)) == KFUNC_NONE ||
	    probe_pid_ns(why, sizeof(why))) {
		printf("1..1\nok 1 - filter of targets # SKIP %s\n", why);
		return 0;
	}
	return cmocka_run_group_tests(tests, setup, teardown);
}
