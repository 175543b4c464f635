#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `repro`: what a letter claims, claimed of journals whose truth is known; and one that is measured.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# letter NAME ARG...: what cover prints, in $T/NAME
letter() {
	local name=$1
	shift
	"$TWBENCH" cover "$@" >"$T/$name" || fail "cover $*"
}

# fact NAME EXPRESSION: of the JSON document d in $T/out
fact() {
	check "$1" "$PYTHON" -c '
import json, sys
d = json.load(open(sys.argv[1]))
rows = {r["fresh"]["metric"] if r["fresh"] else r["id"]: r for r in d["rows"]}
assert eval(sys.argv[2]), d
' "$T/out" "$2"
}

json() { tw repro --format json "$@"; }

# ---- what is claimed ----

sim base seed=1 points=2
sim head seed=2 points=2 shift=0.05 metric.x_ns=900
sim base2 seed=3 points=2
sim head2 seed=4 points=2 shift=0.05
letter letter "$T/base" "$T/head"
cat >"$T/claims.py" <<'PY'
"""claims COVER COMPARE-JSON: the claims are what compare says, and what the table says."""
import hashlib
import json
import re
import sys

LETTERS = {"regression": "R", "improvement": "I", "changed": "C", "equivalent": "E"}
WORDS = {"worse": "R", "better": "I", "differs": "C", "same": "E"}


