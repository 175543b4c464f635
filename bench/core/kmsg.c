// SPDX-License-Identifier: GPL-2.0
#include "kmsg.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* What the kernel prints at the head of a report that says something is wrong with it. */
static const struct {
	const char *text;
	enum kmsg_verdict verdict;
} patterns[] = {
	{ "WARNING: ", KMSG_WARNED },
	{ "INFO: possible ", KMSG_WARNED }, /* lockdep: circular or recursive locking */
	{ "suspicious RCU usage", KMSG_WARNED },
	{ "UBSAN: ", KMSG_WARNED },
	{ "BUG: ", KMSG_BROKEN },
	{ "kernel BUG at ", KMSG_BROKEN },
	{ "Oops", KMSG_BROKEN },
	{ "self-detected stall", KMSG_BROKEN },
	{ "detected stalls", KMSG_BROKEN },
	{ "detected expedited stalls", KMSG_BROKEN },
	{ "rcu_tasks_trace detected", KMSG_BROKEN },
	{ "blocked for more than", KMSG_BROKEN },
	{ "soft lockup", KMSG_BROKEN },
	{ "hard LOCKUP", KMSG_BROKEN },
};

int kmsg_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_END) < 0) {
		int err = -errno;

		close(fd);
		return err;
	}
	return fd;
}

/* As words: "DEBUG: " is not a BUG. */
static bool says(const char *message, const char *text)
{
	for (const char *at = message; (at = strstr(at, text)); at++)
		if (at == message || !isalnum((unsigned char)at[-1]))
			return true;
	return false;
}

enum kmsg_verdict kmsg_judge(const char *message)
{
	enum kmsg_verdict worst = KMSG_QUIET;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		if (patterns[i].verdict > worst && says(message, patterns[i].text))
			worst = patterns[i].verdict;
	return worst;
}

/* A record is "prefix;message\n" and perhaps indented lines of key=value. Facility 0 is the
 * kernel's own; what user space writes into the log proves nothing. */
static enum kmsg_verdict judge_record(char *record, char *text, size_t size)
{
	char *message = strchr(record, ';');
	unsigned int prefix = 0;
	enum kmsg_verdict v;

	if (!message || sscanf(record, "%u", &prefix) != 1 || prefix >> 3)
		return KMSG_QUIET;
	message++;
	message[strcspn(message, "\n")] = '\0';
	v = kmsg_judge(message);
	if (v != KMSG_QUIET)
		snprintf(text, size, "%s", message);
	return v;
}

enum kmsg_verdict kmsg_scan(int fd, char *text, size_t size)
{
	enum kmsg_verdict worst = KMSG_QUIET;
	char record[8192], line[256];

	if (fd < 0)
		return KMSG_QUIET;
	for (;;) {
		ssize_t n = read(fd, record, sizeof(record) - 1);
		enum kmsg_verdict v;

		/* EPIPE: records were overwritten before they were read; the next read goes on. */
		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;
		if (n <= 0)
			return worst;
		record[n] = '\0';
		v = judge_record(record, line, sizeof(line));
		if (v > worst) {
			worst = v;
			snprintf(text, size, "%s", line);
		}
	}
}
