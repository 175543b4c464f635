#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# What the target loses: that the numbers follow the load, and are those of the target.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

cases=(
	"runs" "laws" "load in half of the time only"
	"a sleeper: a switch and, in epoll_wait, an EINTR per work"
	"a computing target: a work costs it between 0.2 us and 100 us"
	"with load it gets less done" "the cost of a work does not depend on their number"
	"hardware counters: measured, or absent where there is no PMU"
	"a window of too few slices: refused"
)
need_live "${cases[@]}"
[ "$(allowed_cpus | wc -l)" -ge 2 ] || skip_all "a target needs a second CPU" "${cases[@]}"

measure() {
	rm -f "$T/j"
	run urgent "$TWBENCH" run victim --targets remote,remote-wait,remote-read --modes signal \
		--rates 10000,20000 -n 3 -d 1 -q -o "$T/j"
}

load_wrong() {
	pick "$T/j" target rate counts_intended accepted_per_s | awk -F '\t' '
		!($3 > 0.45 * $2 && $3 < 0.55 * $2) || !($4 > 0 && $4 <= 1.02 * $2)
		END { if (NR != 18) print NR, "samples instead of 18" }'
}

sleepers_wrong() {
	pick "$T/j" target eintr_per_accepted switches_per_accepted loss_ns | awk -F '\t' '
		$1 == "remote" { next }
		{ n++ }
		!($3 > 0.8 && $3 < 1.3) || !($4 > 200 && $4 < 100000)
		$1 == "remote-wait" && !($2 > 0.8 && $2 <= 1)
		$1 == "remote-read" && $2 != 0
		END { if (n != 12) print n + 0, "samples instead of 12" }'
}

# loss RATE: the median of what a work costs the computing target.
loss() { pick "$T/j" target rate loss_ns | awk -v r="$1" '$1 == "remote" && $2 == r { print $3 }' | quantile 0.5; }

loss_wrong() {
	local rate

	for rate in 10000 20000; do
		within "$(loss $rate)" 200 100000 || echo "$rate/s: $(loss $rate) ns"
	done
}

# Twice the works: half the cost each would mean that it is not theirs.
proportion_wrong() {
	awk -v a="$(loss 10000)" -v b="$(loss 20000)" 'BEGIN { exit !(a > 0 && b / a > 0.6 && b / a < 1.6) }' ||
		echo "10000/s: $(loss 10000) ns, 20000/s: $(loss 20000) ns"
}

slower_wrong() {
	local off on

	off=$(pick "$T/j" target loop_off_per_s | awk '$1 == "remote" { print $2 }' | quantile 0.5)
	on=$(pick "$T/j" target loop_on_per_s | awk '$1 == "remote" { print $2 }' | quantile 0.5)
	awk -v a="$off" -v b="$on" 'BEGIN { exit !(a > 0 && b < 0.99 * a) }' || echo "$off off, $on on"
}

wrong() { load_wrong; sleepers_wrong; loss_wrong; slower_wrong; proportion_wrong; }

measure
if [ "$code" != 0 ] || [ -n "$(wrong)" ]; then
	diag "again, in case other load made the difference: $(head -n 1 "$T/err") $(wrong | head -n 1)"
	measure
fi
expect "${cases[0]}" 0
silent "${cases[1]}" broken_laws "$T/j"
silent "${cases[2]}" load_wrong
silent "${cases[3]}" sleepers_wrong
silent "${cases[4]}" loss_wrong
silent "${cases[5]}" slower_wrong
silent "${cases[6]}" proportion_wrong
pick "$T/j" target rate accepted_per_s loss_ns loop_off_per_s loop_on_per_s eintr_per_accepted \
	switches_per_accepted | sort | sed 's/^/# /'

hardware_wrong() {
	local has

	has=$(pick "$T/j" insns_per_accepted | grep -cv '^-$')
	if "$TWBENCH" doctor | grep -qE '^yes +perf-hw'; then
		[ "$has" = 18 ] || echo "only $has samples have instructions"
	else
		[ "$has" = 0 ] || echo "$has samples have instructions, but there is no PMU"
	fi
}
silent "${cases[7]}" hardware_wrong

tw victim --targets remote -n 1 -d 0.03
check "${cases[8]}" grep -q '"kind":"skip".*no two slices' "$T/j"
finish
