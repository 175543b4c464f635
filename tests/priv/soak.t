#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Load on every CPU: no kernel thread works for it, no element stays wedged, nothing stays behind.
# SOAK_S is the length of the load (default 15 s).
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

seconds=${SOAK_S:-15}
need_live "system-wide load" "every work ended" "no kernel thread works for the load" \
	"no kernel thread spins afterwards" "soak" "a leak is found" "usage"

# "NAME/TID TICKS" of every kernel thread
kernel_threads() {
	awk '{ pid = $1; name = $0; sub(/^[^(]*\(/, "", name); sub(/\).*$/, "", name)
		gsub(/ /, "_", name); sub(/^.*\) /, ""); if ($2 == 2) print name "/" pid, $12 + $13
	}' /proc/[0-9]*/stat 2>/dev/null
}

# busy BEFORE AFTER SECONDS SHARE: kernel threads with more than that share of a CPU. Those that write
# files back work for whoever wrote them, and a kworker for anybody (a device, a process that ends): these
# are told only if they do little else, as one would that has become a target (D2).
busy() {
	awk -v hz="$(getconf CLK_TCK)" -v s="$3" -v share="$4" 'NR == FNR { t[$1] = $2; next }
		{ limit = $1 ~ /flush-|ext4-|jbd2|writeback|^kworker/ ? 0.9 : share }
		($2 - t[$1]) / hz / s > limit {
			printf "%s %.1f %%\n", $1, 100 * ($2 - t[$1]) / hz / s }' "$1" "$2"
}

# Over the whole load, in every phase, of every CPU.
unfinished() {
	pick "$T/j" trigger mode life_accepted life_completed life_in_flight_at_end life_lost \
		ebusy_ratio completed_per_s | awk '
		$3 != $4 || $5 || $6 { print "not ended:", $0 }
		# a wedged element answers EBUSY for ever; with constant gaps hardly any is right
		!($7 < 0.05 && $8 > 0) { print "wedged:", $0 }
		END { if (NR != 2) print NR, "samples instead of 2" }'
}

load() {
	rm -f "$T/j"
	kernel_threads >"$T/k0"
	run "$TWBENCH" run latency --triggers perf-sw --modes signal,resume --rates 10000 \
		--cpus all -n 1 -d "$(awk -v s="$seconds" 'BEGIN { print s / 2 }')" -q -o "$T/j"
	kernel_threads >"$T/k1"
	sleep 3
	kernel_threads >"$T/k2"
}

load
if [ -n "$(busy "$T/k0" "$T/k1" "$seconds" 0.01)" ]; then
	diag "again, in case others kept them busy: $(busy "$T/k0" "$T/k1" "$seconds" 0.01)"
	load
fi
expect "system-wide load" 0
silent "every work ended, and every CPU went on to the end" unfinished
silent "no kernel thread works for the load" busy "$T/k0" "$T/k1" "$seconds" 0.01
silent "no kernel thread spins afterwards" busy "$T/k1" "$T/k2" 3 0.5
silent "laws" broken_laws "$T/j"

run scripts/soak -s 10 -o "$T/s" -- latency --triggers syscall -n 1 -d 0.2
expect "soak: nothing stayed behind" 0
check "soak: it says what it counted" grep -qE '^link +[0-9]+ +[0-9]+$' "$T/out"
check "soak: every run has a journal" test -s "$T/s" -a -s "$T/s.1"

# A map that somebody pins meanwhile is found.
mkdir "$T/fs"
if mount -t bpf bpf "$T/fs" 2>/dev/null; then
	(sleep 5; bpftool map create "$T/fs/m" type array key 4 value 4 entries 1 name leak 2>/dev/null) &
	run scripts/soak -s 10 -o "$T/t" -- latency --triggers syscall -n 1 -d 0.2
	expect "soak: a map that stayed behind is found" 1
	check "soak: and named" grep -qE '^map .* GREW$' "$T/out"
	wait $!
	rm -f "$T/fs/m"
	umount "$T/fs"
else
	skip "soak: a map that stayed behind is found" "no BPF file system can be mounted here"
fi
# A process that stays is found, whether it is the tool or what the tool started.
cp "$(command -v sleep)" "$T/twbench"
(sleep 5; exec "$T/twbench" 30) &
run scripts/soak -s 10 -o "$T/u" -- latency --triggers syscall -n 1 -d 0.2
expect "soak: a task that stayed behind is found" 1
check "soak: and counted" grep -qE '^tasks +0 +1 +GREW$' "$T/out"

# So is what the kernel says.
if { : >/dev/kmsg; } 2>/dev/null; then
	(sleep 5; echo "<6>twbench soak.t: a message of this test" >/dev/kmsg) &
	run scripts/soak -s 10 -o "$T/v" -- latency --triggers syscall -n 1 -d 0.2
	expect "soak: a kernel message is found" 1
	check "soak: and shown" grep -q 'a message of this test' "$T/out"
else
	skip "soak: a kernel message is found" "/dev/kmsg cannot be written"
fi
run scripts/soak -s 0
expect "soak: usage" 2 "must be a whole number"
run scripts/soak --no-such
expect "soak: unknown option" 2
finish
