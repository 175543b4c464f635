#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# What is no journal is refused by each command that reads journals, in each place.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
command -v jq >/dev/null || { skip no_journal "no jq (Debian package jq)"; finish; }
tests/cli/simulate "$T/base.jsonl" seed=1 || fail "simulate"
tests/cli/simulate "$T/other.jsonl" seed=2 start=0.2 || fail "simulate"

tests/cli/bad_journals "$T/base.jsonl" "$T" || fail "bad journals"
mkfifo "$T/bad/a pipe"

# Each command with a bad FILE in each place. A pipe is closed at once, as often as it is opened.
places=(
	"compare other.jsonl FILE" "compare FILE other.jsonl" "compare --self FILE"
	"compare other.jsonl,FILE base.jsonl" "compare base.jsonl other.jsonl,FILE"
	"cover other.jsonl FILE" "cover FILE other.jsonl" "cover FILE"
	"report FILE" "report other.jsonl FILE" "report --all FILE"
	"export FILE" "export other.jsonl FILE" "export --points FILE" "export --hist delivery_ns FILE"
	"plot -d pictures FILE delivery-tail" "plot -d pictures other.jsonl FILE delivery-tail"
)

# in_place PLACE FILE: `run` of it, in $T
in_place() {
	local words=$1 word

	read -ra words <<<"$1"
	for word in "${!words[@]}"; do words[word]=${words[word]/FILE/$2}; done
	run timeout -k 5 20 env -C "$T" "$TWBENCH" "${words[@]}"
}

for f in "$T"/bad/*; do
	wrong=
	for place in "${places[@]}"; do
		name=bad/${f##*/}
		writer=
		[ ! -p "$f" ] || { while :; do : >"$f"; done & writer=$!; }
		in_place "$place" "$name"
		[ -z "$writer" ] || { kill "$writer"; wait "$writer" 2>/dev/null; }
		problem=$(is_refused)
		wrong+=${problem:+"${place/FILE/$name}: $problem"$'\n'}
	done
	if [ -z "$wrong" ]; then pass "${f##*/}: refused in ${#places[@]} places"; else
		fail "${f##*/}: refused in ${#places[@]} places" "$wrong"
	fi
done
check "nothing was drawn" test -z "$(ls "$T/pictures" 2>/dev/null)"

for f in torn unfinished; do
	wrong=
	for place in "${places[@]:0:8}"; do
		in_place "$place" $f.jsonl
		problem=$(is_refused)
		wrong+=${problem:+"${place/FILE/$f}: $problem"$'\n'}
	done
	if [ -z "$wrong" ]; then pass "$f: no verdict on what is incomplete"; else
		fail "$f: no verdict on what is incomplete" "$wrong"
	fi
	tw report "$T/$f.jsonl"
	expect "$f: report warns" 0 incomplete
done
for f in none skips; do
	for place in "${places[@]:0:3}" "${places[@]:5:3}"; do
		in_place "$place" $f.jsonl
		refused "${place/FILE/$f}" 77 'no sample'
	done
done
tw compare --format json "$T/crlf.jsonl" "$T/other.jsonl"
expect "lines that end in CR LF are whole lines" 0
jq -c .rows "$T/out" >"$T/crlf.rows"
tw compare --format json "$T/base.jsonl" "$T/other.jsonl"
jq -c .rows "$T/out" >"$T/base.rows"
check "and the verdicts are the same" cmp "$T/base.rows" "$T/crlf.rows"

finish
