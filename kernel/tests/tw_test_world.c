// SPDX-License-Identifier: GPL-2.0
/* The world of a case: what there is, what can happen in it, and that nothing of it is left. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tw_test_world.h"

struct world w;
const void *at_addr;
const char *const where_names[] = { "task", "irqs off", "hardirq", "NMI", "other CPU" };

static struct variant variant;
static bool with_real_irqs;
static struct shim_live live_before;
static u64 irq_works_before, lost_before;
static u64 frees_owed; /* allocations without a free, when the world began */
static int child_fd = -1; /* where a child of expect_bug() reports */

static struct {
	const char *text;
	unsigned int nth;
	void (*action)(void);
	bool acting;
} armed;

/* Contexts that were freed, until an allocation may use their memory again. */
static struct {
	const char *at[64];
	unsigned int n;
} freed;

/* ---- points ---- */

void at(const char *text, unsigned int nth, void (*action)(void))
{
	armed.text = text;
	armed.nth = nth;
	armed.action = action;
	armed.acting = false;
}

bool at_done(void)
{
	bool done = !armed.action;

	armed.action = NULL;
	return done;
}

static void act(const void *addr, const char *text)
{
	void (*action)(void) = armed.action;

	if (armed.acting || !action || !strstr(text, armed.text) || --armed.nth)
		return;
	armed.action = NULL;
	armed.acting = true;
	at_addr = addr;
	action();
	armed.acting = false;
}

static bool is_alloc(const char *text)
{
	return !strcmp(text, shim_bpf_mem.name) || !strcmp(text, shim_kmalloc.name);
}

/* The plain build sees a use after free here; AddressSanitizer sees those between two points, too. */
static void watch_memory(const void *addr, const char *text)
{
	for (unsigned int i = 0; i < freed.n; i++)
		if ((const char *)addr >= freed.at[i] &&
		    (const char *)addr < freed.at[i] + w.impl->ctx_size)
			shim_bug("use after free: %s", text);
	if (is_alloc(text))
		freed.n = 0;
	else if (!strcmp(text, "free") && freed.n < 64)
		freed.at[freed.n++] = addr;
}

/* R14: whoever cancels holds the target. */
static void watch_cancel(const struct task_struct *task, const char *text)
{
	if (strcmp(text, "task_work_cancel"))
		return;
	if (!task)
		shim_bug("cancel through NULL");
	if (!__atomic_load_n(&task->rcu_users.refs, __ATOMIC_RELAXED))
		shim_bug("cancel through a task that nobody holds");
}

static void on_point(enum shim_op op, const void *addr, unsigned int size, const char *text)
{
	act(addr, text);
	watch_memory(addr, text);
	watch_cancel(addr, text);
}

/* ---- judgements ---- */

static void report_to_parent(const char *text)
{
	ssize_t written = write(child_fd, text, strlen(text));

	_exit(written < 0);
}

static void on_bug(const char *text)
{
	if (child_fd >= 0)
		report_to_parent(text);
	fail_msg("shim: BUG: %s", text);
}

void must_fail(const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (child_fd >= 0)
		report_to_parent(text);
	fail_msg("%s", text);
	abort();
}

void expect_bug(const char *text, void (*func)(void))
{
	char seen[512] = "";
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	fflush(NULL);
	must(!pipe(fds));
	pid = fork();
	if (!pid) {
		child_fd = fds[1];
		func();
		report_to_parent("none");
	}
	close(fds[1]);
	n = read(fds[0], seen, sizeof(seen) - 1);
	close(fds[0]);
	must(pid > 0 && waitpid(pid, &status, 0) == pid && n >= 0);
	if (!strstr(seen, text))
		must_fail("expected the bug \"%s\", got \"%s\" and status %#x", text, seen, status);
}

/* ---- actors ---- */

void on_cpu(unsigned int id)
{
	shim_this_cpu = w.cpu[id];
}

bool can_begin(enum where where)
{
	return where != IN_HARDIRQ || !irqs_disabled();
}

static void on_other(void (*func)(void))
{
	unsigned int here = shim_this_cpu->id;

	on_cpu(!here);
	func();
	on_cpu(here);
}

void run_in(enum where where, void (*func)(void))
{
	static void (*const enter[])(void) = { [IN_IRQS_OFF] = shim_irqs_off,
					       [IN_HARDIRQ] = shim_hardirq_enter,
					       [IN_NMI] = shim_nmi_enter };
	static void (*const leave[])(void) = { [IN_IRQS_OFF] = shim_irqs_on,
					       [IN_HARDIRQ] = shim_hardirq_exit,
					       [IN_NMI] = shim_nmi_exit };

	if (where == IN_TASK) {
		func();
	} else if (where == ON_OTHER) {
		on_other(func);
	} else {
		enter[where]();
		func();
		leave[where]();
	}
}

static int on_callback(struct bpf_map *map, void *key, void *value)
{
	void (*in_callback)(void) = w.in_callback;

	w.ran_in = current;
	w.ran_key = *(u32 *)key;
	w.ran_value = value;
	w.in_callback = NULL;
	if (in_callback)
		in_callback();
	w.ran++;
	return 0;
}

int schedule(struct task_struct *task)
{
	return w.impl->schedule_signal(task, w.tw, w.map, on_callback, w.prog->aux);
}

