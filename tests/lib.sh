# SPDX-License-Identifier: GPL-2.0
# TAP for shell tests. Sourced: . "$(dirname "$0")/../lib.sh"; ends with `finish`.
# The tree's root is the working directory; $T is a private directory, removed at the end.
# shellcheck shell=bash

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
TWBENCH=$PWD/build/twbench
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
tests=0
failed=0

# pass NAME / fail NAME [DETAIL]
pass() { tests=$((tests + 1)); echo "ok $tests - $1"; }
fail() {
	tests=$((tests + 1))
	failed=$((failed + 1))
	echo "not ok $tests - $1"
	[ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/# /'
}

# skip NAME REASON
skip() { tests=$((tests + 1)); echo "ok $tests - $1 # SKIP $2"; }

# check NAME COMMAND...: passes if the command succeeds; its output is shown if it does not.
check() {
	local name=$1 out
	shift
	if out=$("$@" 2>&1); then pass "$name"; else fail "$name" "$out"; fi
}

# run COMMAND...: leaves its exit code in $code, stdout in $T/out, stderr in $T/err.
run() {
	code=0
	"$@" >"$T/out" 2>"$T/err" </dev/null || code=$?
}

# expect NAME CODE [STDERR-REGEX]: judges the last `run`.
expect() {
	if [ "$code" != "$2" ]; then
		fail "$1" "exit code $code, expected $2; stderr: $(head -5 "$T/err")"
	elif [ -n "${3-}" ] && ! grep -qE -- "$3" "$T/err"; then
		fail "$1" "stderr does not match /$3/: $(head -5 "$T/err")"
	else
		pass "$1"
	fi
}

finish() {
	echo "1..$tests"
	exit $((failed > 0))
}
