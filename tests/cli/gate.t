#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2016,SC2034,SC2154
# Can a gate of CI fail? A planted regression must be red, and what is no journal never green, for
# `compare` and for scripts/ci-gate around it.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
command -v jq >/dev/null || { skip gate "no jq (Debian package jq)"; finish; }
ROOT=$PWD
export TWBENCH SIMULATE=$PWD/tests/cli/simulate
export FAKE=$T/fake TMPDIR=$T/tmp
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY
mkdir "$T/tmp"
"$SIMULATE" "$T/base.jsonl" seed=1 || fail "simulate"
"$SIMULATE" "$T/other.jsonl" seed=2 start=0.2 || fail "simulate"
tests/cli/bad_journals "$T/base.jsonl" "$T" || fail "bad journals"

# setting [OPTION=VALUE...]: what the next gate's runs measure
setting() {
	rm -rf "$FAKE"
	mkdir "$FAKE"
	: >"$FAKE/runs"
	echo "$*" >"$FAKE/options"
	rm -rf "$T/gate"
}

# gate ARG...: against base.jsonl, into $T/gate
GATE=$ROOT/scripts/ci-gate
gate() {
	run timeout -k 5 120 "$GATE" --out "$T/gate" --twbench "$ROOT/tests/cli/fake_twbench" "$@"
}

# says NAME REGEX: the last line; nothing is left behind
says() {
	if ! tail -n 1 "$T/out" | grep -qE -- "^ci-gate: $2"; then
		fail "$1" "the last line is: $(tail -n 1 "$T/out"); stderr: $(cat "$T/err")"
	elif [ -n "$(ls -A "$TMPDIR")" ]; then
		fail "$1" "left behind: $(ls -A "$TMPDIR")"
	else
		pass "$1"
	fi
}

# ---- a planted regression is red ----

# 5 % in a copy, all else the same; the copy's samples get other seeds, as a copy itself is refused.
jq -c 'if .kind == "sample" then .seed += 1 | .metrics |= with_entries(
	if .key | test("_ns_p50$") then .value *= 1.05 else . end)
	else . end' "$T/base.jsonl" >"$T/slow.jsonl"
tw compare "$T/base.jsonl" "$T/slow.jsonl"
expect "5 % planted into a copy" 1
has "it is told" "$T/out" '^verdict +REGRESSION'
jq -c 'if .kind == "sample" then .seed += 1 else . end' "$T/base.jsonl" >"$T/same.jsonl"
tw compare "$T/base.jsonl" "$T/same.jsonl"
expect "nothing planted" 0

# ---- the gate with a baseline ----

setting
gate "$T/base.jsonl" -- --require-live
expect "no change" 0 'regression of 5 % is seen in 4 of 5 rows, not in: latency delivery_ns_p99_9$'
says "no change: said, and how to accept it" \
	"no regression; to accept the new level: cp $T/gate/head.jsonl $T/base.jsonl"
has "measured as the baseline was, and as was asked for" "$FAKE/runs" \
	"^run -q --against $T/base.jsonl --confirm --format json --require-live -o head.jsonl\$"
check "measured once" test "$(wc -l <"$FAKE/runs")" = 1
for f in gate.json compare.json planted.json; do
	check "$f is JSON" jq -e . "$T/gate/$f"
done
check "the journal is whole" "$TWBENCH" report "$T/gate/head.jsonl"
gate "$T/base.jsonl"
refused_by_gate() { expect "$1" 2 "^ci-gate: .*$2"; }
refused_by_gate "a directory that has a gate's files" 'not empty'

setting
gate "$T/base.jsonl" --budget 99 --strict
has "in what time, and how strictly" "$FAKE/runs" ' --budget 99 --strict -o head.jsonl$'
setting
gate "$T/base.jsonl" --bench latency
expect "--bench with a baseline" 2 'RUN ARGS choose'

