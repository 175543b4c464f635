// SPDX-License-Identifier: GPL-2.0
/* CPUs are threads, interrupts are signals that a thread sends to itself, NMIs those of others. */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <linux/irqflags.h>

#include "threads.h"
#include "threads_internal.h"

#define SIG_IRQ (SIGRTMIN + 4)
#define SIG_NMI (SIGRTMIN + 5)
#define SIG_TICK (SIGRTMIN + 6) /* an NMI, too, by the CPU's own timer */

struct thread_cpu thread_cpus[SHIM_CPUS];

static struct thread_cpu *this_thread(void)
{
	return container_of(shim_this_cpu, struct thread_cpu, cpu);
}

/*
 * A handler does nothing where nobody plays a CPU, or where it would enter the machine: whoever holds an
 * interrupt back sends it again.
 */
static bool handler_enter(void)
{
	if (!shim_this_cpu || shim_this_cpu->busy)
		return false;
	this_thread()->handlers++;
	return true;
}

static void on_irq(int sig)
{
	int saved = errno;

	if (!handler_enter())
		return;
	if (!irqs_disabled() && shim_irq_pending(shim_this_cpu))
		shim_irq_run();
	this_thread()->handlers--;
	errno = saved;
}

static void run_nmi(struct thread_cpu *t)
{
	void (*func)(void *) = __atomic_exchange_n(&t->nmi_func, NULL, __ATOMIC_ACQUIRE);
	void *arg;

	/* One that was sent again, and had been taken already. A sender may be writing the argument. */
	if (!func)
		return;
	arg = t->nmi_arg;
	/* Taken: the next one may be written. */
	__atomic_store_n(&t->nmi_claimed, false, __ATOMIC_RELEASE);
	shim_nmi_enter();
	func(arg);
	shim_nmi_exit();
}

static void on_nmi(int sig)
{
	int saved = errno;

	if (!handler_enter())
		return;
	run_nmi(this_thread());
	this_thread()->handlers--;
	errno = saved;
}

static void arm(struct thread_cpu *t, u64 ns)
{
	struct itimerspec when = { .it_value = { ns / 1000000000, ns % 1000000000 } };

	timer_settime(t->timer, 0, &when, NULL);
}

/* Once at a time: a period shorter than the handler would let nothing else run. */
static void on_tick(int sig)
{
	struct thread_cpu *t = this_thread();
	int saved = errno;
	u64 ns = 10000;

	if (!shim_this_cpu || !t->tick_func)
		return;
	if (handler_enter()) {
		shim_nmi_enter();
		ns = t->tick_func(t->tick_arg);
		shim_nmi_exit();
		t->handlers--;
	}
	arm(t, ns);
	errno = saved;
}

static void install_handlers(void)
{
	struct sigaction irq = { .sa_handler = on_irq, .sa_flags = SA_RESTART };
	struct sigaction nmi = { .sa_handler = on_nmi, .sa_flags = SA_RESTART };

	/* An NMI is not interrupted. */
	sigaddset(&nmi.sa_mask, SIG_IRQ);
	sigaddset(&nmi.sa_mask, SIG_NMI);
	sigaddset(&nmi.sa_mask, SIG_TICK);
	sigaction(SIG_IRQ, &irq, NULL);
	sigaction(SIG_NMI, &nmi, NULL);
	nmi.sa_handler = on_tick;
	sigaction(SIG_TICK, &nmi, NULL);
}

void shim_nmi_timer(u64 (*func)(void *), void *arg)
{
	struct thread_cpu *t = this_thread();
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIG_TICK };

	event._sigev_un._tid = gettid();
	t->tick_arg = arg;
	if (timer_create(CLOCK_MONOTONIC, &event, &t->timer))
		shim_bug("timer of CPU %u: %s", t->cpu.id, strerror(errno));
	t->tick_func = func;
	arm(t, 10000);
}

/*
 * ThreadSanitizer keeps signals of others until the next atomic operation or interceptor, and handles
 * them there with all signals blocked. That of gcc 12 restores the mask from one place per thread: if
 * one comes just before it blocks them, the handling nests in itself, and the outer one "restores" the
 * mask of the inner one. From then on no signal arrives. So they are unblocked where one must.
 */
