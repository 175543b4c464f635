/* SPDX-License-Identifier: GPL-2.0 */
/* Two benches with rows of every type, and parsing with what it says. Include after cmocka.h. */
#ifndef ARGS_FIXTURE_H
#define ARGS_FIXTURE_H

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exit_code.h"
#include "params.h"
#include "run_args.h"

static void fire(struct worker *w, uint64_t due)
{
}

static const struct trigger quick = { .name = "quick", .fire = fire };
static const struct trigger kernel = { .name = "kernel" };
const struct trigger *const triggers[] = { &quick, &kernel, NULL };

static const struct opt alpha_opts[] = {
	OPT_ROW_TRIGGER("quick"),
	OPT_ROW_MODE("signal"),
	OPT_ROW_TARGET("self"),
	OPT_ROW_ARRIVAL("poisson"),
	OPT_ROW_RATE("100"),
	OPT_ROW_CPUS("first"),
	{ 0 },
};
static const struct bench alpha = { .name = "alpha", .opts = alpha_opts };

static const char *const wheres[] = { "here", "there", NULL };
static const struct opt beta_opts[] = {
	{ .name = "where", .type = OPT_ENUM, .choices = wheres, .def = { "here" } },
	{ .name = "rate", .type = OPT_U64, .min = 1, .max = 20000000, .def = { "1" } },
	{ .name = "size", .type = OPT_U64, .min = 2, .max = 64, .def = { "2" } },
	OPT_ROW_CPUS("all"),
	{ 0 },
};
static const struct bench beta = { .name = "beta", .opts = beta_opts };

const struct bench *const benches[] = { &alpha, &beta, NULL };

/* ---- parsing ---- */

static struct run_args args;
static char said[4096]; /* on stderr; on stdout for --help */
static int said_on = STDERR_FILENO;

static int forget(void **state)
{
	json_decref(args.values);
	args.values = NULL;
	said_on = STDERR_FILENO;
	return 0;
}

static int parse(int argc, char **argv)
{
	int fd = memfd_create("said", MFD_CLOEXEC), old, code;
	ssize_t n;

	fflush(NULL);
	old = dup(said_on);
	assert_true(fd >= 0 && old >= 0 && dup2(fd, said_on) >= 0);
	json_decref(args.values);
	code = run_args_parse(&args, argc, argv);
	fflush(NULL);
	dup2(old, said_on);
	n = pread(fd, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	close(old);
	close(fd);
	return code;
}

#define WITH(f, ...) \
	f(sizeof((char *[]){ "run", __VA_ARGS__ }) / sizeof(char *), \
	  (char *[]){ "run", __VA_ARGS__, NULL })

static void accept_args(int argc, char **argv)
{
	if (parse(argc, argv) != -1 || *said)
		fail_msg("refused: %s", said);
}

#define ACCEPT(...) WITH(accept_args, __VA_ARGS__)

/* A process makes one mistake in its life: what was said is said once. So in a child. */
static void refuse_args(const char *text, int argc, char **argv)
{
	int status, out[2];
	ssize_t n;

	assert_int_equal(pipe(out), 0);
	fflush(NULL);
	if (!fork()) {
		status = parse(argc, argv);
		n = write(out[1], said, strlen(said));
		_exit(n == (ssize_t)strlen(said) ? status : 99);
	}
	close(out[1]);
	n = read(out[0], said, sizeof(said) - 1);
	said[n > 0 ? n : 0] = '\0';
	close(out[0]);
	assert_true(wait(&status) > 0 && WIFEXITED(status));
	if (WEXITSTATUS(status) != EXIT_USAGE || !strstr(said, text) ||
	    strncmp(said, "twbench run: ", 13))
		fail_msg("expected '%s', got %d and: %s", text, WEXITSTATUS(status), said);
	/* one line */
	assert_ptr_equal(strchr(said, '\n'), said + strlen(said) - 1);
}

#define REFUSE(text, ...) \
	refuse_args(text, sizeof((char *[]){ "run", __VA_ARGS__ }) / sizeof(char *), \
		    (char *[]){ "run", __VA_ARGS__, NULL })

static void expect_values(const char *key, const char *want)
{
	char *got = json_dumps(json_object_get(args.values, key), JSON_COMPACT | JSON_ENCODE_ANY);

	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
}

#endif
