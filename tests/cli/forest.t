#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `plot forest`: the changes of two sides, or of a table; its rows are compare's.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
need_gnuplot
ROWS=tests/fixtures/rows.tsv

# ---- two sides ----

sim() { tests/cli/simulate "$T/$1" "${@:2}" || fail "simulate $1"; }
sim nop.base bench=nop metric.recorder_ns=50 seed=3
sim nop.head bench=nop metric.recorder_ns=50 seed=4
sim base seed=1 points=2
sim head seed=2 points=2 shift=0.05 start=0.2
for side in base head; do
	{
		grep -v '"footer"' "$T/$side"
		grep '"sample"' "$T/nop.$side"
		echo '{"kind":"footer","samples":60,"skipped":0,"errors":0,"elapsed_s":9}'
	} >"$T/$side.jsonl"
done
for form in svg png txt; do
	tw plot -d "$T/forest" --format $form "$T/base.jsonl" "$T/head.jsonl" forest
	expect "forest of two sides, $form" 0 '2 rows of ratios'
	check "forest of two sides, $form: a picture" tests/cli/picture $form \
		"$T/forest/forest.$form" REGRESSION EQUIVALENT delivery_ns_p50 recorder_ns
done
for text in '20 v 20 invocations' '99 % interval' 'not drawn: 2' 'head\.jsonl' \
	'Frob 9' 'rate=2000' 'control'; do
	has "forest of two sides: it says $text" "$T/forest/forest.svg" "$text"
done

# What gnuplot is given is what compare says.
mkdir "$T/spy"
printf '#!/bin/sh\ncp rows.tsv "%s/spy"; echo >picture\n' "$T" >"$T/spy/gnuplot"
chmod +x "$T/spy/gnuplot"
cat >"$T/rows.py" <<'PY'
"""rows TSV COMPARISON: the rows are those of the comparison."""
import csv
import json
import sys

with open(sys.argv[1], newline="") as f:
    got = list(csv.DictReader(f, delimiter="\t"))
with open(sys.argv[2]) as f:
    rows = json.load(f)["rows"]
rows = [r for r in rows if r["scale"] == "log" and r["lo"] is not None]
rows.sort(key=lambda r: r["control"])
assert len(got) == len(rows) > 1, f"{len(got)} of {len(rows)}"
rates = {r["params"]["rate"] for r in rows if r["bench"] == "latency"}
for g, r in zip(got, rows):
    words = g["row"].split()
    assert words[0] == r["bench"] and words[-1] == r["metric"], g["row"]
    varies = r["bench"] == "latency" and len(rates) > 1
    assert (f"rate={r['params']['rate']}" in words) == varies, g["row"]
    assert g["verdict"].lower() == r["verdict"], g
    for key, of in ("change", "shift"), ("lo", "lo"), ("hi", "hi"), ("floor", "floor"):
        assert abs(float(g[key]) - r[of]) <= 1e-8 * max(1, abs(r[of])), (key, g, r)
    assert int(g["control"]) == r["control"], g
PY
spied() {
	local name=$1
	shift
	code=0
	PATH=$T/spy:$PATH timeout 60 "$TWBENCH" plot -d "$T/forest" "$@" forest >"$T/out" 2>"$T/err" ||
		code=$?
	expect "forest, $name" 0
	tw compare --format json "$@"
	check "forest, $name: the rows are compare's" "$PYTHON" "$T/rows.py" "$T/spy/rows.tsv" "$T/out"
}
spied "two journals" "$T/base.jsonl" "$T/head.jsonl"
spied "a floor, a bench and metrics" "$T/base.jsonl" "$T/head.jsonl" --floor 7 --bench latency \
	--metrics 'delivery_ns_*'
