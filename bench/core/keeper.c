// SPDX-License-Identifier: GPL-2.0
/*
 * The process between an invocation and the program that it times: see command.h. It sleeps until
 * the program or the invocation ends, so it does not disturb what is measured.
 *
 * In a process group of its own and deaf to what asks it to stop: a Ctrl-C is for the runner, and
 * the end of the socket is the one thing that ends a keeper. Not a session of its own: schedulers
 * that group by session would treat the program as another user.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "exit_code.h"

/* What does not die of SIGKILL within this many ms is stuck in the kernel. */
#define REAP_MS 5000

static void say(int err, int status, const char *text)
{
	struct keeper_msg msg = { .err = err, .status = status };

	snprintf(msg.text, sizeof(msg.text), "%s", text);
	send(KEEPER_FD, &msg, sizeof(msg), MSG_NOSIGNAL);
}

static int make_dir(char *dir, size_t size)
{
	const char *tmp = getenv("TMPDIR");
	char why[300];
	int err;

	/* Relative, it would mean another place once this process has gone there. */
	snprintf(dir, size, "%s/twbench-XXXXXX", tmp && *tmp == '/' ? tmp : "/tmp");
	if (mkdtemp(dir) && !chdir(dir) && !setenv("TMPDIR", dir, 1))
		return 0;
	err = -errno;
	snprintf(why, sizeof(why), "no private directory %s: %s (set TMPDIR)", dir,
		 strerror(errno));
	say(err, 0, why);
	return err;
}

/* The program's side of the fork. */
static void become(char **argv)
{
	sigset_t none;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(open("stdout", O_WRONLY | O_CREAT | O_TRUNC, 0600), 1) < 0 ||
	    dup2(open("stderr", O_WRONLY | O_CREAT | O_TRUNC, 0600), 2) < 0)
		_exit(127);
	close_range(KEEPER_FD, ~0U, 0);
	execvp(argv[0], argv);
	dprintf(2, "cannot execute %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* The group exists before anybody could want to kill it. */
static pid_t start(char **argv)
{
	pid_t pid = fork();

	if (!pid)
		become(argv);
	if (pid < 0)
		say(-errno, 0, "cannot start a process");
	else
		setpgid(pid, pid);
	return pid;
}

/* Waits for the end of the program and reports it, or for the end of the invocation. The program is
 * not reaped: a zombie keeps its number, by which the group is killed later, from being reused. */
static void watch(pid_t pid)
{
	struct pollfd p[] = { { .fd = KEEPER_FD, .events = POLLIN },
			      { .fd = syscall(SYS_pidfd_open, pid, 0), .events = POLLIN } };
	siginfo_t info;

	if (p[1].fd < 0) {
		say(-errno, 0, "pidfd_open: not with this kernel");
		return;
	}
	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[1].revents && !waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		say(0, info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status, "");
	close(p[1].fd);
}

static void wait_for_order(void)
{
	char any;

	while (recv(KEEPER_FD, &any, 1, 0) < 0 && errno == EINTR)
		;
}

static void end_group(pid_t pid)
{
	kill(-pid, SIGKILL);
	for (int ms = 0; ms < REAP_MS && waitpid(-1, NULL, WNOHANG) >= 0; ms++)
		poll(NULL, 0, 1);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	remove(path);
	return 0;
}

/* Orphans of the program become children of this process, so that it can tell when all are gone. */
static void prepare(void)
{
	static const int deaf_to[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

	fcntl(KEEPER_FD, F_SETFD, FD_CLOEXEC);
	setpgid(0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	for (size_t i = 0; i < sizeof(deaf_to) / sizeof(deaf_to[0]); i++)
		signal(deaf_to[i], SIG_IGN);
}

int keeper_main(int argc, char **argv)
{
	char dir[sizeof(((struct kept *)0)->dir)], any;
	struct stat st;
	pid_t pid;

	if (argc < 2 || fstat(KEEPER_FD, &st) || !S_ISSOCK(st.st_mode)) {
		fprintf(stderr, "twbench " KEEPER_COMMAND ": started by twbench run only\n");
		return EXIT_USAGE;
	}
	prepare();
	if (make_dir(dir, sizeof(dir)))
		return EXIT_INTERNAL;
	say(0, 0, dir);
	if (recv(KEEPER_FD, &any, 1, 0) == 1) {
		pid = start(argv + 1);
		if (pid > 0) {
			watch(pid);
			wait_for_order();
			end_group(pid);
		}
	}
	if (!chdir("/"))
		nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
	return EXIT_DONE;
}
