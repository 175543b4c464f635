#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Nothing goes uncounted: conservation laws and offered load, recomputed from exported counts.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

cpus=$(allowed_cpus | wc -l)

need_live "smoke run" "laws of the smoke run" "window within life" "recorded as often as counted" \
	"recursion misses are reported" "perf-hw" "syscall: attempts are what was intended" \
	"syscall: intended is what was asked for" "syscall: laws" "perf-sw" "arrival max"

# Terms of the window are part of the whole life's.
outside_life() {
	local term

	for term in delivered filtered attempts accepted ebusy completed; do
		pick "$T/j" bench order counts_$term life_$term |
			awk '$1 != "nop" && !($4 >= $3)' || return
	done
}

# One record per completed callback and per accepted call; negative times would be missing here.
misrecorded() {
	local pair

	for pair in delivery_ns:completed service_ns:completed call_ns:accepted; do
		"$TWBENCH" export --format csv --hist "${pair%:*}" "$T/j" |
			awk -F , -v pair=$pair -v counted="$(pick "$T/j" bench "counts_${pair#*:}" |
				awk '$1 == "latency" { n += $2 } END { print n }')" '
			$2 == "latency" { n += $NF }
			END {
				if (!n || n != counted)
					print pair ": " n " recorded, " counted " counted"
			}'
	done
}

unreported() {
	awk '/"kind":"sample"/ && !/"recursion_misses":[0-9]+[,}]/' "$T/j"
}

smoke() {
	tw -p smoke
	expect "smoke run" 0
	silent "laws of the smoke run" broken_laws "$T/j"
	silent "window within life" outside_life
	silent "recorded as often as counted" misrecorded
	silent "recursion misses are reported" unreported
	if "$TWBENCH" doctor | grep -E '^yes +perf-hw' >/dev/null; then
		check "perf-hw is measured" grep -q '"kind":"sample".*"trigger":"perf-hw"' "$T/j"
	else
		check "perf-hw is skipped with a reason" \
			grep -qE '"kind":"skip".*"trigger":"perf-hw".*"reason":"[^"]+"' "$T/j"
	fi
}

off_target() {
	pick "$T/j" mode arrival rate counts_intended counts_attempts | awk -F '\t' '
		{ off = $5 < $4 ? $4 - $5 : $5 - $4 }
		!($4 > 0) || off > 0.005 * $4 {
			print $1, $2, $3 "/s:", $5, "attempts,", $4, "intended"
		}
		END { if (NR != 8) print NR, "samples instead of 8" }'
}

# Constant arrivals have one instant more or less per CPU; Poisson's differ by their own spread.
off_rate() {
	pick "$T/j" mode arrival rate window_s counts_intended | awk -F '\t' -v cpus="$cpus" '
		{ asked = $3 * $4 * cpus; off = $5 < asked ? asked - $5 : $5 - asked }
		off > ($2 == "constant" ? cpus + 1 : 5 * sqrt(asked)) {
			print $1, $2, $3 "/s:", $5, "intended,", asked, "asked for"
		}'
}

# A worker that must wait calls late, perhaps on the other side of a window's edge: hence urgent.
run_syscalls() {
	rm -f "$T/j"
	run urgent "$TWBENCH" run latency --triggers syscall --modes signal,resume \
		--rates 1000,10000 --arrival constant,poisson --cpus all -n 1 -d 1 -q -o "$T/j"
}

syscalls() {
	local off

	run_syscalls
	off=$(off_target)
	if [ -n "$off" ]; then
		diag "again, in case other load made the difference: $(head -n 1 <<<"$off")"
		run_syscalls
	fi
	diag "syscall, attempts of intended: $(pick "$T/j" counts_attempts counts_intended |
		awk '{ printf "%s of %s; ", $1, $2 }')"
	silent "syscall: attempts are what was intended, within 0.5 %" off_target
	silent "syscall: intended is what was asked for" off_rate
	silent "syscall: laws" broken_laws "$T/j"
}

perf_sw_wrong() {
	pick "$T/j" mode counts_intended counts_delivered counts_filtered counts_throttled \
		life_throttled | awk -F '\t' -v cpus="$cpus" '
		{ for (i = 2; i <= 6; i++) if ($i !~ /^[0-9]+$/) print "column " i ": " $0 }
		$3 > $2 + 2 * cpus || $3 == 0 { print $1 ":", $3, "delivered,", $2, "intended" }
		END { if (NR != 2) print NR, "samples instead of 2" }'
}

# The kernel fires: less than intended where it withheld, never more than the phase explains.
perf_sw() {
	tw latency --triggers perf-sw --modes signal,resume --rates 10000 --cpus all -n 1 -d 1
	expect "perf-sw runs" 0
	silent "perf-sw: laws" broken_laws "$T/j"
	silent "perf-sw: what was withheld and filtered is reported" perf_sw_wrong
	diag "perf-sw: $(pick "$T/j" counts_intended counts_delivered counts_filtered \
		life_throttled | awk '{
			printf "%s intended, %s delivered, %s filtered, %s throttled; ",
				$1, $2, $3, $4
		}')"
}

arrival_max_wrong() {
	pick "$T/j" mode rate counts_accepted window_s | awk -F '\t' -v cpus="$cpus" '
		$2 != "-" || !($3 > 10000 * $4 * cpus)
		END { if (NR != 2) print NR, "samples instead of 2" }'
}

arrival_max() {
	tw latency --triggers syscall --modes signal,resume --arrival max --cpus all -n 1 -d 0.5
	expect "arrival max runs" 0
	silent "arrival max: laws" broken_laws "$T/j"
	silent "arrival max: more than 10,000/s per CPU, and no rate" arrival_max_wrong
	diag "arrival max, accepted per second and CPU: $(pick "$T/j" counts_accepted window_s |
		awk -v cpus="$cpus" '{ printf "%.0f ", $1 / $2 / cpus }')"
}

smoke
syscalls
perf_sw
arrival_max
finish
