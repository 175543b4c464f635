#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `run --against` and `--confirm`: measured, compared, measured again; without a kernel. What is to be
# found is five times as slow, so that the machine's noise does not matter.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# scale FROM TO FACTOR [ENV-FIELD]: a copy whose times are so many times as long
scale() {
	"$PYTHON" - "$@" <<'PY'
import json
import sys

source, target, factor, *fields = sys.argv[1:]
with open(source) as f, open(target, "w") as out:
    for line in map(json.loads, f):
        for name in line.get("metrics", {}):
            if name.endswith("_ns"):
                line["metrics"][name] *= float(factor)
        if line["kind"] == "header":
            line["env"].update((field, "other") for field in fields)
        out.write(json.dumps(line) + "\n")
PY
}

# header NAME JOURNAL EXPRESSION: of the header h
header() {
	check "$1" "$PYTHON" -c '
import json, sys
h = json.loads(open(sys.argv[1]).readline())
assert eval(f"({sys.argv[2]})"), {k: v for k, v in h.items() if k != "env"}
' "$2" "$3"
}

none() { check "$1: no journal is left" test ! -e "$2"; }

tw "${NOP[@]}" -n 6 -q -o "$T/base.jsonl"
expect "a base" 0
scale "$T/base.jsonl" "$T/fast.jsonl" 0.2
floor=(--floor 25)

# ---- nothing differs ----

# A neighbour can make six invocations half as slow again: only what nothing but a planted change reaches.
tw run --against "$T/base.jsonl" --floor 95 --metrics clock_ns --confirm -q -o "$T/same.jsonl"
expect "the same: exit code 0" 0
has "the same: the verdict, also with -q" "$T/out" '^verdict +(NO REGRESSION|INCONCLUSIVE)'
has_no "-q: not the tables of the run" "$T/out" '^command'
check "-q: no talk" test ! -s "$T/err"
holds "the same: a whole journal" "$T/same.jsonl" "6 samples, 0 skips, 0 errors, complete"
none "nothing to confirm" "$T/same-confirm.jsonl"
header "the plan is the base's" "$T/same.jsonl" 'h["args"][1:8] ==
	["nop", "--set", "nop.where=user", "-d", "0.05", "-n", "6"] and h["plan"]["samples"] == 6'
header "the seed is its own" "$T/same.jsonl" 'h["seed"] != json.loads(open("'"$T"'/base.jsonl").readline())["seed"]'
has_no "the same arguments, though typed otherwise" "$T/out" 'arguments:'

# ---- a planted regression ----

tw run --against "$T/fast.jsonl" "${floor[@]}" --confirm -o "$T/red.jsonl"
expect "five times as slow: exit code 1" 1 'a regression at first look: measuring 1 point again'
cp "$T/out" "$T/said"
cp "$T/err" "$T/talk"
has "five times as slow: the tables of the run" "$T/said" '^command '
has "five times as slow: confirmed" "$T/said" '^verdict +REGRESSION'
has "five times as slow: how much" "$T/said" 'nop clock_ns: confirmed: \+[0-9.]+%'
holds "the fresh data is there" "$T/red-confirm.jsonl" "6 samples, 0 skips, 0 errors, complete"
header "the fresh data: that point, as often" "$T/red-confirm.jsonl" \
	'"--only" in h["args"] and "nop user" in h["args"] and "--against" not in h["args"]'
header "the fresh data: another seed" "$T/red-confirm.jsonl" \
	'h["seed"] != json.loads(open("'"$T"'/red.jsonl").readline())["seed"]'
read -ra command < <(sed -n 's/^verdict: twbench //p' "$T/talk")
tw "${command[@]}"
expect "the verdict from the files: the same code" 1
check "the verdict from the files: the same words" \
	sh -c "tail -n $(wc -l <"$T/out") '$T/said' | cmp - '$T/out'"