def identity(row):
    key = [row["bench"], row["impl"], {k: v for k, v in row["params"].items() if k != "cpus"}, row["metric"]]
    return hashlib.sha256(json.dumps(key, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:8]


def number(row, v):
    return float(f"{v * 100:.4g}" if row["scale"] == "log" else f"{v:.4g}")


with open(sys.argv[1]) as f:
    text = f.read()
with open(sys.argv[2]) as f:
    rows = [r for r in json.load(f)["rows"] if r["verdict"] in LETTERS and not r["control"]]
want = [(identity(r), LETTERS[r["verdict"]] + "d" * (r["scale"] != "log"),
         *(number(r, r[k]) for k in ("shift", "lo", "hi"))) for r in rows]
got = []
for claim in re.findall(r"\bclaim=(\S+)", text):
    name, kind, *numbers = claim.split(":")
    got.append((name, kind, *map(float, numbers)))
assert got == want, f"{got}, not {want}"
assert len(set(name for name, *_ in got)) == len(got) > 3, got
table = re.findall(r"([-+]?[0-9.]+(?:e[-+][0-9]+)?)%? \[.* (worse|better|differs|same)$", text, re.M)
assert [WORDS[word] for _, word in table] == [kind[0] for _, kind, *_ in got], table
for (change, _), (_, kind, value, *_) in zip(table, got):
    assert abs(float(change) - value) <= (0.051 if "d" not in kind else 5e-5), (change, value)
PY
tw compare --format json "$T/base" "$T/head"
check "the claims are what the table and compare say" "$PYTHON" "$T/claims.py" "$T/letter" "$T/out"
tw repro "$T/letter" --dry-run
expect "--dry-run" 0 'twbench run latency -n 20 -o '
has "--dry-run: what is claimed" "$T/out" '^worse +row [0-9a-f]{8}  \+[45]\.[0-9]+% \[\+'

# ---- the three answers ----

json "$T/letter" "$T/base2" "$T/head2"
expect "the same change: 0" 0
fact "the same change: reproduced" 'd["answer"] == "reproduced" and d["exit_code"] == 0'
fact "the same change: of each row" 'all(r["answer"] == "reproduced" for r in d["rows"])'
tr -d '\n' <"$T/out" >"$T/line"
run "$CHECK_SCHEMA" results/twbench-answer-1.schema.json "$T/line"
if [ "$code" = 77 ]; then skip "JSON: as its schema says" "$(cat "$T/out")"; else
	expect "JSON: as its schema says" 0
fi
tw repro "$T/letter" "$T/base2" "$T/head2"
expect "as text: 0" 0
has "as text: a row" "$T/out" '^reproduced +latency delivery_ns_p50 rate=2000$'
has "as text: claimed and found" "$T/out" \
	'letter \+[45]\.[0-9]% \[.*\]%, here \+[45]\.[0-9]% \[.*\]%, worse$'
has "as text: the answer" "$T/out" '^answer +REPRODUCED: of '
sim none seed=5 points=2
json "$T/letter" "$T/base2" "$T/none"
expect "no change: 1" 1
fact "no change: not reproduced" 'rows["delivery_ns_p50"]["answer"] == d["answer"] == "not_reproduced"'
fact "no change: what was equivalent still is" 'rows["ebusy_ratio"]["answer"] == "reproduced"'
sim noisy.a seed=6 points=2 spread=0.2 n=8
sim noisy.b seed=7 points=2 spread=0.2 n=8 shift=0.05
json "$T/letter" "$T/noisy.a" "$T/noisy.b"
expect "a noisy machine: 3" 3
fact "a noisy machine: cannot tell, and how many might" \
	'd["answer"] == rows["delivery_ns_p50"]["answer"] == "cannot_tell" and rows["delivery_ns_p50"]["invocations"] > 100'
sim wide.a seed=6 points=2 spread=0.05
sim wide.b seed=7 points=2 spread=0.05 shift=0.05
tw repro "$T/letter" "$T/wide.a" "$T/wide.b"
expect "a wide interval: 3" 3
has "a wide interval: what would have been found" "$T/out" \
	'a shift would be found from [0-9.]+% on; -n [0-9]+ may do$'
sim other seed=8 points=2 shift=-0.05
json "$T/letter" "$T/base2" "$T/other"
expect "the other way: 1" 1
sim more seed=9 points=2 shift=0.3
json "$T/letter" "$T/base2" "$T/more"
expect "a greater change: 0" 0
fact "a greater change: said" 'rows["delivery_ns_p50"]["size_differs"]'
# The letter has four digits: 5.123 is no other size than 5.1234.
sim exact.a seed=1 spread=0
sim exact.b seed=1 spread=0 shift=0.0512345
sim exact2.a seed=2 spread=0
sim exact2.b seed=2 spread=0 shift=0.0512345
letter exact "$T/exact.a" "$T/exact.b" --metrics delivery_ns_p50
json "$T/exact" "$T/exact2.a" "$T/exact2.b"
expect "the very same numbers: 0" 0
fact "the very same numbers: no other size" 'not any(r["size_differs"] for r in d["rows"])'
sim fewer.a seed=10
sim fewer.b seed=11 shift=0.05
json "$T/letter" "$T/fewer.a" "$T/fewer.b"
expect "half of the rows: 3" 3
fact "half of the rows: the others are not here" 'any(r["fresh"] is None for r in d["rows"])'
letter silent "$T/base" "$T/head" --metrics delivery_ns_p50 --floor 5
tw repro "$T/silent" "$T/base2" "$T/head2"
expect "a claim that is not to be told" 3 'claims nothing'
letter small "$T/base" "$T/head" --metrics delivery_ns_p50
json "$T/letter" "$T/base2" "$T/head2"
mv "$T/out" "$T/whole"
json "$T/small" "$T/base2" "$T/head2"
fact "fewer claims, a smaller family: smaller adjusted p" "\
	2 * rows['delivery_ns_p50']['fresh']['p_adjusted'] < [r['fresh']['p_adjusted']
	for r in json.load(open('$T/whole'))['rows'] if r['fresh']['metric'] == 'delivery_ns_p50'][-1]"
