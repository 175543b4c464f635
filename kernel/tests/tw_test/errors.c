// SPDX-License-Identifier: GPL-2.0
/* R12: what both kfuncs return: one table, and the kernel-doc that says the same. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tw_test.h"

/* Everything that a call can meet; several at once. */
static struct {
	struct task_struct *task;
	struct bpf_prog_aux *aux;
} call;

static void nothing(void)
{
}

static void no_memory(void)
{
	shim_fail_nth(1);
}

static void outstanding(void)
{
	must_eq(schedule(w.task[1]), 0);
}

static void drop_user(void)
{
	put_user();
}

static void release_prog(void)
{
	bpf_prog_put(w.prog);
	w.prog = NULL;
}

static void new_target(int pid, unsigned int flags)
{
	call.task = shim_task_create(pid, flags);
}

static void released_task(void)
{
	new_target(102, 0);
	bpf_task_release(call.task);
}

static void kernel_thread(void)
{
	new_target(2, PF_KTHREAD);
}

static void idle_task(void)
{
	new_target(0, 0);
}

static void exiting_current(void)
{
	shim_task_exit();
}

static void exiting_other(void)
{
	call.task = w.task[1];
	run_in(ON_OTHER, shim_task_exit);
}

/* A context that its element's deleter has taken, after the caller has read the pointer. */
static void delete_elsewhere(void)
{
	run_in(ON_OTHER, delete);
}

static void being_deleted(void)
{
	must_eq(schedule(w.task[1]), 0);
	settle();
	at("TW_STANDBY -> TW_PENDING", 1, delete_elsewhere);
}

enum impl_id { POSTED, REFCOUNTED, DIRECT, IMPLS };

static const struct situation {
	const char *name;
	void (*prepare)(void);
	int err[IMPLS]; /* the column of an implementation */
	bool new_task;
} situations[] = {
	{ "accepted", nothing, { 0, 0, 0 } },
	{ "first use, no memory", no_memory, { -ENOMEM, -ENOMEM, -ENOMEM } },
	{ "outstanding work", outstanding, { -EBUSY, -EBUSY, -EBUSY } },
	{ "context being deleted", being_deleted, { -EBUSY, -EBUSY, -EBUSY } },
	{ "map without users", drop_user, { -EBADF, -EBUSY, -EBUSY } },
	{ "program released", release_prog, { -EBADF, -EBADF, -EBADF } },
	{ "task released", released_task, { -EPERM, -EBADF, -EBADF } },
	{ "kernel thread", kernel_thread, { 0, -EINVAL, -EINVAL }, .new_task = true },
	{ "idle task", idle_task, { 0, -EINVAL, -EINVAL }, .new_task = true },
	{ "current is exiting", exiting_current, { 0, 0, -ESRCH } },
	{ "another target is exiting", exiting_other, { 0, 0, 0 } },
};
#define SITUATIONS (sizeof(situations) / sizeof(*situations))

static enum impl_id impl_id(void)
{
	static const char *const names[] = { "posted", "refcounted", "direct" };

	for (enum impl_id id = 0; id < IMPLS; id++)
		if (!strcmp(w.impl->name, names[id]))
			return id;
	must_fail("the table has no column for %s", w.impl->name);
}

static int call_kfunc(bool signal)
{
	return (signal ? w.impl->schedule_signal : w.impl->schedule_resume)(
		call.task, w.tw, w.map, NULL, call.aux);
}

/* Nothing runs: no callback was given. A work that was accepted is deleted. */
static void clean_up(bool new_task)
{
	shim_fail_nth(0);
	at_done();
	delete();
	settle();
	if (new_task)
		bpf_task_release(call.task);
	grace();
	must_eq(contexts(), 0);
}

static void begin_call(void)
{
	call.task = w.task[0];
	call.aux = w.prog->aux;
}

static void table(void)
{
	const enum impl_id id = impl_id();

	for (unsigned int i = 0; i < 2 * SITUATIONS; i++) {
		const struct situation *s = &situations[i / 2];
		int err;

		begin_call();
		s->prepare();
		err = call_kfunc(i % 2);
		if (err != s->err[id])
			must_fail("%s, %s: %d, not %d", s->name, i % 2 ? "signal" : "resume", err,
				  s->err[id]);
		clean_up(s->new_task);
		next_world();
	}
}

/* ---- several at once ---- */

