#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# The interleaving explorer: finds in `posted` what its review found, finds each mutant, finds nothing in
# the implementations that claim to be correct, and finds its own planted bugs.
#
# A mutant is taken from kernel/tests/mutants/ if its text has a line
#     explore: IMPL SCENARIO: TEXT OF THE BUG
. "$(dirname "$0")/../../tests/lib.sh"

explore=build/kernel/tests/explore
# As many schedules for each search and bound: the same on every machine, and soon over.
limit=40000

# bug_text FILE SCENARIO IMPL TEXT: the whole text of the first such bug.
bug_text() { sed -n "s/^bug: $2 $3 [^ ]*: //p" "$1" | grep -F -m 1 -- "$4"; }

# replays NAME PROGRAM FILE SCENARIO IMPL TEXT: the bug is in FILE, and its replay string has it again.
replays() {
	local name=$1 program=$2 file=$3 text args
	text=$(bug_text "$3" "$4" "$5" "$6")
	if [ -z "$text" ]; then
		fail "$name" "not found: $(grep -E "^$4 +$5 " "$file")"
		return
	fi
	args=$(grep -F -A 3 "bug: $4 $5 " "$file" | grep -F -A 3 -- ": $text" |
		sed -n 's/^ *explore \(--scenario .*\)/\1/p' | head -1)
	# shellcheck disable=SC2086
	run "$program" $args
	if [ "$code" = 1 ] && grep -qF -- ": $text" "$T/out"; then
		pass "$name"
		echo "# explore $args"
	else
		fail "$name" "found, but exit code $code and no such bug from: $args"
	fi
}

# ---- all scenarios, all implementations ----

run $explore --bound 2 --max-schedules $limit
cp "$T/out" "$T/all"
expect "bugs make exit code 1" 1
sed -n 's/^[a-z-]* *\(posted\|refcounted\|direct\) .*/# &/p; $s/^/# /p' "$T/all"

$explore --list >"$T/list"
known=$(sed -nE 's/^known +([^ ]+) +(R[0-9]+): (.*)/\1|\2|\3/p' "$T/list")
while IFS='|' read -r scenario requirement text; do
	replays "posted, $scenario: $text ($requirement)" $explore "$T/all" "$scenario" posted "$text"
done <<<"$known"

unknown=$(sed -n 's/^bug: \([^ ]*\) posted [^ ]*: /\1|/p' "$T/all" | while IFS='|' read -r scenario text; do
	grep -F "$scenario|" <<<"$known" | while IFS='|' read -r s _ k; do
		[ "$s" = "$scenario" ] && [[ $text == *"$k"* ]] && echo yes
	done | grep -q yes || echo "$scenario: $text"
done)
if [ -z "$unknown" ]; then
	pass "posted: every bug is a known one"
else
	fail "posted: every bug is a known one" "$unknown"
fi

# clean FILE IMPL LEAST: no bug, every search through at least this bound.
clean() {
	local bad
	bad=$(grep "^bug: [^ ]* $2 " "$1")
	bad+=$(awk -v impl="$2" -v least="$3" '$2 == impl && ($4 == "none" || $4 == "bound" && $5 < least)' "$1")
	[ "$(grep -cE "^[a-z-]+ +$2 " "$1")" -gt 30 ] || bad+="too few searches"
	[ -z "$bad" ]
}
for impl in refcounted direct; do
	check "$impl: nothing found, every scenario complete to bound 1 at least" clean "$T/all" $impl 1
	run $explore --impl $impl --fine --bound 1 --max-schedules $limit
	cp "$T/out" "$T/fine"
	check "$impl: nothing with plain accesses as scheduling points" clean "$T/fine" $impl 0
done

# Small scenarios altogether: every interleaving there is.
for impl in refcounted direct; do
	for scenario in schedule-delete-warm callback-deletes release-schedule exit-schedule \
			exit-release stale-handler; do
		run $explore --impl $impl --scenario $scenario --bound all
		# shellcheck disable=SC2016
		check "$impl, $scenario: nothing found in any interleaving" \
			awk 'NR == 1 && $4 == "all" && / 0 bugs$/ { ok = 1 } END { exit !ok }' "$T/out"
		sed -n '1s/^/# /p' "$T/out"
	done
