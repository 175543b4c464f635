#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `cover`: text that survives a mail, says what its figures are, and can be measured again.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

fits_mail() {
	check "$1: at most 75 columns of ASCII, no tab, no blank at an end" "$PYTHON" -c '
import sys
for number, line in enumerate(open(sys.argv[1], encoding="utf-8").read().split("\n"), 1):
    if len(line) > 75 or line != line.rstrip() or not (line + " ").isprintable() or not line.isascii():
        sys.exit(f"line {number}: {len(line)} columns: {line!r}")
' "$T/out"
}

# Both benches in one journal: the second is the control.
with_control() {
	"$PYTHON" - "$T/$1" "$T/$2" <<'PY'
import json
import sys


def lines(path):
    with open(path) as f:
        return [json.loads(line) for line in f]


first, second = map(lines, sys.argv[1:])
first[-1]["samples"] += len(second) - 2
with open(sys.argv[1], "w") as f:
    for line in first[:-1] + second[1:-1] + first[-1:]:
        f.write(json.dumps(line) + "\n")
PY
}
sim nop.a bench=nop metric.recorder_ns=50 seed=3
sim nop.b bench=nop metric.recorder_ns=50 seed=4
sim base seed=1
sim head seed=2 shift=0.05 start=0.2
with_control base nop.a
with_control head nop.b

# ---- what is there ----

tw cover "$T/base" "$T/head"
expect "two journals, one worse: exit code 0 all the same" 0
check "no talk" test ! -s "$T/err"
fits_mail "box"
cp "$T/out" "$T/box"
has "machine" "$T/out" '^machine +Frob 9, 2 CPUs, bare metal'
has "kernel" "$T/out" '^kernel +6\.18\.15'
has "mitigations" "$T/out" '^mitigated +1 on'
has "commit" "$T/out" 'commit 0123456789ab'
has "command" "$T/out" '^command +twbench run latency -n 20'
has "a row with base, head, spread, change, interval, verdict" "$T/out" \
	'delivery_ns_p50 +1 [0-9]{3} +1 [0-9]{3} +[0-9.]+% +\+[45]\.[0-9]% \[\+[0-9.]+,\+[0-9.]+\]% +worse$'
has "what was not touched is the same" "$T/out" 'ebusy_ratio .* same$'
has "what +- is" "$T/out" '\+-: half the width of the 95% interval'
has "what the interval is" "$T/out" 'inverting'
has "the control is marked" "$T/out" '^CONTROL +nop'
check "the control is last" "$PYTHON" -c '
import sys
text = open(sys.argv[1]).read()
assert 0 < text.index("latency_ns_p50") < text.index("CONTROL") < text.index("recorder_ns")
' "$T/out"
tw cover "$T/base" "$T/head" --bench latency
has "without a control: said" "$T/out" 'no control'
sim many.a seed=75 points=5 spread=0.05
sim many.b seed=76 points=5 spread=0.05 start=0.3
tw cover "$T/many.a" "$T/many.b"
check "rows without a verdict: a line per metric, what would be found" "$PYTHON" -c '
import re, sys
text = " ".join(open(sys.argv[1]).read().split())
lines = re.findall(r"latency (\S+): a change from ([0-9.]+)% on, in the worst of (\d+) rows from ([0-9.]+)%", text)
assert len(lines) > 2 and len({line[0] for line in lines}) == len(lines), lines
assert all(float(least) <= float(most) and 2 <= int(n) <= 5 for _, least, n, most in lines), lines
' "$T/out"
sim few.a seed=71 n=3
sim few.b seed=72 n=3
tw cover "$T/few.a" "$T/few.b"
has "too few to tell" "$T/out" 'unreachable'
has_no "and to say what would be found" "$T/out" 'from - on|^would find'
tw cover "$T/base" "$T/head" --style trigger
expect "trigger" 0
fits_mail "trigger"
has "trigger: a row" "$T/out" \
	'^delivery_ns_p50 +: +1 [0-9]{3} \+- +[0-9.]+% -> +1 [0-9]{3} \+- +[0-9.]+% +\+[45]\.[0-9]% worse$'
tw compare --format json "$T/base" "$T/head"
"$PYTHON" -c '
import json, sys
words = {"regression": "worse", "improvement": "better", "changed": "differs", "equivalent": "same"}
for row in json.load(open(sys.argv[1]))["rows"]:
    print(row["metric"], words.get(row["verdict"], "?"))
