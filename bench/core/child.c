// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "held_maps.h"
#include "invocation_core.h"

/* A child that says nothing for this long beyond its window is given up. */
#define SILENCE_S 60
/* No poll of a runner that runs takes this long. */
#define STOPPED_NS 5000000000ULL
/* From SIGTERM to SIGKILL. */
#define GRACE_NS 5000000000ULL

struct child {
	pid_t pid;
	int fd;
	char *buf; /* received, up to used; the next line is not complete yet */
	size_t used, size;
	uint64_t deadline;
	uint64_t kill_at; /* 0: not asked to stop */
	struct held_maps maps;
	json_t *verdict; /* its last word: {"status":..} */
};

static int spawn(struct child *c)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -errno;
	pid = fork();
	if (pid < 0) {
		int err = -errno;

		close(pair[0]);
		close(pair[1]);
		return err;
	}
	if (!pid) {
		char *argv[] = { "twbench", INVOCATION_COMMAND, NULL };
		int null = open("/dev/null", O_RDWR);

		/* Standard output is the runner's data; the child has none. */
		if (null < 0 || dup2(null, 0) < 0 || dup2(2, 1) < 0 ||
		    dup2(pair[1], INVOCATION_FD) < 0)
			_exit(127);
		if (pair[1] == INVOCATION_FD)
			fcntl(INVOCATION_FD, F_SETFD, 0);
		close_range(INVOCATION_FD + 1, ~0U, 0);
		execv("/proc/self/exe", argv);
		dprintf(INVOCATION_FD,
			"{\"status\":\"error\",\"reason\":\"cannot execute /proc/self/exe: %s: is "
			"/proc mounted?\"}\n",
			strerror(errno));
		_exit(127);
	}
	close(pair[1]);
	c->pid = pid;
	c->fd = pair[0];
	return 0;
}

static int send_line(int fd, json_t *msg)
{
	char *text = msg ? json_dumps(msg, JSON_COMPACT) : NULL;
	size_t done = 0, len = text ? strlen(text) : 0;
	int err = text ? 0 : -ENOMEM;

	if (text)
		text[len++] = '\n';
	while (!err && done < len) {
		ssize_t n = send(fd, text + done, len - done, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			err = -errno;
		else if (n > 0)
			done += n;
	}
	free(text);
	json_decref(msg);
	return err;
}

static void handle_line(struct child *c, const char *line)
{
	json_t *msg = json_loads(line, 0, NULL);
	json_t *maps = json_object_get(msg, "maps"), *unhold = json_object_get(msg, "unhold");

	if (maps || unhold) {
		int err =
			maps ? held_maps_take(&c->maps, maps) : held_maps_let_go(&c->maps, unhold);

		send_line(c->fd, json_pack("{sb}", "ok", !err));
	} else if (json_object_get(msg, "status")) {
		json_decref(c->verdict);
		c->verdict = json_incref(msg);
	}
	json_decref(msg);
}

/* Reads what is there. 0: the child closed its end. */
static ssize_t receive(struct child *c)
{
	char *newline;
	ssize_t n;

	if (c->size - c->used < 65536) {
		char *grown = realloc(c->buf, c->size + 262144);

		if (!grown)
			return -ENOMEM;
		c->buf = grown;
		c->size += 262144;
	}
	n = read(c->fd, c->buf + c->used, c->size - c->used);
	if (n <= 0)
		return n < 0 && errno == EINTR ? 1 : n;
	c->used += n;
	while ((newline = memchr(c->buf, '\n', c->used))) {
		size_t len = newline + 1 - c->buf;

		*newline = '\0';
		handle_line(c, c->buf);
		memmove(c->buf, c->buf + len, c->used - len);
		c->used -= len;
	}
	return n;
}

/* Escalates: asked to stop, or silent for too long. */
static void press(struct child *c, const volatile int *interrupted)
{
	uint64_t now = now_ns();

	if (!c->kill_at && (*interrupted || now > c->deadline)) {
		kill(c->pid, SIGTERM);
		c->kill_at = now + GRACE_NS;
	} else if (c->kill_at && now > c->kill_at) {
		kill(c->pid, SIGKILL);
	}
}

static void converse(struct child *c, const volatile int *interrupted)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	for (;;) {
		/* Nothing wakes the runner during a window but the child or a signal: it would
		 * disturb what it measures. The time-out is a second's, for a stuck child. */
		uint64_t before = now_ns();
		int n = poll(&p, 1, c->kill_at || *interrupted ? 50 : 1000);

		/* We were stopped (Ctrl-Z), and the child with us: that is not its silence. */
		if (now_ns() - before > STOPPED_NS)
			c->deadline += now_ns() - before;
		if (n > 0 && receive(c) <= 0)
			return;
		press(c, interrupted);
	}
}

static void describe_death(int status, char *why, size_t size)
{
	if (WIFSIGNALED(status))
		snprintf(why, size, "the invocation's process was killed by signal %d (%s)",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else
		snprintf(why, size, "the invocation's process ended with code %d and no result",
			 WEXITSTATUS(status));
}

static enum child_status conclude(struct child *c, int status, bool interrupted, json_t **sample,
				  char *why, size_t size)
{
	const char *said = json_string_value(json_object_get(c->verdict, "status"));
	const char *reason = json_string_value(json_object_get(c->verdict, "reason"));

	*sample = json_incref(json_object_get(c->verdict, "sample"));
	if (*sample)
		return CHILD_SAMPLE;
	if (interrupted) {
		snprintf(why, size, "interrupted");
		return CHILD_INTERRUPTED;
	}
	if (c->kill_at)
		snprintf(why, size, "the invocation's process was silent for %d s and was stopped",
			 SILENCE_S);
	else if (said && reason)
		snprintf(why, size, "%s", reason);
	else
		describe_death(status, why, size);
	return said && !strcmp(said, "skip") ? CHILD_SKIP : CHILD_ERROR;
}

static json_t *order_of(const struct plan *plan, const struct item *item, uint64_t seed)
{
	const struct point *p = &plan->points[item->point];

	return json_pack("{ss sO ss sI sI sI sI}", "bench", p->bench->name, "params", p->params,
			 "impl", p->impl, "seed", (json_int_t)seed, "window_ns",
			 (json_int_t)plan->window_ns, "warmup_ns", (json_int_t)plan->warmup_ns,
			 "parent", (json_int_t)getpid());
}

enum child_status child_run(const struct plan *plan, const struct item *item, uint64_t seed,
			    const volatile int *interrupted, json_t **sample, char *why,
			    size_t size)
{
	struct child c = { .deadline = now_ns() + plan->window_ns + SILENCE_S * 1000000000ULL };
	enum child_status result;
	int err, status = 0;

	held_maps_init(&c.maps);
	err = spawn(&c);
	if (err) {
		snprintf(why, size, "cannot start a process: %s", strerror(-err));
		return CHILD_ERROR;
	}
	/* A child that is already dead is found by its closed socket. */
	send_line(c.fd, order_of(plan, item, seed));
	converse(&c, interrupted);
	/* It closed its socket, so it is about to end; one that hangs instead is pressed like any. */
	while (waitpid(c.pid, &status, WNOHANG) == 0) {
		press(&c, interrupted);
		poll(NULL, 0, 1);
	}
	held_maps_release(&c.maps, now_ns());
	result = conclude(&c, status, *interrupted, sample, why, size);
	json_decref(c.verdict);
	free(c.buf);
	close(c.fd);
	return result;
}
