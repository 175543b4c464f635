#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `compare --confirm` on simulated journals: what is red at first look is judged again from fresh data.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

sim base seed=1
sim head seed=2 shift=0.05
sim fresh.red seed=3 shift=0.04
sim fresh.same seed=4

# ---- confirmed ----

cmp_json "$T/base" "$T/head" --confirm "$T/fresh.red"
expect "red twice" 1
cp "$T/out" "$T/json.confirmed"
fact "red twice: confirmed" 'rows["delivery_ns_p50"]["verdict"] == "regression" and
	rows["delivery_ns_p50"]["confirm"]["outcome"] == "confirmed"'
fact "the first look's size and the fresh one" '0.04 < rows["delivery_ns_p50"]["shift"] < 0.06 and
	0.03 < rows["delivery_ns_p50"]["confirm"]["shift"] < 0.045'
fact "the fresh interval" 'rows["delivery_ns_p50"]["confirm"]["lo"] < 0.04 <
	rows["delivery_ns_p50"]["confirm"]["hi"]'
fact "what was not red is not judged again" '"confirm" not in rows["ebusy_ratio"]'
fact "the fresh side" 'd["confirm"]["samples"] == 20 and d["confirm"]["spec"].endswith("fresh.red")'
fact "Holm over the candidates alone" 'max(r["confirm"]["p_adjusted"] / r["confirm"]["p"]
	for r in d["rows"] if "confirm" in r) <= sum("confirm" in r for r in d["rows"]) < len(d["rows"])'
cmp_json "$T/base" "$T/fresh.red"
cp "$T/out" "$T/alone"
check "the fresh figures are those of a comparison with the fresh journal" "$PYTHON" -c '
import json, sys
d, alone = (json.load(open(p)) for p in sys.argv[1:])
for row, other in zip(d["rows"], alone["rows"]):
    for key in ("shift", "lo", "hi", "p", "n_base", "n_head") if "confirm" in row else ():
        assert row["confirm"][key] == other[key], (row["metric"], key)
' "$T/json.confirmed" "$T/alone"

# ---- not confirmed ----

cmp_json "$T/base" "$T/head" --confirm "$T/fresh.same"
expect "red once" 0
cp "$T/out" "$T/json.not"
fact "red once: no verdict" 'rows["delivery_ns_p50"]["verdict"] == "inconclusive" and
	rows["delivery_ns_p50"]["confirm"]["outcome"] == "not_confirmed" and
	rows["delivery_ns_p50"]["further"] is None'
fact "red once: counted so" 'd["verdict"] == "inconclusive" and d["counts"]["regression"] == 0'
fact "red once: both sizes" 'rows["delivery_ns_p50"]["shift"] > 0.04 and
	abs(rows["delivery_ns_p50"]["confirm"]["shift"]) < 0.02'
cmp_json "$T/base" "$T/head" --confirm "$T/fresh.same" --strict
expect "red once, --strict" 3
sim fresh.better seed=5 shift=-0.05
cmp_json "$T/base" "$T/head" --confirm "$T/fresh.better"
expect "red, then better" 0
sim fresh.small seed=6 shift=0.03
cmp_json "$T/base" "$T/head" --confirm "$T/fresh.small" --floor 3.5
expect "the floor is that of the first look" 0
cmp_json "$T/base" "$T/fresh.same" --floor 3 --confirm "$T/fresh.red"
expect "a verdict that is not red is not judged again" 0
fact "and has nothing of it" 'not any("confirm" in r for r in d["rows"]) and "confirm" in d'

# ---- not re-measured: an error is never green ----

sim other seed=11 bench=victim
cmp_json "$T/base" "$T/head" --confirm "$T/other"
expect "fresh data of something else" 1
cp "$T/out" "$T/json.other"
fact "fresh data of something else: said" 'rows["delivery_ns_p50"]["verdict"] == "regression" and
	rows["delivery_ns_p50"]["confirm"]["outcome"] == "not_re_measured" and
	rows["delivery_ns_p50"]["confirm"]["shift"] is None'
