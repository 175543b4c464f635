#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `report`: plain text that fits a mail, from whole, unfinished and several journals.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

tw "${NOP[@]}" -n 2 -q -o "$T/a"
tw "${NOP[@]}" -n 1 -q -o "$T/b"
holds "journals to report" "$T/a" "2 samples, 0 skips, 0 errors, complete"

# fits_mail NAME: the last output; a column is a character
fits_mail() {
	check "$1: at most 100 columns, no tab, no blank at an end, no escape" "$PYTHON" -c '
import sys
for number, line in enumerate(open(sys.argv[1], encoding="utf-8").read().split("\n"), 1):
    if len(line) > 100 or "\t" in line or line != line.rstrip() or not (line + " ").isprintable():
        sys.exit(f"line {number}: {len(line)} columns: {line!r}")
' "$T/out"
}

tw report "$T/a"
expect "a journal" 0
check "no warning" test ! -s "$T/err"
fits_mail "a journal"
has "it has every metric's row" "$T/out" '^clock_share_ratio '
has "the number of invocations" "$T/out" '^recorder_ns +ns +2 '
has "the command" "$T/out" 'twbench run nop --set nop.where=user'
"$PYTHON" - "$T/a" >"$T/expected" <<'PY'
import json
import statistics
import sys

with open(sys.argv[1]) as f:
    samples = [line for line in map(json.loads, f) if line["kind"] == "sample"]
print(f"{statistics.median(s['metrics']['recorder_ns'] for s in samples):.2f}")
PY
check "the median is that of the journal" "$PYTHON" -c '
import re, sys
shown = float(re.search(r"^recorder_ns +ns +2 +(\S+)", open(sys.argv[1]).read(), re.M)[1])
told = float(open(sys.argv[2]).read())
sys.exit(0 if abs(shown - told) <= 0.01 * told else f"{shown}, not {told}")
' "$T/out" "$T/expected"
cp "$T/out" "$T/once"
tw report "$T/a"
check "the same journal, the same text" cmp "$T/once" "$T/out"
run env LC_ALL=C.UTF-8 COLUMNS=200 TERM=xterm "$TWBENCH" report "$T/a"
check "also elsewhere" cmp "$T/once" "$T/out"
tw report --all "$T/a"
expect "--all" 0
fits_mail "--all"
code=0
"$TWBENCH" report - <"$T/a" >"$T/out" 2>"$T/err" || code=$?
expect "standard input" 0
has "standard input: the table" "$T/out" '^recorder_ns +ns +2 '

# ---- several ----

tw report "$T/a" "$T/b"
expect "two journals of one environment" 0
has "they become one table" "$T/out" '^recorder_ns +ns +3 '
fits_mail "two journals"
sed 's/"kernel_release":"/&9.9-/' "$T/b" >"$T/other"
tw report "$T/a" "$T/other"
expect "two of different kernels" 0 'kernel_release'
has "they are kept apart" "$T/out" '^recorder_ns +ns +2 '
has "each has its table" "$T/out" '^recorder_ns +ns +1 '
fits_mail "different kernels"

# ---- unfinished ----

incomplete() {
	tw report "$2"
	expect "$1" 0 "^twbench report: .*$2 is incomplete"
	check "$1: one warning" test "$(wc -l <"$T/err")" = 1
	fits_mail "$1"
	has "$1: the text says so too" "$T/out" 'INCOMPLETE|incomplete'
}
head -n 2 "$T/a" >"$T/footerless"
incomplete "no footer" "$T/footerless"
has "no footer: what is there" "$T/out" '^recorder_ns +ns +1 '
head -c -40 "$T/footerless" >"$T/torn.1"
incomplete "torn in its only sample" "$T/torn.1"
{ head -n 2 "$T/a" && sed -n 3p "$T/a" | head -c 100; } >"$T/torn.2"
incomplete "torn in its second sample" "$T/torn.2"
has "torn: the torn sample does not count" "$T/out" '^recorder_ns +ns +1 '
head -n 1 "$T/a" >"$T/header"
incomplete "a header alone" "$T/header"

# ---- text that is long or odd ----

"$PYTHON" - "$T/a" "$T/wide" <<'PY'
import json
import sys

with open(sys.argv[1]) as f:
    lines = [json.loads(line) for line in f]
lines[0]["env"]["cpu_model"] = "A Very Long Name " * 12
lines[0]["env"]["kernel_release"] = "6.18." + "x" * 150
lines[0]["args"] += ["--set", "nop.where=" + "y" * 150]
for n, sample in enumerate(lines[1:-1]):
    sample["params"] = {"where": "w" * 60, "second": "v" * 60, "third": n}
    sample["warnings"] = ["a warning " * 30, "\u001b[31mred\tand \u00fcml\u00e4ut\r\n"]
skip = {"kind": "skip", "bench": "latency", "params": {"trigger": "perf-hw"},
        "reason": "no hardware counters " * 12 + "z" * 120}
lines.insert(1, skip)
lines[-1]["skipped"] = 1
with open(sys.argv[2], "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
PY
tw report "$T/wide"
expect "long names and reasons" 0
fits_mail "long names and reasons"
has "the skip is told" "$T/out" '^skipped +latency'
tw report --all "$T/wide"
fits_mail "long names and reasons, --all"

# ---- output ----

code=0
: >"$T/out"
timeout 60 "$TWBENCH" report "$T/a" >/dev/full 2>"$T/err" || code=$?
refused "into /dev/full" 6 'No space left'
code=0
timeout 60 "$TWBENCH" report "$T/a" >&- 2>"$T/err" || code=$?
refused "stdout closed" 6 'Bad file'
"$TWBENCH" report "$T/a" 2>"$T/err" | head -n 1 >"$T/out"
check "report | head -n 1: no noise" test "$(wc -l <"$T/err")" -le 1

finish
