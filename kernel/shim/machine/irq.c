// SPDX-License-Identifier: GPL-2.0
/* Contexts of a CPU, and its irq_works. */
#include <linux/irq_work.h>
#include <linux/irqflags.h>
#include <linux/preempt.h>

#ifdef SHIM_EXPLORE
struct shim_cpu *shim_this_cpu;
#else
_Thread_local struct shim_cpu *shim_this_cpu;
#endif

bool shim_irq_pending(const struct shim_cpu *cpu)
{
	return __atomic_load_n(&cpu->irq_list, __ATOMIC_RELAXED);
}

/* Deliver what waited while the CPU was in something that holds interrupts off. */
static void interrupts_back(struct shim_cpu *cpu)
{
	if (!irqs_disabled() && shim_irq_pending(cpu))
		shim_irq_kick(cpu);
}

void shim_irqs_off(void)
{
	shim_this_cpu->irqs_off++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
}

void shim_irqs_on(void)
{
	struct shim_cpu *cpu = shim_this_cpu;

	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (!cpu->irqs_off)
		shim_bug("interrupts switched on that were not off");
	cpu->irqs_off--;
	interrupts_back(cpu);
}

/* A hard interrupt is a read section of rcu, as on kernels that do not run it in a thread. */
void shim_hardirq_enter(void)
{
	if (irqs_disabled())
		shim_bug("hard interrupt while interrupts are off");
	shim_this_cpu->hardirq++;
	shim_reader_lock(&shim_this_cpu->rcu);
}

void shim_hardirq_exit(void)
{
	shim_reader_unlock(&shim_this_cpu->rcu);
	shim_this_cpu->hardirq--;
	interrupts_back(shim_this_cpu);
}

void shim_nmi_enter(void)
{
	shim_this_cpu->nmi++;
	shim_reader_lock(&shim_this_cpu->rcu);
}

void shim_nmi_exit(void)
{
	shim_reader_unlock(&shim_this_cpu->rcu);
	shim_this_cpu->nmi--;
	interrupts_back(shim_this_cpu);
}

/* Claims the work: PENDING until its handler is about to run, BUSY until it has returned. One that runs
 * can be queued again, here or on another CPU. */
bool irq_work_queue(struct irq_work *work)
{
	struct shim_cpu *cpu = shim_this_cpu;
	struct irq_work *head;

	SHIM_POINT(SHIM_IRQ, &work->flags, sizeof(work->flags), "irq_work_queue");
	if (__atomic_fetch_or(&work->flags, IRQ_WORK_PENDING | IRQ_WORK_BUSY, __ATOMIC_SEQ_CST) &
	    IRQ_WORK_PENDING)
		return false;
	/* An NMI can come in between, and queue. */
	head = __atomic_load_n(&cpu->irq_list, __ATOMIC_RELAXED);
	do
		work->next = head;
	while (!__atomic_compare_exchange_n(&cpu->irq_list, &head, work, false, __ATOMIC_SEQ_CST,
					    __ATOMIC_RELAXED));
	shim_irq_kick(cpu);
	return true;
}

/* Looks at the flags after the handler has returned: a handler must not let its memory go before the
 * interrupt is over. */
static void run_one(struct irq_work *work)
{
	int flags;

	SHIM_POINT(SHIM_IRQ, &work->flags, sizeof(work->flags), "irq_work: handler");
	flags = __atomic_and_fetch(&work->flags, ~IRQ_WORK_PENDING, __ATOMIC_SEQ_CST);
	work->func(work);
	SHIM_POINT(SHIM_IRQ, &work->flags, sizeof(work->flags), "irq_work: handler returned");
	/* Unless it was queued again. */
	__atomic_compare_exchange_n(&work->flags, &flags, flags & ~IRQ_WORK_BUSY, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

/* Newest first, as the kernel's list. */
void shim_irq_run(void)
{
	struct shim_cpu *cpu = shim_this_cpu;
	struct irq_work *list, *next;

	shim_hardirq_enter();
	while ((list = __atomic_exchange_n(&cpu->irq_list, NULL, __ATOMIC_SEQ_CST))) {
		for (; list; list = next) {
			next = list->next;
			run_one(list);
			cpu->irq_works++;
		}
	}
	shim_hardirq_exit();
}