int schedule_resume(struct task_struct *task)
{
	return w.impl->schedule_resume(task, w.tw, w.map, on_callback, w.prog->aux);
}

int schedule_element(u32 i, struct task_struct *task)
{
	return w.impl->schedule_signal(task, shim_map_tw(w.map, i), w.map, on_callback,
				       w.prog->aux);
}

void delete(void)
{
	struct bpf_task_work found;

	memcpy(&found, w.tw, sizeof(found));
	if (found.__opaque)
		w.old = found;
	w.impl->cancel_and_free(w.tw);
}

enum tw_state state(void)
{
	return w.impl->state(w.tw);
}

enum tw_state old_state(void)
{
	return w.impl->state(&w.old);
}

/* Two rounds: an interrupt of the second CPU can leave work for the first. */
void settle(void)
{
	unsigned int here = shim_this_cpu->id;

	for (unsigned int round = 0; round < 4; round++) {
		on_cpu(round % 2);
		if (!shim_this_cpu)
			continue;
		if (shim_irq_pending(shim_this_cpu))
			shim_irq_run();
		shim_return_to_user();
	}
	on_cpu(here);
}

/* A failure within leaves the engine's lock held: then nobody may come again. */
static bool in_grace;

void grace(void)
{
	in_grace = true;
	shim_gp_run();
	in_grace = false;
}

s64 contexts(void)
{
	return __atomic_load_n(&shim_live.contexts, __ATOMIC_RELAXED) - live_before.contexts;
}

u64 irq_works(void)
{
	return w.cpu[0]->irq_works - irq_works_before;
}

u64 lost(void)
{
	return w.impl->lost() - lost_before;
}

void put_user(void)
{
	shim_map_put_user(w.map, w.impl->cancel_and_free);
}

/* ---- begin and end ---- */

static void enter_cpus(void)
{
	w.cpu[0] = shim_cpu_enter(0, w.task[0], with_real_irqs ? SHIM_SIGNAL : SHIM_MANUAL);
	if (with_real_irqs)
		return;
	shim_this_cpu = NULL;
	w.cpu[1] = shim_cpu_enter(1, w.task[1], SHIM_MANUAL);
	on_cpu(0);
}

static u64 unfreed(void)
{
	return shim_bpf_mem.allocs + shim_kmalloc.allocs - shim_bpf_mem.frees - shim_kmalloc.frees;
}

void world_begin(const struct variant *v, bool real_irqs)
{
	variant = *v;
	with_real_irqs = real_irqs;
	freed.n = 0;
	armed.action = NULL;
	armed.acting = false;
	shim_bug_hook = on_bug;
	shim_point_hook = real_irqs ? NULL : on_point;
	live_before = shim_live;
	frees_owed = unfreed();
	w = (struct world){ .impl = v->impl, .ops = v->ops };
	w.pool = strcmp(v->ops->name, shim_bpf_mem.name) ? &shim_kmalloc : &shim_bpf_mem;
	v->impl->set_alloc(v->ops);
	w.task[0] = shim_task_create(100, 0);
	w.task[1] = shim_task_create(101, 0);
	w.prog = shim_prog_create();
	w.map = shim_map_create(ELEMENTS);
	w.tw = shim_map_tw(w.map, 0);
	enter_cpus();
	irq_works_before = w.cpu[0]->irq_works;
	lost_before = v->impl->lost();
}

static void leave_cpus(void)
{
	for (unsigned int id = 0; id < 2; id++) {
		on_cpu(id);
		if (shim_this_cpu)
			shim_cpu_leave();
	}
	memset(w.cpu, 0, sizeof(w.cpu));
}

static void must_be_idle(const struct shim_cpu *cpu)
{
	must(!cpu->irqs_off && !cpu->hardirq && !cpu->nmi && !cpu->busy);
	must(!cpu->rcu.nesting && !cpu->trace.nesting);
}

void world_end(void)
{
	settle();
	shim_map_free(w.map, w.impl->cancel_and_free);
	settle();
	if (w.prog)
		bpf_prog_put(w.prog);
	must_be_idle(w.cpu[0]);
	if (w.cpu[1])
		must_be_idle(w.cpu[1]);
	for (unsigned int id = 0; id < 2; id++)
		if (w.task[id])
			bpf_task_release(w.task[id]);
	leave_cpus();
	grace();
	must_eq(shim_live.contexts, live_before.contexts);
	must_eq(shim_live.tasks, live_before.tasks);
	must_eq(shim_live.progs, live_before.progs);
	must_eq(shim_live.maps, live_before.maps);
	must_eq(unfreed(), frees_owed);
	w.impl = NULL;
}

void next_world(void)
{
	struct variant again = variant;

	world_end();
	world_begin(&again, with_real_irqs);
}

void world_abandon(void)
{
	shim_point_hook = NULL;
	for (unsigned int id = 0; id < 2; id++) {
		struct shim_cpu *cpu = w.cpu[id];

		if (!cpu)
			continue;
		cpu->irqs_off = cpu->hardirq = cpu->nmi = cpu->busy = 0;
		cpu->irq_list = NULL;
		memset(&cpu->rcu, 0, sizeof(cpu->rcu));
		memset(&cpu->trace, 0, sizeof(cpu->trace));
	}
	leave_cpus();
	/* What was handed over is not to turn up in the balance of the next world. */
	if (!in_grace)
		grace();
}
