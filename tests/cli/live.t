#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# One small live run, through every command that reads it.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
if ! is_live; then
	skip "live run" "$(grep prevents "$T/doctor" | head -n 1 | tr -s ' ')"
	finish
fi

small=(--triggers syscall --modes signal --rates 1000 --cpus first -d 0.3)
one_point() { grep '"sample"' "$1" | sed -E 's/.*"params":(\{[^}]*\}).*/\1/' | sort -u | wc -l; }

tw run latency "${small[@]}" -n 2 -o "$T/live"
expect "a live run" 0
holds "its journal" "$T/live" "2 samples, 0 skips, 0 errors, complete"
check "one point" test "$(one_point "$T/live")" = 1
has "the table is on stdout" "$T/out" 'latency'
check "at most 100 columns" test "$(wc -L <"$T/out")" -le 100
run "$CHECK_SCHEMA" "$SCHEMA" "$T/live"
[ "$code" = 77 ] || expect "it obeys the schema" 0

check "the laws hold, and something was measured" "$PYTHON" - "$T/live" <<'PY'
import json
import sys

for sample in (s for s in map(json.loads, open(sys.argv[1])) if s["kind"] == "sample"):
    for c in sample["counts"], sample["life"]:
        assert c["delivered"] == c["filtered"] + c["attempts"], c
        assert c["attempts"] == c["accepted"] + c["ebusy"] + sum(c["failed"].values()), c
        assert c["accepted"] == (c["completed"] + c["cancelled"] + c["lost"]
                                 + c["in_flight_at_end"]), c
    assert sample["counts"]["completed"] > 0, sample["counts"]
    assert sample["hist"]["delivery_ns"]["count"] == sample["counts"]["completed"]
PY

tw export "$T/live"
expect "export" 0
check "export: parameters, counts, life, metrics" "$PYTHON" -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
assert len(rows) == 2, len(rows)
columns = ["trigger", "mode", "target", "arrival", "rate", "cpus", "counts_intended",
           "counts_accepted", "life_completed", "ebusy_ratio", "delivery_ns_p50"]
missing = [c for c in columns if not rows[0].get(c)]
assert not missing, missing
' "$T/out"
tw export --hist delivery_ns "$T/live"
check "export --hist: all events of both" "$PYTHON" -c '
import csv, json, sys
events = sum(int(row["count"]) for row in csv.DictReader(open(sys.argv[1], newline="")))
there = sum(json.loads(s)["hist"]["delivery_ns"]["count"]
            for s in open(sys.argv[2]) if "\"sample\"" in s)
assert events == there, f"{events}, there are {there}"
' "$T/out" "$T/live"

tw run --require-live nop --set nop.where=user -n 1 -d 0.05 -q -o "$T/require"
expect "--require-live with a usable kernel" 0
tw run latency nop --set nop.where=user "${small[@]}" -n 1 -q -o "$T/both"
holds "two benches" "$T/both" "2 samples, 0 skips, 0 errors, complete"
check "options that one of them lacks do no harm" test "$(one_point "$T/both")" = 2

# ---- CPUs ----

cpus=$(nproc --all)
if [ "$(nproc)" -lt 2 ] || ! taskset -c 0 true 2>/dev/null; then
	skip "affinity" "it takes CPU 0 and another one"
else
	run taskset -c 0 "$TWBENCH" run latency --cpus 0-$((cpus - 1)) --dry-run
	refused "a CPU that is not allowed" 2 "CPU 1 .*allowed"
	run taskset -c 0 "$TWBENCH" run latency "${small[@]}" --cpus all -n 1 -q -o "$T/affine"
	has "all is all that are allowed" "$T/affine" '"cpus":"0"'
	# What was planned for two CPUs cannot go on with one.
	tw run latency "${small[@]}" --cpus all -n 2 -q -o "$T/two"
	head -n 2 "$T/two" >"$T/cut"
	sum=$(sum_of "$T/cut")
	run taskset -c 0 "$TWBENCH" run --resume -q -o "$T/cut"
	refused "--resume with fewer CPUs" 4 "$T/cut"
	untouched "it is untouched" "$T/cut" "$sum"
fi

# ---- interrupted ----

"$TWBENCH" run latency "${small[@]}" -d 0.4 -n 3 -q -o "$T/stop" 2>"$T/err" &
pid=$!
wait_lines "$T/stop" 2
sleep 0.2
kill -INT $pid
code=0
wait $pid || code=$?
expect "SIGINT in a live run" 130
tw run --resume -q -o "$T/stop"
expect "--resume" 0
holds "each sample once" "$T/stop" "3 samples, 0 skips, 0 errors, complete"

# Without rights, the rest cannot be measured: the journal must not become complete without it.
head -n 2 "$T/stop" >"$T/weak"
chmod 711 "$T"
chmod 666 "$T/weak"
cp "$TWBENCH" "$T/twbench"
sum=$(sum_of "$T/weak")
run setpriv --reuid=65534 --regid=65534 --clear-groups "$T/twbench" run --resume -q -o "$T/weak"
refused "--resume without rights" 4 "$T/weak"
untouched "it is untouched" "$T/weak" "$sum"

# An offset between the process's clock and the kernel's would be in every latency.
if unshare -T --monotonic 1000 true 2>/dev/null; then
	run unshare -T --monotonic 1000 "$TWBENCH" run latency --triggers syscall -n 1 -d 0.05 -q -o "$T/ns.jsonl"
	expect "a shifted monotonic clock is refused" 77 "time namespace"
else
	skip "a shifted monotonic clock is refused" "no time namespaces here"
fi
# A generator that cannot keep up still has a result, and says so.
run "$TWBENCH" run latency --triggers syscall --modes signal --rates 10000000 --cpus first -n 1 -d 0.1 \
	-q -o "$T/over.jsonl"
expect "hopeless overload is measured" 0
check "... and warned of" grep -q 'generator: over 5 %' "$T/over.jsonl"

finish
