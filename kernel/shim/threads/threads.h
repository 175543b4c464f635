/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine for real threads: each plays a CPU, interrupts are signals, grace periods wait for the
 * readers that there are.
 */
#ifndef SHIM_THREADS_H
#define SHIM_THREADS_H

#include <linux/bpf.h>

enum shim_delivery {
	/* Handlers run when the test calls shim_irq_run(). */
	SHIM_MANUAL,
	/*
	 * A queued irq_work raises a signal for its own thread, whose handler runs the irq_works: at
	 * once where interrupts are on, else when they come back. Under ThreadSanitizer signals
	 * arrive only at its interceptors and atomics, so a bit later than here.
	 */
	SHIM_SIGNAL,
};

/* The calling thread is CPU `id` from now on, running `task`. One thread per CPU. */
struct shim_cpu *shim_cpu_enter(unsigned int id, struct task_struct *task,
				enum shim_delivery delivery);
/* Delivers what is queued; the CPU is gone. */
void shim_cpu_leave(void);

/* Has an NMI on `cpu`, whatever it is doing (except inside of the machine: there it comes a bit later):
 * func(arg) runs on its thread. False if that CPU is not there, or has not taken the last one yet.
 * func allocates nothing but through the machine. */
bool shim_nmi_send(unsigned int id, void (*func)(void *), void *arg);

/*
 * From now on NMIs come to this CPU by themselves, until it is left: func(arg) runs in each, and returns
 * in how many ns the next is to come. Those that would enter the machine are dropped. A signal of
 * another thread finds most threads where they wait; a timer finds them at any instruction.
 */
void shim_nmi_timer(u64 (*func)(void *), void *arg);

/*
 * Waits for a grace period and calls what had been deferred before; the other one until nothing is left,
 * which need not come true while others run. The caller plays no CPU or reads nothing. One caller at a
 * time does the work; returns how many calls.
 */
u64 shim_gp_once(void);
u64 shim_gp_run(void);

/* No interrupt, NMI included, enters the code in between: for malloc() of a test, say. */
static inline void shim_busy_begin(void)
{
	if (shim_this_cpu)
		shim_this_cpu->busy++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}
void shim_busy_end(void);

#endif
