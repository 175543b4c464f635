/* SPDX-License-Identifier: GPL-2.0 */
/* Machine, kernel, twbench, command: without them nobody can judge, or repeat, the numbers. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "text.h"

#define FACT_MAX 192

static const char *fact(char buf[FACT_MAX], const json_t *env, const char *key)
{
	return text_value(buf, FACT_MAX, json_object_get(env, key));
}

/* "MODEL, 2 CPUs, bare metal" */
static void say_machine(const json_t *env, char *buf, size_t size)
{
	const char *hv = json_string_value(json_object_get(env, "hypervisor"));
	char model[FACT_MAX], cpus[FACT_MAX], under[FACT_MAX];
	const json_t *threads = json_object_get(env, "threads");

	if (threads && !json_is_null(threads))
		text_value(cpus, sizeof(cpus), threads);
	else
		fact(cpus, env, "cpus_online");
	if (!hv)
		strcpy(under, "hypervisor -");
	else if (!strcmp(hv, "none"))
		strcpy(under, "bare metal");
	else
		snprintf(under, sizeof(under), "virtual machine (%.100s)", hv);
	snprintf(buf, size, "%s, %s CPU%s, %s", fact(model, env, "cpu_model"), cpus,
		 strcmp(cpus, "1") ? "s" : "", under);
}

static int print_machine(const struct report *r, const json_t *env)
{
	char machine[3 * FACT_MAX];

	say_machine(env, machine, sizeof(machine));
	return report_item(r, "machine", "%s", machine);
}

void report_machine(const json_t *env, char *buf, size_t size)
{
	char machine[3 * FACT_MAX], release[FACT_MAX];

	say_machine(env, machine, sizeof(machine));
	snprintf(buf, size, "%s, kernel %s", machine, fact(release, env, "kernel_release"));
}

/* Options that are on; "none", or "-" where the configuration could not be read. */
static char *debug_options(const json_t *env)
{
	json_t *options = json_object_get(env, "debug_options"), *v;
	char *text = NULL;
	bool known = false, any = false;
	const char *key;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (!f)
		return NULL;
	json_object_foreach(options, key, v) {
		known |= json_is_boolean(v);
		if (json_is_true(v))
			fprintf(f, "%s%s", any ? " " : "", key);
		any |= json_is_true(v);
	}
	if (!any)
		fputs(known ? "none" : "-", f);
	if (!fclose(f))
		return text;
	free(text);
	return NULL;
}

static int print_kernel(const struct report *r, const json_t *env)
{
	char release[FACT_MAX], preempt[FACT_MAX], clock[FACT_MAX], turbo[FACT_MAX];
	json_t *governors = json_object_get(env, "governors");
	char governor[FACT_MAX], *debug = debug_options(env);
	int err;

	if (!debug)
		return -ENOMEM;
	if (json_array_size(governors) == 1)
		governors = json_array_get(governors, 0);
	/* Older and foreign journals may have one governor as a string. */
	if (!governors)
		governors = json_object_get(env, "governor");
	err = report_item(r, "kernel",
			  "%s, preempt %s, clocksource %s, governor %s, turbo %s, debug options %s",
			  fact(release, env, "kernel_release"), fact(preempt, env, "preempt_model"),
			  fact(clock, env, "clocksource"),
			  text_value(governor, sizeof(governor), governors),
			  fact(turbo, env, "turbo"), debug);
	free(debug);
	return err;
}

/* Which is which matters, the kernel's prose about each does not. */
static int print_mitigations(const struct report *r, const json_t *env)
{
	json_t *mitigations = json_object_get(env, "mitigations"), *v;
	char buf[FACT_MAX], *open = NULL;
	size_t size, on = 0, vulnerable = 0, unaffected = 0;
	const char *key;
	FILE *f;
	int err;

	if (!json_is_object(mitigations))
		return report_item(r, "mitigations", "%s", fact(buf, env, "mitigations"));
	f = open_memstream(&open, &size);
	if (!f)
		return -ENOMEM;
	json_object_foreach(mitigations, key, v) {
		const char *words = json_string_value(v) ?: "";

		on += !strncmp(words, "Mitigation", 10);
		unaffected += !strncmp(words, "Not affected", 12);
		if (!strncmp(words, "Vulnerable", 10))
			fprintf(f, "%s%s", vulnerable++ ? " " : ": ", key);
	}
	err = fclose(f) ? -ENOMEM : 0;
	if (!err)
		err = report_item(r, "mitigated", "%zu on, %zu not affected, %zu vulnerable%s", on,
				  unaffected, vulnerable, open);
	free(open);
	return err;
}