tw run --against "$T/fast.jsonl" "${floor[@]}" -q --format json -o "$T/json.jsonl"
expect "without --confirm: exit code 1" 1
none "without --confirm" "$T/json-confirm.jsonl"
fact "only JSON on stdout" 'd["verdict"] == "regression" and "confirm" not in d'
valid "as its schema says" "$T/out"

# Of a complete journal the verdict is left, and here the fresh data: it was not slow at all.
scale "$T/same.jsonl" "$T/slow.jsonl" 6
sed '1s/"--confirm"/"--confirm", "--strict"/' "$T/slow.jsonl" >"$T/once.jsonl"
tw run --resume -q -o "$T/once.jsonl"
expect "slow once: exit code 3, as --strict was typed first" 3
tr -s ' \n' ' ' <"$T/out" >"$T/flat"
has "slow once: not confirmed" "$T/flat" 'nop clock_ns: not confirmed: [-+0-9.]+% .* first look \+[0-9]{3}'
holds "slow once: the fresh data" "$T/once-confirm.jsonl" "6 samples, 0 skips, 0 errors, complete"
rm "$T/once-confirm.jsonl"
: >"$T/once-confirm.jsonl"
tw run --resume -q -o "$T/once.jsonl"
expect "killed before the first line of the fresh data" 3
sum=$(sum_of "$T/once-confirm.jsonl")
tw run --resume -q -o "$T/once.jsonl"
expect "again: the same" 3
untouched "at most one confirmation" "$T/once-confirm.jsonl" "$sum"

# Fresh data with an error acquits nobody, however often it is asked.
scale "$T/slow.jsonl" "$T/erring.jsonl" 1
sed '$ { s/"errors": *0/"errors":1/; s/^/{"kind":"error","bench":"nop","reason":"x"}\n/ }' \
	"$T/once-confirm.jsonl" >"$T/erring-confirm.jsonl"
tw run --resume -q -o "$T/erring.jsonl"
expect "fresh data with an error: the first look stands" 1 'not confirmed: the first look stands'
# So does what was wrong before an interruption.
sed '$d' "$T/same.jsonl" >"$T/hurt.jsonl"
echo '{"kind":"error","bench":"nop","reason":"x"}' >>"$T/hurt.jsonl"
tw run --resume -q -o "$T/hurt.jsonl"
expect "an error before the interruption: no verdict" 6 'no verdict: the run had errors'
check "an error before the interruption: no words of it" test ! -s "$T/out"

# Of a base of chosen points, only what is red is measured again.
two=(run user-ebusy user-alloc --impl posted -d 0.02 -n 8)
tw "${two[@]}" --dry-run
mapfile -t chosen < <(sed -n 's/^  //p' "$T/out")
check "there are two points to choose" test "${#chosen[@]}" -ge 2
tw "${two[@]}" --only "${chosen[0]}" --only="${chosen[1]}" -q -o "$T/two.jsonl"
"$PYTHON" -c '
import json, sys
for line in map(json.loads, open(sys.argv[1])):
    if line.get("bench") == sys.argv[2]:
        line["metrics"] = {k: v * 0.1 if k.endswith("_ns") else v for k, v in line["metrics"].items()}
    print(json.dumps(line))' "$T/two.jsonl" "${chosen[0]%% *}" >"$T/two-base.jsonl"
tw run --against "$T/two-base.jsonl" --floor 80 --confirm -q -o "$T/two-head.jsonl"
expect "one of two chosen points is slower" 1
header "it alone is measured again" "$T/two-head-confirm.jsonl" \
	'h["plan"]["points"] == 1 and h["args"].count("--only") == 1'

# A name like an option, and one with all that has a meaning somewhere.
(cd "$T" && cp fast.jsonl -- '-b a,s:e=1.jsonl') || fail "a copy"
(cd "$T" && timeout 60 "$TWBENCH" run --against '-b a,s:e=1.jsonl' "${floor[@]}" --confirm -q \
	-o '-h e,a:d=1.jsonl' >"$T/out" 2>"$T/err")