setting shift=0.05
gate "$T/base.jsonl"
expect "5 %, confirmed" 1
says "5 %, confirmed: said" 'REGRESSION, confirmed on fresh data in [1-9] rows; .*cp .*head.jsonl'
check "5 %, confirmed: by another journal" test -s "$T/gate/head-confirm.jsonl"
check "5 %, confirmed: in JSON" jq -e '.exit_code == 1 and (.planted.seen | length) == 4' \
	"$T/gate/gate.json"

setting
printf '0.05\n0\n' >"$FAKE/shifts"
gate "$T/base.jsonl"
expect "5 %, but not again" 0
says "5 %, but not again: said" 'no regression: what looked worse did not on fresh data'
setting
printf '0.05\n0\n' >"$FAKE/shifts"
gate "$T/base.jsonl" --strict
expect "5 %, but not again, --strict" 3
setting
printf '%s\n' '.delivery_ns_p99_9 *= 1.2' '.delivery_ns_p99 *= 1.2' >"$FAKE/edits"
gate "$T/base.jsonl"
expect "worse both times, but in other rows" 0
check "it is that row that was not confirmed" jq -e '[.rows[] | select(.confirm)
	| [.metric, .confirm.outcome]] == [["delivery_ns_p99_9", "not_confirmed"]]' "$T/gate/compare.json"

setting
gate "$T/base.jsonl" --metrics delivery_ns_p50 --floor 1
expect "options of compare" 0 'seen in 1 of 1 rows'

for word in '--alpha 1e-9' --floor=50 '--metrics clock_ns' '--metr clock_ns' --strict -ox --dry-run '--against x'; do
	setting
	# shellcheck disable=SC2086
	gate "$T/base.jsonl" -- nop $word
	expect "RUN ARGS that judge: $word" 2 "${word%% *}.* is the gate's"
done

cp "$T/base.jsonl" "$T/a, b.jsonl"
setting
gate "$T/a, b.jsonl"
expect "a comma and a blank in the baseline's name" 0
has_no "a comma in its name: it is damaged, too" "$T/err" '^(sed|head):'

# The base could have shown it, but what was measured cannot.
setting n=2
gate "$T/base.jsonl" -- -n 2
expect "HEAD has two invocations" 3
says "HEAD has two invocations: said" 'this gate cannot see .* what was measured has too few'
setting n=2
gate "$T/base.jsonl" --allow-blind -- -n 2
expect "HEAD has two invocations, allowed" 0
says "HEAD has two invocations, allowed: said" 'no regression, BUT this gate cannot see'
"$SIMULATE" "$T/points.jsonl" seed=7 points=2
setting
gate "$T/points.jsonl"
expect "HEAD has one of two points" 0
says "HEAD has one of two points: said" 'no regression, BUT NOT COMPARED: 1 .above.[^:]*$'
setting
gate "$T/points.jsonl" --strict
expect "HEAD has one of two points, --strict" 3

# What cannot see it is no gate.
"$SIMULATE" "$T/noisy.jsonl" seed=5 spread=0.1 n=10
setting spread=0.1 n=10
gate "$T/noisy.jsonl" --metrics delivery_ns_p50
expect "blind by noise" 3
says "blind by noise: said" \
	'this gate cannot see .* of 5 %: the smallest .* is [0-9.]+ % \(latency delivery_ns_p50\)'
check "blind: nothing was measured" test ! -s "$FAKE/runs"
check "blind: in JSON" jq -e '.planted.blind' "$T/gate/gate.json"
setting spread=0.1 n=10
gate "$T/noisy.jsonl" --allow-blind --metrics delivery_ns_p50
expect "blind, allowed" 0
says "blind, allowed: said" 'no regression, BUT this gate cannot see'
"$SIMULATE" "$T/few.jsonl" seed=6 n=3
setting n=3
gate "$T/few.jsonl"
expect "blind by 3 invocations" 3
says "blind by 3 invocations: said" '.*can see none'
setting
gate "$T/base.jsonl" --plant 0.5
expect "blind for 0.5 %" 3
says "blind for 0.5 %: said" '.*regression of 0.5 %'