static void unblock(void)
{
#ifdef __SANITIZE_THREAD__
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIG_IRQ);
	sigaddset(&set, SIG_NMI);
	sigaddset(&set, SIG_TICK);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
#endif
}

static void signal_self(int sig)
{
	/* Not in a handler: what it holds off would nest in it. */
	if (!this_thread()->handlers)
		unblock();
	pthread_kill(pthread_self(), sig);
}

void shim_irq_kick(struct shim_cpu *cpu)
{
	if (this_thread()->delivery == SHIM_SIGNAL && !irqs_disabled() && !cpu->busy)
		signal_self(SIG_IRQ);
}

/* What came while busy was dropped by its handler: make up for it. */
void shim_busy_end(void)
{
	struct shim_cpu *cpu = shim_this_cpu;
	struct thread_cpu *t;

	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (!cpu || --cpu->busy)
		return;
	t = this_thread();
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	/* In NMI what is there is the one that runs. */
	if (!cpu->nmi && __atomic_load_n(&t->nmi_func, __ATOMIC_ACQUIRE))
		signal_self(SIG_NMI);
	if (shim_irq_pending(cpu))
		shim_irq_kick(cpu);
}

bool shim_nmi_send(unsigned int id, void (*func)(void *), void *arg)
{
	struct thread_cpu *t = &thread_cpus[id];
	bool sent = false;

	/* An interrupt of the sender can send to the same CPU, and would wait for the lock for ever. */
	shim_busy_begin();
	pthread_mutex_lock(&t->lock);
	if (t->there && !__atomic_exchange_n(&t->nmi_claimed, true, __ATOMIC_ACQUIRE)) {
		t->nmi_arg = arg;
		__atomic_store_n(&t->nmi_func, func, __ATOMIC_RELEASE);
		sent = !pthread_kill(t->thread, SIG_NMI);
	}
	pthread_mutex_unlock(&t->lock);
	shim_busy_end();
	return sent;
}

struct shim_cpu *shim_cpu_enter(unsigned int id, struct task_struct *task,
				enum shim_delivery delivery)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct thread_cpu *t = &thread_cpus[id];

	if (id >= SHIM_CPUS || t->there || shim_this_cpu)
		shim_bug("CPU %u cannot be entered", id);
	pthread_once(&once, install_handlers);
	t->cpu.id = id;
	t->cpu.curr = task;
	t->delivery = delivery;
	t->thread = pthread_self();
	shim_this_cpu = &t->cpu;
	pthread_mutex_lock(&t->lock);
	t->there = true;
	pthread_mutex_unlock(&t->lock);
	return &t->cpu;
}

void shim_cpu_leave(void)
{
	struct thread_cpu *t = this_thread();

	if (irqs_disabled() || t->cpu.busy || t->cpu.rcu.nesting || t->cpu.trace.nesting)
		shim_bug("CPU %u leaves in the middle of something", t->cpu.id);
	/* A tick that is under way finds no function. */
	if (t->tick_func) {
		t->tick_func = NULL;
		timer_delete(t->timer);
	}
	shim_busy_begin();
	pthread_mutex_lock(&t->lock);
	t->there = false;
	pthread_mutex_unlock(&t->lock);
	shim_busy_end();
	/* Nobody sends any more; what was sent is here, since a signal of one's own process to a running
	 * thread is taken no later than at its next system call. */
	while (__atomic_load_n(&t->nmi_func, __ATOMIC_ACQUIRE))
		signal_self(SIG_NMI);
	if (shim_irq_pending(&t->cpu))
		shim_irq_run();
	shim_this_cpu = NULL;
}

void shim_lock(bool *lock)
{
	while (__atomic_exchange_n(lock, true, __ATOMIC_ACQUIRE))
		while (__atomic_load_n(lock, __ATOMIC_RELAXED))
			sched_yield();
}

void shim_unlock(bool *lock)
{
	__atomic_store_n(lock, false, __ATOMIC_RELEASE);
}
