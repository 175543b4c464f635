/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel log says about a measurement: reports that kernels really print, and the talk
 * beside them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "kmsg.h"

static const char *const broken[] = {
	"BUG: kernel NULL pointer dereference, address: 0000000000000b88",
	"BUG: unable to handle page fault for address: ffffc90000a3fff8",
	"BUG: scheduling while atomic: twbench/812/0x00000002",
	"BUG: sleeping function called from invalid context at kernel/locking/mutex.c:580",
	"BUG: KASAN: slab-use-after-free in bpf_task_work_irq+0x3c/0x210",
	"BUG: KFENCE: use-after-free read in task_work_cancel+0x1d/0x90",
	"BUG: workqueue lockup - pool cpus=1 node=0 flags=0x0 nice=0 stuck for 31s!",
	"BUG: Bad page state in process twbench  pfn:10a3c",
	"[ BUG: Invalid wait context ]",
	"kernel BUG at kernel/bpf/helpers.c:4242!",
	"Oops: 0002 [#1] SMP NOPTI",
	"Oops: general protection fault, probably for non-canonical address "
	"0xdead000000000122: 0000 [#1] SMP NOPTI",
	"Oops: divide error: 0000 [#1] SMP NOPTI",
	"Internal error: Oops: 0000000096000004 [#1] SMP",
	"rcu: INFO: rcu_preempt self-detected stall on CPU",
	"rcu: INFO: rcu_sched detected stalls on CPUs/tasks:",
	"INFO: rcu_tasks detected stalls on tasks:",
	"rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-...D } 21 jiffies s: "
	"73 root: 0x2/.",
	"INFO: rcu_tasks_trace detected stalls on tasks:",
	"INFO: task kworker/1:2:87 blocked for more than 120 seconds.",
	"INFO: task twbench:812 blocked for more than 245 seconds.",
	"watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [ksoftirqd/1:22]",
	"watchdog: CPU0: Watchdog detected hard LOCKUP on cpu 0",
	"NMI watchdog: Watchdog detected hard LOCKUP on cpu 1",
};

static const char *const warned[] = {
	"WARNING: CPU: 1 PID: 812 at kernel/task_work.c:57 task_work_add+0x120/0x1a0",
	"WARNING: kernel/bpf/helpers.c:4190 at bpf_task_work_callback+0x88/0xd0, CPU#1: twbench/812",
	"WARNING: possible circular locking dependency detected",
	"WARNING: possible recursive locking detected",
	"WARNING: inconsistent lock state",
	"WARNING: suspicious RCU usage",
	"INFO: possible recursive locking detected",
	"UBSAN: array-index-out-of-bounds in kernel/events/core.c:812:3",
};

static const char *const quiet[] = {
	"",
	"perf: interrupt took too long (2503 > 2500), lowering kernel.perf_event_max_sample_rate to "
	"79750",
	"INFO: NMI handler (perf_event_nmi_handler) took too long to run: 1.512 msecs",
	"hrtimer: interrupt took 3521337 ns",
	"twbench[812]: segfault at 0 ip 0000000000401136 sp 00007ffd3c2b5a50 error 4 in "
	"twbench[401000+1000] likely on CPU 1 (core 1, socket 0)",
	"traps: a.out[813] trap divide error ip:401136 sp:7ffd3c2b5a50 error:0 in a.out[401000+1000]",
	"traps: a.out[814] trap invalid opcode ip:401136 sp:7ffd3c2b5a50 error:0",
	"traps: a.out[815] general protection fault ip:401136 sp:7ffd3c2b5a50 error:0 in "
	"a.out[401000+1000]",
	"DEBUG: nothing is wrong",
	"Out of memory: Killed process 812 (twbench) total-vm:1048576kB, anon-rss:524288kB",
	"workqueue: bpf_map_free_deferred hogged CPU for >10000us 4 times, consider switching to "
	"WQ_UNBOUND",
	"sched: RT throttling activated",
	"INFO: lockdep is turned off.",
	"systemd[1]: Started Session 3 of User root.",
	"EXT4-fs warning (device vda1): ext4_dirblock_csum_verify:406: no space for checksum",
	"ACPI Warning: SystemIO range conflicts with OpRegion",
	"clocksource: Switched to clocksource tsc",
	"process '/usr/bin/debugger' started with executable stack",
};

static void expect_all(const char *const *messages, size_t n, enum kmsg_verdict want)
{
	for (size_t i = 0; i < n; i++)
		if (kmsg_judge(messages[i]) != want)
			fail_msg("verdict %d, not %d: %s", kmsg_judge(messages[i]), want,
				 messages[i]);
}

static void a_broken_kernel(void **state)
{
	expect_all(broken, sizeof(broken) / sizeof(broken[0]), KMSG_BROKEN);
}

static void a_warning(void **state)
{
	expect_all(warned, sizeof(warned) / sizeof(warned[0]), KMSG_WARNED);
}

static void harmless_talk(void **state)
{
	expect_all(quiet, sizeof(quiet) / sizeof(quiet[0]), KMSG_QUIET);
}

/* ---- scanning ---- */

