/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Another program as part of an invocation: started by its arguments, no shell, in a process group
 * and a private directory of its own.
 *
 * Between us and the program is a keeper process (hidden command KEEPER_COMMAND, keeper.c). It ends
 * the whole group and removes the directory as soon as we close our end of a socket, on purpose or
 * by being killed: a process that dies of SIGKILL cannot clean up behind itself, and PDEATHSIG
 * reaches only the program, not what the program has started.
 */
#ifndef TW_COMMAND_H
#define TW_COMMAND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define KEEPER_COMMAND "_keep"
#define KEEPER_FD 3

struct kept {
	pid_t keeper; /* 0: none */
	int fd;
	char dir[200]; /* the private directory: working directory and $TMPDIR of the program */
	char why[320];
};

/* What the keeper says, one packet each: where the directory is; how the program ended. */
struct keeper_msg {
	int err; /* -errno, with the reason in text */
	int status; /* exit status; 128 + N: killed by signal N */
	char text[320]; /* err == 0: the directory */
};

/* Whether $PATH leads to a program of this name. */
bool command_exists(const char *name);

/*
 * Gets ready to start argv (ends with NULL; [0] is looked for in $PATH). To be called before any
 * BPF descriptor is open: the fork would hold copies of them, and lets go of them in the wrong
 * order (see bpf_family_seal()). 0 or -errno with why.
 */
int command_prepare(struct kept *c, const char *const argv[]);

/*
 * Starts the program and waits for its end. Its exit status (128 + N: signal N), or -errno with
 * why: -ETIMEDOUT after limit_ns, -EINTR when the invocation was told to stop. To be called once.
 */
int command_run(struct kept *c, uint64_t limit_ns);

/* First line that the program wrote to stderr, cut to size; "" if none. */
void command_complaint(const struct kept *c, char *buf, size_t size);

/* Ends what still runs, removes the directory. Takes a zeroed command and one that failed. */
void command_end(struct kept *c);

/* The keeper's main. */
int keeper_main(int argc, char **argv);

#endif