sim pairs impls=a,b seed=7
spied "two parts of one journal" "$T/pairs:impl=a" "$T/pairs:impl=b"
sim kernel seed=8 env.kernel_release=6.19
tw plot -d "$T/none" "$T/base" "$T/kernel" forest
refused "forest, another kernel" 4 'kernel_release'
tw plot -d "$T/forest" "$T/base" "$T/kernel" forest --treatment kernel_release
expect "forest, another kernel that is meant" 0
sim few.a n=2 seed=5
sim few.b n=2 seed=6 start=0.1
tw plot -d "$T/none" "$T/few.a" "$T/few.b" forest
refused "forest, no row with an interval" 2 'forest cannot be drawn: 0 rows.*not drawn'
tw plot -d "$T/none" "$T/base" "$T/head" forest --metrics nonesuch
refused "forest, a metric that is not there" 2 "'nonesuch'"
tw plot -d "$T/none" "$T/base" "$T/head" --metrics delivery_ns_p50
refused "options of forest without it" 2 '--metrics are of BASE HEAD forest'
tw plot -d "$T/none" "$T/base" "$T/head" forest --where rate=1000
refused "forest with --where" 2 'PARAM=VALUE HEAD'
check "forest: nothing was drawn in vain" test ! -e "$T/none"

# ---- names ----

odd=('metric.a"b=9' 'metric.#c=9' "metric.'e=9" 'metric.%s]]>=9')
sim odd.a seed=1 "${odd[@]}"
sim odd.b seed=2 shift=0.05 "${odd[@]}"
for form in svg png txt; do
	tw plot -d "$T/odd" --format $form "$T/odd.a" "$T/odd.b" forest --metrics "a\"b,#c,'e,%s]]>"
	expect "forest: odd names, as $form" 0
	check "forest: odd names, as $form: they are there" tests/cli/picture $form \
		"$T/odd/forest.$form" b '#c' "'e" '%s]]>' CHANGED
done

# ---- a table ----

for form in svg png txt; do
	tw plot -d "$T/table" --rows $ROWS --format $form
	expect "a table, $form" 0
	check "a table, $form: a picture" tests/cli/picture $form "$T/table/forest.$form" REGRESSION \
		INCONCLUSIVE hash-delete
done
# The columns in any order, none but those that are needed.
for n in 1 60; do
	"$PYTHON" - $n >"$T/rows.$n" <<'PY'
import sys

print("verdict\thi\tlo\tchange\trow\tother")
verdicts = ["REGRESSION", "IMPROVEMENT", "CHANGED", "EQUIVALENT", "INCONCLUSIVE", "UNREACHABLE"]
for k in range(int(sys.argv[1])):
    print(verdicts[k % 6], 9 if k == 7 else 0.001 * k + 0.01, -0.01, 0.0005 * k,
          f"bench a={k // 3} m_{k}", "-", sep="\t")
PY
	for form in svg png txt; do
		tw plot -d "$T/forest.$n" --rows "$T/rows.$n" --format $form
		expect "forest of $n rows, as $form" 0
		has_no "forest of $n rows, as $form: gnuplot has nothing to say" "$T/err" gnuplot
	done
done
height() { head -c 24 "$1" | tail -c 4 | od -An -tu1 | awk '{ print $3 * 256 + $4 }'; }
check "more rows make a taller picture" \
	test "$(height "$T/forest.60/forest.png")" -gt $((3 * $(height "$T/forest.1/forest.png")))
has "an interval that leaves the picture: an arrow" "$T/forest.60/forest.txt" 'm_7 .*>'

tw plot -d "$T/none" --rows "$T/nowhere" forest
refused "a table that is not there" 5 'nowhere: No such file'
cut -f 1-3,5 $ROWS >"$T/column"
head -n 1 $ROWS >"$T/header"
sed '3s/\t[A-Z]*$//' $ROWS >"$T/short"
sed '3s/0.007/much/' $ROWS >"$T/word"
tw plot -d "$T/none" --rows "$T/column"
refused "a table without a column" 5 "column: .*no column 'hi'"
tw plot -d "$T/none" --rows "$T/header"
refused "a table without a row" 5 'header: no row'
tw plot -d "$T/none" --rows "$T/short"
refused "a table with a short line" 5 'short: line 3'
tw plot -d "$T/none" --rows "$T/word"
refused "a table with a word for a number" 2 'forest cannot be drawn: 1 rows without'
check "a bad table: nothing was drawn" test -z "$(ls -A "$T/none" 2>/dev/null)"

finish
