#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# What the benches overhead and load have others run: hidden commands, and programs that are not
# installed.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh

# ---- hidden commands ----

tw --help
has_no "--help hides them" "$T/out" "_keep|_pingpong|_load"

cpu=$(sed -n 's/^Cpus_allowed_list:\t\([0-9]*\).*/\1/p' /proc/self/status)
tw _pingpong "$cpu" 100
expect "_pingpong" 0
check "_pingpong says nothing" [ ! -s "$T/out" ]
tw _pingpong "$cpu" 0
expect "_pingpong: no round trip" 0
for args in "" "$cpu" "$cpu x" "x 1" "$cpu -1" "$cpu 1 1" "1000000 1"; do
	# shellcheck disable=SC2086 # words
	tw _pingpong $args
	refused "_pingpong $args" 2 "needs CPU N"
done
tw _pingpong 1023 1
refused "_pingpong on a CPU that is not there" 6 "cannot use this CPU"

for args in "" latency "latency frob" "latency syscall frob" "latency syscall attach frob"; do
	# shellcheck disable=SC2086 # words
	tw _load $args
	refused "_load $args" 2 "needs OBJECT TRIGGER"
done
tw _keep true
refused "_keep, started by a person" 2 "started by twbench run only"

if is_live; then
	tw _load -
	expect "_load -" 0
	tw _load latency syscall attach
	expect "_load latency syscall attach" 0
	tw _load latency perf-sw
	expect "_load latency perf-sw" 0
	tw _load latency perf-sw attach
	refused "_load does not attach to what idle tasks run into" 6 "tracepoints of system calls only"
	tw _load frob syscall
	refused "_load of an unknown object" 6 "no BPF object frob"
	tw _load nop prog-run
	refused "_load of an unknown program" 6 "no program on_run"
else
	skip "_load" "$(grep prevents "$T/doctor" | head -n 1 | tr -s ' ')"
	finish
fi

# ---- programs that are not installed ----

# missing PROGRAM PACKAGE BENCH ARG...: a PATH of links to everything but this one.
missing() {
	local program=$1 package=$2 dir=$T/path.$1
	shift 2
	mkdir -p "$dir"
	for tool in hyperfine tar cc; do
		[ $tool = "$program" ] || ln -sf "$(command -v $tool || echo /bin/true)" "$dir/$tool"
	done
	rm -f "$T/j"
	run env PATH="$dir" "$(command -v timeout)" 60 "$TWBENCH" run "$@" -n 2 -q -o "$T/j"
	expect "without $program: $*: exit code" 77
	check "without $program: $*: the skip names the package" \
		grep -qE "^\{\"kind\":\"skip\".*\"reason\":\"[^\"]*$program.*Debian package $package\)" "$T/j"
	check "without $program: $*: no sample, no error" \
		[ "$(grep -cE '"kind":"(sample|error)"' "$T/j")" = 0 ]
}

missing hyperfine hyperfine overhead --set overhead.load=none
missing hyperfine hyperfine load
missing tar tar overhead --set overhead.load=none --set overhead.workload=tar
missing cc gcc overhead --set overhead.load=none --set overhead.workload=compile

# A trigger that the kernel fires hits the command, never a worker that sleeps.
tw run overhead --set overhead.load=busy --triggers perf-sw -n 1 -q -o "$T/perf"
expect "a trigger that fires by itself" 77
has "... is skipped with the reason" "$T/perf" '"skip".*fires at whatever runs'

# ---- no room for a private directory ----

run env TMPDIR="$T/not-there" "$TWBENCH" run overhead --set overhead.load=none -n 1 -q -o "$T/dir"
if command -v hyperfine >/dev/null; then
	expect "TMPDIR that is not there" 77 "private directory $T/not-there/twbench-.*set TMPDIR"
else
	skip "TMPDIR that is not there" "hyperfine is not installed"
fi

# Every BPF object that a trigger can run is timed, but for the one of the calibration, which none can.
run "$TWBENCH" run load -p full --dry-run
for f in bpf/*.bpf.c; do
	f=$(basename "$f" .bpf.c)
	[ "$f" = calib ] || has "full times the loading of $f" "$T/out" "^ *load $f "
done

finish
