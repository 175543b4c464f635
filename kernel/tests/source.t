#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# What can be seen in the source of the implementations that claim to be correct: types (R1), the way a
# pointer is read (R2), names (R10). Each look is first taken at a source that is wrong.
. "$(dirname "$0")/../../tests/lib.sh"

good="kernel/impl/refcounted.c kernel/impl/direct.c kernel/impl/ctx.h kernel/impl/work.h kernel/impl/schedule.h"

# code FILE...: without comments.
code() { gcc -fpreprocessed -dD -E -P -w "$@"; }

# finds NAME COMMAND: the command prints something for the sample of it in stdin.
finds() {
	cat >"$T/sample.c"
	if [ -n "$("$2" "$T/sample.c")" ]; then pass "$1: a wrong sample is found"; else
		fail "$1: a wrong sample is not found"
	fi
}

# clean NAME COMMAND: it prints nothing for the good sources.
clean() {
	local found file
	for file in $good; do
		found=$("$2" "$file")
		if [ -z "$found" ]; then pass "$1: $file"; else fail "$1: $file" "$found"; fi
	done
}

# R1: a cast to a pointer to a pointer, or of the user's type to anything but struct tw_kern *.
casts() {
	code "$1" | grep -nE '__rcu|__force|\(([a-z_]+ )*struct [a-z_]+ \*( *const)? *\*\)'
	code "$1" | grep -oE '\(([a-z]+ )*struct [a-z_]+ \*\) *[a-z_&(]+' |
		grep -vE '^\((const )?struct tw_kern \*\) *uapi$'
}

# R1: the user's type has a name for nobody.
opens() { code "$1" | grep -nE '(__opaque|uapi->)'; }

# R2: which checks that rcu is read, and the context is under tasks-trace.
rcu_pointers() { code "$1" | grep -nE 'rcu_(dereference|assign_pointer|access_pointer)|unrcu_pointer'; }

# R10: functions, types and variables say ctx.
contexts() { code "$1" | sed 's/"[^"]*"//g' | grep -niE '[a-z0-9_]*context[a-z0-9_]*'; }

finds "R1 casts" casts <<<'void f(struct bpf_task_work *tw) { g((struct tw_ctx **)tw); }'
finds "R1 casts" casts <<<'void f(struct bpf_task_work *tw) { g((struct tw_ctx *)tw); }'
check "R1 casts: posted has one" [ -n "$(casts kernel/impl/posted.c)" ]
clean "R1 no casts but the one to struct tw_kern *" casts
finds "R1 opaque" opens <<<'u64 f(struct bpf_task_work *tw) { return tw->__opaque; }'
clean "R1 the user's type is opaque" opens
check "R1 the context pointer has its type" grep -qzE 'struct tw_kern \{\s*struct tw_ctx \*ctx;' \
	kernel/impl/ctx.h
check "R1 the kernel's struct fits into the user's" grep -q \
	'^static_assert(sizeof(struct tw_kern) <= sizeof(struct bpf_task_work));' kernel/impl/ctx.h
finds "R2 pointer" rcu_pointers <<<'void f(void) { ctx = rcu_dereference(*ppc); }'
clean "R2 the pointer is read plainly" rcu_pointers
check "R2 READ_ONCE of the pointer" grep -q 'ctx = READ_ONCE(tw->ctx);' kernel/impl/schedule.h
finds "R10 names" contexts <<<'struct tw_context *tw_context_alloc(void);'
clean "R10 names say ctx" contexts
finish
