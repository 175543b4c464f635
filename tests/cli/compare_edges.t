#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `compare` where the numbers are awkward: unequal sides, mixtures, pairs of other points, wide floors.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# edit NAME PROGRAM [OPTION=VALUE...]: a simulated journal $T/NAME; the program changes each sample s,
# the i-th, with the random generator r
edit() {
	local name=$1 program=$2
	shift 2
	tests/cli/simulate "$T/$name" "$@" || fail "simulate $name"
	"$PYTHON" - "$T/$name" "$program" <<'PY' || fail "edit $name"
import json
import random
import sys

with open(sys.argv[1]) as f:
    lines = [json.loads(line) for line in f]
r = random.Random(lines[0]["seed"])
for i, s in enumerate(lines[1:-1]):
    exec(sys.argv[2])
with open(sys.argv[1], "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
PY
}

# fact NAME EXPRESSION: of the JSON document d in $T/out
fact() {
	check "$1" "$PYTHON" -c '
import json, sys
d = json.load(open(sys.argv[1]))
w = d["warnings"]
assert eval(sys.argv[2]), {k: v for k, v in d.items() if k not in ("base", "head")}
' "$T/out" "$2"
}

p50() { tw compare --format json --metrics delivery_ns_p50 "$@"; }

# ---- pairs ----

# As `run` numbers them: a number for each point of a round, in random order.
edit pairs 's["pair"] = 2 * s["invocation"] + (s["params"]["rate"] // 1000 + s["invocation"]) % 2' \
	impls=a,b points=2 seed=1
p50 "$T/pairs:impl=a" "$T/pairs:impl=b"
fact "points that differ in the implementation are paired by their number" \
	'd["replicate"] == "pair" and [r["n_base"] for r in d["rows"]] == [20, 20]'
p50 "$T/pairs:rate=1000" "$T/pairs:rate=2000"
expect "points that differ in something else have no number in common" 0
fact "they are paired by their round" \
	'd["replicate"] == "pair" and [r["n_base"] for r in d["rows"]] == [20, 20] and not w'
p50 "$T/pairs:impl=a" "$T/../${T##*/}/pairs:impl=b"
fact "one journal under two names is one" 'd["replicate"] == "pair"'

# ---- mixtures ----

mix='s["metrics"]["delivery_ns_p50"] = 1000 * r.lognormvariate(0, 0.002)'
edit steady "$mix" n=100 seed=11
edit steady2 "$mix" n=100 seed=12 start=0.2
edit mixed "$mix * 1.001 * (1.3 if i % 10 < 3 else 1)" n=100 seed=13 start=0.2
p50 "$T/steady" "$T/steady2"
fact "nothing changed: nothing to warn of" \
	'd["rows"][0]["verdict"] == "equivalent" and not w'
p50 "$T/steady" "$T/mixed"
fact "three of ten invocations 30 % slower: not unseen" \
	'd["rows"][0]["p"] < 0.01 and any(x.startswith("tests disagree") for x in w)'

# ---- unequal sides ----

wide='s["metrics"]["delivery_ns_p50"] = 1000 * 1.4 * r.lognormvariate(0, 0.05)'
narrow='s["metrics"]["delivery_ns_p50"] = 1000 * r.lognormvariate(0, 0.01)'
edit many "$narrow" n=40 seed=21
edit few "$wide" n=5 seed=22
edit even "$wide" n=40 seed=23
p50 "$T/many" "$T/few"
expect "40 v 5, +40 %" 1
fact "the side with fewer spreads more: told" 'any(x.startswith("spread:") for x in w)'
p50 "$T/many" "$T/even"
fact "as many of each: not told" 'not any(x.startswith("spread:") for x in w)'

# ---- neighbours ----

# Six tenths of the noise are that of the invocation before.
ar='global z; z = (0.6 * z if i else 0) + r.gauss(0, 1); s["metrics"]["delivery_ns_p50"] = 1000 * (1 + 0.01 * z)'
for i in 1 2 3 4; do
	edit "ar$i" "$ar" seed=6$i start=$((i - 1))
	edit "own$i" "$narrow" seed=7$i start=$((i - 1))
done
p50 "$T/ar1,$T/ar4" "$T/ar2,$T/ar3"
fact "neighbours that resemble each other: told" 'any(x.startswith("neighbours:") for x in w)'
p50 "$T/own1,$T/own4" "$T/own2,$T/own3"
fact "neighbours that do not: not told" 'not any(x.startswith("neighbours:") for x in w)'

# ---- floors ----

mkdir "$T/self"
edit self/run 's["metrics"]["delivery_ns_p50"] = 1000 * r.lognormvariate(0, 0.1 if s["impl"] == "a" else 0.001)' \
	impls=a,b n=40 seed=31
tw compare --self --metrics delivery_ns_p50 "$T/self/run"
check "--self of two implementations: the greater noise is the floor of both" "$PYTHON" -c '
import json, sys
rows = json.load(open(sys.argv[1]))["rows"]
assert len(rows) == 1 and rows[0]["half_width"] > 0.02, rows
' "$T/self/noise-floor.json"
edit self/a "$narrow" n=40 seed=32
edit self/b "$narrow * 1.03" n=40 seed=33
p50 "$T/self/a" "$T/self/b"
fact "EQUIVALENT only by a measured floor: told" \
	'd["rows"][0]["verdict"] == "equivalent" and any("EQUIVALENT only" in x for x in w)'
p50 "$T/self/a" "$T/self/b" --floor 20
fact "EQUIVALENT without it: not told" \
	'd["rows"][0]["verdict"] == "equivalent" and not any("EQUIVALENT only" in x for x in w)'
p50 "$T/self/a" "$T/self/b" --floor-file none
expect "without the measured floor a regression" 1

# ---- what this twbench does not know ----

edit new 's["bench"] = "latency" if i % 2 else "of-tomorrow"' n=40 seed=41
edit new2 's["bench"] = "latency" if i % 2 else "of-tomorrow"' n=40 seed=42 start=0.2
tw compare --format json --floor 9 --strict "$T/new" "$T/new2"
expect "an unknown bench: --strict is 3" 3
fact "an unknown bench is left out, and told" \
	'[o["bench"] for o in d["left_out"]] == ["of-tomorrow"]'
p50 --bench of-tomorrow "$T/new" "$T/new2"
fact "its metrics can be named" 'len(d["rows"]) == 1 and not d["left_out"]'

# ---- cover: the +- of both sides ----

edit base 's["metrics"]["delivery_ns_p50"] = 100 * (1.5 if i % 2 else 0.5)' seed=51
edit head 's["metrics"]["delivery_ns_p50"] = 1000 * (1.06 if i % 2 else 0.94)' seed=52
tw cover --metrics delivery_ns_p50 "$T/base" "$T/head"
has "cover: of two +- in percent the greater" "$T/out" '^delivery_ns_p50 .* 50\.0% '

# ---- one boot on both sides ----

"$SIM" "$T/boot.a" seed=61
"$SIM" "$T/boot.b" seed=62 start=0.2
"$SIM" "$T/boot.c" seed=63 start=0.4 boot=b9
tw compare --treatment kernel "$T/boot.a" "$T/boot.b"
has "--treatment kernel within one boot is told" "$T/out" 'treatment: both sides have samples'
tw compare --treatment kernel "$T/boot.a" "$T/boot.c"
has_no "two boots are two" "$T/out" 'treatment: both sides'
has "but too few" "$T/out" 'boots: what differs is chosen at boot'

finish
