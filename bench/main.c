// SPDX-License-Identifier: GPL-2.0
/* argv -> command table. The only caller of exit(). */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "command.h"
#include "commands.h"
#include "invocation_core.h"
#include "runner.h"
#include "version.h"

static const struct command {
	const char *name, *help;
	int (*run)(int argc, char **argv);
	bool hidden;
} commands[] = {
	{ "list", "benches, their parameters and metrics, triggers", cmd_list, false },
	{ "run", "measure, and write a journal", cmd_run, false },
	{ "report", "tables from journals", cmd_report, false },
	{ "compare", "better, worse or the same: two journals, or two parts of one", cmd_compare, false },
	{ "cover", "a comparison as plain text for a mail", cmd_cover, false },
	{ "repro", "measures what a cover letter claims again", cmd_repro, false },
	{ "plot", "figures from journals, by gnuplot", cmd_plot, false },
	{ "export", "samples of journals as CSV or JSON", cmd_export, false },
	{ "doctor", "what this machine can measure, and what disturbs it", cmd_doctor, false },
	{ INVOCATION_COMMAND, "one invocation; started by run", invocation_main, true },
	{ KEEPER_COMMAND, "keeps a command of an invocation", keeper_main, true },
	{ "_pingpong", "workload of overhead", cmd_pingpong, true },
	{ "_load", "workload of load", cmd_load, true },
	{ 0 },
};

/* The verifier's log is long; errors of ours name what failed. TWBENCH_BPF_LOG=1 shows it. */
static int print_libbpf(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	return getenv("TWBENCH_BPF_LOG") ? vfprintf(stderr, fmt, ap) : 0;
}

static void print_help(FILE *out)
{
	fprintf(out, "Usage: twbench COMMAND [OPTION...]\n"
		     "Benchmarks of the BPF task_work kfuncs (bpf_task_work_schedule_signal, "
		     "_resume).\n\n");
	for (const struct command *c = commands; c->name; c++)
		if (!c->hidden)
			fprintf(out, "  %-10s %s\n", c->name, c->help);
	fprintf(out, "\nEvery command has --help, with examples. To begin with:\n"
		     "  twbench doctor\n"
		     "  twbench run -p smoke\n");
}

static int unknown_command(const char *name)
{
	fprintf(stderr, "twbench: unknown command '%s'; there are:", name);
	for (const struct command *c = commands; c->name; c++)
		if (!c->hidden)
			fprintf(stderr, " %s", c->name);
	fprintf(stderr, "\n");
	return EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "help")) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(name, "--version") || !strcmp(name, "-V")) {
		printf("twbench %s (%s)\n", TW_VERSION, TW_COMMIT);
		return EXIT_DONE;
	}
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->run(argc - 1, argv + 1);
	return unknown_command(name);
}

/* A closed descriptor of 0 to 2 would be the next file's: the journal, say, with talk written into
 * it. Opened the wrong way round, it still fails whoever uses it. */
static int fill_standard_fds(void)
{
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			return -errno;
	return 0;
}

int main(int argc, char **argv)
{
	int code;

	/* Those that were started through /proc/self/exe have the same name. */
	prctl(PR_SET_NAME, "twbench");
	if (fill_standard_fds())
		exit(EXIT_INTERNAL);
	libbpf_set_print(print_libbpf);
	code = dispatch(argc, argv);
	/* Output that did not reach its file is not output. */
	if (fflush(stdout) || ferror(stdout)) {
		perror("twbench: standard output");
		code = code ? code : EXIT_INTERNAL;
	}
	exit(code);
}
