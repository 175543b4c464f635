#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `export`: what it writes is what the journal holds, read by other people's parsers.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

tw "${NOP[@]}" -n 3 -q -o "$T/a"
tw "${NOP[@]}" -n 2 -q -o "$T/b"
holds "journals to export" "$T/a" "3 samples, 0 skips, 0 errors, complete"

# With counts, a histogram, and text that CSV must quote.
"$PYTHON" - "$T/a" "$T/rich" <<'PY'
import json
import sys

cohort = {"delivered": 110, "filtered": 10, "throttled": None, "attempts": 100, "accepted": 90,
          "ebusy": 7, "failed": {"ENOMEM": 2, "EBADF": 1}, "completed": 80, "cancelled": 4,
          "lost": 3, "in_flight_at_end": 3}
with open(sys.argv[1]) as f:
    lines = [json.loads(line) for line in f]
for n, sample in enumerate(lines[1:-1]):
    sample["params"] = {"where": 'a, "b"\nc', "rate": 1000 + n, "big": 2**53 + 1, "on": n == 0}
    sample["counts"] = dict(cohort, intended=2**62 + 9, late=2**62 + n)
    sample["life"] = cohort
    sample["metrics"]["tiny_ns"] = 1.2345678901234567e-12
    # twice 0, once 5, once 10 or more
    sample["hist"] = {"delivery_ns": {"bits": 7, "count": 4, "under": 2, "over": 0, "negative": 2,
                                      "sum": 15 + n, "min": 0, "max": 10 + n,
                                      "bins": [[5, 1], [10 + n, 1]]}}
with open(sys.argv[2], "w") as f:
    f.writelines(json.dumps(line) + "\n" for line in lines)
PY

cat >"$T/compare.py" <<'PY'
"""compare FORMAT TABLE JOURNAL...: each row is a sample, in order, with all of its values."""
import csv
import json
import sys

FIXED = ["journal", "bench", "impl", "invocation", "order", "pair", "boot_id", "window_s",
         "elapsed_s", "recursion_misses", "migrations", "seed"]


def flat(prefix, value):
    if not isinstance(value, dict):
        return {prefix: value}
    return {k: v for key, sub in value.items() for k, v in flat(f"{prefix}_{key}", sub).items()}


def wanted(path):
    with open(path) as f:
        for sample in (s for s in map(json.loads, f) if s["kind"] == "sample"):
            row = {"journal": path, **sample["params"], **sample["metrics"]}
            row.update({key: sample[key] for key in FIXED[1:] if key in sample})
            for part in "counts", "life":
                if part in sample:
                    row.update(flat(part, sample[part]))
            yield row


def same(text, value):
    if value is None:
        return text == ""
    if isinstance(value, bool):
        return text == str(value).lower()
    return type(value)(text) == value


form, table, *journals = sys.argv[1:]
expected = [row for path in journals for row in wanted(path)]
with open(table, newline="") as f:
    if form == "csv":
        rows = list(csv.DictReader(f, strict=True))
        columns = list(rows[0])
    else:
        rows = json.load(f, parse_constant=lambda c: sys.exit(f"{c} is not JSON"))
assert len(rows) == len(expected), f"{len(rows)} rows, {len(expected)} samples"
if form == "csv":
    assert columns[:len(FIXED)] == FIXED, f"the first columns are {columns[:len(FIXED)]}"
    assert len(set(columns)) == len(columns), "a column twice"
for number, (row, sample) in enumerate(zip(rows, expected)):
    for name, value in sample.items():
        if form == "csv":
            assert same(row[name], value), f"row {number}, {name}: {row[name]}, not {value}"
        else:
            assert row.get(name) == value, f"row {number}, {name}: {row.get(name)}, not {value}"
PY

same_as() {
	local name=$1 form=$2
	shift 2
	tw export --format "$form" "$@"
	expect "$name: $form" 0
	check "$name: $form: all values, none else" \
		"$PYTHON" "$T/compare.py" "$form" "$T/out" "$@"
	check "$name: $form: no talk" test ! -s "$T/err"
}
for form in csv json; do
	same_as "a journal" $form "$T/a"
	same_as "two journals" $form "$T/a" "$T/b"
	same_as "counts and text" $form "$T/rich"
	same_as "different columns" $form "$T/b" "$T/rich"
	cp "$T/b" "$T/a \"name\", really"
	same_as "a name to quote" $form "$T/a \"name\", really"
done

