// SPDX-License-Identifier: GPL-2.0
/*
 * Hidden command `_pingpong CPU N`: two processes send one byte to and fro through two pipes, N
 * times. Both on one CPU: left to the scheduler, they sit now on one, now on two, and the time of a
 * round trip has two values that lie far apart.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "exit_code.h"

static int usage(void)
{
	fprintf(stderr, "twbench _pingpong: needs CPU N: round trips on that CPU\n");
	return EXIT_USAGE;
}

static int fail(const char *what)
{
	fprintf(stderr, "twbench _pingpong: %s: %s\n", what, strerror(errno));
	return EXIT_INTERNAL;
}

static int pin(unsigned long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set);
}

/* Sends back what comes, until the other end is closed. */
static void echo(int in, int out)
{
	char c;

	while (read(in, &c, 1) == 1)
		if (write(out, &c, 1) != 1)
			_exit(1);
	_exit(0);
}

static int play(int in, int out, unsigned long n)
{
	char c = 0;

	while (n--)
		if (write(out, &c, 1) != 1 || read(in, &c, 1) != 1)
			return -1;
	return 0;
}

static bool number(const char *text, unsigned long *v)
{
	char *end;

	errno = 0;
	*v = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

int cmd_pingpong(int argc, char **argv)
{
	unsigned long cpu, n;
	int there[2], back[2], err;
	pid_t pid;

	if (argc != 3 || !number(argv[1], &cpu) || cpu >= CPU_SETSIZE || !number(argv[2], &n))
		return usage();
	if (pin(cpu))
		return fail("cannot use this CPU");
	if (pipe(there) || pipe(back))
		return fail("pipe");
	pid = fork();
	if (pid < 0)
		return fail("fork");
	if (!pid) {
		close(there[1]);
		echo(there[0], back[1]);
	}
	close(back[1]);
	err = play(back[0], there[1], n);
	close(there[1]);
	waitpid(pid, NULL, 0);
	return err ? fail("the other process is gone") : EXIT_DONE;
}