static int print_twbench(const struct report *r, const json_t *env)
{
	char flavour[FACT_MAX], commit[FACT_MAX], version[FACT_MAX], libbpf[FACT_MAX];
	int err;

	fact(flavour, env, "kfunc_flavour");
	err = report_item(r, "kfuncs", "%s",
			  !strcmp(flavour, "plain")  ? "bpf_task_work_schedule_{signal,resume}"
			  : !strcmp(flavour, "impl") ? "bpf_task_work_schedule_{signal,resume}_impl"
						     : flavour);

	if (err)
		return err;
	return report_item(r, "twbench", "version %s, commit %s, libbpf %s",
			   fact(version, env, "twbench_version"),
			   fact(commit, env, "twbench_commit"),
			   fact(libbpf, env, "libbpf_version"));
}

static int print_command(const struct report *r, const struct journal *j)
{
	const json_t *args = json_object_get(j->header, "args"), *v;
	const char *word = json_string_value(json_array_get(args, 0)) ?: "";
	const char *name = strrchr(word, '/') ? strrchr(word, '/') + 1 : word;
	char *text = NULL;
	size_t i, size;
	FILE *f = open_memstream(&text, &size);
	int err;

	if (!f)
		return -ENOMEM;
	fputs("twbench", f);
	json_array_foreach(args, i, v) {
		/* args may begin with the program's own name. */
		if (!i && !strcmp(name, "twbench"))
			continue;
		fputc(' ', f);
		text_word(f, json_string_value(v) ?: "?");
	}
	err = fclose(f) ? -ENOMEM : 0;
	err = err ?: report_item(r, "command", "%s", json_array_size(args) ? text : "-");
	free(text);
	return err;
}

static size_t count_resumes(const struct journal *j)
{
	const json_t *line;
	size_t i, n = 0;

	json_array_foreach(j->lines, i, line)
		n += !strcmp(json_string_value(json_object_get(line, "kind")) ?: "", "resume");
	return n;
}

static int print_run(const struct report *r, const struct journal *j)
{
	char date[FACT_MAX], seed[FACT_MAX], planned[48] = "", resumed[48] = "";
	json_t *plan = json_object_get(json_object_get(j->header, "plan"), "samples");
	size_t n = json_array_size(j->samples), resumes = count_resumes(j);
	int err = print_command(r, j);

	if (plan && (size_t)json_integer_value(plan) != n)
		snprintf(planned, sizeof(planned), " of %" JSON_INTEGER_FORMAT " planned",
			 json_integer_value(plan));
	if (resumes)
		snprintf(resumed, sizeof(resumed), ", resumed %zu time%s", resumes,
			 resumes == 1 ? "" : "s");
	if (err)
		return err;
	return report_item(r, "run", "%s, seed %s, %zu%s sample%s%s",
			   fact(date, j->header, "started"), fact(seed, j->header, "seed"), n,
			   planned, n == 1 ? "" : "s", resumed);
}

static int print_invocations(const struct report *r, const struct sections *s)
{
	size_t i, k, points = 0, min = SIZE_MAX, max = 0;
	char range[64];

	for (i = 0; i < s->n; i++) {
		for (k = 0; k < s->v[i].n; k++) {
			size_t n = json_array_size(s->v[i].points[k].samples);

			points++;
			min = n < min ? n : min;
			max = n > max ? n : max;
		}
	}
	if (!points)
		return 0;
	snprintf(range, sizeof(range), min == max ? "%zu" : "%zu to %zu", min, max);
	return report_item(r, "", "%zu point%s, %s invocation%s each", points,
			   points == 1 ? "" : "s", range, max == 1 ? "" : "s");
}

int report_head(const struct report *r, const struct sections *s)
{
	const json_t *env = json_object_get(r->journals[0]->header, "env");
	int err = r->html ? report_part(r, "Environment") : 0;
	size_t i;

	err = err ?: print_machine(r, env);
	err = err ?: print_kernel(r, env);
	err = err ?: print_mitigations(r, env);
	err = err ?: print_twbench(r, env);
	for (i = 0; i < r->n && !err; i++)
		err = print_run(r, r->journals[i]);
	return err ?: print_invocations(r, s);
}

int report_environment(FILE *out, const json_t *env)
{
	const struct report r = { .out = out };
	int err = print_machine(&r, env);

	err = err ?: print_kernel(&r, env);
	err = err ?: print_mitigations(&r, env);
	return err ?: print_twbench(&r, env);
}

int report_command(FILE *out, json_t *header)
{
	const struct report r = { .out = out };
	const struct journal j = { .header = header };

	return print_command(&r, &j);
}
