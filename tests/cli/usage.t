#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# Help, version, and names that do not exist: exit codes, and the right names in the message.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh

commands=(list run report compare cover plot export doctor)

# ---- help and version ----

tw --version
expect "--version" 0
version=$(sed -nE 's/^twbench ([0-9]+\.[0-9]+[^ ]*).*/\1/p' "$T/out")
has "--version tells a version" "$T/out" '^twbench [0-9]+\.[0-9]+'

tw --help
expect "--help" 0
for c in "${commands[@]}"; do
	has "--help names $c" "$T/out" "^ +$c "
done

for c in "${commands[@]}"; do
	tw "$c" --help
	if [ "$code" = 0 ] && [ ! -s "$T/err" ] && grep -q "^Usage: twbench $c" "$T/out"; then
		pass "$c --help"
	else
		fail "$c --help" "code $code: $(head -3 "$T/out" "$T/err")"
	fi
	has "$c --help has examples" "$T/out" '^EXAMPLES'
	has "its examples are of $c" "$T/out" "^  .*twbench $c"
	cp "$T/out" "$T/long"
	tw "$c" -h
	check "$c -h says the same" cmp "$T/long" "$T/out"
	tw "$c" --version
	expect "$c --version" 0
	has "$c --version is that of twbench" "$T/out" "^twbench ${version:-?}( |$)"
	# argp's advice after an error must hold.
	tw "$c" --no-such-option
	sed -nE 's/^Try .twbench ([^ ]+ --help).*/\1/p; s/.* or .twbench ([^ ]+ --usage).*/\1/p' \
		"$T/err" >"$T/advice"
	while read -ra advice; do
		tw "${advice[@]}"
		expect "advised: ${advice[*]}" 0
	done <"$T/advice"
done

# ---- names that do not exist ----

tw
expect "no argument" 2 '^Usage: twbench'
check "no argument: nothing on stdout" test ! -s "$T/out"

all="list run report compare cover plot export doctor"
for c in frob '' -x Run runn; do
	tw "$c"
	refused "unknown command '$c'" 2 "'$c'.*${all// /.*}"
done

for c in "${commands[@]}"; do
	tw "$c" --no-such-option
	refused "$c --no-such-option" 2 "^twbench $c: .*--no-such-option"
done
tw list argument
refused "list takes no argument" 2 '^twbench list: '
tw doctor argument
refused "doctor takes no argument" 2 '^twbench doctor: .*argument'
for c in report export; do
	tw "$c"
	refused "$c without a journal" 2 'JOURNAL'
done
tw export --format frob x.jsonl
refused "unknown format" 2 "'frob'.*csv.*json"

unknown() {
	local words=$1
	shift
	tw run "$@" --dry-run
	refused "run $*" 2 "frob.*$words"
}
unknown 'latency.* nop' frob
unknown 'latency.* nop' nop frob
unknown 'smoke quick full' -p frob
unknown 'perf-hw.*perf-sw.*syscall' --triggers frob
unknown 'perf-hw.*perf-sw.*syscall' --triggers syscall,frob
unknown 'signal.*resume' --modes frob
unknown 'self' --targets frob
unknown 'constant.*poisson.*max' --arrival frob
unknown 'stock.*direct.*posted.*refcounted' --impl frob
unknown 'stock.*direct.*posted.*refcounted' user-ebusy --impl posted,frob
unknown 'latency.* nop' --set frob.rate=1
unknown 'where' --set nop.frob=1
unknown 'bpf.*user' --set nop.where=frob

tw run latency --rates "$(seq -s, 5000)" --dry-run
refused "more points than anybody measures" 2 'more than 4096 combinations'
tw run latency --rates "$(seq -s, 500)" --dry-run -n 100000
refused "more samples than anybody measures" 2 'more than 10000000 samples'

# ---- output that cannot be written ----

for c in --help --version list 'list --json' 'run --help' 'run nop --dry-run' doctor \
	'doctor --json'; do
	for to in /dev/full closed; do
		code=0
		# shellcheck disable=SC2086
		if [ $to = closed ]; then
			timeout 60 "$TWBENCH" $c >&- 2>"$T/err" </dev/null || code=$?
		else
			timeout 60 "$TWBENCH" $c >$to 2>"$T/err" </dev/null || code=$?
		fi
		: >"$T/out"
		refused "$c, stdout $to" 6 'output|written|printed'
	done
done

finish
