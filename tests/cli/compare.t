#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `compare` on simulated journals whose truth is known: verdicts, exit codes, every format.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# verdict NAME METRIC VERDICT: of the row, by the last JSON in $T/out
verdict() {
	local got
	got=$("$PYTHON" -c '
import json, sys
rows = [r for r in json.load(open(sys.argv[1]))["rows"] if r["metric"] == sys.argv[2]]
print(" ".join(r["verdict"] for r in rows))
' "$T/out" "$2" 2>&1)
	if [ "$got" = "$3" ]; then pass "$1"; else fail "$1" "$2 is '$got', not '$3'"; fi
}

# ---- verdicts ----

sim base seed=1
sim same seed=2 start=0.2
sim slow seed=3 shift=0.05
sim fast seed=4 shift=-0.05
sim tiny seed=5 shift=0.012

cmp_json "$T/base" "$T/slow"
expect "+5 %: exit code 1" 1
verdict "+5 %: the medians are worse" delivery_ns_p50 regression
verdict "+5 %: and p99" delivery_ns_p99 regression
verdict "+5 %: what was not touched is not" ebusy_ratio equivalent
fact "+5 %: its size" '0.04 < rows["delivery_ns_p50"]["shift"] < 0.06'
fact "+5 %: the interval holds it" \
	'rows["delivery_ns_p50"]["lo"] < 0.05 < rows["delivery_ns_p50"]["hi"]'
fact "+5 %: the overall verdict" 'd["verdict"] == "regression" and d["exit_code"] == 1'
cmp_json "$T/slow" "$T/base"
expect "the other way round: exit code 0" 0
verdict "the other way round: better" delivery_ns_p50 improvement
cmp_json "$T/base" "$T/fast"
verdict "-5 %: better" delivery_ns_p50 improvement
cmp_json "$T/base" "$T/same" --floor 3
expect "no change: exit code 0" 0
fact "no change: equivalent within 3 %" 'd["verdict"] == "no_regression"'
verdict "no change: the median" delivery_ns_p50 equivalent
cmp_json "$T/base" "$T/same" --floor 3 --strict
expect "no change: also with --strict" 0

cmp_json "$T/base" "$T/tiny"
expect "1.2 %, floor 1 %: exit code 0" 0
verdict "1.2 %, floor 1 %: not to be told" delivery_ns_p50 inconclusive
fact "1.2 %: how many more it takes" 'rows["delivery_ns_p50"]["further"] >= 20'
fact "1.2 %: what would have been found" '0.01 < rows["delivery_ns_p50"]["detectable"] < 0.05'
cmp_json "$T/base" "$T/tiny" --strict
expect "1.2 %, --strict: exit code 3" 3
fact "1.2 %, --strict: told" 'd["strict"] and d["exit_code"] == 3'
cmp_json "$T/base" "$T/slow" --strict
expect "a regression is 1 with --strict, too" 1
cmp_json "$T/base" "$T/slow" --floor 10
expect "+5 %, floor 10 %: exit code 0" 0

# The rate is better if higher.
sim rate.a metric.accepted_cpu_min_per_s=5000 bench=contention seed=6
sim rate.b metric.accepted_cpu_min_per_s=4500 bench=contention seed=7
cmp_json "$T/rate.a" "$T/rate.b" --metrics accepted_cpu_min_per_s
verdict "a lower rate is worse" accepted_cpu_min_per_s regression
cmp_json "$T/base" "$T/slow" --metrics offered_per_s
expect "a metric without better and worse is no regression" 0

# ---- too few ----

sim few.a n=4 seed=11
sim few.b n=4 seed=12 shift=0.5
cmp_json "$T/few.a" "$T/few.b"
expect "4 v 4, +50 %: exit code 0" 0
verdict "4 v 4: no verdict could have been reached" delivery_ns_p50 unreachable
fact "4 v 4: said, with the number it takes" \
	'any("unreachable" in w and "at least 7 inv" in w for w in d["warnings"])'
cmp_json "$T/few.a" "$T/few.b" --strict
expect "4 v 4, --strict" 3
sim five.a n=5 seed=13
sim five.b n=5 seed=14 shift=0.5
cmp_json "$T/five.a" "$T/five.b" --metrics delivery_ns_p50
expect "5 v 5 is enough for one row" 1

# ---- ratios near 0 ----

sim zero.a ebusy=0 seed=21
sim zero.b ebusy=0 seed=22
sim two.a ebusy=0.0002 seed=23
sim two.b ebusy=0.0004 seed=24
sim more ebusy=0.01 seed=25
cmp_json "$T/zero.a" "$T/zero.b"
verdict "no EBUSY on both sides" ebusy_ratio equivalent
cmp_json "$T/two.a" "$T/two.b"
verdict "twice of nearly nothing is nearly nothing" ebusy_ratio equivalent
fact "a difference, not a percentage" 'rows["ebusy_ratio"]["scale"] == "difference"'
cmp_json "$T/zero.a" "$T/more"
expect "none to 1 %" 1
verdict "none to 1 %: worse" ebusy_ratio regression

# ---- what is in one side only ----

sim points seed=31 points=2
cmp_json "$T/points" "$T/base" --floor 5
expect "a point only in BASE: 0" 0
fact "a point only in BASE: told" 'any("BASE" in o["reason"] for o in d["left_out"])'
fact "a point only in BASE: not all is well" 'd["verdict"] == "inconclusive"'
cmp_json "$T/points" "$T/base" --floor 5 --strict
expect "a point only in BASE: --strict" 3
cmp_json "$T/base" "$T/points" --floor 5 --strict
expect "a point only in HEAD: --strict" 3
sim holes seed=32 drop.delivery_ns_p99_9=3
cmp_json "$T/base" "$T/holes"
fact "a percentile that some invocations lack is no row" '"delivery_ns_p99_9" not in rows'
fact "and that is told" 'any("17 of 20" in o["reason"] for o in d["left_out"])'
sim nothing seed=33 bench=victim
tw compare "$T/base" "$T/nothing"
refused "nothing in common" 4 'in common'

# ---- pairs ----

# Both implementations drift by 0.5 % per pair: 10 % in all hide a shift of 2 % but from the pairs.
sim pairs impls=a,b shift=0.02 drift=0.005 spread=0.002 seed=41
cmp_json "$T/pairs:impl=a" "$T/pairs:impl=b" --metrics delivery_ns_p50
expect "2 % under a drift of 10 %, paired" 1
fact "by pairs" 'd["replicate"] == "pair" and rows["delivery_ns_p50"]["n_base"] == 20'
cmp_json "$T/pairs:impl=a" "$T/pairs:impl=b" --metrics delivery_ns_p50 --unpaired
expect "the same, unpaired: nothing" 0
"$PYTHON" - "$T/pairs" "$T/renumbered" <<'PY'
import json
import sys

with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        if line.get("impl") == "b":
            line["invocation"] = (line["invocation"] + 7) % 20
        out.write(json.dumps(line) + "\n")
PY
cmp_json "$T/renumbered:impl=a" "$T/renumbered:impl=b" --metrics delivery_ns_p50
expect "the number of the pair counts, not that of the invocation" 1
sim rounds impls=a,b pairs=0 shift=0.02 drift=0.005 spread=0.002 seed=42
cmp_json "$T/rounds:impl=a" "$T/rounds:impl=b" --metrics delivery_ns_p50
expect "without numbers of pairs, by invocation" 1
cmp_json "$T/points:rate=1000" "$T/points:rate=2000"
expect "any parameter selects" 0
fact "what was selected by is no parameter" '"rate" not in d["rows"][0]["params"]'
sed '9d; $s/"samples":40/"samples":39/' "$T/pairs" >"$T/widow"
cmp_json "$T/widow:impl=a" "$T/widow:impl=b"
fact "a half without the other is left out" 'rows["delivery_ns_p50"]["n_base"] == 19'
fact "and that is told" 'any(w.startswith("pairs: ") for w in d["warnings"])'
tw compare "$T/pairs:impl=a" "$T/pairs:impl=c"
refused "an implementation that is not there" 2 'impl=c'
tw compare "$T/pairs:impl=a" "$T/pairs:mode=signal"
refused "different selections" 2 'same parameters'
cp "$T/base" "$T/odd:name=1"
tw compare "$T/odd:name=1" "$T/slow"
expect "a file whose name looks like a selection" 1

# ---- environments ----

sim kernel seed=51 env.kernel_release=6.19 env.kernel_version='"#2"'
sim cpu seed=52 env.cpu_model='"Frob 10"'
tw compare "$T/base" "$T/kernel"
refused "another kernel" 4 'kernel_release, kernel_version.*--treatment'
tw compare "$T/base" "$T/cpu" --treatment kernel
refused "another CPU" 4 'cpu_model'
tw compare "$T/base" "$T/cpu" --treatment kernel,cpu_model
expect "another CPU, meant" 0
tw compare "$T/base" "$T/same" --treatment kernle
refused "a treatment that is none" 2 'kernle'
sim impl.b impls=b seed=53 shift=0.05
tw compare "$T/base" "$T/impl.b"
refused "another implementation" 4 'impl'
tw compare "$T/base" "$T/impl.b" --treatment impl
expect "another implementation, meant" 1

# The boot is the replicate: 20 invocations of one boot are one.
cmp_json "$T/base" "$T/kernel" --treatment kernel
expect "one boot per kernel" 0
fact "one boot per kernel: nothing can be told" 'rows["delivery_ns_p50"]["verdict"] == "unreachable"'
fact "one boot per kernel: said, with the numbers" \
	'any("5 for one row, 8 for 40" in w for w in d["warnings"])'
sim boots.a boots=8 n=40 seed=54
sim boots.b boots=8 n=40 seed=55 shift=0.05 env.kernel_release=6.19
cmp_json "$T/boots.a" "$T/boots.b" --treatment kernel
expect "8 boots per kernel, +5 %" 1
fact "8 boots are 8 values" 'd["replicate"] == "boot" and rows["delivery_ns_p50"]["n_head"] == 8'
for i in 1 2 3 4 5; do
	sim "one.a$i" seed=6$i boot="a$i" start=$((20 * i)) n=3
	sim "one.b$i" seed=7$i boot="b$i" start=$((20 * i + 10)) n=3 shift=0.05 env.kernel_release=6.19
done
cmp_json "$(echo "$T"/one.a? | tr ' ' ,)" "$(echo "$T"/one.b? | tr ' ' ,)" --treatment kernel \
	--metrics delivery_ns_p50
expect "5 journals of a boot each, in turn" 1
fact "in turn: no warning about the order" 'not any("A..A B..B" in w for w in d["warnings"])'
tw compare "$T/one.a1,$T/one.b1" "$T/one.a2" --treatment kernel
refused "two kernels in one side" 4 'kernel_release'

# ---- warnings ----

sim later seed=81 start=600
sim before seed=82 start=-600
cmp_json "$T/base" "$T/later"
fact "one after the other is told" 'any("A..A B..B" in w and "BASE was" in w for w in d["warnings"])'
cmp_json "$T/base" "$T/before"
fact "also with HEAD first" 'any("A..A B..B" in w and "HEAD was" in w for w in d["warnings"])'
cmp_json "$T/base" "$T/same"
fact "in turn: nothing to warn of" 'd["warnings"] == []'
sim noisy seed=83 warn="governor: powersave"
cmp_json "$T/base" "$T/noisy"
fact "warnings of samples" 'any("powersave (in 20 of 20" in w for w in d["warnings"])'
sim noisy2 seed=88 warn="governor: powersave"
cmp_json "$T/noisy2" "$T/noisy"
fact "warnings of both sides, once" \
	'["powersave" in w for w in d["warnings"]].count(True) == 1 and "BASE and HEAD" in d["warnings"][0]'
sim args seed=84 args="--rates 5"
cmp_json "$T/base" "$T/args"
fact "other arguments" 'any(w.startswith("arguments") for w in d["warnings"])'
sim window seed=85 window=2.0
cmp_json "$T/base" "$T/window"
fact "other windows" 'any(w.startswith("windows") for w in d["warnings"])'
sim control.a bench=nop metric.recorder_ns=50 seed=86
sim control.b bench=nop metric.recorder_ns=50 seed=87 shift=0.1
cmp_json "$T/control.a" "$T/control.b"
fact "the control differs" 'any(w.startswith("control") for w in d["warnings"])'
fact "it is marked" 'all(r["control"] for r in d["rows"])'

# ---- the noise floor ----

mkdir "$T/self"
sim self/run n=40 seed=91 spread=0.03
tw compare --self "$T/self/run"
expect "--self of a steady machine" 0 'noise floors of'
has "--self: it says so" "$T/out" '^verdict +NO DIFFERENCE'
check "--self: the file" test -s "$T/self/noise-floor.json"
sim few.self n=4 seed=90
tw compare --self "$T/few.self"
expect "--self of 4 invocations" 0
has "--self of 4 invocations: too few to tell" "$T/out" '^verdict +TOO FEW TO TELL'
sim self/a n=200 seed=92 shift=0
sim self/b n=200 seed=93 shift=0.02
cmp_json "$T/self/a" "$T/self/b"
expect "2 % are within what this machine calls noise" 0
fact "the floor is the measured one" \
	'rows["delivery_ns_p50"]["floor"] == rows["delivery_ns_p50"]["floor_measured"] > 0.015'
cmp_json "$T/self/a,$T/base" "$T/self/b"
fact "the file is found beside the first of several" 'rows["delivery_ns_p50"]["floor"] > 0.015'
cmp_json "$T/self/a" "$T/self/b" --floor-file none
expect "without the file they are a regression" 1
cmp_json "$T/self/a" "$T/self/b" --floor 5
fact "a greater floor stays" 'rows["delivery_ns_p50"]["floor"] == 0.05'
sim self/c n=200 seed=94 env.machine_id_hash='"x"'
sim self/d n=200 seed=95 shift=0.02 env.machine_id_hash='"x"'
cmp_json "$T/self/c" "$T/self/d"
expect "the floor of another machine does not count" 1
fact "and that is told" 'any("another machine" in w for w in d["warnings"])'
tw compare "$T/base" "$T/slow" --floor-file "$T/nowhere"
refused "a floor file that is not there" 5 'nowhere'
tw compare "$T/base" "$T/slow" --floor-file "$T/base"
refused "a floor file that is none" 5 'base is not'
sim drifting n=40 seed=96
"$PYTHON" - "$T/drifting" <<'PY'
import json
import sys

with open(sys.argv[1]) as f:
    lines = [json.loads(line) for line in f]
for line in lines[1:-1]:
    for name in line["metrics"]:
        if line["invocation"] % 2 and name.endswith("_ns_p50"):
            line["metrics"][name] *= 1.1
with open(sys.argv[1], "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
PY
tw compare --self "$T/drifting"
expect "--self of halves that differ" 1
check "the tests' own directory has no floor left" rm "$T/noise-floor.json"

# ---- bad input ----

lines=$(wc -l <"$T/base")
: >"$T/bad.empty"
head -n 10 "$T/slow" >"$T/bad.no-footer"
head -c -20 "$T/slow" >"$T/bad.torn"
sed '5s/"delivery_ns_p50":[0-9.]*/"delivery_ns_p50":NaN/' "$T/slow" >"$T/bad.nan"
sed '5s/"delivery_ns_p50":[0-9.]*/"delivery_ns_p50":Infinity/' "$T/slow" >"$T/bad.infinite"
sed '1s,twbench/1,twbench/2,' "$T/slow" >"$T/bad.future"
echo '{"name":"x"}' >"$T/bad.foreign"
sed '5d' "$T/slow" >"$T/bad.line-missing"
sed '5s/$/x/' "$T/slow" >"$T/bad.damaged"
head -c 200000 /proc/self/exe >"$T/bad.binary"
sed -n '5p;5p' "$T/slow" | cat <(head -n 1 "$T/slow") - \
	<(tail -n 1 "$T/slow" | sed 's/"samples":20/"samples":2/') >"$T/bad.twice"
sim hists hist=30 seed=97
sed '5s/"count":\([0-9]*\)/"count":1\1/' "$T/hists" >"$T/bad.histogram"
sed '5s/"bins":\[\[\([0-9]*\),/"bins":[[9\1,/' "$T/hists" >"$T/bad.bin"
for f in "$T"/bad.*; do
	tw compare "$T/base" "$f"
	refused "HEAD: ${f##*/bad.}" 5 "$f"
	tw compare "$f" "$T/base" --strict
	refused "BASE: ${f##*/bad.}" 5 "$f"
	tw compare --self "$f"
	refused "--self: ${f##*/bad.}" 5 "$f"
done
tw compare "$T/base" "$T/hists" --floor 5
expect "the control: histograms without the damage" 0
tw compare "$T/base" "$T/missing"
refused "a missing file" 5 'missing.*No such'
tw compare "$T/base" "$T/base"
refused "a journal and itself" 2 'copy'
head -n 12 "$T/base" | tail -n 1 | cat <(head -n 1 "$T/slow") - \
	<(tail -n 1 "$T/slow" | sed 's/"samples":20/"samples":1/') >"$T/part"
tw compare "$T/base" "$T/part"
refused "a journal and a part of it" 2 'copy'
tw compare "$T/slow,$T/slow" "$T/base"
refused "the same journal twice on one side" 2 'copy'
tw compare - -
refused "standard input twice" 2 'once'
"$TWBENCH" compare - "$T/slow" <"$T/base" >"$T/out" 2>"$T/err"
code=$?
expect "standard input" 1
printf '%s\n' "$(head -n 1 "$T/base")" \
	'{"kind":"skip","bench":"latency","reason":"no kfuncs"}' \
	'{"kind":"footer","samples":0,"skipped":1,"errors":0,"elapsed_s":0}' >"$T/skips"
tw compare "$T/base" "$T/skips"
refused "a journal of skips" 77 'no sample'

for a in '' "$T/base" "$T/base $T/slow $T/fast" "--self $T/base $T/slow"; do
	# shellcheck disable=SC2086
	tw compare $a
	refused "compare $(wc -w <<<"$a") words" 2 'BASE HEAD|one JOURNAL'
done
for o in '--alpha 0' '--alpha 1' '--alpha x' '--floor -1' '--floor x' '--format pdf' '--level 2' \
	'--metrics nonesuch' '--bench nonesuch' '--treatment ,'; do
	# shellcheck disable=SC2086
	tw compare "$T/base" "$T/slow" $o
	refused "$o" 2 "'${o##* }'"
done

# ---- forms ----

# fits NAME COLUMNS: the last output
fits() {
	check "$1: at most $2 columns, no tab, no blank at an end, no escape" "$PYTHON" -c '
import sys
for number, line in enumerate(open(sys.argv[1], encoding="utf-8").read().split("\n"), 1):
    if len(line) > int(sys.argv[2]) or "\t" in line or line != line.rstrip() or \
            not (line + " ").isprintable():
        sys.exit(f"line {number}: {len(line)} columns: {line!r}")
' "$T/out" "$2"
}
sim wide.a points=12 seed=98 metric.an_awfully_long_name_of_a_metric_per_accepted=123456789
sim wide.b points=12 seed=99 metric.an_awfully_long_name_of_a_metric_per_accepted=923456789 \
	warn="a very long warning $(printf 'x%.0s' {1..200})"
for o in '' -v; do
	# shellcheck disable=SC2086
	tw compare "$T/base" "$T/slow" $o
	fits "text $o" 100
	# shellcheck disable=SC2086
	tw compare "$T/wide.a" "$T/wide.b" --metrics \
		default,an_awfully_long_name_of_a_metric_per_accepted $o
	fits "text $o, wide" 100
done
tw compare "$T/base" "$T/slow"
has "text: a row" "$T/out" '^delivery_ns_p50 +1 [0-9]{3} +1 [0-9]{3} +\+[45]\.[0-9]% +\[.*\]%.*REGRESSION$'
has "text: the verdict" "$T/out" '^verdict +REGRESSION'
has_no "text: no p-values" "$T/out" 'Welch'
tw compare -v "$T/base" "$T/slow"
has "verbose: p-values" "$T/out" 'Welch'
for j in slow same tiny holes noisy; do
	tw compare --format markdown "$T/base" "$T/$j"
	check "markdown: $j: a table whose rows have as many cells as its head" "$PYTHON" -c '
import re, sys
lines = [l for l in open(sys.argv[1]).read().split("\n") if l.startswith("|")]
cells = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
assert len(lines) > 4 and cells == {8}, (len(lines), cells)
' "$T/out"
	cmp_json "$T/base" "$T/$j"
	cp "$T/out" "$T/json.$j"
done
cmp_json --self "$T/base" --floor-file "$T/floor"
cp "$T/out" "$T/json.self"
cmp_json "$T/few.a" "$T/few.b" --strict
cp "$T/out" "$T/json.few"
for j in "$T"/json.*; do
	valid "JSON: ${j##*.}: as its schema says" "$j"
done
echo "earlier" >"$T/summary"
run env GITHUB_STEP_SUMMARY="$T/summary" "$TWBENCH" compare --format github "$T/base" "$T/slow"
expect "github" 1
has "github: an error" "$T/out" '^::error title=[^:,]*::latency delivery_ns_p50.*REGRESSION'
has "github: the summary is appended" "$T/summary" '^earlier$'
has "github: the summary has the table" "$T/summary" '^\| latency delivery.*REGRESSION'
run env -u GITHUB_STEP_SUMMARY "$TWBENCH" compare --format github "$T/base" "$T/noisy"
has "github: a warning" "$T/out" '^::warning title=twbench::.*powersave'
run env GITHUB_STEP_SUMMARY="$T/no/where" "$TWBENCH" compare --format github "$T/base" "$T/slow"
expect "github: a summary that cannot be written" 6
for f in text markdown json github; do
	code=0
	: >"$T/out"
	timeout 60 "$TWBENCH" compare --format $f "$T/base" "$T/slow" >/dev/full 2>"$T/err" || code=$?
	check "$f into /dev/full is not 0" test "$code" != 0
	check "$f into /dev/full is said" grep -q 'No space left' "$T/err"
done

# ---- in numbers ----

# 24 comparisons of two journals without a change: one false alarm at alpha .01 is bad luck, two are a bug.
red=0
for i in {1..24}; do
	sim aa.1 seed=$((1000 + i)) points=2 spread=0.0$((1 + i % 5))
	sim aa.2 seed=$((2000 + i)) points=2 spread=0.0$((1 + i % 5))
	tw compare "$T/aa.1" "$T/aa.2" --floor 0
	[ "$code" = 0 ] || red=$((red + 1))
done
check "24 comparisons without a change: at most one red ($red)" test "$red" -le 1

# 1,000 invocations per side of 8 points with 5 rows and histograms each.
"$SIM" "$T/big.a" n=1000 points=8 hist=60 seed=101 &
sim big.b n=1000 points=8 hist=60 seed=102
wait
"$PYTHON" - "$TWBENCH" "$T" >"$T/out" 2>&1 <<'PY'
import json
import resource
import subprocess
import sys
import time

twbench, directory = sys.argv[1:]
start = time.monotonic()
out = subprocess.run([twbench, "compare", f"{directory}/big.a", f"{directory}/big.b", "--format", "json"],
                     capture_output=True, timeout=60, check=False)
elapsed = time.monotonic() - start
used = resource.getrusage(resource.RUSAGE_CHILDREN)
rows = len(json.loads(out.stdout)["rows"])
cpu = used.ru_utime + used.ru_stime
print(f"{rows} rows, 1000 v 1000: {elapsed:.2f} s elapsed, {cpu:.2f} s of CPU, {used.ru_maxrss >> 10} MB")
# Elapsed time is the machine's, whatever else runs on it.
sys.exit(rows < 40 or cpu > 2 or used.ru_maxrss > 200 << 10)
PY
code=$?
if [ "$code" = 0 ]; then pass "$(cat "$T/out")"; else fail "speed and memory" "$(cat "$T/out")"; fi

finish