done

run $explore --impl posted --scenario release-callback --fine
cp "$T/out" "$T/fine"
replays "posted, release-callback: use after free of the context (R6)" $explore "$T/fine" \
	release-callback posted "use after free: ctx, by releaser"

# ---- mutants ----

for patch in kernel/tests/mutants/*.patch; do
	line=$(sed -n 's/^explore: //p' "$patch")
	[ -n "$line" ] || continue
	mutant=$(basename "$patch" .patch)
	read -r impl scenario <<<"${line%%: *}"
	text=${line#*: }
	program=build/mutants/$mutant/explore/explore
	run "$program" --impl "$impl" --scenario "$scenario"
	cp "$T/out" "$T/mutant"
	replays "$mutant: $scenario: $text" "$program" "$T/mutant" "$scenario" "$impl" "$text"
done

# ---- the explorer itself ----

while read -r scenario text; do
	run $explore --scenario "$scenario" --impl refcounted
	cp "$T/out" "$T/selftest"
	replays "$scenario: $text" $explore "$T/selftest" "$scenario" refcounted "$text"
done < <(sed -nE 's/^known +(selftest-[^ ]+) +selftest: (.*)/\1 \2/p' "$T/list")

# The reduction leaves out nothing: the same partial orders and states of memory at
# the end, the same bugs.
ends() { sed -nE 's/^bug: (.*)/\1/p; s/.* ([0-9]+ orders +[0-9]+ ends [0-9a-f]+) .*/\1/p' "$T/out" | sort; }
while read -r scenario impl options; do
	# shellcheck disable=SC2086
	run $explore --scenario "$scenario" --impl "$impl" --alloc bpf-mem $options
	reduced=$(ends)
	reduced_n=$(sed -nE 's/.* ([0-9]+) schedules .*/\1/p' "$T/out" | head -1)
	# shellcheck disable=SC2086
	run $explore --scenario "$scenario" --impl "$impl" --alloc bpf-mem --plain $options
	plain_n=$(sed -nE 's/.* ([0-9]+) schedules .*/\1/p' "$T/out" | head -1)
	name="reduced and plain search agree: $scenario $impl $options"
	if [ -n "$reduced" ] && [ "$reduced" = "$(ends)" ] && [ "$reduced_n" -lt "$plain_n" ]; then
		pass "$name"
		echo "# $reduced_n of $plain_n schedules; $(grep -m 1 ends <<<"$reduced")"
	else
		fail "$name" "$reduced
and $(ends); $reduced_n of $plain_n schedules"
	fi
done <<-END
	schedule-schedule refcounted --bound 3
	schedule-delete-callback refcounted --bound 1
	schedule-twice refcounted --bound 2
	release-schedule posted --bound 3
	release-callback posted --bound 2
	stale-handler posted --bound 2
	exit-release direct --bound 2
	callback-deletes refcounted --bound 3 --any-gp
END

# A grace period that ends later finds no more.
run $explore --scenario release-exit --impl posted --bound 1 --any-gp
check "later ends of grace periods find the use after free too" grep -q 'use after free: task101' "$T/out"

run $explore --scenario schedule-delete --impl refcounted --max-schedules 10
expect "a search cut short ends 0" 0
check "and is reported as incomplete" grep -q 'the next bound is INCOMPLETE' "$T/out"

# ---- usage ----

run $explore --scenario no-such-thing
expect "a wrong scenario" 2 'no such scenario'
run $explore --bound 15
expect "a bound that is too high" 2 'bound takes a number from 0 to 14'
run $explore --bound x
expect "a bound that is no number" 2 'bound takes a number'
run $explore --replay a2
expect "a replay of nothing" 2 'needs --scenario and --impl'
run $explore --scenario schedule-delete --impl refcounted --replay p7
expect "a replay string that does not fit" 2 'does not fit'
run $explore --scenario schedule-delete --impl refcounted --replay a5b
expect "a replay without a bug" 0
check "has a trace" grep -qE '^ +1  CPU0 task +scheduler +begins' "$T/out"
run $explore --help
expect "--help" 0
check "--help says what cannot be seen" grep -q 'sequentially consistent' "$T/out"

finish
