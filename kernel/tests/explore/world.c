// SPDX-License-Identifier: GPL-2.0
/* The world of a scenario: what it is made of, who did what in it, and what must hold at the end. */
#include <stdio.h>

#include "scenario.h"

struct world w;

static struct task_struct *task_make(int pid, unsigned int flags, const char *name)
{
	struct task_struct *task = shim_task_create(pid, flags);

	mem_name(task, name);
	return task;
}

void world_make(const struct scenario *s, const struct tw_impl *impl,
		const struct tw_alloc_ops *ops)
{
	static const char *const names[GP_CPU] = { "task100", "task101", "task102" };

	memset(&w, 0, sizeof(w));
	memset(&shim_live, 0, sizeof(shim_live));
	shim_fail_nth(0);
	w.impl = impl;
	w.ops = ops;
	impl->set_alloc(ops);
	w.lost_before = impl->lost();
	for (unsigned int c = 0; c < GP_CPU; c++)
		ex_cpus[c].cpu.curr = w.task[c] = task_make(100 + c, 0, names[c]);
	w.target = w.task[1];
	w.zombie = task_make(200, PF_EXITING, "zombie");
	w.zombie->task_works = &shim_work_exited;
	w.kthread = task_make(2, PF_KTHREAD, "kthread");
	w.idle = task_make(0, 0, "idle");
	ex_cpus[GP_CPU].cpu.curr = w.kthread;
	w.prog = shim_prog_create();
	mem_name(w.prog, "prog");
	w.map = shim_map_create(MAX_ELEMENTS);
	mem_name(w.map, "map");
	mem_name(w.map->values, "values");
	for (const struct program *p = s->program; p->func; p++) {
		struct actor *a = actor_add(p->kind, p->cpu, p->name, p->func);

		if (p->after)
			a->after = &actors[p->after - 1];
	}
	if (s->setup)
		s->setup();
}

/* ---- accounts ---- */

/* Whether a call and a deletion overlap depends on their order: that makes it an access. */
struct call count_call(unsigned int i)
{
	const struct element *e = &w.element[i];

	order_access(&e->deletions, 8, false);
	return (struct call){ e->deletions, !e->deleting };
}

void count_returned(unsigned int i, struct call call, int err)
{
	struct element *e = &w.element[i];

	trace_note("schedule on element %u returns %d", i, err);
	order_access(&e->deletions, 8, false);
	if (err)
		return;
	e->accepted++;
	if (call.clean && call.deletions == e->deletions)
		e->must++;
}

void count_deletion(unsigned int i)
{
	struct element *e = &w.element[i];

	order_access(&e->deletions, 8, true);
	e->deletions++;
	e->deleting++;
	e->must = 0;
}

void count_deleted(unsigned int i)
{
	struct element *e = &w.element[i];

	order_access(&e->deletions, 8, true);
	e->deleting--;
	trace_note("element %u is deleted", i);
}

void count_callback_end(unsigned int i)
{
	w.element[i].ended++;
	trace_note("callback of element %u has run", i);
}

void count_user_gone(void)
{
	w.users_gone = true;
	trace_note("the map's last user has gone");
}

/* ---- judgement ---- */

u64 world_hash(void)
{
	u64 hash = w.impl->lost() - w.lost_before;

	for (unsigned int i = 0; i < MAX_ELEMENTS; i++) {
		const struct element *e = &w.element[i];

		hash = hash * 31 + (((e->accepted * 31 + e->ended) * 31 + e->deletions) * 31 + e->must);
	}
	return mem_hash(hash);
}

