// SPDX-License-Identifier: GPL-2.0
/*
 * Coroutines. ucontext makes the stacks, once; from then on _setjmp() and _longjmp() switch, which
 * leaves the signal mask alone: swapcontext() would cost two system calls each time.
 */
#include <stdlib.h>
#include <ucontext.h>

#include "engine.h"

char co_stacks[MAX_ACTORS][CO_STACK] __attribute__((aligned(64)));
static jmp_buf booted;
static struct co *booting;

static void root(void)
{
	struct co *co = booting;

	/* Each start of the coroutine arrives here anew, with an empty stack. */
	if (!_setjmp(co->base))
		_longjmp(booted, 1);
	co->main(co->arg);
	abort();
}

void co_init(struct co *co, unsigned int n)
{
	ucontext_t uc;

	getcontext(&uc);
	uc.uc_stack.ss_sp = co_stacks[n];
	uc.uc_stack.ss_size = CO_STACK;
	uc.uc_link = NULL;
	makecontext(&uc, root, 0);
	booting = co;
	if (!_setjmp(booted))
		setcontext(&uc);
}

void co_switch(struct co *from, struct co *to)
{
	if (from && _setjmp(from->env))
		return;
	if (to->started)
		_longjmp(to->env, 1);
	to->started = true;
	_longjmp(to->base, 1);
}