printf '%s\n' "$(head -n 1 "$T/fresh.same")" \
	'{"kind":"skip","bench":"latency","reason":"no kfuncs"}' \
	'{"kind":"footer","samples":0,"skipped":1,"errors":0,"elapsed_s":0}' >"$T/skips"
cmp_json "$T/base" "$T/head" --confirm "$T/skips"
expect "fresh data without a sample" 1
cp "$T/out" "$T/json.skips"
sim few seed=12 n=2
cmp_json "$T/base" "$T/head" --confirm "$T/few"
expect "fresh data too few for any verdict" 1
cp "$T/out" "$T/json.few"
fact "too few: said" '"too few" in rows["delivery_ns_p50"]["confirm"]["reason"]'
sim fewer seed=13 n=8
cmp_json "$T/base" "$T/head" --confirm "$T/fewer"
expect "fewer, but enough" 0
fact "fewer: warned of" 'any(w.startswith("fresh: 20 v 8") for w in d["warnings"])'
sim holes seed=14 drop.delivery_ns_p50=3
cmp_json "$T/base" "$T/head" --confirm "$T/holes"
expect "fresh data with holes" 1
fact "holes: said; the others are judged" 'rows["delivery_ns_p50"]["confirm"]["outcome"] ==
	"not_re_measured" and rows["delivery_ns_p99"]["confirm"]["outcome"] == "not_confirmed"'
sim two.base seed=15 points=2
sim two.head seed=16 points=2 shift=0.05
cmp_json "$T/two.base" "$T/two.head" --confirm "$T/fresh.same"
expect "one of two points has fresh data" 1
fact "one of two: each as it is" '{(r["params"]["rate"], r["verdict"]) for r in d["rows"]
	if r["metric"] == "delivery_ns_p50"} == {(1000, "inconclusive"), (2000, "regression")}'

# ---- two parts of one journal ----

sim pairs impls=a,b shift=0.02 drift=0.005 spread=0.002 seed=21
sim pairs.red impls=a,b shift=0.02 drift=0.005 spread=0.002 seed=22
sim pairs.same impls=a,b drift=0.005 spread=0.002 seed=23
pair=("$T/pairs:impl=a" "$T/pairs:impl=b" --metrics delivery_ns_p50)
for select in '' :impl=b; do
	cmp_json "${pair[@]}" --confirm "$T/pairs.red$select"
	expect "pairs, red twice $select" 1
	fact "by fresh pairs $select" 'd["replicate"] == "pair" and
		rows["delivery_ns_p50"]["confirm"]["n_base"] == 20'
	cmp_json "${pair[@]}" --confirm "$T/pairs.same$select"
	expect "pairs, red once $select" 0
done
tw compare "${pair[@]}" --confirm "$T/pairs.red:impl=a"
refused "pairs: the other part" 2 'select as of'
tw compare "${pair[@]}" --confirm "$T/pairs"
refused "pairs: the same journal" 2 'not fresh'
# Fresh data of the head alone has no pairs.
sim only.b impls=b seed=24
cmp_json "${pair[@]}" --confirm "$T/only.b"
expect "pairs: fresh data of one part" 1

# ---- treatments ----

sim impl.a impls=a seed=31
sim impl.b impls=b seed=32 shift=0.05
sim impl.b2 impls=b seed=33 shift=0.05
sim impl.b3 impls=b seed=34
sim impl.c impls=c seed=35 shift=0.05
cmp_json "$T/impl.a" "$T/impl.b" --treatment impl --confirm "$T/impl.b2"
expect "another implementation, red twice" 1
fact "another implementation: judged again" 'rows["delivery_ns_p50"]["confirm"]["verdict"] == "regression"'
cmp_json "$T/impl.a" "$T/impl.b" --treatment impl --confirm "$T/impl.b3"
expect "another implementation, red once" 0
tw compare "$T/impl.a" "$T/impl.b" --treatment impl --confirm "$T/impl.c"
refused "fresh data of a third implementation" 2 'impl=NAME'
sim boots.base boots=8 n=40 seed=41
sim boots.b boots=8 n=40 seed=42 shift=0.05 env.kernel_release=6.b
sim boots.head2 boots=8 n=40 seed=43 shift=0.05 env.kernel_release=6.b
sim boots.c boots=8 n=40 seed=44 shift=0.05 env.kernel_release=6.c
cmp_json "$T/boots.base" "$T/boots.b" --treatment kernel --confirm "$T/boots.head2"
expect "boots, red twice" 1
fact "by fresh boots" 'rows["delivery_ns_p50"]["confirm"]["n_head"] == 8'
tw compare "$T/boots.base" "$T/boots.b" --treatment kernel --confirm "$T/boots.c"
refused "fresh data of a third kernel, whatever the treatment" 4 'kernel_release'