static bool run_cpu(unsigned int c, bool users)
{
	struct task_struct *task;
	bool some = false;

	shim_this_cpu = &ex_cpus[c].cpu;
	if (shim_irq_pending(shim_this_cpu)) {
		shim_irq_run();
		some = true;
	}
	if (!users || c == GP_CPU)
		return some;
	task = w.task[c];
	if (w.task_gone[c] || task->flags & PF_EXITING)
		return some;
	if (task->state == SHIM_TASK_LOST)
		bug("target lost: woken while it was off the run queue and still current",
		    mem_describe(task));
	if (task->state == SHIM_TASK_SLEEPING && task->notify_signal)
		bug("target sleeps although it has a signal notification", mem_describe(task));
	/* What it waited for has come. */
	task->state = SHIM_TASK_RUNNING;
	shim_this_cpu->curr = task;
	if (task->notify_signal || task->notify_resume) {
		shim_return_to_user();
		some = true;
	}
	return some;
}

void settle(bool users)
{
	bool some;

	do {
		some = false;
		for (unsigned int c = 0; c < EX_CPUS; c++)
			some |= run_cpu(c, users);
		some |= gp_drain();
	} while (some);
	shim_this_cpu = &ex_cpus[0].cpu;
}

static void judge_works(void)
{
	u64 lost = w.impl->lost() - w.lost_before, missing = 0;
	bool deleted = false;
	char detail[100] = "";

	for (unsigned int i = 0; i < MAX_ELEMENTS; i++) {
		const struct element *e = &w.element[i];
		unsigned int due = e->deletions ? e->must : e->accepted;

		if (due != e->ended)
			snprintf(detail, sizeof(detail), "element %u: %u accepted, %u due, %u ran, "
				 "%llu lost", i, e->accepted, due, e->ended,
				 (unsigned long long)lost);
		if (e->ended > e->accepted)
			bug("a callback ran more often than its work was accepted", detail);
		if (due > e->ended)
			missing += due - e->ended;
		deleted |= e->deletions;
	}
	if (missing > lost)
		bug("accepted work neither ran, nor was cancelled, nor was counted as lost",
		    detail);
	if (missing < lost && !deleted)
		bug("a work that ran was counted as lost", detail);
}

/* A quiet element takes a work, and runs it. */
static void probe(unsigned int i)
{
	struct element *e = &w.element[i];
	const unsigned int before = e->ended;
	unsigned int c = 0;
	int err;

	while (w.task_gone[c] || w.task[c]->flags & PF_EXITING)
		c++;
	err = ex_schedule(w.task[c], i, TWA_SIGNAL);
	if (err) {
		char text[100];

		snprintf(text, sizeof(text), "element wedged: schedule on the quiet element: %s",
			 err == -EBUSY ? "EBUSY" : err == -EBADF ? "EBADF" : "error");
		bug(text, "");
	}
	settle(true);
	if (e->ended == before)
		bug("element wedged: an accepted work does not run", "");
}

static void judge_elements(void)
{
	shim_fail_nth(0);
	w.on_callback = NULL;
	for (unsigned int i = 0; i < MAX_ELEMENTS; i++)
		if (w.users_gone) {
			if (!w.map_freed && shim_map_tw(w.map, i)->__opaque)
				bug("an element got a context although the map's last user had "
				    "gone", "");
		} else if (!w.prog_put) {
			probe(i);
		}
}

static void take_down(void)
{
	const char *leak;
	char text[100];

	if (!w.users_gone)
		shim_map_put_user(w.map, w.impl->cancel_and_free);
	if (!w.map_freed)
		shim_map_free(w.map, w.impl->cancel_and_free);
	settle(true);
	if (!w.prog_put)
		bpf_prog_put(w.prog);
	for (unsigned int c = 0; c < GP_CPU; c++)
		if (!w.task_gone[c])
			bpf_task_release(w.task[c]);
	bpf_task_release(w.zombie);
	bpf_task_release(w.kthread);
	bpf_task_release(w.idle);
	settle(false);
	leak = mem_leak();
	if (leak) {
		snprintf(text, sizeof(text), "leak: %s", leak);
		bug(text, "");
	}
	if (shim_live.contexts | shim_live.tasks | shim_live.progs | shim_live.maps)
		bug("counts of what lives are not zero", "");
}

void world_judge(void)
{
	settle(true);
	/* First, because a wedged element also has a work that did not run. */
	judge_elements();
	judge_works();
	take_down();
}
