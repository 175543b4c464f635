// SPDX-License-Identifier: GPL-2.0
/*
 * Question: what does it cost to load, verify and attach a BPF object?
 *
 * One operation: a process (`twbench _load OBJECT TRIGGER`) that opens an embedded object, loads
 * the trigger's program with the maps it needs, and ends; and one more that also attaches the
 * program and takes it off, where that is to the tracepoint of a system call. Their control
 * (`twbench _load -`) starts, looks the kfuncs up in the kernel's BTF, and ends.
 *
 * Time stamps: hyperfine's, around whole processes: all runs of one kind, then all of the next.
 * Which comes first is up to the invocation's seed, or a drift inside an invocation would favour
 * one. load_ns is the median of loading less that of the control; attach_ns the median with
 * attaching less that without; both can come out negative where neighbours are busy.
 *
 * Not measured: what the kernel frees later, behind the process's back. Part of the measured:
 * libbpf's own work, which reads the kernel's BTF again for the object (load_ns); the grace periods
 * that taking a program off waits for (attach_ns).
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "family.h"
#include "hyperfine.h"
#include "params.h"

enum { CONTROL, LOADED, ATTACHED, KINDS };

struct load {
	struct hyperfine hyperfine;
	unsigned int kinds; /* KINDS, or without ATTACHED */
};