' "$T/out" | sort >"$T/judged"
sed -nE 's/^([a-z][a-z0-9_]*_(ns|ratio|per_s)[a-z0-9_]*) .* (worse|better|differs|same|\?)$/\1 \3/p' "$T/box" |
	sort >"$T/covered"
check "the verdicts are those of compare" diff "$T/judged" "$T/covered"

tw cover "$T/base"
expect "one journal" 0
fits_mail "one journal"
has "one journal: a row with its spread" "$T/out" '^delivery_ns_p50 +1 [0-9]{3} +[0-9.]+%$'
has_no "one journal: no verdict" "$T/out" 'worse|better|same'
tw cover "$T/base" --style trigger
fits_mail "one journal, trigger"
has "one journal, trigger" "$T/out" '^delivery_ns_p50 +: +1 [0-9]{3} \+- [0-9.]+%$'
sim few.a n=4 seed=5
sim few.b n=4 seed=6 start=0.1
tw cover "$T/few.a" "$T/few.b"
has "few: what +- is then" "$T/out" 'half the range'
has "few: nothing can be told" "$T/out" 'delivery_ns_p50 .* \?$'
sim pairs impls=a,b seed=7
tw cover "$T/pairs:impl=a" "$T/pairs:impl=b"
has "pairs: which side is which" "$T/out" '^sides +base impl=a, head impl=b'
has "pairs: said" "$T/out" '20 pairs'
sim kernel seed=8 env.kernel_release=6.19
tw cover "$T/base" "$T/kernel" --treatment kernel
has "what differs" "$T/out" '^differs +kernel_release: base 6.18.15, head 6.19'

# ---- plot ----

cat >"$T/plot.py" <<'PY'
"""plot COVER COMPARISON MARKS: each row's marks stand where the axis says; all MARKS are in it."""
import json
import re
import sys

with open(sys.argv[1]) as f:
    lines = f.read().split("\n")
with open(sys.argv[2]) as f:
    rows = json.load(f)["rows"]
rows.sort(key=lambda r: r["control"])
drawn = []
for i, line in enumerate(lines):
    if not re.fullmatch(r" +\+(-+\+)+", line):
        continue
    ticks = [m.start() for m in re.finditer(r"\+", line)]
    words = lines[i - 1].split()[1:]
    values = [float(w.rstrip("%")) / 100 for w in words]
    assert len(values) == len(ticks) and 0 in values, f"{lines[i - 1]!r} {line!r}"
    scale = (ticks[-1] - ticks[0]) / (values[-1] - values[0])
    end = 0
    for word, value, column in zip(words, values, ticks):
        assert abs(ticks[0] + (value - values[0]) * scale - column) < 1e-6, "uneven marks"
        at = lines[i - 1].index(" " + word, end) + 1
        end = at + len(word)
        assert at <= column <= end, f"{word} is not over its mark"
    for row in lines[i + 1:]:
        if not row:
            break
        drawn.append((row, ticks[0], values, scale))
assert len(drawn) == len(rows), f"{len(drawn)} of {len(rows)} rows"
seen = set()


def there(picture, mark, value, values, scale):
    at = picture.find(mark)
    column = (value - values[0]) * scale
    assert at >= 0 and abs(at - column) <= 0.51, f"{mark} at {at}, not {column:.2f}: {picture!r}"


for (row, margin, values, scale), r in zip(drawn, rows):
    picture = row[margin:]
    assert r["metric"] in row[:margin], f"{r['metric']}: {row!r}"
    if r["scale"] == "difference" or r["lo"] is None:
        assert picture.startswith("("), row
        seen.add("(")
        continue
    seen |= set(picture)
    # A bracket may lie under the change, or beyond the picture.
    there(picture, "o", r["shift"], values, scale)
    for mark, key, beyond in ("[", "lo", "<"), ("]", "hi", ">"):
        if mark in picture:
            there(picture, mark, r[key], values, scale)
        elif beyond in picture:
            assert not values[0] < r[key] < values[-1], row
        else:
            there(picture, "o", r[key], values, scale)
    for mark, value in ("|", 0), (":", -r["floor"] / (1 + r["floor"])), (":", r["floor"]):
        column = (value - values[0]) * scale
        lo, hi = ((r[key] - values[0]) * scale for key in ("lo", "hi"))
        if 0 <= column <= (values[-1] - values[0]) * scale and not lo - 1 <= column <= hi + 1:
            near = picture[int(column):int(column + 0.51) + 1]
            assert mark in near, f"no {mark} at {column}: {row!r}"