code=$?
expect "names that begin with a dash" 1
has "names that begin with a dash: confirmed" "$T/out" 'confirmed: '

# ---- two implementations ----

# A rejected call takes `posted` three times as long.
ebusy=(run user-ebusy -d 0.05 -n 10 "${floor[@]}" --confirm -q)
tw "${ebusy[@]}" --impl refcounted,posted -o "$T/impls.jsonl"
expect "the second is slower: exit code 1" 1
has "by fresh pairs" "$T/out" 'confirmed: '
holds "both measured again" "$T/impls-confirm.jsonl" "20 samples, 0 skips, 0 errors, complete"
tw "${ebusy[@]}" --impl posted,refcounted -o "$T/impls2.jsonl"
expect "the second is faster: exit code 0" 0
none "the second is faster" "$T/impls2-confirm.jsonl"

# ---- interrupted ----

# interrupted JOURNAL LINES-OF FILE: a run against fast.jsonl, ended when FILE has as many lines
interrupted() {
	setsid "$TWBENCH" run --against "$T/fast.jsonl" "${floor[@]}" --confirm -q -o "$1" \
		>"$T/out" 2>"$T/err" </dev/null &
	local pid=$!
	wait_lines "$3" "$2" || fail "$1: it runs" "$(cat "$T/err")"
	kill -INT "$pid"
	code=0
	wait "$pid" 2>/dev/null || code=$?
}
interrupted "$T/cut1.jsonl" 3 "$T/cut1.jsonl"
expect "interrupted: 130" 130
check "interrupted: no verdict" test ! -s "$T/out"
interrupted "$T/cut2.jsonl" 3 "$T/cut2-confirm.jsonl"
expect "interrupted in the confirmation: 130" 130 '--resume -o [^ ]*cut2.jsonl'
check "interrupted in the confirmation: what was measured stays" \
	sh -c "'$FACTS' '$T/cut2-confirm.jsonl' | grep -q ' 0 errors, incomplete'"
for cut in cut1 cut2; do
	tw run --resume -q -o "$T/$cut.jsonl"
	expect "$cut resumed: judged" 1
	has "$cut resumed: confirmed" "$T/out" 'confirmed: '
	holds "$cut resumed: measured" "$T/$cut.jsonl" "6 samples, 0 skips, 0 errors, complete"
	holds "$cut resumed: and again" "$T/$cut-confirm.jsonl" "6 samples, 0 skips, 0 errors, complete"
done

# ---- before anything is measured ----

new=$T/new.jsonl
against() { tw run --against "$@" -q -o "$new"; }
: >"$T/bad.empty"
head -n 3 "$T/base.jsonl" >"$T/bad.no-footer"
echo '{"name":"x"}' >"$T/bad.foreign"
sed '1s,twbench/1,twbench/2,' "$T/base.jsonl" >"$T/bad.future"
for f in "$T"/bad.* "$T/missing"; do
	against "$f"
	refused "base: ${f##*/}" 5 "${f##*/}"
done
for word in --frob --help; do
	sed "1s/\"--set\"/\"$word\"/" "$T/base.jsonl" >"$T/words.jsonl"
	against "$T/words.jsonl"
	expect "base: measured with $word" 5 'words.jsonl was measured with arguments that'
done
scale "$T/base.jsonl" "$T/cpu.jsonl" 1 cpu_model
against "$T/cpu.jsonl"
refused "base: another machine" 4 'cpu_model.*--treatment'
tw run --dry-run --against "$T/cpu.jsonl"
refused "base: another machine, --dry-run" 4 'cpu_model'
against "$T/base.jsonl:where=user"
refused "base: a part of a journal" 2 'not a part'
against -
refused "base: standard input" 2 'needs a file'
against "$T/base.jsonl" --treatment kernle
refused "--treatment" 2 'kernle'
against "$T/base.jsonl" --metrics clock_ns,nonesuch
refused "--metrics" 2 "'nonesuch'"
against "$T/base.jsonl" --treatment kernel
refused "--treatment kernel: one boot has no verdict" 2 'several boots'
against "$T/base.jsonl" --floor-file "$T/nowhere"
refused "--floor-file" 5 'nowhere'
for o in '--alpha 0' '--floor x' '--format pdf'; do
	# shellcheck disable=SC2086
	against "$T/base.jsonl" $o
	refused "$o" 2 "'${o##* }'"