static const struct metric load_metrics[] = {
	{ "load_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "open, load, verify: loading less control" },
	{ "attach_ns", "ns", METRIC_GAUGE, BETTER_LOWER,
	  "attach and detach: attaching less loading" },
	{ "control_ns", "ns", METRIC_GAUGE, BETTER_NONE, "a process that does neither" },
	{ "command_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "a process that loads" },
	{ "attaching_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "a process that loads and attaches" },
	{ "user_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "of loading, in user space (means)" },
	{ "system_ns", "ns", METRIC_GAUGE, BETTER_LOWER, "of loading, in the kernel (means)" },
	{ "verified_insns", "insns", METRIC_GAUGE, BETTER_LOWER,
	  "instructions that the verifier processed" },
	{ "jited_bytes", "bytes", METRIC_GAUGE, BETTER_LOWER, "machine code of the program" },
	{ 0 },
};

static const struct column load_columns[] = {
	{ "median", "load_ns", .spread = "load_ns\nspread" },
	{ "median", "attach_ns", .spread = "attach_ns\nspread", .optional = true },
	{ "verified\n_insns", "verified_insns", .optional = true },
	{ "jited\n_bytes", "jited_bytes", .optional = true },
	{ 0 },
};

static const struct table_desc load_tables[] = {
	{ "Load and attach: a process that does, less one that does not.", load_columns },
	{ 0 },
};

static const struct opt load_opts[] = {
	{ .name = "object",
	  .type = OPT_ENUM,
	  .choices = bpf_family_names,
	  .def = { "latency", "latency", bpf_fired_list },
	  .help = "the embedded BPF object" },
	OPT_ROW_TRIGGER("prog-run", "syscall", "syscall perf-sw prog-run"),
	OPT_ROW_RUNS("2", "5", "10"),
	{ 0 },
};

static double load_extra_s(const json_t *params)
{
	const char *trigger = json_string_value(json_object_get(params, "trigger"));

	/* As measured on a virtual machine: 10 + 25 ms, and 100 where something is attached. */
	return (1 + json_integer_value(json_object_get(params, "runs"))) *
	       (strcmp(trigger, "syscall") ? 0.035 : 0.135);
}

/* Position of a kind among the commands: rotated by the seed. */
static unsigned int place(const struct invocation *inv, unsigned int kind)
{
	const struct load *l = inv->priv;

	return (kind + inv->seed) % l->kinds;
}

static int prepare(struct invocation *inv, struct load *l)
{
	static const char *const suffix[KINDS] = { [LOADED] = "", [ATTACHED] = " attach" };
	const char *commands[KINDS + 1] = { 0 };
	char text[KINDS][160];

	for (unsigned int kind = 0; kind < l->kinds; kind++) {
		/* By this process's id: inside hyperfine /proc/self/exe would be hyperfine. */
		int n = snprintf(text[kind], sizeof(text[kind]), "/proc/%d/exe _load ", getpid());

		snprintf(text[kind] + n, sizeof(text[kind]) - n, suffix[kind] ? "%s %s%s" : "-",
			 inv_str(inv, "object"), inv->trigger->name, suffix[kind]);
		commands[place(inv, kind)] = text[kind];
	}
	return hyperfine_prepare(inv, &l->hyperfine, inv_u64(inv, "runs"), commands);
}

/* Which kinds there are; or a skip. */
static int look_at_object(struct invocation *inv, struct load *l)
{
	struct bpf_program *prog;
	struct bpf_family f;
	int err = bpf_family_open(&f, inv_str(inv, "object"));

	if (err)
		return family_fail(inv, &f, err);
	prog = bpf_family_program(&f, inv->trigger->program);
	if (!prog)
		err = inv_skip(inv, "BPF object %s has no program for trigger %s",
			       inv_str(inv, "object"), inv->trigger->name);
	else
		l->kinds = strncmp(bpf_program__section_name(prog), LOAD_ATTACHABLE,
				   strlen(LOAD_ATTACHABLE))
				   ? ATTACHED
				   : KINDS;
	bpf_family_close(&f);
	return err;
}

static int load_setup(struct invocation *inv)
{
	struct load *l = calloc(1, sizeof(*l));
	int err;

	inv->priv = l;
	if (!l)
		return inv_fail(inv, -ENOMEM, "no memory");
	err = look_at_object(inv, l);
	return err ? err : prepare(inv, l);
}

/* Nobody is needed: the command is the load. */
static int load_work(struct worker *w)
{
	return 0;
}

static int load_during(struct invocation *inv)
{
	struct load *l = inv->priv;

	return hyperfine_run(inv, &l->hyperfine);
}

/* Once more in this process, never attached, to ask the kernel about it. */
static int set_sizes(struct invocation *inv)
{
	const struct tw_config nobody = { 0 };
	struct bpf_size size;
	struct bpf_family f;
	int err = bpf_family_open(&f, inv_str(inv, "object"));

	if (!err)
		err = bpf_family_use(&f, inv->trigger->program);
	if (!err)
		err = bpf_family_config(&f, &nobody);
	if (!err)
		err = bpf_family_load(&f);
	if (!err)
		err = bpf_family_size(&f, inv->trigger->program, &size);
	if (err)
		err = family_fail(inv, &f, err);
	bpf_family_close(&f);
	if (!err && size.verified_insns)
		inv_gauge(inv, "verified_insns", size.verified_insns);
	if (!err && size.jited_bytes)
		inv_gauge(inv, "jited_bytes", size.jited_bytes);
	return err;
}

static int load_collect(struct invocation *inv)
{
	struct load *l = inv->priv;
	const struct hyperfine_times *times = l->hyperfine.times;
	const struct hyperfine_times *control = &times[place(inv, CONTROL)];
	const struct hyperfine_times *loaded = &times[place(inv, LOADED)];

	inv_gauge(inv, "load_ns", loaded->median_ns - control->median_ns);
	inv_gauge(inv, "control_ns", control->median_ns);
	inv_gauge(inv, "command_ns", loaded->median_ns);
	inv_gauge(inv, "user_ns", loaded->user_ns - control->user_ns);
	inv_gauge(inv, "system_ns", loaded->system_ns - control->system_ns);
	if (l->kinds == KINDS) {
		double attaching_ns = times[place(inv, ATTACHED)].median_ns;

		inv_gauge(inv, "attaching_ns", attaching_ns);
		inv_gauge(inv, "attach_ns", attaching_ns - loaded->median_ns);
	}
	return set_sizes(inv);
}

static void load_teardown(struct invocation *inv)
{
	struct load *l = inv->priv;

	if (l)
		hyperfine_end(&l->hyperfine);
	free(l);
}

const struct bench bench_load = {
	.name = "load",
	.question = "what does it cost to load, verify and attach a BPF object?",
	.metrics = load_metrics,
	.tables = load_tables,
	.opts = load_opts,
	.needs = NEEDS_BPF | NEEDS_KFUNC,
	.extra_s = load_extra_s,
	.setup = load_setup,
	.work = load_work,
	.during = load_during,
	.collect = load_collect,
	.teardown = load_teardown,
};
