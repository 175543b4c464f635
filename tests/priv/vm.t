#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Guests with other kernels: one with the kfuncs under their later names, one without any, and the
# script that boots them. Needs no privilege.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

bench=build/static/twbench

# boot CASE ARG...: scripts/vm; without a guest it fails, after CASE was skipped with the reason.
# An old QEMU's emulation kills one guest in ten while it boots: that says nothing about us. A guest
# that came to its command has said something.
boot() {
	local name=$1 try
	shift
	for try in 1 2 3; do
		run scripts/vm "$@"
		[ ! -s "$T/out" ] || break
		grep -q '^scripts/vm: the guest died' "$T/err" || break
		diag "boot $try: $(head -n 1 "$T/err")"
	done
	if [ "$code" != 77 ] || ! grep -q '^scripts/vm: ' "$T/err"; then return 0; fi
	skip "$name" "$(sed -n 's/^scripts\/vm: //p' "$T/err" | tail -n 1)"
	return 1
}

# header NAME REGEX, of the journal in $T/j
header() { check "$1" grep -qE "^\{\"kind\":\"header\".*$2" "$T/j"; }

points_missing() {
	pick "$T/j" trigger mode counts_completed | awk -F '\t' '
		$3 > 0 { seen[$1 " " $2] = 1 }
		END {
			all = "syscall signal,syscall resume,perf-sw signal,perf-sw resume"
			split(all, want, ",")
			for (i in want) if (!(want[i] in seen)) print want[i] " was not measured"
		}'
}

later_names() {
	boot "Linux 7" --kernel 7 -- $bench run -p smoke -q -o - || return
	expect "Linux 7: smoke run" 0
	cp "$T/out" "$T/j"
	header "Linux 7: it is that kernel" '"kernel_release":"7\.'
	header "Linux 7: the kfuncs have their plain names" '"kfunc_flavour":"plain"'
	silent "Linux 7: every mode from every trigger" points_missing
	silent "Linux 7: laws" broken_laws "$T/j"
	check "Linux 7: the journal is complete" grep -q '^{"kind":"footer"' <(tail -n 1 "$T/j")
}

# Where trampolines are allowed, every stage is observed, by fentry and fexit.
stages_missing() {
	pick "$T/j" probes stage_irq_ns_p50 stage_add_ns_p50 stage_exit_ns_p50 stage_run_ns_p50 \
		stage_done_ns_p50 stage_standby_ns_p50 unmatched_ratio |
		awk '$1 == "on" && (/-/ || $8 > 0.02) { print } $1 == "on" { n++ }
			END { if (!n) print "no sample with probes" }'
}

trampolines() {
	boot "Linux 7: stages" --kernel 7 -- $bench run stages --triggers syscall --modes signal \
		--set stages.probes=off,on -n 1 -d 0.3 -q -o - || return
	expect "Linux 7: stages" 0
	cp "$T/out" "$T/j"
	silent "Linux 7: stages: all six, by fentry and fexit" stages_missing
	check "Linux 7: stages: the sources say so" grep -q '"irq":"fentry bpf_task_work_irq"' "$T/j"
	silent "Linux 7: stages: laws" broken_laws "$T/j"
}

needs_a_kernel() {
	pick "$T/j" bench | awk '
		$1 != "nop" && $1 !~ /^user-/ { print }
		{ seen[$1] = 1 }
		END {
			split("nop user-alloc user-schedule user-ebusy user-contend", want)
			for (i in want) if (!(want[i] in seen)) print want[i] " was not measured"
		}'
}

no_kfuncs() {
	boot "Linux 6.12" --kernel 6.12 -- $bench run -p smoke -q -o - || return
	expect "Linux 6.12: what needs no kfuncs runs" 0
	cp "$T/out" "$T/j"
	header "Linux 6.12: it is that kernel" '"kernel_release":"6\.12\.'
	check "Linux 6.12: the first line says so" \
		grep -q '^no usable kernel (Linux 6.12.*needs Linux 6.18' <(head -n 1 "$T/err")
	silent "Linux 6.12: nop and the benches of user space are measured, no others" needs_a_kernel
	boot "Linux 6.12: --require-live" --kernel 6.12 -- \
		$bench run -p smoke -q --require-live -o - || return
	expect "Linux 6.12: --require-live" 77 'needs Linux 6.18'
}

# All bytes, and more than a port takes at once.
# shellcheck disable=SC2016 # for another shell
all_bytes='for i in $(seq 0 255); do printf "\\$(printf %03o $i)"; done; seq 1 50000; printf end'

script_itself() {
	boot "scripts/vm: bytes and exit code" -- \
		busybox sh -c "$all_bytes; printf talk >&2; exit 7" || return
	expect "scripts/vm: the command's exit code" 7
	check "scripts/vm: every byte of stdout" cmp "$T/out" <(bash -c "$all_bytes")
	check "scripts/vm: every byte of stderr" cmp "$T/err" <(printf talk)
	boot "scripts/vm: a panic" -- \
		busybox sh -c 'echo before; echo c >/proc/sysrq-trigger; sleep 60' || return
	expect "scripts/vm: a panic" 1 'the guest died: Kernel panic'
	check "scripts/vm: what came before the panic" grep -qx before "$T/out"
}

# Fetched first, so that what is said about that is not in the way of what a guest says.
for kernel in 7 6.12; do scripts/vm --fetch "$kernel" >/dev/null 2>&1; done
later_names
trampolines
no_kfuncs
script_itself
finish