done
tw run user-ebusy --impl posted --against "$T/base.jsonl" -q -o "$new"
refused "nothing in common: implementations" 4 'impl'
tw run nop --set nop.where=bpf --against "$T/base.jsonl" -q -o "$new"
refused "nothing in common: points" 4 'no point of this plan'
for o in --confirm '--confirm --impl posted' '--confirm --impl posted,posted' --strict '--alpha 0.05' \
	'--format json'; do
	# shellcheck disable=SC2086
	tw run user-ebusy $o -q -o "$new"
	refused "$o without a base" 2 '--against BASE'
done
for o in '-o -' '-o /dev/null'; do
	# shellcheck disable=SC2086
	tw run --against "$T/base.jsonl" $o
	refused "$o" 2 'need a file'
done
tw run --resume --against "$T/base.jsonl" -o "$T/cut1.jsonl"
refused "--resume takes it from the journal" 2 '--resume takes its options'
echo x >"$T/new-confirm.jsonl"
against "$T/base.jsonl" --confirm
refused "the name of the fresh data is taken" 2 'new-confirm.jsonl already'
rm "$T/new-confirm.jsonl"
against "$T/base.jsonl" --only 'nop there'
refused "--only of no point" 2 "'nop there'.*--dry-run"
none "all of these" "$new"
cp "$T/base.jsonl" "$new"
sum=$(sum_of "$new")
against "$T/base.jsonl"
refused "the output is there" 2 'already'
untouched "and as it was" "$new" "$sum"

# ---- whose plan ----

# plan NAME REGEX OPTION...: what --dry-run prints
plan() {
	local name=$1 regex=$2
	shift 2
	tw run --dry-run --against "$T/base.jsonl" "$@"
	expect "$name" 0
	has "$name: the plan" "$T/out" "$regex"
}
plan "the base's" '^1 points, 6 inv.* 0.05 s windows'
plan "as often as is typed" '^1 points, 3 inv.* 0.05 s windows' -n 3
plan "as long as is typed" '^1 points, 6 inv.* 0.2 s windows' -d 0.2
plan "the seed that is typed" 'seed 77$' --seed 77
plan "a budget" '^1 points, 2 inv' --budget 0.8
plan "benches that are typed" '^1 points, 20 inv.* 1 s windows' nop --set nop.where=user -p full
tw "${NOP[@]}" -n 30 --budget 1 -q -o "$T/cut.jsonl"
tw run --dry-run --against "$T/cut.jsonl" -n 29
has "-n: the budget of the base does not cut it" "$T/out" ' 29 invocations of each'
tw run --dry-run --against "$T/cut.jsonl"
has_no "without: it does" "$T/out" ' 30 invocations of each'
tw run --dry-run user-schedule --impl posted,refcounted -n 2
points=$(grep -c '^ ' "$T/out")
name=$(sed -nE 's/^  user-schedule posted (.*)/user-schedule \1/p;' "$T/out" | head -n 1)
tw run --dry-run user-schedule --impl posted,refcounted -n 2 --only "$name"
check "--only, without an implementation: both" test "$(grep -c '^ ' "$T/out")" = 2
label=$(grep -m 1 '^ ' "$T/out" | sed 's/^ *//')
tw run --dry-run user-schedule --impl posted,refcounted -n 2 --only "$label"
check "--only, as it is printed: one of $points" test "$(grep -c '^ ' "$T/out")" = 1
finish