assert set(sys.argv[3]) <= seen, f"not in it: {set(sys.argv[3]) - seen}"
PY
sim points.a points=12 seed=21 spread=0.02
sim points.b points=12 seed=22 spread=0.02 shift=-0.03 start=0.2
sim wild.a seed=23 metric.wild_ns=900
sim wild.b seed=24 start=0.2 metric.wild_ns=900
# From 1 to 38 times as long: an interval that no axis should show whole.
"$PYTHON" - "$T/wild.a" "$T/wild.b" <<'PY'
import json
import sys

for path in sys.argv[1:]:
    with open(path) as f:
        lines = [json.loads(line) for line in f]
    for i, line in enumerate(line for line in lines if line["kind"] == "sample"):
        line["metrics"]["wild_ns"] *= 1.5 ** (i % 10)
    with open(path, "w") as f:
        f.writelines(json.dumps(line) + "\n" for line in lines)
PY
# plots NAME MARKS ARG...
plots() {
	local name=$1 marks=$2 style
	shift 2
	tw compare --format json "$@"
	cp "$T/out" "$T/compared"
	for style in box trigger; do
		tw cover --plot --style $style "$@"
		expect "plot, $name, $style" 0
		fits_mail "plot, $name, $style"
		check "plot, $name, $style: the marks are where they belong" \
			"$PYTHON" "$T/plot.py" "$T/out" "$T/compared" "$marks"
		has "plot, $name, $style: what the marks are" "$T/out" 'plot: o the change'
	done
}
plots "one worse" 'o[]|:(' "$T/base" "$T/head"
plots "12 points" 'o[]|:(' "$T/points.a" "$T/points.b"
plots "cut off" 'o[]:<>' "$T/wild.a" "$T/wild.b" --metrics default,wild_ns
plots "a floor beyond all" 'o|:' "$T/base" "$T/head" --floor 40
tw cover --plot "$T/few.a" "$T/few.b"
expect "few: nothing to draw" 0
has "few: said" "$T/out" 'no plot: no row'
tw cover --plot "$T/base"
refused "a plot of one journal" 2 '--plot draws changes'
tw cover "$T/base" "$T/head"
check "no plot unless asked for" diff "$T/out" "$T/box"

# ---- widths ----

sim wide.a points=11 seed=9 metric.an_awfully_long_name_of_a_metric_per_accepted=123456789012 \
	env.cpu_model="$(printf 'W%.0s' {1..60}) $(printf 'x%.0s' {1..60})"
sim wide.b points=11 seed=10 metric.an_awfully_long_name_of_a_metric_per_accepted=923456789012 \
	env.cpu_model="$(printf 'W%.0s' {1..60}) $(printf 'x%.0s' {1..60})" \
	args="--set latency.x=$(printf 'y%.0s' {1..150})" warn="$(printf 'long words %.0s' {1..30})"
for style in box trigger; do
	tw cover "$T/wide.a" "$T/wide.b" --style $style \
		--metrics default,an_awfully_long_name_of_a_metric_per_accepted
	expect "wide, $style" 0
	fits_mail "wide, $style"
	has "wide, $style: the end of a name stays" "$T/out" '\.\..*epted'
	tw cover "$T/wide.a" "$T/wide.b" --style $style --plot \
		--metrics default,an_awfully_long_name_of_a_metric_per_accepted
	fits_mail "wide, $style, plot"
	tw cover "$T/wide.b" --style $style
	fits_mail "wide, one journal, $style"
done

# ---- recipe ----

cat >"$T/recipe.py" <<'PY'
"""recipe COVER JOURNAL...: the recipe, read as its documentation says, is that of the journals."""
import hashlib
import json
import re
import sys
from urllib.parse import unquote

cover, *journals = sys.argv[1:]
with open(cover) as f:
    text = re.search(r"^twbench-repro/1( .*\n(?:  .*\n)*)", f.read(), re.M)[1]
fields = []
for word in text.split():
    name, value = word.split("=", 1)
    if name.endswith("+"):
        assert fields[-1][0] == name[:-1]
        fields[-1][1] += value
    else:
        fields.append([name, value])