/* In the order in which they are found, as the kernel-doc lists them. */
static const struct {
	void (*prepare)(void);
	int err;
	bool new_task;
} order_correct[] = { { kernel_thread, -EINVAL, true },
		      { no_memory, -ENOMEM, false },
		      { drop_user, -EBUSY, false },
		      { release_prog, -EBADF, false },
		      { exiting_current, -ESRCH, false } },
  order_posted[] = { { release_prog, -EBADF, false },
		     { drop_user, -EBADF, false },
		     { released_task, -EPERM, false },
		     { no_memory, -ENOMEM, false },
		     { outstanding, -EBUSY, false } };
#define ORDERED 5

/* Neither can be together with the other one: a first use is not outstanding, and a program that is
 * gone cannot have made it so. */
static bool exclude_each_other(void (*a)(void), void (*b)(void))
{
	return b == outstanding && (a == no_memory || a == release_prog || a == drop_user);
}

static void first_wins(void)
{
	const bool correct = w.impl->correct;
	/* Only direct sees the last one. */
	const unsigned int n = impl_id() == REFCOUNTED ? ORDERED - 1 : ORDERED;

	for (unsigned int i = 0; i < n; i++) {
		for (unsigned int j = i + 1; j < n; j++) {
			void (*a)(void) = correct ? order_correct[i].prepare : order_posted[i].prepare;
			void (*b)(void) = correct ? order_correct[j].prepare : order_posted[j].prepare;

			if (exclude_each_other(a, b))
				continue;
			begin_call();
			b();
			a();
			must_eq(call_kfunc(true),
				correct ? order_correct[i].err : order_posted[i].err);
			clean_up(correct && order_correct[i].new_task);
			next_world();
		}
	}
}

/* ---- the kernel-doc ---- */

static const struct {
	int err;
	const char *text;
} names[] = { { -EINVAL, "%-EINVAL" }, { -ENOMEM, "%-ENOMEM" }, { -EBUSY, "%-EBUSY" },
	      { -EBADF, "%-EBADF" },   { -ESRCH, "%-ESRCH" },	{ -EPERM, "%-EPERM" } };

static bool in_table(int err)
{
	for (unsigned int i = 0; i < SITUATIONS; i++)
		if (situations[i].err[impl_id()] == err)
			return true;
	return false;
}

static char *read_source(void)
{
	char path[64], *text = calloc(1, 1 << 16);
	FILE *f;

	snprintf(path, sizeof(path), "kernel/impl/%s.c", w.impl->name);
	f = fopen(path, "r");
	if (!f || !text)
		must_fail("cannot read %s: run from the top of the tree", path);
	must(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	return text;
}

/* The comment that begins with the name of the kfunc; ends it, and leads to what follows it. */
static char *kernel_doc(char *source, const char *kfunc, char **definition)
{
	char head[64], *doc, *end;

	snprintf(head, sizeof(head), "/**\n * tw_%s_schedule_%s() - ", w.impl->name, kfunc);
	doc = strstr(source, head);
	if (!doc || !(end = strstr(doc, "*/\n")))
		must_fail("no kernel-doc of %s", head);
	*end = '\0';
	*definition = end + 3;
	return doc;
}

static void documents_parameters(const char *doc)
{
	static const char *const parameters[] = { "@task:", "@tw:", "@map:", "@callback:", "@aux:" };

	for (unsigned int i = 0; i < 5; i++)
		if (!strstr(doc, parameters[i]))
			must_fail("%s is not documented in %s", parameters[i], doc);
}

static void documents_errnos(const char *doc)
{
	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!!strstr(doc, names[i].text) != in_table(names[i].err))
			must_fail("%s: the table and the kernel-doc do not agree: %s", names[i].text,
				  doc);
}

static void documented(void)
{
	static const char *const kfuncs[] = { "signal", "resume" };
	char *source, *doc, *definition, text[64];

	for (unsigned int i = 0; i < 2; i++) {
		source = read_source();
		doc = kernel_doc(source, kfuncs[i], &definition);
		snprintf(text, sizeof(text), "int tw_%s_schedule_%s(", w.impl->name, kfuncs[i]);
		must(!strncmp(definition, text, strlen(text)));
		documents_parameters(doc);
		must(strstr(doc, "Return: "));
		snprintf(text, sizeof(text), "as tw_%s_schedule_signal()", w.impl->name);
		/* The second may refer to the first, which is then complete. */
		if (!i || !strstr(doc, text))
			documents_errnos(doc);
		free(source);
	}
}

const struct tw_case cases_errors[] = {
	{ "R12 what both kfuncs return", table },
	{ "R12 which of two errors wins", first_wins },
	{ "R12 kernel-doc with every errno", documented },
	{ 0 },
};
