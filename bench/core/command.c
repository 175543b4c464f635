// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "invocation_core.h"

#define MAX_ARGS 32
#define MS 1000000ULL
/* A signal may have been taken by a worker, or just before poll(): it is looked for this often. */
#define STEP_MS 200
/* The keeper's time to make a directory, and to kill, reap and remove. */
#define KEEPER_NS (10000 * MS)

__attribute__((format(printf, 3, 4))) static int fail(struct kept *c, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	return err;
}

bool command_exists(const char *name)
{
	const char *path = getenv("PATH") ?: "/usr/bin:/bin";
	char *copy = strdup(path), *rest = copy, *dir, file[4096];
	bool found = false;

	while (copy && !found && (dir = strsep(&rest, ":"))) {
		snprintf(file, sizeof(file), "%s/%s", *dir ? dir : ".", name);
		found = !access(file, X_OK);
	}
	free(copy);
	return found;
}

/* After fork() in a process with threads: only what is safe in a signal handler. */
static void become_keeper(char *const argv[], int fd)
{
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(fd, KEEPER_FD) < 0)
		_exit(127);
	if (fd == KEEPER_FD)
		fcntl(KEEPER_FD, F_SETFD, 0);
	close_range(KEEPER_FD + 1, ~0U, 0);
	execv("/proc/self/exe", argv);
	_exit(127);
}

/* One packet; 0 bytes: the keeper is gone. */
static int receive(struct kept *c, struct keeper_msg *msg, uint64_t limit_ns, const char *what)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	uint64_t deadline = now_ns() + limit_ns;
	ssize_t n;

	while (!poll(&p, 1, STEP_MS) || !p.revents) {
		if (invocation_interrupted)
			return fail(c, -EINTR, "interrupted");
		if (now_ns() > deadline)
			return fail(c, -ETIMEDOUT, "%s: not done within %llu s", what,
				    (unsigned long long)(limit_ns / (1000 * MS)));
	}
	n = recv(c->fd, msg, sizeof(*msg), 0);
	if (n != sizeof(*msg))
		return fail(c, -EPIPE, "%s: the process that keeps it is gone", what);
	return msg->err ? fail(c, msg->err, "%s", msg->text) : 0;
}

int command_prepare(struct kept *c, const char *const argv[])
{
	const char *args[MAX_ARGS] = { "twbench", KEEPER_COMMAND };
	struct keeper_msg msg;
	int pair[2], n = 2, err;

	*c = (struct kept){ .fd = -1 };
	while (n < MAX_ARGS - 1 && *argv)
		args[n++] = *argv++;
	if (*argv)
		return fail(c, -E2BIG, "more than %d arguments", MAX_ARGS);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return fail(c, -errno, "socket: %s", strerror(errno));
	c->keeper = fork();
	if (!c->keeper)
		become_keeper((char *const *)args, pair[1]);
	c->fd = pair[0];
	close(pair[1]);
	if (c->keeper < 0) {
		c->keeper = 0;
		return fail(c, -errno, "cannot start a process: %s", strerror(errno));
	}
	err = receive(c, &msg, KEEPER_NS, "a private directory");
	if (!err)
		memcpy(c->dir, msg.text, sizeof(c->dir) - 1); /* cut by the keeper, if at all */
	return err;
}

int command_run(struct kept *c, uint64_t limit_ns)
{
	struct keeper_msg msg;
	int err;

	if (send(c->fd, "", 1, MSG_NOSIGNAL) != 1)
		return fail(c, -errno, "the keeper process is gone: %s", strerror(errno));
	err = receive(c, &msg, limit_ns, "the command");
	return err ? err : msg.status;
}

void command_complaint(const struct kept *c, char *buf, size_t size)
{
	char path[sizeof(c->dir) + 16];
	FILE *f;

	*buf = '\0';
	snprintf(path, sizeof(path), "%s/stderr", c->dir);
	f = fopen(path, "re");
	if (!f)
		return;
	if (fgets(buf, size, f))
		buf[strcspn(buf, "\n")] = '\0';
	fclose(f);
}

void command_end(struct kept *c)
{
	uint64_t deadline = now_ns() + KEEPER_NS;

	if (!c->keeper)
		return;
	close(c->fd);
	while (!waitpid(c->keeper, NULL, WNOHANG)) {
		if (now_ns() > deadline)
			kill(c->keeper, SIGKILL);
		poll(NULL, 0, 1);
	}
	c->keeper = 0;
}