fact "only what is claimed is looked at" 'set(rows) == {"delivery_ns_p50"} and len(d["rows"]) == 2'
letter loose "$T/base" "$T/base2" --floor 20 --metrics delivery_ns_p50
json "$T/loose" "$T/none" "$T/head2"
expect "equivalent by a floor of 20 %: also what is 5 % slower" 0
fact "and it is said that the letter chose the floor" 'any("floor 20 %" in w for w in d["warnings"])'
tw repro "$T/loose" "$T/none" "$T/head2"
has "as text: what equivalent means" "$T/out" 'equivalent \(floor 20.0%\), here '
json "$T/letter" "$T/base2" "$T/head2"
fact "the usual rule is not mentioned" 'not any("rule" in w for w in d["warnings"])'

# ---- two parts of a journal, one journal ----

sim pairs impls=a,b seed=12 shift=-0.1
sim pairs2 impls=a,b seed=13 shift=-0.1
letter selected "$T/pairs:impl=a" "$T/pairs:impl=b"
json "$T/selected" "$T/pairs2"
expect "two implementations in one journal" 0
fact "two implementations: selected as in the letter" 'd["base"].endswith(":impl=a")'
json "$T/selected" "$T/pairs2:impl=b" "$T/pairs2:impl=a"
expect "two implementations, the wrong way round" 1
letter single "$T/base"
json "$T/single" "$T/base2"
expect "one journal: 0" 0
fact "one journal: medians" 'rows["delivery_ns_p50"]["claim"]["kind"] == "median"'
sim slower seed=14 points=2 shift=0.2
json "$T/single" "$T/slower"
expect "one journal, 20 % slower: 1" 1
sim few seed=15 points=2 n=5
json "$T/single" "$T/few"
expect "one journal, 5 invocations: 3" 3
sim machine seed=16 points=2 env.machine_id_hash=fnv1a64:8
tw repro "$T/single" "$T/machine"
refused "one journal, of another machine" 4 'another machine'
sim build seed=16 points=2 env.kernel_version='#2 SMP'
json "$T/single" "$T/build"
expect "one journal, another build of that kernel" 0
fact "one journal, another build of that kernel: said" 'any("another build" in w for w in d["warnings"])'
json "$T/single" "$T/base2"
fact "one journal, the same build" 'not d["warnings"]'
tw repro "$T/letter" "$T/base2"
expect "two journals are needed" 2 'BASE HEAD'
tw repro "$T/letter" "$T/base" "$T/head"
expect "the letter's own journals" 2 'measured anew'

# ---- two kernels ----

sim k1 seed=17 env.kernel_release=6.18.1
sim k2 seed=18 env.kernel_release=6.19.0 shift=0.05
sim k3 seed=19 env.kernel_release=6.18.1
sim k4 seed=20 env.kernel_release=6.19.0 shift=0.05
letter kernels "$T/k1" "$T/k2" --treatment kernel_release
json "$T/kernels" "$T/k3" "$T/k4"
expect "two kernels" 0
tw repro "$T/kernels" "$T/k4" "$T/k3"
refused "two kernels, the wrong way round" 2 'change places'
tw repro "$T/kernels" "$T/fewer.a" "$T/fewer.b"
refused "two kernels: twice the same one is no comparison" 4 'do not differ'
sim k5 seed=19 env.kernel_release=6.18.2
json "$T/kernels" "$T/k5" "$T/k4"
expect "two kernels, one of them another" 0
fact "two kernels, one of them another: said" '["base is not of" in w for w in d["warnings"]] == [True]'
boots() {
	local side=$1 k
	shift
	for k in {1..5}; do sim "$side.$k" boot="$side$k" seed="1$k" start="$k" "$@"; done
}
boots b1 env.kernel_release=6.18.1
boots h1 env.kernel_release=6.19.0 shift=0.1
boots b2 env.kernel_release=6.18.1 seed=99
boots v1 env.kernel_version='#1'
boots v2 env.kernel_version='#2' shift=0.1
boots v3 env.kernel_version='#1' window=2
boots v4 env.kernel_version='#2' shift=0.1 window=2
list() { printf '%s' "$T/$1.1"; printf ",$T/$1.%s" {2..5}; }
letter boots "$(list b1)" "$(list h1)" --treatment kernel --metrics delivery_ns_p50
has "five boots each: which kernels" "$T/boots" 'base-kernel=6.18.1 head-kernel=6.19.0'
tw repro "$T/boots" "$(list h1)" "$(list b2)"
expect "five boots, the wrong way round" 2 'change places|measured anew'
letter builds "$(list v1)" "$(list v2)" --treatment kernel --metrics delivery_ns_p50
json "$T/builds" "$(list v3)" "$(list v4)"
expect "two builds of one release" 0
tw repro "$T/builds" "$(list v4)" "$(list v3)"
refused "two builds of one release, the wrong way round" 2 'change places'
tw repro "$T/boots" --dry-run
has "five boots: what is which" "$T/out" '^sides +base kernel 6.18.1, head kernel 6.19.0'