tw export "$T/a"
cp "$T/out" "$T/csv"
tw export --format csv "$T/a"
check "csv is the default" cmp "$T/csv" "$T/out"
has_no "csv: lines end in LF" "$T/csv" $'\r'
has "csv: a number is plain" "$T/csv" '^[^,]*,nop,stock,0,'
head -n 1 "$T/csv" >"$T/columns"
tw export "$T/b"
check "the columns are the same for another run of the same bench" \
	cmp "$T/columns" <(head -n 1 "$T/out")
run env LC_ALL=de_DE.UTF-8 LC_NUMERIC=de_DE.UTF-8 "$TWBENCH" export "$T/a"
check "and for another locale" cmp "$T/csv" "$T/out"
"$TWBENCH" export - <"$T/a" >"$T/out" 2>"$T/err"
check "standard input: as many rows" test "$(wc -l <"$T/out")" = 4

# ---- histograms ----

tw export --hist delivery_ns "$T/rich"
expect "--hist" 0
check "--hist: a table with all events" "$PYTHON" -c '
import csv, sys
rows = list(csv.DictReader(open(sys.argv[1], newline="")))
total = sum(int(row["count"]) for row in rows)
assert total == 12, f"{total} events, there are 12"
' "$T/out"
tw export --hist delivery_ns --format json "$T/rich"
check "--hist: JSON" "$PYTHON" -c '
import json, sys
rows = json.load(open(sys.argv[1]))
assert sum(row["count"] for row in rows) == 12
' "$T/out"
tw export --hist frob "$T/rich"
refused "--hist of an unknown name lists the right ones" 2 "'frob'.*delivery_ns"
tw export --hist frob "$T/a"
refused "--hist where there is none" 2 "'frob'"

# ---- points ----

cat >"$T/points.py" <<'PY'
"""points TABLE JOURNAL: each row is the median, minimum and maximum of a point's invocations."""
import csv
import json
import statistics
import sys

points = {}
with open(sys.argv[2]) as f:
    for sample in (s for s in map(json.loads, f) if s["kind"] == "sample"):
        key = sample["bench"], json.dumps(sample["params"], sort_keys=True)
        points.setdefault(key, []).append(sample)
with open(sys.argv[1], newline="") as f:
    rows = list(csv.DictReader(f, strict=True))
assert len(rows) == len(points), f"{len(rows)} rows, {len(points)} points"
seen = 0
for (bench, _), samples in points.items():
    params = {k: str(v) for k, v in samples[0]["params"].items()}
    row, = (r for r in rows if r["bench"] == bench and
            all(r[k] == v for k, v in params.items()) and
            not any(r[k] for k in ("trigger", "arrival", "elements") if k not in params))
    assert int(row["n"]) == len(samples), f"{row['n']} invocations, {len(samples)}"
    for name in set().union(*(s["metrics"] for s in samples)):
        v = [s["metrics"][name] for s in samples if s["metrics"].get(name) is not None]
        for end, wanted in ("", statistics.median(v)), ("_lo", min(v)), ("_hi", max(v)):
            got = float(row[name + end])
            assert abs(got - wanted) <= 1e-9 * abs(wanted), f"{name + end}: {got}, not {wanted}"
            seen += 1
assert seen > 500, f"{seen} numbers"
PY
tw export --points tests/fixtures/plot.jsonl
expect "--points" 0
check "--points: medians, minima and maxima of three" \
	"$PYTHON" "$T/points.py" "$T/out" tests/fixtures/plot.jsonl
tw export --points --format json tests/fixtures/plot.jsonl
check "--points: JSON" "$PYTHON" -m json.tool "$T/out"
tw export --points --hist delivery_ns "$T/rich"
refused "--points and --hist" 2 'not both'

# ---- unfinished, and output ----

head -n 2 "$T/a" >"$T/part"
tw export "$T/part"
expect "no footer" 0 "^twbench export: .*$T/part is incomplete"
check "no footer: what is there" test "$(wc -l <"$T/out")" = 2
head -c -9 "$T/part" >"$T/torn"
tw export --format json "$T/torn"
expect "torn" 0 "$T/torn is incomplete"
check "torn: JSON in any case" test "$("$PYTHON" -m json.tool --compact <"$T/out")" = "[]"

for form in csv json; do
	code=0
	: >"$T/out"
	timeout 60 "$TWBENCH" export --format $form "$T/a" >/dev/full 2>"$T/err" || code=$?
	refused "$form into /dev/full" 6 'No space left'
	code=0
	timeout 60 "$TWBENCH" export --format $form "$T/a" >&- 2>"$T/err" || code=$?
	refused "$form, stdout closed" 6 'Bad file'
done

finish