/* A log of records: like /dev/kmsg, one per read(2), and EAGAIN after the last. */
struct log {
	int in, out;
};

static struct log open_log(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	return (struct log){ pair[0], pair[1] };
}

static void say(const struct log *log, const char *record)
{
	assert_int_equal(write(log->in, record, strlen(record)), strlen(record));
}

static void expect_scan(const struct log *log, enum kmsg_verdict want, const char *line)
{
	char text[128] = "untouched";

	assert_int_equal(kmsg_scan(log->out, text, sizeof(text)), want);
	assert_string_equal(text, want == KMSG_QUIET ? "untouched" : line);
}

static void close_log(const struct log *log)
{
	close(log->in);
	close(log->out);
}

static void reads_all_and_keeps_the_worst(void **state)
{
	struct log log = open_log();

	expect_scan(&log, KMSG_QUIET, NULL);
	say(&log, "6,100,5000,-;perf: interrupt took too long (2503 > 2500)\n");
	say(&log, "4,101,5001,-;WARNING: CPU: 1 PID: 8 at a.c:1 f+0x1\n");
	say(&log, "4,102,5002,-;WARNING: CPU: 1 PID: 8 at a.c:2 g+0x1\n");
	expect_scan(&log, KMSG_WARNED, "WARNING: CPU: 1 PID: 8 at a.c:1 f+0x1");
	expect_scan(&log, KMSG_QUIET, NULL);

	say(&log, "4,103,5003,-;WARNING: CPU: 1 PID: 8 at a.c:1 f+0x1\n");
	say(&log, "0,104,5004,c;Oops: 0002 [#1] SMP\n SUBSYSTEM=cpu\n DEVICE=+cpu:1\n");
	say(&log, "0,105,5005,-;BUG: later, and no worse\n");
	expect_scan(&log, KMSG_BROKEN, "Oops: 0002 [#1] SMP");
	close_log(&log);
}

/* prefix >> 3 is the facility: 1 is a user process, 3 a daemon. Only the kernel's is evidence. */
static void what_user_space_says_proves_nothing(void **state)
{
	struct log log = open_log();

	say(&log, "12,1,1,-;WARNING: CPU: 1 PID: 8 at a.c:1 f+0x1\n");
	say(&log, "8,2,2,-;BUG: kernel NULL pointer dereference\n");
	say(&log, "30,3,3,-;systemd: Oops\n");
	expect_scan(&log, KMSG_QUIET, NULL);
	say(&log, "7,4,4,-;BUG: kernel NULL pointer dereference\n");
	expect_scan(&log, KMSG_BROKEN, "BUG: kernel NULL pointer dereference");
	close_log(&log);
}

/* Only the message is judged: its dictionary may name anything. */
static void odd_records(void **state)
{
	struct log log = open_log();
	char record[4096];

	say(&log, "no prefix and no message");
	say(&log, ";");
	say(&log, "x;BUG: no level");
	say(&log, "4,1,1,-;fine\n DRIVER=WARNING: x\n");
	expect_scan(&log, KMSG_QUIET, NULL);
	memset(record, 'y', sizeof(record));
	memcpy(record, "4,1,1,-;WARNING: ", 17);
	record[sizeof(record) - 1] = '\0';
	say(&log, record);
	record[8 + 127] = '\0';
	expect_scan(&log, KMSG_WARNED, record + 8);
	close_log(&log);
}

static void without_a_log(void **state)
{
	char text[8] = "as was";

	assert_int_equal(kmsg_scan(-1, text, sizeof(text)), KMSG_QUIET);
	assert_string_equal(text, "as was");
}

/* Reads to the end; the last record's sequence number, or -1. */
static long long drain(int fd)
{
	char record[8192];
	long long seq = -1;
	ssize_t n;

	while ((n = read(fd, record, sizeof(record) - 1)) > 0 || (n < 0 && errno == EPIPE)) {
		record[n > 0 ? n : 0] = '\0';
		sscanf(record, "%*u,%lld", &seq);
	}
	return seq;
}

/* The log's past is not the measurement's: only what came after the opening is read. */
static void opens_at_the_end(void **state)
{
	int all = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC), fd;
	char record[8192] = "";
	long long last, seq = -1;

	if (all < 0) {
		fd = kmsg_open();
		assert_true(fd == -EACCES || fd == -EPERM || fd == -ENOENT);
		return;
	}
	last = drain(all);
	fd = kmsg_open();
	assert_true(fd >= 0);
	if (read(fd, record, sizeof(record) - 1) > 0) {
		assert_int_equal(sscanf(record, "%*u,%lld", &seq), 1);
		assert_true(seq > last);
	}
	close(fd);
	close(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_broken_kernel),
		cmocka_unit_test(a_warning),
		cmocka_unit_test(harmless_talk),
		cmocka_unit_test(reads_all_and_keeps_the_worst),
		cmocka_unit_test(what_user_space_says_proves_nothing),
		cmocka_unit_test(odd_records),
		cmocka_unit_test(without_a_log),
		cmocka_unit_test(opens_at_the_end),
	};

	return cmocka_run_group_tests_name("kmsg", tests, NULL, NULL);
}