got = [(name, unquote(value)) for name, value in fields]
words = "".join(f"{name}={value}\n" for name, value in got[:-1])
assert got.pop() == ("check", hashlib.sha256(words.encode()).hexdigest()[:8])
# What is claimed and of what is repro.t's to say.
got = [word for word in got if word[0] in ("commit", "version", "seed", "hash", "base", "head", "arg")]
with open(journals[-1]) as f:
    header = json.loads(f.readline())
env = header["env"]
want = [("commit", env["twbench_commit"]), ("version", env["twbench_version"]),
        ("seed", str(header["seed"])), ("hash", "sha256")]
for side, path in zip(("base", "head"), journals):
    with open(path, "rb") as f:
        want.append((side, hashlib.sha256(f.read()).hexdigest()))
want += [("arg", arg) for arg in header["args"]]
assert got == want, f"{got}, not {want}"
PY
tw cover "$T/base" "$T/head"
check "the recipe" "$PYTHON" "$T/recipe.py" "$T/out" "$T/base" "$T/head"
tw cover "$T/base"
check "the recipe of one journal" "$PYTHON" "$T/recipe.py" "$T/out" "$T/base"
tw cover "$T/wide.a" "$T/wide.b"
check "a recipe with an argument of 150 bytes" "$PYTHON" "$T/recipe.py" "$T/out" "$T/wide.a" "$T/wide.b"
"$PYTHON" - "$T/head" "$T/quoted" <<'PY'
import json
import sys

with open(sys.argv[1]) as f:
    lines = f.readlines()
header = json.loads(lines[0])
header["args"] += ["two words", "50%", "%41", "", "t\tab", "h\u00fc"]
with open(sys.argv[2], "w") as f:
    f.writelines([json.dumps(header) + "\n", *lines[1:]])
PY
tw cover "$T/base" "$T/quoted"
check "a recipe with odd arguments" "$PYTHON" "$T/recipe.py" "$T/out" "$T/base" "$T/quoted"

# ---- bad input ----

head -n 9 "$T/head" >"$T/bad"
tw cover "$T/base" "$T/bad"
refused "an incomplete journal" 5 'incomplete'
tw cover "$T/bad"
refused "an incomplete journal alone" 5 'incomplete'
: >"$T/empty"
tw cover "$T/empty"
refused "an empty file" 5 'empty'
tw cover "$T/base" "$T/kernel"
refused "another kernel" 4 'kernel_release'
tw cover "$T/base" "$T/base"
refused "a journal and itself" 2 'copy'
tw cover
refused "nothing" 2 'JOURNAL'
tw cover "$T/base" "$T/head" --style round
refused "another style" 2 "'round'"
tw cover "$T/base" --metrics nonesuch
refused "a metric that is not there" 2 "'nonesuch'"
for a in "$T/base" "$T/base $T/head"; do
	code=0
	: >"$T/out"
	# shellcheck disable=SC2086
	timeout 60 "$TWBENCH" cover $a >/dev/full 2>"$T/err" || code=$?
	refused "$(wc -w <<<"$a") into /dev/full" 6 'No space left'
done

# ---- figures of any size ----

x=$(printf 'x%.0s' {1..90})
sim tiny points=3 metric.tiny=1e-300 metric.huge=1e300 metric.zero=0 metric."$x"=5
sim vast points=3 shift=50 seed=2 metric.tiny=5 metric.huge=1e-300 metric.zero=3 metric."$x"=7
for style in box trigger; do
	tw cover --style $style --plot "$T/tiny" "$T/vast" --metrics "tiny,huge,zero,$x,delivery_ns_p50"
	expect "from 1e-300 to 1e300, $style" 0
	check "from 1e-300 to 1e300, $style: no line over 75" test "$(wc -L <"$T/out")" -le 75
	has_no "from 1e-300 to 1e300, $style: no number into another" "$T/out" '%[+-][0-9.e+]+%'
done

# ---- make ----

run make -s compare BASE="$T/base" HEAD="$T/head" ARGS="--bench latency"
check "make compare: fails on a regression" test "$code" != 0
has "make compare: says so" "$T/out" '^verdict +REGRESSION'
run make -s cover BASE="$T/base" HEAD="$T/head"
expect "make cover" 0
has "make cover: the recipe" "$T/out" '^twbench-repro/1 '
run make -s compare BASE="$T/base"
check "make compare without HEAD: fails" test "$code" != 0

finish