# ---- mails ----

quoted() { sed 's/^/> /' "$1"; }
crlf() { sed 's/$/\r/' "$1"; }
mail() { printf 'From: me\n\nOn Monday somebody wrote:\n'; cat; printf '\n  Fine.\n-- \nme\n'; }
for way in quoted crlf; do
	$way "$T/letter" | mail >"$T/mail"
	json "$T/mail" "$T/base2" "$T/head2"
	expect "$way, in a mail" 0
done
{ cat "$T/letter"; quoted "$T/letter"; } >"$T/mail"
json "$T/mail" "$T/base2" "$T/head2"
expect "quoted below itself" 0
cat "$T/letter" "$T/single" >"$T/mail"
tw repro "$T/mail" "$T/base2" "$T/head2"
refused "two letters in a mail" 5 '2 recipes'
quoted "$T/letter" | mail | crlf /dev/stdin >"$T/mail"
run "$TWBENCH" repro - "$T/base2" "$T/head2"
expect "standard input is empty" 5 'no recipe'
code=0
"$TWBENCH" repro - "$T/base2" "$T/head2" <"$T/mail" >"$T/out" 2>"$T/err" || code=$?
expect "standard input" 0

# damaged NAME REGEX COMMAND...: of the letter
damaged() {
	local name=$1 regex=$2
	shift 2
	"$@" <"$T/letter" >"$T/damaged"
	tw repro "$T/damaged" "$T/base2" "$T/head2"
	refused "$name" 5 "$regex"
}
damaged "empty" 'no recipe' true
damaged "another text" 'no recipe' echo "twbench-repro/1 is what it reads"
damaged "cut" 'damaged' head -n -1
damaged "a figure changed" 'not those that it was written with' sed 's/ seed=2 / seed=3 /'
damaged "a line lost" 'damaged' sed '/^  arg=/d'
damaged "wrapped" 'damaged' sed -E 's/^(  (base|head)=.{30})/\1\n/'
damaged "twice" '2 recipes' sed -n 'p;w /dev/stdout'
damaged "quoted-printable" 'quoted-printable' sed 's/=/=3D/g'
damaged "of another version" 'version 2' sed 's,^twbench-repro/1,twbench-repro/2,'
damaged "bytes" 'damaged' sed 's/^  base=/  base=\x1b/'
tw repro "$T/nonesuch"
refused "no such file" 5 'No such file'
tw repro
refused "nothing" 2 'which letter'
tw repro "$T/letter" "$T/base2" "$T/head2" -n 5
refused "-n with journals" 2 'measuring'
tw repro "$T/letter" "$T/base2" "$T/letter"
refused "a letter is no journal" 5 'letter'

# ---- what is run from a mail ----

