#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# Without a usable kernel: no rights, and no BTF (hidden in a mount namespace of its own). A named
# live bench is refused with 77 and the reason; `run` alone does what needs no kernel.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# The other user must reach the program and its directory.
chmod 711 "$T"
mkdir -m 777 "$T/open"
cp "$TWBENCH" "$T/open/twbench"
if [ "$(id -u)" = 0 ]; then
	powerless=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
else
	powerless=(env)
fi
# shellcheck disable=SC2016
no_btf=(unshare -m --propagation private sh -c
	'mount -t tmpfs tmpfs /sys/kernel/btf && exec "$@"' sh)

# with PREFIX ARG...
with() {
	local -n prefix=$1
	shift
	run env -C "$T/open" timeout -k 5 60 "${prefix[@]}" ./twbench "$@"
}

# without NAME PREFIX REASON: all that a lack of one kind must lead to
without() {
	local name=$1 prefix=$2 reason=$3 j=$T/open/$2 n args lines

	with "$prefix" doctor --json
	expect "$name: doctor" 77
	check "$name: doctor names it" grep -q prevents "$T/out"

	for args in latency 'latency nop' 'nop --set nop.where=user --require-live' --require-live \
		"latency --triggers syscall --modes signal --cpus first" \
		'-p smoke --require-live --quiet'; do
		# shellcheck disable=SC2086
		with "$prefix" run $args -n 1 -d 0.05 -o "$j.none"
		expect "$name: run $args" 77 "$reason"
		check "$name: run $args: it says what to do" grep -q "twbench doctor" "$T/err"
		lines=$(wc -l <"$T/err")
		check "$name: run $args: each reason once" test "$lines" -le 3
		check "$name: run $args: writes nothing" test ! -s "$T/out" -a ! -e "$j.none"
	done

	with "$prefix" run -n 2 -d 0.05 -o "$j.plain"
	expect "$name: run" 0
	has "$name: the first line says so" <(head -n 1 "$T/err") "no usable kernel.*$reason"
	check "$name: nop in user space was measured" \
		test "$(grep '"sample"' "$j.plain" | grep -c '"where":"user"')" = 2
	check "$name: no live bench was" sh -c "! grep '\"sample\"' '$j.plain' | grep -q latency"
	for n in user-alloc user-schedule user-ebusy user-contend; do
		check "$name: $n was, each implementation" test "$(grep '"sample"' "$j.plain" |
			grep "\"$n\"" | grep -oE '"impl":"[a-z]+"' | sort -u | wc -l)" = 3
	done
	n=$(grep -c '"sample"' "$j.plain")
	check "$name: each skip has the reason" \
		sh -c "! grep '\"skip\"' '$j.plain' | grep -vE '$reason'"
	holds "$name: the journal" "$j.plain" \
		"$n samples, $(grep -c '"skip"' "$j.plain") skips, 0 errors, complete"
	has "$name: the table tells of the skips" "$T/out" '^skipped'

	with "$prefix" run -n 1 -d 0.05 -q -o -
	expect "$name: run --quiet -o -" 0
	has_no "$name: stdout is pure" "$T/out" '^[^{]'
	with "$prefix" run --dry-run
	expect "$name: --dry-run" 0
	with "$prefix" run latency --dry-run
	expect "$name: --dry-run of nothing but skips" 0
	has "$name: it shows them" "$T/out" "SKIP.*$reason"
}

with powerless doctor --json
if ! grep -q prevents "$T/out"; then
	skip "no rights" "this user may load BPF programs"
else
	without "no rights" powerless 'BPF program.*(not permitted|denied).*CAP_BPF'

	# Interrupted in the middle, with skips before.
	env -C "$T/open" "${powerless[@]}" ./twbench run --impl stock -n 4 -d 0.2 -q -o cut 2>"$T/err" &
	pid=$!
	wait_lines "$T/open/cut" 3
	while ! grep -q '"sample"' "$T/open/cut" && kill -0 $pid 2>/dev/null; do sleep 0.05; done
	kill -INT $pid
	wait $pid
	check "interrupted" test $? = 130
	skips=$(grep -c '"skip"' "$T/open/cut")
	with powerless run --resume -q -o cut
	expect "--resume" 0
	holds "each sample and each skip once" "$T/open/cut" \
		"4 samples, $skips skips, 0 errors, complete"
fi

if [ "$(id -u)" != 0 ] || ! "${no_btf[@]}" true 2>/dev/null; then
	skip "no BTF" "hiding it needs root and a mounted /sys"
else
	without "no BTF" no_btf '/sys/kernel/btf/vmlinux.*CONFIG_DEBUG_INFO_BTF'
fi

finish
