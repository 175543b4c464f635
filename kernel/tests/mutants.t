#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Every mutant of the implementations is seen red by the tests that its patch names, and by no other
# cause: a mutant that survives fails this test, and so does one that does not build. The first lines of
# kernel/tests/mutants/NAME.patch say what it undoes, and
#
#   Caught by: tw_test PATTERN         tw_test fails, and a test whose name has PATTERN is among those
#   Caught by: explore SCENARIO        the explorer ends with another code than 0, given SCENARIO
#   Caught by: stress                  so does the stress test
#
# Arguments select mutants by name.
. "$(dirname "$0")/../../tests/lib.sh"

export CMOCKA_MESSAGE_OUTPUT=TAP
if [ $# -gt 0 ]; then
	mutants=("$@")
else
	mapfile -t mutants < <(basename -s .patch kernel/tests/mutants/*.patch)
fi

catchers() { sed -n '/^--- /q; s/^Caught by: //p' "kernel/tests/mutants/$1.patch"; }

# program MUTANT CATCHER: as the Makefile builds it.
program() {
	case $2 in
	explore) echo "build/mutants/$1/explore/explore" ;;
	*) echo "build/mutants/$1/$2" ;;
	esac
}

programs() {
	local mutant catcher
	for mutant in "${mutants[@]}"; do
		catchers "$mutant" | while read -r catcher _; do program "$mutant" "$catcher"; done
	done | sort -u
}

# red MUTANT CATCHER ARGUMENT
red() {
	local program
	program=$(program "$1" "$2")
	[ -x "$program" ] || { echo "$program was not built"; return 1; }
	if [ "$2" = tw_test ]; then
		# Only these tests: one that hangs under a mutation would hide those after it.
		run timeout 20 "$program" "*$3*"
		grep -q '^not ok' "$T/out" || { echo "code $code, and no test failed"; return 1; }
	else
		run timeout 20 "$program" ${3:+"$3"}
		[ "$code" != 0 ] || { echo "$2 passes"; return 1; }
	fi
}

# The tests are sound to begin with: what is red below is red for the mutant.
mapfile -t wanted < <(programs)
if ! make -k -j2 build/kernel/tests/tw_test "${wanted[@]}" >"$T/make" 2>&1; then
	fail "all mutants are built" "$(grep -vE '^  [A-Z]+ ' "$T/make" | head -40)"
fi
check "tw_test is green without a mutation" build/kernel/tests/tw_test

for mutant in "${mutants[@]}"; do
	[ -n "$(catchers "$mutant")" ] || fail "$mutant" "its patch names no catcher"
	while read -r catcher argument; do
		[ -n "$catcher" ] || continue
		check "$mutant: $catcher $argument" red "$mutant" "$catcher" "$argument"
	done < <(catchers "$mutant")
done
finish