# told ARG...: a letter with these arguments, in $T/told
told() {
	sim told.a seed=21
	sim told.b seed=22 shift=0.05
	"$PYTHON" - "$T/told.a" "$T/told.b" "$@" <<'PY'
import json
import sys

for path in sys.argv[1:3]:
    with open(path) as f:
        lines = f.readlines()
    header = json.loads(lines[0])
    header["args"] = ["run", *sys.argv[3:]]
    with open(path, "w") as f:
        f.writelines([json.dumps(header) + "\n", *lines[1:]])
PY
	letter told "$T/told.a" "$T/told.b"
	tw repro "$T/told" --dry-run -o "$T/mine"
}
# "what it says on stderr, but for the version": the command line
told nop --against "$T/evil" --confirm --floor 3 --strict -o "$T/evil" --output="$T/evil" --outp "$T/evil" "-o$T/evil" --seed 5 -q --resume --require-live \
	-n 3 -d0.05 --set nop.where=user
expect "what writes elsewhere is dropped" 0
has "the rest stays" "$T/err" "^twbench repro: twbench run nop -n 3 -d 0.05 --set nop.where=user -o $T/mine\$"
tw repro "$T/told" --dry-run -o "$T/mine" -n 7 --same-seed
has "-n and --same-seed" "$T/err" "run nop --seed 5 -d 0.05 --set nop.where=user -n 7 -o $T/mine\$"
for bad in "--help" "--nonesuch" "-x" "-V" "-h"; do
	told nop "$bad"
	refused "$bad in a mail" 5 "letter's arguments"
done
told nop --set nop.where=user -n 1000 -d 100
expect "a letter that takes a day" 2 'longer than 21600 s: nothing is measured without --limit 100300'
tw repro "$T/told" --dry-run --limit 200000
expect "a letter that may take a day" 0 '1000 samples, about 100300 s'
told nop --set nop.where=user --rates "$(seq -s, 9000)" --rates "$(seq -s, 9000)"
refused "more arguments than anybody types" 5 'more than are run'
told nop -- -o"$T/evil"
refused "an option that looks like a bench" 5 "letter's arguments"
told nonesuch
refused "a bench that there is not" 5 "nonesuch"
check "nothing was written" test ! -e "$T/evil"

# ---- measured ----

"${TWBENCH}" run user-ebusy --impl posted,refcounted -n 8 -d 0.05 -q -o "$T/measured" || fail "run"
letter measured.txt "$T/measured:impl=posted" "$T/measured:impl=refcounted" --metrics reject_ns
tw repro "$T/measured.txt" -o "$T/again"
expect "measured again: reproduced" 0 'twbench run user-ebusy'
has "measured again: the answer" "$T/out" '^answer +REPRODUCED'
has_no "measured again: and no report" "$T/out" '^bench '
tw repro "$T/measured.txt" -o "$T/again"
expect "measured again into the same file" 2 'already holds'
letter alone.txt "$T/measured"
if grep -q ' machine=' "$T/alone.txt"; then
	tw repro "$T/alone.txt" -o "$T/alone" -n 6
	# How far two sessions drift apart is the machine's affair.
	check "one journal, measured again: some answer" grep -qE '^(0|1|3)$' <<<"$code"
	has "one journal, measured again: the answer" "$T/out" '^answer '
else
	skip "one journal, measured again" "this machine has no machine-id"
fi
tw repro "$T/told" -o "$T/side"
expect "a bench that there is not: nothing is measured" 5
told nop --set nop.where=user -n 3 -d 0.01
tw repro "$T/told" -o "$T/side"
expect "one side of two: measured, and no answer" 3 'measure the other side'
check "one side of two: the journal is there" test -s "$T/side"

# An option that run has, and nobody thought of here, would refuse every letter that uses it.
unknown=
for option in $("$TWBENCH" run --help | sed -nE 's/^ {2,6}(-., )? *--([a-z-]+).*/\2/p'); do
	case $option in help | usage | version) continue ;; esac
	grep -q "{ \"$option\"," bench/cmd/repro_args.c || unknown+=" $option"
done
if [ -z "$unknown" ]; then pass "every option of run has its place"; else
	fail "every option of run has its place" "not in repro_args.c:$unknown"
fi
finish
