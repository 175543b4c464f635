#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# The benches that need no kernel: every implementation in each, side by side, and what they must
# find.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

user=(user-alloc user-schedule user-ebusy user-contend)
J=$T/j

# facts NAME PYTHON: `samples` are those of the journal, median(bench, metric, impl, PARAM=VALUE...)
facts() {
	check "$1" "$PYTHON" - "$J" <<PY
import json
import statistics
import sys

with open(sys.argv[1]) as f:
    lines = [json.loads(line) for line in f]
samples = [line for line in lines if line["kind"] == "sample"]
IMPLS = {"direct", "posted", "refcounted"}


def pick(bench, impl, **params):
    return [s for s in samples if s["bench"] == bench and s["impl"] == impl
            and all(s["params"][k] == v for k, v in params.items())]


def median(bench, metric, impl, **params):
    return statistics.median(s["metrics"][metric] for s in pick(bench, impl, **params))


$2
PY
}

tw run "${user[@]}" -p smoke -n 3 -d 0.1 --set user-schedule.context=task,irqs-off -o "$J"
expect "a smoke run" 0
cp "$T/out" "$T/table"
holds "its journal" "$J" "$(grep -c '"sample"' "$J") samples, 0 skips, 0 errors, complete"
run "$CHECK_SCHEMA" "$SCHEMA" "$J"
[ "$code" = 77 ] || expect "it obeys the schema" 0

facts "every implementation in every bench, as often" '
for bench in "user-alloc", "user-schedule", "user-ebusy", "user-contend":
    found = {s["impl"] for s in samples if s["bench"] == bench}
    assert found == IMPLS, (bench, found)
    assert len(pick(bench, "refcounted")) == len(pick(bench, "direct"))'
facts "the invocations of a pair follow one another" '
by_pair = {}
for s in samples:
    by_pair.setdefault(s["pair"], []).append(s)
for group in by_pair.values():
    orders = sorted(s["order"] for s in group)
    assert orders == list(range(orders[0], orders[0] + len(group))), orders
    assert len({s["impl"] for s in group}) == len(group)
    assert all(s["params"] == group[0]["params"] for s in group)'
facts "every time is above 0" '
for s in samples:
    for name, v in s["metrics"].items():
        assert v > 0 or not name.endswith("_ns"), (s["bench"], name, v)'
facts "each sample says that it is no kernel time" '
assert all("no kernel times" in s["sources"]["figures"] for s in samples)'

# ---- what is known of the algorithms ----

facts "direct does without the irq_work in task context, and not with interrupts off" '
for context, impl, want in (("task", "direct", 0), ("task", "refcounted", 1),
                            ("task", "posted", 1), ("irqs-off", "direct", 1)):
    got = median("user-schedule", "irq_work_ratio", impl, context=context)
    assert got == want, (context, impl, got)'
facts "that is cheaper than refcounted" '
direct, refcounted = (median("user-schedule", "schedule_ns", impl, context="task")
                      for impl in ("direct", "refcounted"))
assert direct < 0.9 * refcounted, (direct, refcounted)'
facts "a rejected call is cheaper than a work" '
for impl in IMPLS:
    reject, whole = (median("user-ebusy", "reject_ns", impl),
                     median("user-schedule", "schedule_ns", impl, context="task"))
    assert reject < whole / 2, (impl, reject, whole)'
facts "no allocator that an implementation lacks" '
assert not pick("user-alloc", "posted", alloc="kmalloc-nolock")
assert pick("user-alloc", "refcounted", alloc="kmalloc-nolock")'
facts "counts: the laws, and a call for each callback" '
contend = [s for s in samples if s["bench"] == "user-contend"]
assert contend
for s in contend:
    for c in s["counts"], s["life"]:
        assert c["attempts"] == c["accepted"] + c["ebusy"], c
        assert c["accepted"] == c["completed"] + c["in_flight_at_end"], c
        assert not sum(c["failed"].values()) and not c["in_flight_at_end"], c
# A worker that others keep off its CPU can hold the only element for a whole window.
assert sum(s["counts"]["completed"] for s in contend) > 0
assert all("counts" not in s for s in samples if s["bench"] != "user-contend")'

# ---- the table ----

has "implementations side by side, with ratios" "$T/table" \
	'^context +metric +n +posted +refcounted +direct +/ posted +/ refcounted$'
has "malloc beside" "$T/table" 'malloc_ns '
has "it says what kind of figures" "$T/table" '^USER-SPACE FIGURES OF THE SHIM, never kernel times\.$'
facts "direct/refcounted is the median of the pairs" "
import re
pairs = {}
for s in samples:
    if s['bench'] == 'user-schedule' and s['params']['context'] == 'task':
        pairs.setdefault(s['pair'], {})[s['impl']] = s['metrics']['schedule_ns']
want = statistics.median(p['direct'] / p['refcounted'] for p in pairs.values())
row = re.search(r'^task +schedule_ns .*', open('$T/table').read(), re.M)[0]
got = float(re.findall(r'([0-9.]+) \(', row)[1])
assert abs(got - want) <= 0.0051, (row, want)"
check "at most 100 columns" test "$(wc -L <"$T/table")" -le 100
tw list
has "list says that they are no kernel times" "$T/out" '^user-schedule: .*no kernel time'
tw export "$J"
check "export: implementation and pair" grep -q ',refcounted,0,[0-9]*,[0-9]' "$T/out"

# ---- choosing ----

tw run user-ebusy --impl refcounted,direct -n 1 -d 0.05 -q -o "$T/two"
expect "--impl with two" 0
check "they are measured, and no other" test \
	"$(grep '"sample"' "$T/two" | grep -oE '"impl":"[a-z]+"' | sort | tr '\n' ' ')" = \
	'"impl":"direct" "impl":"refcounted" '
tw run user-ebusy --impl frob --dry-run
refused "an implementation that does not exist" 2 "'frob'.*stock direct posted refcounted"
tw run user-ebusy --impl stock --dry-run
refused "one that the bench cannot measure" 2 'user-ebusy .*: direct posted refcounted'
tw run latency --impl posted --dry-run
refused "one for a live bench" 2 'latency .*: stock'
tw run user-ebusy --triggers syscall --dry-run
refused "a parameter that they lack" 2 "'trigger'"
if is_live; then
	tw run -p quick --dry-run
	has_no "not among the benches of a usable kernel" "$T/out" 'user-'
fi

# ---- interrupted ----

tw run user-ebusy -n 4 -d 0.05 -q -o "$T/whole"
head -n 6 "$T/whole" >"$T/cut"
tw run --resume -q -o "$T/cut"
expect "--resume" 0
holds "each implementation's invocations once" "$T/cut" "12 samples, 0 skips, 0 errors, complete"

# ---- memory ----

if [ -x build/address/twbench ]; then
	TWBENCH=build/address/twbench
	tw run "${user[@]}" -n 1 -d 0.02 -q -o "$T/asan" --modes signal,resume \
		--set user-schedule.context=task,irqs-off \
		--set user-schedule.delivery=call,signal --set user-ebusy.state=pending,scheduled
	expect "under AddressSanitizer" 0
	has_no "under AddressSanitizer: no report" "$T/err" 'ERROR|runtime error'
else
	skip "under AddressSanitizer" "build/address/twbench is not built (make SAN=address)"
fi

finish
