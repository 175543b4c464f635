// SPDX-License-Identifier: GPL-2.0
/*
 * Hidden command `_load OBJECT TRIGGER [attach]`: loads the trigger's program of an embedded BPF
 * object, perhaps attaches it and takes it off again, ends. `_load -` does everything else that
 * this takes: starts, and looks for the kfuncs in the kernel's BTF.
 *
 * The filter stays empty: no thread id, no process id. What is attached for an instant therefore
 * schedules on nobody, whoever runs into it. Only tracepoints of system calls are attached to all
 * the same: what kernel threads and idle tasks run into has no business here.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "bpf_family.h"
#include "commands.h"
#include "exit_code.h"
#include "needs.h"

static int fail(const char *what)
{
	fprintf(stderr, "twbench _load: %s\n", what);
	return EXIT_INTERNAL;
}

static int attach(struct bpf_program *prog)
{
	struct bpf_link *link;

	if (strncmp(bpf_program__section_name(prog), LOAD_ATTACHABLE, strlen(LOAD_ATTACHABLE)))
		return fail("attaches to tracepoints of system calls only");
	link = bpf_program__attach(prog);
	if (!link)
		return fail("cannot attach to the tracepoint");
	bpf_link__destroy(link);
	return EXIT_DONE;
}

static int load(const char *object, const char *program, bool and_attach)
{
	const struct tw_config nobody = { 0 };
	struct bpf_family f;
	int err = bpf_family_open(&f, object), code;

	if (!err)
		err = bpf_family_use(&f, program);
	if (!err)
		err = bpf_family_config(&f, &nobody);
	if (!err)
		err = bpf_family_load(&f);
	if (!err)
		err = bpf_family_seal(&f);
	code = err ? fail(f.why) : EXIT_DONE;
	if (!err && and_attach)
		code = attach(bpf_family_program(&f, program));
	bpf_family_close(&f);
	return code;
}

int cmd_load(int argc, char **argv)
{
	bool and_attach = argc == 4 && !strcmp(argv[3], "attach");
	const struct trigger *t = argc == 3 || and_attach ? trigger_by_name(argv[2]) : NULL;
	char why[160];

	needs_prepare();
	if (argc == 2 && !strcmp(argv[1], "-"))
		return probe_kfunc(why, sizeof(why)) == KFUNC_NONE ? fail(why) : EXIT_DONE;
	if (t)
		return load(argv[1], t->program, and_attach);
	fprintf(stderr, "twbench _load: needs OBJECT TRIGGER [attach], or - for nothing at all\n");
	return EXIT_USAGE;
}
