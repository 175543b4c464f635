// SPDX-License-Identifier: GPL-2.0
/* twbench doctor: what of this machine disturbs or prevents measuring, and what it can do. */
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "commands.h"
#include "env.h"
#include "exit_code.h"
#include "needs.h"
#include "noise.h"
#include "probe.h"

#define MAX_FINDINGS 64

/* ---- command line ---- */

enum { KEY_TUNE = 0x100 };

struct args {
	bool json, tune;
};

static const struct argp_option options[] = {
	{ "json", 'j', NULL, 0, "Print JSON: env, findings, capabilities", 0 },
	{ "tune", KEY_TUNE, NULL, 0, "Apply the remedies while COMMAND runs (not available yet)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *args = state->input;

	switch (key) {
	case 'j':
		args->json = true;
		return 0;
	case KEY_TUNE:
		args->tune = true;
		state->next = state->argc; /* the rest is COMMAND */
		return 0;
	case ARGP_KEY_ARG:
		return cli_error(state, "unexpected argument '%s': doctor takes none", arg);
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Tell what on this machine makes results noisy or prevents measuring, each with its "
	       "remedy, and what can be measured here."
	       "\v"
	       "Exit status: 0 it can be measured here; 77 something prevents it; 2 usage.\n"
	       "\n"
	       "EXAMPLES\n"
	       "  sudo twbench doctor\n"
	       "  twbench doctor --json | jq '.findings[] | select(.verdict != \"fine\")'\n",
};

/* ---- capabilities ---- */

static int try_kfunc(char *detail, size_t size)
{
	enum kfunc_flavour flavour = probe_kfunc(detail, size);

	if (flavour == KFUNC_NONE)
		return -ENOENT;
	snprintf(detail, size, "bpf_task_work_schedule_{signal,resume}%s",
		 flavour == KFUNC_IMPL ? "_impl" : "");
	return 0;
}

/* What `stages` would like to have. */
static int try_trampolines(char *detail, size_t size)
{
	char why[100];
	int err = probe_trampoline("task_work_add", why, sizeof(why));

	if (err)
		snprintf(detail, size, "fentry and fexit: %s; stages come from tracepoints", why);
	return err;
}

static int try_hyperfine(char *detail, size_t size)
{
	if (command_exists("hyperfine"))
		return 0;
	snprintf(detail, size, "not installed: no overhead, no load");
	return -ENOENT;
}

static const struct capability {
	const char *name;
	int (*try)(char *detail, size_t size); /* 0: works; detail: the reason, or what was found */
} capabilities[] = {
	{ "kfuncs", try_kfunc },
	{ "BPF load", probe_bpf_load },
	{ "perf-sw", probe_perf_sw },
	{ "perf-hw", probe_perf_hw },
	{ "trampolines", try_trampolines },
	{ "tracefs", probe_tracefs },
	{ "hyperfine", try_hyperfine },
	{ "pid namespace", probe_pid_ns },
	{ "kernel log", probe_kmsg },
	{ "disposable guest", probe_guest },
};

#define N_CAPABILITIES (sizeof(capabilities) / sizeof(capabilities[0]))

/* ---- text ---- */

static const char *color_of(enum noise verdict)
{
	static const char *const colors[] = { "\033[32m", "\033[33m", "\033[31m" };

	return isatty(STDOUT_FILENO) && !getenv("NO_COLOR") ? colors[verdict] : NULL;
}

/* Pads first and colours then: the escape sequences have no width. */
static void print_word(const char *word, int width, enum noise verdict)
{
	const char *color = color_of(verdict);

	printf("%s%-*s%s", color ? color : "", width, word, color ? "\033[0m" : "");
}

static int value_width(const struct finding *f, size_t n)
{
	size_t width = strlen("value"), i;

	for (i = 0; i < n; i++)
		if (strlen(f[i].value) > width)
			width = strlen(f[i].value);
	return width;
}

static void print_findings(const struct finding *f, size_t n)
{
	int width = value_width(f, n);
	const char *last;
	size_t i;

	printf("%-10s%-18s%-*s  %s\n", "verdict", "check", width, "value", "remedy");
	for (i = 0; i < n; i++) {
		last = f[i].verdict == NOISE_FINE ? f[i].text : f[i].remedy;
		print_word(noise_name(f[i].verdict), 10, f[i].verdict);
		printf("%-18s%-*s%s%s\n", f[i].name, *last ? width : 0, f[i].value,
		       *last ? "  " : "", last);
	}
}

static void print_capabilities(void)
{
	char detail[256];
	size_t i;
	bool yes;

	printf("\n%-10s%s\n", "works", "capability");
	for (i = 0; i < N_CAPABILITIES; i++) {
		detail[0] = '\0';
		yes = !capabilities[i].try(detail, sizeof(detail));
		print_word(yes ? "yes" : "no", 10, yes ? NOISE_FINE : NOISE_NOISY);
		printf("%-*s%s\n", *detail ? 18 : 0, capabilities[i].name, detail);
	}
}

static size_t count(const struct finding *f, size_t n, enum noise verdict)
{
	size_t i, found = 0;

	for (i = 0; i < n; i++)
		found += f[i].verdict == verdict;
	return found;
}

static void print_text(const struct finding *f, size_t n)
{
	size_t prevents = count(f, n, NOISE_PREVENTS);

	print_findings(f, n);
	print_capabilities();
	printf("\n%zu noisy, %zu prevent%s measuring\n", count(f, n, NOISE_NOISY), prevents,
	       prevents == 1 ? "s" : "");
}

/* ---- JSON ---- */

static json_t *findings_json(const struct finding *f, size_t n)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(array, json_pack("{s:s,s:s,s:s,s:s,s:s}", "check", f[i].name,
						       "verdict", noise_name(f[i].verdict), "value",
						       f[i].value, "text", f[i].text, "remedy",
						       f[i].remedy));
	return array;
}

static json_t *capabilities_json(void)
{
	json_t *array = json_array();
	char detail[256];
	size_t i;
	bool yes;

	for (i = 0; i < N_CAPABILITIES; i++) {
		detail[0] = '\0';
		yes = !capabilities[i].try(detail, sizeof(detail));
		json_array_append_new(array,
				      json_pack("{s:s,s:b,s:s}", "name", capabilities[i].name,
						"works", yes, "detail", detail));
	}
	return array;
}

static int print_json(json_t *env, const struct finding *f, size_t n)
{
	json_t *all = json_pack("{s:O,s:o,s:o}", "env", env, "findings", findings_json(f, n),
				"capabilities", capabilities_json());
	int err = all ? json_dumpf(all, stdout, JSON_INDENT(2)) : -ENOMEM;

	if (!all)
		fprintf(stderr, "twbench: cannot print the record: %s\n", strerror(ENOMEM));
	else
		putchar('\n');
	json_decref(all);
	return err;
}

/* ---- command ---- */

static int examine(bool json)
{
	struct finding findings[MAX_FINDINGS];
	json_t *env = env_record();
	int code;
	size_t n;

	if (!env) {
		fprintf(stderr, "twbench: cannot record the environment: %s\n", strerror(ENOMEM));
		return EXIT_INTERNAL;
	}
	n = noise_judge(env, findings, MAX_FINDINGS);
	if (n > MAX_FINDINGS)
		n = MAX_FINDINGS;
	code = count(findings, n, NOISE_PREVENTS) ? EXIT_NOTHING : EXIT_DONE;
	if (json && print_json(env, findings, n))
		code = EXIT_INTERNAL;
	else if (!json)
		print_text(findings, n);
	json_decref(env);
	return code;
}

int cmd_doctor(int argc, char **argv)
{
	struct args args = { 0 };
	int code = cli_parse(&argp, argc, argv, &args);

	if (code >= 0)
		return code;
	if (args.tune) {
		fprintf(stderr, "twbench: doctor --tune is not available yet: apply the remedies "
				"that 'twbench doctor' prints by hand\n");
		return EXIT_USAGE;
	}
	needs_prepare();
	return examine(args.json);
}