# ---- what is no fresh data ----

for f in head base; do
	tw compare "$T/base" "$T/head" --confirm "$T/$f"
	refused "$f is not fresh" 2 'not fresh'
done
cp "$T/head" "$T/copy"
tw compare "$T/base" "$T/head" --confirm "$T/copy"
refused "a copy is not fresh" 2 'not fresh'
tw compare "$T/base" "$T/head" --confirm "$T/fresh.red,$T/fresh.red"
refused "the same journal twice" 2 'twice'
tw compare "$T/base" "$T/head" --confirm -
refused "standard input" 2 'file'
tw compare --self "$T/base" --confirm "$T/head"
refused "--self" 2 '--self'
sim cpu seed=51 shift=0.05 env.cpu_model='"Frob 10"'
tw compare "$T/base" "$T/head" --confirm "$T/cpu"
refused "another machine" 4 'cpu_model'
sim boot seed=52 shift=0.05 boot=b7
tw compare "$T/base" "$T/head" --confirm "$T/boot"
expect "another boot is the same machine" 1
: >"$T/bad.empty"
head -n 10 "$T/fresh.same" >"$T/bad.no-footer"
sed '5s/"delivery_ns_p50":[0-9.]*/"delivery_ns_p50":NaN/' "$T/fresh.same" >"$T/bad.nan"
echo '{"name":"x"}' >"$T/bad.foreign"
for f in "$T"/bad.* "$T/missing"; do
	tw compare "$T/base" "$T/head" --confirm "$f"
	refused "fresh data: ${f##*/}" 5 "$f"
	# Also where it is not needed.
	tw compare "$T/base" "$T/fresh.same" --confirm "$f"
	refused "fresh data, nothing red: ${f##*/}" 5 "$f"
done

# ---- forms ----

tw compare "$T/base" "$T/head" --confirm "$T/fresh.red"
has "text: confirmed" "$T/out" 'confirmed: \+[34]\.[0-9]%'
has "text: the verdict counts it" <(tr -s ' \n' ' ' <"$T/out") '[0-9] confirmed'
tw compare "$T/base" "$T/head" --confirm "$T/fresh.same"
tr -s ' \n' ' ' <"$T/out" >"$T/flat"
has "text: not confirmed, both sizes" "$T/flat" \
	'delivery_ns_p50: not confirmed: [-+0-9.]+% \[[^]]*\]% on fresh data: [A-Z]+; first look \+[45]\.[0-9]% \['
has "text: the row" "$T/out" '^delivery_ns_p50 .* INCONCLUSIVE$'
has_no "text: no line is too wide" "$T/out" '.{101}'
tw compare --format markdown "$T/base" "$T/head" --confirm "$T/fresh.same"
has "markdown: not confirmed" "$T/out" '^- latency delivery.*not confirmed: .*first look'
tw compare --format markdown "$T/base" "$T/head" --confirm "$T/other"
has "markdown: not re-measured" "$T/out" '^- latency delivery.*not re-measured: .*first look'
run env -u GITHUB_STEP_SUMMARY "$TWBENCH" compare --format github "$T/base" "$T/head" --confirm \
	"$T/fresh.same"
expect "github: not confirmed" 0
has "github: a warning that says so" "$T/out" '^::warning .*delivery_ns_p50.*not confirmed: .*first look'
run env -u GITHUB_STEP_SUMMARY "$TWBENCH" compare --format github "$T/base" "$T/head" --confirm \
	"$T/fresh.red"
has "github: confirmed" "$T/out" '^::error .*delivery_ns_p50.*; confirmed: .*first look'
for j in "$T"/json.*; do
	valid "JSON: ${j##*.}: as its schema says" "$j"
done
finish
