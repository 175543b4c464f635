#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# Values of `run` that make no sense (2), and journals that cannot be believed (5).
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# ---- values of run ----

mkdir "$T/empty"
# bad REGEX ARG...: refused, by run itself and nothing is left behind
bad() {
	local regex=$1 left
	shift
	run env -C "$T/empty" timeout -k 5 60 "$TWBENCH" run "$@"
	refused "run $*" 2 "$regex"
	left=$(ls -A "$T/empty")
	[ -z "$left" ] || fail "run $*: leaves nothing behind" "$left"
}
for rate in 0 abc -1 1e4 0x10 '' '1000,' 99999999999999999999; do
	bad "rate '${rate##*,}'.*1\.\." --rates "$rate"
done
bad "CPU 4096" --cpus 4096
bad "CPU [0-9]+" --cpus 0-99999999999
for list in '' x 1-0 0,,0 '0,' 0-0x -1 0.5 ' 0' 0-; do
	bad "'$list'.*CPU list" --cpus "$list"
done
for n in 0 -1 x 1.5 '' 99999999999999999999; do
	bad "'$n'.*1\.\." -n "$n"
done
for d in 0 -1 nan inf -inf 1e400 x '' 1s; do
	bad "'$d'.*0\.001\.\.1000000" -d "$d"
	bad "'$d'.*0\.001\.\.1000000" --budget "$d"
done
for seed in -1 x '' 1.5 99999999999999999999; do
	bad "seed.*'$seed'.*0\.\." --seed "$seed"
done
bad "'nop'.*BENCH.OPTION=VALUE" --set nop
bad "'=1'.*BENCH.OPTION=VALUE" --set =1
bad "inject_ns 'x'.*0\.\." --set latency.inject_ns=x
bad "rate '0'.*1\.\." --set latency.rate=0
bad "budget.* s.*points|points.*budget" nop --set nop.where=user --budget 0.01
for o in -o -n --rates --seed; do
	bad "'?$o|'?${o#-}'|$o" nop $o
done

# ---- journals that cannot be believed ----

tw "${NOP[@]}" -n 3 -q -o "$T/good"
holds "a journal to damage" "$T/good" "3 samples, 0 skips, 0 errors, complete"

# With counts, which nop lacks: the laws hold, and every damaged journal below is this one but for
# the damage.
"$PYTHON" - "$T" <<'PY'
import copy
import json
import os
import sys

directory = sys.argv[1]
with open(f"{directory}/good") as f:
    good = [json.loads(line) for line in f]
cohort = {"delivered": 110, "filtered": 10, "throttled": None, "attempts": 100, "accepted": 90,
          "ebusy": 7, "failed": {"ENOMEM": 2, "EBADF": 1}, "completed": 80, "cancelled": 4,
          "lost": 3, "in_flight_at_end": 3}
for sample in good[1:4]:
    sample["counts"] = copy.deepcopy(dict(cohort, intended=120, late=0))
    sample["life"] = copy.deepcopy(cohort)
    sample["hist"] = {"delivery_ns": {"bits": 7, "count": 2, "under": 0, "over": 0, "negative": 0,
                                      "sum": 30, "min": 10, "max": 20,
                                      "bins": [[10, 1], [20, 1]]}}


def text(lines):
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def save(name, data):
    with open(f"{directory}/{name}", "wb") as f:
        f.write(data)


def damaged(name, line_no, change):
    """The damage that `change` does to one line; the message must name that line."""
    lines = copy.deepcopy(good)
    change(lines[line_no - 1])
    save(f"bad/{name}:{line_no}", text(lines))


os.mkdir(f"{directory}/bad")
save("counted", text(good))
for part in "counts", "life":
    for key in "delivered", "filtered", "attempts", "accepted", "ebusy", "completed", "lost":
        damaged(f"{part}.{key} is one too many", 3,
                lambda line: line[part].update({key: line[part][key] + 1}))
damaged("a failure too many", 3, lambda line: line["counts"]["failed"].update(ENOENT=1))
damaged("counts wrap around", 3, lambda line: line["counts"].update(
    delivered=109, filtered=2**63 - 1, attempts=100))
damaged("a negative count", 3, lambda line: line["counts"].update(late=-1))
damaged("a count with a fraction", 3, lambda line: line["counts"].update(late=0.5))
damaged("counts without life", 2, lambda line: line.pop("life"))
damaged("no metrics", 4, lambda line: line.pop("metrics"))
damaged("a metric in words", 4, lambda line: line["metrics"].update(clock_ns="fast"))
damaged("a metric that is NaN", 4, lambda line: line["metrics"].update(clock_ns=float("nan")))
damaged("a metric that is infinite", 4, lambda line: line["metrics"].update(clock_ns=float("inf")))
damaged("a time that is NaN", 2, lambda line: line.update(elapsed_s=float("nan")))
damaged("a ratio above 1", 2, lambda line: line["metrics"].update(clock_share_ratio=1.5))
damaged("a histogram that does not add up", 2,
        lambda line: line["hist"]["delivery_ns"].update(count=3))