# A compare that is always content, and one that takes anything.
cat >"$T/content" <<'END'
#!/bin/bash
"$ROOT/tests/cli/fake_twbench" "$@"
code=$?
[ "$1" != compare ] || [ $code != "$LIE" ] || exit 0
exit $code
END
chmod +x "$T/content"
export ROOT
for LIE in 1 5; do
	export LIE
	setting shift=0.5
	run "$GATE" "$T/base.jsonl" --out "$T/gate" --twbench "$T/content"
	if [ $LIE = 1 ]; then expect "a compare that never says 1" 3; else
		expect "a compare that never says 5" 6 'ends with 0, not 5'
	fi
done

for c in 1 2 6 77 130; do
	setting
	echo $c >"$FAKE/code"
	gate "$T/base.jsonl"
	expect "run ends with $c" $c
done
setting env.cpu_model=Frob10
gate "$T/base.jsonl"
expect "another machine" 4 cpu_model
says "another machine: said" 'not comparable'

wrong=
for f in "$T"/bad/* "$T/torn.jsonl" "$T/unfinished.jsonl" "$T/missing"; do
	setting
	gate "$f"
	problem=$(sed -i '/^ci-gate: a journal is damaged/d' "$T/out"; is_refused)
	[ ! -s "$FAKE/runs" ] || problem+=" something was measured"
	wrong+=${problem:+"$f: $problem"$'\n'}
done
if [ -z "$wrong" ]; then pass "no baseline that is none"; else
	fail "no baseline that is none" "$wrong"
fi
setting
gate "$T/skips.jsonl"
expect "a baseline of skips" 77 'no sample'
setting
gate "$T/crlf.jsonl"
expect "a baseline with CR LF" 0

# ---- annotations ----

export GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=$T/summary
setting shift=0.05
gate "$T/base.jsonl"
expect "github: 5 %" 1
has "github: an error for a row" "$T/out" '^::error title=twbench.*delivery_ns_p50.*REGRESSION'
has "github: the answer" "$T/out" '^::error title=ci-gate::REGRESSION'
has "github: rows that would not show it" "$T/out" \
	'^::warning title=ci-gate::.* not in: latency delivery_ns_p99_9$'
has "github: the summary has the table" "$T/summary" '^\| latency .*REGRESSION'
has "github: and the answer" "$T/summary" '^\*\*ci-gate:\*\* REGRESSION'
setting
printf '%s\n' '.delivery_ns_p99_9 *= 1.2' '.delivery_ns_p99 *= 1.2' >"$FAKE/edits"
gate "$T/base.jsonl"
expect "github: not confirmed" 0
has "github: not confirmed is a warning" "$T/out" '^::warning .*delivery_ns_p99_9: .*; not confirmed: '
has_no "github: not confirmed is no error" "$T/out" '^::error'
setting
gate "$T/noisy.jsonl" --metrics delivery_ns_p50
has "github: blind" "$T/out" '^::error title=ci-gate::this gate cannot see a regression of 5 %25'
unset GITHUB_ACTIONS GITHUB_STEP_SUMMARY

# ---- command line ----

for a in '' "$T/base.jsonl $T/other.jsonl" "$T/base.jsonl --base-ref HEAD" '--base-ref' '--frob' \
	'--frob 1' '--base-kernel 7' "$T/base.jsonl --plant 0" "$T/base.jsonl --plant x" \
	'--base-ref HEAD --pairs 0' \
	"$T/base.jsonl --budget -1" "$T/base.jsonl --format pdf"; do
	# shellcheck disable=SC2086
	run "$GATE" $a
	refused_by_gate "ci-gate ${a//"$T/"/}" ''
done
run "$GATE" --help
expect "--help" 0
has "--help has examples" "$T/out" '^Examples:'
check "--help: at most 110 columns" test "$(wc -L <"$T/out")" -le 110

# ---- two builds in turn ----

# A tree whose build is a fake: as slow as its file says.
R=$T/repo
mkdir -p "$R/scripts"
cp -r scripts/ci-gate scripts/ci-gate.d "$R/scripts/"
cat >"$R/Makefile" <<'END'
build/twbench build/static/twbench: level
	mkdir -p build/static
	{ echo '#!/bin/sh'; echo 'FAKE_SHIFT="$${FAKE_SHIFT-$(shell cat level)}"'; \
	echo 'FAKE_OPTIONS="$$FAKE_OPTIONS env.twbench_commit=\"$(shell cat level)\""'; \
	echo 'export FAKE_SHIFT FAKE_OPTIONS'; echo 'exec $(ROOT)/tests/cli/fake_twbench "$$@"'; } > $@
	chmod +x $@
END
# scripts/vm of that tree: another kernel, and a boot each time.
cat >"$R/scripts/vm" <<'END'
#!/bin/sh
while [ "$1" != -- ]; do [ "$1" != --kernel ] || kernel=$2; shift; done
shift
[ "$kernel" = slow ] && FAKE_SHIFT=0.05 || FAKE_SHIFT=0
FAKE_OPTIONS="env.kernel_release=\"$kernel\" boot=b$(wc -l <"$FAKE/runs")"
export FAKE_SHIFT FAKE_OPTIONS
exec "$@"
END
chmod +x "$R/scripts/vm"
git_r() { git -C "$R" -c user.name=x -c user.email=x@x -c commit.gpgsign=false "$@"; }
level() { echo "$1" >"$R/level" && git_r add -A && git_r commit -qm "$1" && git_r tag "v$2"; }
git_r init -q
{ level 0 1 && level 0.05 2 && level 0.0500 3; } || fail "a repository"
echo build/ >"$R/.git/info/exclude"
GATE=$R/scripts/ci-gate
turns() { run timeout -k 5 120 "$GATE" --out "$T/gate" --seed 1 "$@"; }

# no_worktree NAME
no_worktree() {
	check "$1: no worktree is left" test "$(git_r worktree list | wc -l)" = 1
	check "$1: nothing else is left" test -z "$(ls -A "$TMPDIR")"
}

setting n=1
turns --base-ref v1 --pairs 12
expect "a build that is 5 % slower" 1 'seen in [1-9]'
says "a build that is 5 % slower: said" 'REGRESSION, confirmed on fresh data in [1-9] rows$'
no_worktree "a build that is 5 % slower"
check "12 pairs of runs, and again" test "$(wc -l <"$FAKE/runs")" = 48
check "invocations, not boots, and all of them" jq -e '.replicate == "invocation"
	and (.rows | all(.n_base == 12 and .n_head == 12)) and .base.boots == 1' "$T/gate/compare.json"
check "in turn: nothing to warn of" jq -e '.warnings == []' "$T/gate/compare.json"
check "the second time, other journals" jq -e '.base.journals[0].path == "a1-confirm.jsonl"' \
	"$T/gate/compare-confirm.json"
check "AB and BA" awk '
	NR % 2 { first[substr($1, 1, 1)]++; pair = substr($1, 2); next }
	substr($1, 2) != pair { bad = 1 }
	END { exit bad || first["a"] < 6 || first["b"] < 6 }' "$T/gate/order.tsv"

# Worse at first, and then not measured, or too seldom.
setting n=1
{ for _ in {1..24}; do echo .; done; echo 'del(.[keys[] | select(endswith("_ratio") | not)])'; } >"$FAKE/edits"
turns --base-ref v1 --pairs 12
expect "worse, and not there the second time" 1
says "worse, and not there the second time: said" 'REGRESSION, at first look: it could not be measured'

setting n=1
turns --base-ref v2 --pairs 10
expect "a build that is as fast" 0
says "a build that is as fast: said" 'no regression(; no verdict on [0-9] of 6)?$'
no_worktree "a build that is as fast"

setting n=1
turns --base-ref v2 --pairs 1000 --budget 1
check "as many as the time allows" test "$(wc -l <"$FAKE/runs")" -lt 400

setting n=1
turns --base-ref v2 --pairs 3
expect "three pairs see nothing" 3
says "three pairs see nothing: said" 'this gate cannot see'
setting n=1
turns --base-ref v9
expect "no such commit" 2 'v9.*fetch-depth: 0'
no_worktree "no such commit"
git_r checkout -q v1
echo 'build/twbench: ; false' >"$R/Makefile.new"
cp "$R/Makefile" "$T/Makefile.good"
mv "$R/Makefile.new" "$R/Makefile"
git_r commit -qam broken && git_r tag broken
cp "$T/Makefile.good" "$R/Makefile"
git_r commit -qam mended
setting n=1
turns --base-ref broken
expect "a base that does not build" 6 'does not build'
no_worktree "a base that does not build"

# Stopped in the middle, of the first run or of a later one.
for when in 1 4; do
	setting n=1
	[ $when != 1 ] || touch "$FAKE/hang"
	# Only the gate gets the signal: it has to pass it on.
	timeout --foreground -k 5 60 "$GATE" --out "$T/gate" --base-ref v1 --seed 1 >"$T/out" 2>"$T/err" &
	pid=$!
	wait_lines "$FAKE/runs" $when || fail "it did not begin"
	touch "$FAKE/hang"
	wait_lines "$FAKE/pid" 1 || fail "it does not hang"
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	expect "SIGTERM in run $when" 130
	has "SIGTERM in run $when: said" "$T/out" '^ci-gate: interrupted'
	no_worktree "SIGTERM in run $when"
	check "SIGTERM in run $when: the run was stopped" "$PYTHON" -c '
import os, sys
pid = int(open(sys.argv[1]).read())
try:
    os.kill(pid, 9)
    sys.exit(1)
except ProcessLookupError:
    pass' "$FAKE/pid"
done

# ---- two kernels in turn ----

setting n=1
turns --base-kernel fast --head-kernel slow
expect "a kernel that is 5 % slower" 1
check "a boot is one value" jq -e '.replicate == "boot" and .base.boots == 8 and .head.boots == 8' \
	"$T/gate/compare.json"
setting n=1
turns --base-kernel fast --head-kernel steady
expect "a kernel that is as fast" 0

# ---- real runs ----

# The control bench of the harness, half again as slow by 5 pairs.
setting
echo "nop --set nop.where=user -d 0.02 -n 1" >"$FAKE/real"
git_r checkout -q v3
echo 0.5 >"$R/level"
git_r commit -qam 0.5 && git_r tag v4
turns --base-ref v1 --pairs 5 --plant 50 --metrics clock_ns
expect "real runs: half again as slow" 1
no_worktree "real runs"

# ---- what ships ----

cat >"$T/workflow.py" <<'PY'
import re
import sys

try:
    import yaml
except ImportError:
    sys.exit(77)
with open(sys.argv[1], encoding="utf-8") as file:
    workflow = yaml.safe_load(file)
assert workflow["permissions"] == {"contents": "read"}
assert list(workflow["jobs"]) == ["user-space", "live", "virtual-machine"]
for name, job in workflow["jobs"].items():
    steps = job["steps"]
    assert "group" in job["concurrency"] and job["timeout-minutes"], name
    assert any("scripts/ci-gate" in step.get("run", "") for step in steps), name
    assert "upload-artifact" in steps[-1]["uses"] and steps[-1]["if"] == "always()", name
    for step in steps:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + "0" * 40)), step
PY
run "$PYTHON" "$T/workflow.py" scripts/ci/github-actions.yml
if [ "$code" = 77 ]; then skip "the example for GitHub" "no python3-yaml (Debian package)"; else
	expect "the example for GitHub: three jobs, pinned, that keep their artefacts" 0
fi

finish
