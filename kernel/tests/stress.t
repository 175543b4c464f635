#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# The stress program: clean on every implementation that claims to be correct, in each kind of build; it
# finds the mutants that say so; a seed is a sequence of operations.
. "$(dirname "$0")/../../tests/lib.sh"

STRESS=build/kernel/tests/stress
for kind in '' address/ thread/; do
	[ -x "build/${kind}kernel/tests/stress" ] || {
		skip "stress" "build/${kind}kernel/tests/stress is not built (make tests-stress)"
		finish
	}
done

# ---- command line ----

usage() {
	local regex=$1
	shift
	run "$STRESS" "$@"
	expect "stress $*" 2 "^stress: .*$regex"
	check "stress $*: one line" test "$(wc -l <"$T/err")" = 1
}
usage "expected a number" --seed x
usage "expected a number in 1\.\.32" --threads 33
usage "expected a number" --seconds 0
usage "expected a number in 1\.\." --elements 0
usage "no operation 'fly'" --ops user,fly
usage "no implementation 'none'" --impl none
usage "no allocator 'none'" --alloc none
usage "needs a value" --seed
usage "no option" --frobnicate
usage "is not an option" more

# ---- the list ----

run "$STRESS" --list
expect "--list" 0
correct=$(sed -nE '/\(only by name\)/d; s/^([a-z_]+): .*; allocators (.*)/\1 \2/p' "$T/out")
check "something claims to be correct" test -n "$correct"
wanted=$(while read -r impl allocs; do for a in $allocs; do echo "$impl $a"; done; done <<<"$correct")
for impl in kernel/impl/*.c; do
	impl=$(basename "$impl" .c)
	check "--list has $impl" grep -q "^$impl: " "$T/out"
done

# ---- runs ----

# Windows that must be hit in some run of a build, or the test has lost its point.
windows="del-pending del-scheduled del-running del-own lost cancelled taken-off-the-list before-the-add
	of-these-freed-seen-by-callback no-user enomem einval woken values-freed maps-freed
	nmi-in-schedule nmi-in-delete nmi-in-hardirq irq-in-schedule"

hits() { grep -oE "(^|[ ,])$1 [0-9]+" "$T/out" | awk '{ n += $NF } END { print n + 0 }'; }

for kind in '' address/ thread/; do
	name=stress${kind:+ $(basename "$kind")}
	run timeout -k 5 120 "build/${kind}kernel/tests/stress" --seconds 0.8
	expect "$name: nothing found" 0
	check "$name: all implementations and allocators" \
		diff <(echo "$wanted") <(sed -nE 's/^([a-z_]+) ([a-z-]+): .*/\1 \2/p' "$T/out")
	check "$name: says its seed first" grep -qE '^seed [0-9]+$' <(head -n 1 "$T/out")
	missing=$(for w in $windows; do [ "$(hits "$w")" -gt 0 ] || echo "$w"; done)
	check "$name: every window hit${missing:+, but: $missing}" test -z "$missing"
	sed -n 's/^  operations/# &/p' "$T/out"
done

# ---- seeds ----

digests() { "$STRESS" --count 5000 --impl refcounted --alloc bpf-mem "$@" | grep digest; }
digests --seed 7 >"$T/7"
check "a digest per thread" test "$(sort -u "$T/7" | wc -l)" = 4
check "the same seed, the same operations" diff "$T/7" <(digests --seed 7)
check "another seed, others" test "$(digests --seed 8 | sort - "$T/7" | uniq -d | wc -l)" = 0
check "fewer operations enabled, others" \
	test "$(digests --seed 7 --ops schedule-self,user | sort - "$T/7" | uniq -d | wc -l)" = 0

# ---- what it must find ----

# found NAME REGEX PROGRAM ARG...: fails, and says why
found() {
	local name=$1 regex=$2
	shift 2
	run timeout -k 5 60 "$@"
	expect "$name" 1 "$regex"
}
while read -r patch; do
	name=$(basename "$patch" .patch)
	says=$(sed -n 's/^Stress says: //p' "$patch")
	found "mutant $name" "^FAIL .*(${says:-.})" "build/mutants/$name/stress" --seconds 2 --still 2
done < <(grep -lE '^Caught by:.*stress' kernel/tests/mutants/*.patch)
# A read section that does not end: without `reenter` only the watchdog sees it.
found "a player that stands still" "^FAIL .* stands still" build/mutants/unlock-forgotten/stress \
	--still 1 --ops schedule-self,schedule-remote,user,switch,delete,insert,program

# posted, by name: what its review found. AddressSanitizer says where; the machine's own checks what.
posted() {
	local name=$1 regex=$2 seconds=$3
	shift 3
	# Which line it was takes longer to find out than the bug. Another of its bugs can come first:
	# three seeds.
	for _ in 1 2 3; do
		ASAN_OPTIONS=symbolize=0 run timeout -k 5 60 build/address/kernel/tests/stress \
			--seconds "$seconds" --impl posted --ops "$@"
		! grep -qE "$regex" "$T/err" || break
	done
	fail_or_pass "posted: $name" "$regex"
}
fail_or_pass() {
	if [ "$code" = 0 ]; then
		fail "$1" "found nothing"
	elif grep -qE "$2" "$T/err"; then
		pass "$1"
	else
		fail "$1" "stderr does not match /$2/: $(head -5 "$T/err")"
	fi
}
posted "use after free (R14)" "AddressSanitizer: heap-use-after-free" 20 \
	schedule-remote,user,map,deliver,stall
posted "cancel in NMI (R5)" "pi_lock of task [0-9]+ in NMI|call_rcu in NMI" 10 \
	schedule-self,schedule-remote,user,switch,insert,delete,nmi
posted "kernel thread (R20)" "signal notification of kernel thread" 10 schedule-kthread,insert
posted "last user against schedule (R4)" "contexts left in maps" 0.2 schedule-remote,user,map,stall
posted "works lost in silence (R15)" "accepted [0-9]+ != completed" 10 \
	schedule-self,schedule-remote,exit,deliver,user
finish