damaged("a histogram's bin that does not exist", 2,
        lambda line: line["hist"]["delivery_ns"].update(bins=[[99999, 2]]))
damaged("an unknown kind", 3, lambda line: line.update(kind="simple"))
damaged("no kind", 3, lambda line: line.pop("kind"))
damaged("another version of the schema", 1, lambda line: line.update(schema="twbench/2"))
damaged("another program's schema", 1, lambda line: line.update(schema="perf/1"))
damaged("no environment", 1, lambda line: line.pop("env"))
damaged("a footer that miscounts", 5, lambda line: line.update(samples=2))

whole = text(good).split(b"\n")[:-1]
h, a, b, c, f = whole


def raw(name, lines, tail=b""):
    save(f"bad/{name}", b"".join(line + b"\n" for line in lines) + tail)


raw("a line cut in the middle:3", [h, a, b[:-20], c, f])
raw("two lines run together:2", [h, a + b, c, f])
raw("an empty line:3", [h, a, b"", b, c, f])
raw("an array:3", [h, a, b"[1]", b, c, f])
raw("a number:3", [h, a, b"17", b, c, f])
raw("a NUL:3", [h, a, b[:50] + b"\0" + b[50:], c, f])
raw("not UTF-8:3", [h, a, b.replace(b'"stock"', b'"\xff\xfe"'), c, f])
raw("a name twice:3", [h, a, b.replace(b'"impl":', b'"impl": "x", "impl":'), c, f])
raw("deeply nested:3", [h, a, b"[" * 100000, b, c, f])
raw("a huge number:3", [h, a, b.replace(b'"late": 0', b'"late": 1' + b"0" * 400), c, f])
raw("a terminal's escapes:3", [h, a, b.replace(b'"sample"', b'"\\u001b[31mx"'), c, f])
raw("no header:1", [a, b, c, f])
raw("two headers:2", [h, h, a, b, c, f])
raw("a line after the footer:6", [h, a, b, c, f, a])
raw("bytes after the footer:6", [h, a, b, c, f], b"x")
raw("a sample twice", [h, a, a, b, c, f.replace(b'"samples": 3', b'"samples": 4')])
raw("a sample twice, unfinished", [h, a, b, a])
raw("damaged and torn:2", [h, a[:-9], b], c[:90])
raw("damaged, without footer:3", [h, a, b.replace(b":", b"")])
raw("a foreign JSON line:1", [b'{"name": "x", "value": 1}'])
raw("foreign JSON, pretty:1", [b"{", b'  "name": "x"', b"}"])
raw("CSV:1", [b"bench,rate", b"latency,1"])
raw("empty", [])
raw("a newline:1", [b""])
raw("foreign, without a newline", [], b'{"name": 1}')
raw("a torn header", [], h[:200])
save("bad/binary", open("/proc/self/exe", "rb").read(200000))
raw("random:1", [bytes(range(256)) * 8, bytes(range(255, -1, -1)) * 8])
PY

tw report "$T/counted"
expect "the control: the journal without the damage" 0
check "and no warning" test ! -s "$T/err"
tw export "$T/counted"
expect "the control, exported" 0

# Told by name, and by line where a line is at fault.
for f in "$T"/bad/*; do
	name=${f##*/}
	where=${f//[+]/.}
	case $name in *:[0-9]*) where="$where.${name##*:}[:.]" ;; esac
	sum=$(sum_of "$f")
	for c in report export 'run --resume -o'; do
		# shellcheck disable=SC2086
		tw $c "$f"
		refused "${c%% *}: $name" 5 "$where"
	done
	untouched "run --resume: $name: untouched" "$f" "$sum"
done

mkdir "$T/directory"
for c in report export 'run --resume -o'; do
	# shellcheck disable=SC2086
	tw $c "$T/missing"
	refused "${c%% *}: a missing file" 5 "$T/missing.*No such file"
	# shellcheck disable=SC2086
	tw $c "$T/directory"
	refused "${c%% *}: a directory" 5 "$T/directory"
done
for c in report export; do
	tw $c "$T/good" "$T/bad/binary"
	refused "$c: one bad among good ones" 5 "bad/binary"
	tw $c -
	refused "$c: nothing on standard input" 5 'standard input'
	tw $c "$T/good" "$T/good"
	refused "$c: the same journal twice" 2 "$T/good"
done

finish
