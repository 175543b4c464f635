#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Every mutant of the implementations is seen red by the tests that its patch names, and by no other
# cause: a mutant that survives fails its test, and so does one that does not build. The first lines of
# kernel/tests/mutants/NAME.patch say what it undoes, and by whom it is caught:
#
#   Caught by: tw_test PATTERN         a test whose name has PATTERN fails: seen to here
#   Caught by: stress                  seen to by stress.t; with Stress says: REGEX
#   explore: IMPL SCENARIO: BUG        seen to by explore.t
#
# Arguments select mutants by name.
. "$(dirname "$0")/../../tests/lib.sh"

export CMOCKA_MESSAGE_OUTPUT=TAP
if [ $# -gt 0 ]; then
	mutants=("$@")
else
	mapfile -t mutants < <(basename -s .patch kernel/tests/mutants/*.patch)
fi

header() { sed '/^--- /q' "kernel/tests/mutants/$1.patch"; }
patterns() { header "$1" | sed -n 's/^Caught by: tw_test //p'; }

programs() {
	local mutant
	for mutant in "${mutants[@]}"; do
		[ -z "$(patterns "$mutant")" ] || echo "build/mutants/$mutant/tw_test"
	done
}

# red MUTANT PATTERN. Only these tests: one that hangs under a mutation would hide those after it.
red() {
	local program=build/mutants/$1/tw_test
	[ -x "$program" ] || { echo "$program was not built"; return 1; }
	run timeout 20 "$program" "*$2*"
	grep -q '^not ok' "$T/out" || { echo "code $code, and no test failed"; return 1; }
}

# The tests are sound to begin with: what is red below is red for the mutant.
mapfile -t wanted < <(programs)
if ! make -k -j2 build/kernel/tests/tw_test "${wanted[@]}" >"$T/make" 2>&1; then
	fail "all mutants are built" "$(grep -vE '^  [A-Z]+ ' "$T/make" | head -40)"
fi
check "tw_test is green without a mutation" build/kernel/tests/tw_test

for mutant in "${mutants[@]}"; do
	header "$mutant" | grep -qE '^(Caught by: (tw_test .|stress)|explore: .)' ||
		fail "$mutant" "its patch names nobody who catches it"
	while read -r pattern; do
		[ -z "$pattern" ] || check "$mutant: $pattern" red "$mutant" "$pattern"
	done < <(patterns "$mutant")
done
finish
