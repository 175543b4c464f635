#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `doctor` and `list`, as text and as JSON.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# ---- doctor ----

tw doctor --json
verdict=$code
cp "$T/out" "$T/json"
check "doctor --json: no talk" test ! -s "$T/err"
check "doctor --json" "$PYTHON" - "$T/json" "$verdict" <<'PY'
import json
import sys


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


with open(sys.argv[1]) as f:
    all_ = json.load(f, parse_constant=refuse)
assert {"env", "findings", "capabilities"} <= all_.keys(), all_.keys()
assert all_["env"]["kernel_release"], "no kernel_release"
verdicts = {finding["verdict"] for finding in all_["findings"]}
assert verdicts <= {"fine", "noisy", "prevents"}, verdicts
for finding in all_["findings"]:
    assert finding["verdict"] == "fine" or finding["remedy"], f"no remedy: {finding}"
names = [finding["check"] for finding in all_["findings"]]
assert len(names) == len(set(names)), "a check twice"
for capability in all_["capabilities"]:
    assert capability["works"] or capability["detail"], f"no reason: {capability}"
expected = 77 if "prevents" in verdicts else 0
assert int(sys.argv[2]) == expected, f"exit code {sys.argv[2]}, expected {expected}"
PY
tw doctor
check "doctor: the same exit code" test "$code" = "$verdict"
check "doctor: no talk" test ! -s "$T/err"
has_no "doctor: no tab, no escape in a file" "$T/out" $'\t|\033'
check "doctor: every finding of the JSON is in the text" "$PYTHON" -c '
import json, sys
text = open(sys.argv[2]).read()
for finding in json.load(open(sys.argv[1]))["findings"]:
    assert finding["check"] in text, finding["check"]
' "$T/json" "$T/out"
has "doctor: the last line sums up" <(tail -n 1 "$T/out") '[0-9]+ noisy, [0-9]+ prevent'

# ---- list ----

tw list --json
expect "list --json" 0
cp "$T/out" "$T/json"
check "list --json: no talk" test ! -s "$T/err"
"$PYTHON" - "$T/json" >"$T/names" 2>"$T/err" <<'PY'
import json
import re
import sys

with open(sys.argv[1]) as f:
    all_ = json.load(f)
for bench in all_["benches"]:
    print("bench", bench["name"])
    assert bench["question"].endswith("?"), bench["question"]
    for metric in bench["metrics"]:
        assert re.search("(_(ns|per_s|per_accepted|ratio(_predicted)?|bytes|insns)|^in_flight|^left_over|^left_noise)$", metric["name"]), metric["name"]
        assert metric["help"], metric["name"]
    for parameter in bench["parameters"]:
        assert {"smoke", "quick", "full"} <= parameter["default"].keys(), parameter["name"]
        assert parameter["help"] and parameter["range"], parameter["name"]
for trigger in all_["triggers"]:
    print("trigger", trigger["name"])
    assert trigger["help"] and trigger["context"], trigger["name"]
PY
check "list --json: names with units, help, a range, defaults" test ! -s "$T/err"
# A file each, nothing to register: the list must be the directory.
for f in bench/drivers/*.c; do
	f=$(basename "$f" .c)
	has "$f is listed" "$T/names" "^bench ${f//_/-}\$"
done
for f in bench/triggers/*.c; do
	f=$(basename "$f" .c)
	has "$f is listed" "$T/names" "^trigger ${f//_/-}\$"
done
tw list
expect "list" 0
while read -r _ name; do
	has "list has $name" "$T/out" "^ *$name(:| )"
done <"$T/names"
tw run frob
while read -r kind name; do
	[ "$kind" = trigger ] || has "'run frob' offers $name" "$T/err" " $name( |\$)"
done <"$T/names"
tw run --triggers frob
while read -r kind name; do
	[ "$kind" = bench ] || has "'--triggers frob' offers $name" "$T/err" "[ |]$name([| ]|\$)"
done <"$T/names"

finish
