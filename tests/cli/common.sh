# SPDX-License-Identifier: GPL-2.0
# What the tests of the command line share. Sourced after ../lib.sh.
# shellcheck shell=bash disable=SC2034,SC2154

PYTHON=/usr/bin/python3
FACTS=$PWD/tests/cli/journal_facts
SCHEMA=$PWD/results/twbench-1.schema.json
CHECK_SCHEMA=$PWD/tests/cli/schema_check
# A journal without a kernel, a third of a second per sample.
NOP=(run nop --set nop.where=user -d 0.05)

# Where nothing can be tested, the one line says why.
need_python() {
	[ -x "$PYTHON" ] && return
	skip "$(basename "$0")" "no $PYTHON (Debian package python3-minimal)"
	finish
}

need_gnuplot() {
	command -v gnuplot >/dev/null && return
	skip "$(basename "$0")" "no gnuplot (Debian package gnuplot-nox)"
	finish
}

# tw ARG...: `run` of twbench. A hang is a failure, not the end of the test.
tw() { run timeout -k 5 60 "$TWBENCH" "$@"; }

# refused NAME CODE REGEX: the last `run` ended with the code, wrote no data, and gave one line that
# matches. argp's advice to try --help is not counted.
refused() {
	local talk
	talk=$(grep -v '^Try .twbench' "$T/err")
	if [ "$code" != "$2" ]; then
		fail "$1" "exit code $code, expected $2; stderr: $talk"
	elif [ -s "$T/out" ]; then
		fail "$1" "data on stdout: $(head -3 "$T/out")"
	elif [ "$(wc -l <<<"$talk")" != 1 ] || ! grep -q '^twbench' <<<"$talk"; then
		fail "$1" "not one line of twbench's: $talk"
	elif grep -q '[^[:print:]]' <<<"$talk"; then
		fail "$1" "bytes that a terminal obeys: $(cat -v <<<"$talk")"
	elif ! grep -qE -- "$3" <<<"$talk"; then
		fail "$1" "does not match /$3/: $talk"
	else
		pass "$1"
	fi
}

# is_refused: what is wrong, if the last `run` did not end with 5 and one line of error.
is_refused() {
	[ "$code" = 5 ] || { echo "exit code $code: $(head -c 300 "$T/err")"; return; }
	[ ! -s "$T/out" ] || echo "data on stdout"
	[ "$(wc -l <"$T/err")" = 1 ] && grep -q '^twbench' "$T/err" ||
		echo "not one line: $(head -c 300 "$T/err")"
}

# holds NAME JOURNAL FACTS: see journal_facts
holds() {
	local got
	if ! got=$("$FACTS" "$2" 2>&1); then
		fail "$1" "$got"
	elif [ "$got" != "$3" ]; then
		fail "$1" "holds $got; expected $3"
	else
		pass "$1"
	fi
}

# untouched NAME FILE SUM: SUM is what sum_of said before
sum_of() { sha256sum <"$1"; }
untouched() {
	if [ "$(sum_of "$2")" = "$3" ]; then pass "$1"; else fail "$1" "$2 was changed"; fi
}

# has NAME FILE REGEX, has_no NAME FILE REGEX
has() {
	if grep -qE -- "$3" "$2"; then pass "$1"; else
		fail "$1" "no line matches /$3/: $(head -5 "$2")"
	fi
}
has_no() {
	if ! grep -qE -- "$3" "$2"; then pass "$1"; else
		fail "$1" "matches /$3/: $(grep -E -m 3 -- "$3" "$2")"
	fi
}

# Up to ten seconds until FILE has N lines.
wait_lines() {
	for ((i = 0; i < 200; i++)); do
		[ -e "$1" ] && [ "$(wc -l <"$1")" -ge "$2" ] && return
		sleep 0.05
	done
	return 1
}

# Whether the live benches can run here.
is_live() { "$TWBENCH" doctor >"$T/doctor" 2>&1; }

# ---- comparisons ----

SIM=tests/cli/simulate

# sim NAME [OPTION=VALUE...]: a journal $T/NAME whose truth is known
sim() {
	local name=$1
	shift
	"$SIM" "$T/$name" "$@" || fail "simulate $name"
}

cmp_json() { tw compare --format json "$@"; }

# fact NAME EXPRESSION: of the JSON document d in $T/out, a comparison
fact() {
	check "$1" "$PYTHON" -c '
import json, sys
d = json.load(open(sys.argv[1]))
rows = {r["metric"]: r for r in d["rows"]}
assert eval(f"({sys.argv[2]})"), {k: v for k, v in d.items() if k not in ("base", "head", "confirm")}
' "$T/out" "$2"
}

# valid NAME FILE: a comparison as its schema says
valid() {
	# schema_check reads lines
	"$PYTHON" -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))))' "$2" >"$T/line"
	run "$CHECK_SCHEMA" results/twbench-compare-1.schema.json "$T/line"
	if [ "$code" = 77 ]; then skip "$1" "$(cat "$T/out")"; else expect "$1" 0; fi
}
