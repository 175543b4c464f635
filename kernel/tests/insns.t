#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Instructions per operation of the implementations, counted by callgrind and compared with
# insns.reference: growth by more than 0.5 % is red, and by more than half an instruction, which is
# less where a path is long: nothing is noise here. `insns.t --update` writes this compiler's lines.
#
# Counted: the implementation, the shim's inlined and called part, the loop. Not counted: the C
# library (memset of a new context), whose code is chosen by the processor at hand. (--skip-plt=no:
# otherwise callgrind adds it to the caller, now and then.)
. "$(dirname "$0")/../../tests/lib.sh"

program=build/kernel/tests/insns
reference=kernel/tests/insns.reference
tolerance=0.005 instruction=0.5

leave() {
	skip "instructions per operation" "$1"
	finish
}

# costs DIRECTORY: IMPLEMENTATION LOOP INSTRUCTIONS, of the runs with N and 2N operations
costs() {
	local impl loop n own i=0 before=0 ops=0
	while read -r impl loop n; do
		i=$((i + 1))
		# A line behind calls= is what the callee cost, which has its own lines.
		own=$(awk -v program="/$program" '
			/^ob=/ { ours = substr($0, length($0) - length(program) + 1) == program }
			/^calls=/ { getline; next }
			/^[0-9]/ && ours { sum += $2 }
			END { print sum + 0 }' "$1/callgrind.$i")
		if [ $((i % 2)) = 1 ]; then
			before=$own ops=$n
		else
			awk -v d=$((own - before)) -v n=$((n - ops)) -v what="$impl $loop" \
				'BEGIN { printf "%s %.2f\n", what, d / n }'
		fi
	done <"$1/runs"
}

count() {
	valgrind -q --tool=callgrind --callgrind-out-file="$T/callgrind" --compress-strings=no \
		--compress-pos=no --skip-plt=no --zero-before=measured --dump-after=measured \
		"$PWD/$program" >"$T/runs" 2>"$T/err" || return
	costs "$T" >"$T/now"
	[ -s "$T/now" ]
}

# compare FACTOR: VERDICT IMPLEMENTATION LOOP NOW THEN, with the reference times FACTOR
compare() {
	awk -v build="$build" -v share=$tolerance -v most=$instruction -v factor="$1" '
		FNR == NR && $1 == build {
			known[$2 " " $3] = 1
			then[$2 " " $3] = $4 * factor
		}
		FNR == NR { next }
		{
			key = $1 " " $2
			seen[key] = 1
			verdict = "same"
			tolerance = then[key] * share < most ? then[key] * share : most
			if (!(key in known))
				verdict = "unknown"
			else if ($3 > then[key] + tolerance)
				verdict = "grew"
			else if ($3 < then[key] - tolerance)
				verdict = "shrank"
			print verdict, key, $3, ((key in known) ? then[key] : "-")
		}
		END { for (key in known) if (!(key in seen)) print "gone", key, "-", then[key] }
	' "$reference" "$T/now"
}

update() {
	{
		grep -v "^$build " "$reference" 2>/dev/null ||
			echo "# build implementation loop instructions-per-operation"
		sed "s/^/$build /" "$T/now"
	} >"$T/reference"
	cp "$T/reference" "$reference"
	echo "# $reference: lines of $build, taken with version $version" >&2
}

command -v valgrind >/dev/null || leave "no valgrind (Debian package valgrind)"
[ -x $program ] || leave "$program is not built (make tests)"
# The compiler's flags, as the Makefile has noted them.
grep -q -- '-pthread -O2 -g ' build/cc || leave "built with other CFLAGS than -O2 -g"
read -r build version <<<"$($program --version)"
if ! count; then
	fail "callgrind counts" "$(head -n 5 "$T/err")"
	finish
fi
if [ "${1-}" = --update ]; then
	update
	exit
fi
grep -q "^$build " $reference || leave "no reference for $build (version $version); \
kernel/tests/insns.t --update writes one"

compare 1 >"$T/verdicts"
while read -r verdict impl loop now was; do
	what="$impl $loop: $now instructions"
	case $verdict in
	same) pass "$what" ;;
	grew) fail "$what" "the reference has $was: find out why; if it must be, $0 --update" ;;
	shrank) pass "$what, fewer than $was: update the reference ($0 --update)" ;;
	gone) fail "$impl $loop" "in the reference, but no longer measured: $0 --update" ;;
	unknown) skip "$what" "no reference for it yet: $0 --update" ;;
	esac
done <"$T/verdicts"

# The comparison itself can turn red.
n=$(grep -c "^$build " $reference)
check "0.6 % fewer in the reference: all of them grew" \
	test "$(compare 0.994 | grep -c ^grew)" -ge "$n"
check "0.6 % more in the reference: all of them shrank" \
	test "$(compare 1.006 | grep -c ^shrank)" -ge "$n"
finish
