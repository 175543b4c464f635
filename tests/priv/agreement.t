#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# twbench and an independent program measure the same thing, in turn: their mean delivery agrees.

# twbench mounts tracefs for itself where nobody has; the other program gets it from here.
if [ "$(id -u)" = 0 ] && [ ! -d /sys/kernel/tracing/events ] && [ -z "${WITH_TRACEFS-}" ]; then
	export WITH_TRACEFS=1
	# shellcheck disable=SC2016 # for another shell
	exec unshare -m sh -c 'mount -t tracefs tracefs /sys/kernel/tracing; exec "$0"' "$0"
fi
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

other=build/tests/independent/mean_delivery
rate=10000 seconds=0.3 calls=3000 pairs=${PAIRS:-20}
cpu=$(allowed_cpus | tail -n 1)

cases=(
	"signal: median of $pairs pair ratios within 3 %"
	"resume: median of $pairs pair ratios within 3 %"
)
need_live "${cases[@]}"

# Both leave their mean in $mean. One preemption between call and callback doubles the mean of 3,000
# calls, hence calm.
theirs() {
	run calm "$other" "$1" $rate $calls "$cpu"
	[ "$code" = 0 ] && mean=$(cat "$T/out")
}

ours() {
	rm -f "$T/j"
	run calm "$TWBENCH" run latency --triggers syscall --modes "$1" --rates $rate \
		--cpus "$cpu" --arrival constant -n 1 -d $seconds -q -o "$T/j"
	[ "$code" = 0 ] && mean=$(pick "$T/j" delivery_ns_mean)
}

# pair MODE: one ratio, theirs / ours, into $T/ratios; who goes first is a matter of chance.
pair() {
	local a b

	if [ $((RANDOM % 2)) = 0 ]; then
		theirs "$1" && a=$mean && ours "$1" && b=$mean
	else
		ours "$1" && b=$mean && theirs "$1" && a=$mean
	fi || { diag "exit code $code: $(head -3 "$T/err")"; return 1; }
	awk -v a="$a" -v b="$b" 'BEGIN { print a / b }' >>"$T/ratios"
	echo "$b" >>"$T/ours"
}

# measure MODE: leaves the median ratio in $median.
measure() {
	local i

	: >"$T/ratios"
	: >"$T/ours"
	for ((i = 0; i < pairs; i++)); do pair "$1" || return; done
	median=$(quantile 0.5 <"$T/ratios")
	diag "$1: independent / twbench, $pairs pairs: median $median," \
		"quartiles $(quantile 0.25 <"$T/ratios") $(quantile 0.75 <"$T/ratios")," \
		"range $(quantile 0 <"$T/ratios") $(quantile 1 <"$T/ratios");" \
		"twbench's median mean $(quantile 0.5 <"$T/ours") ns"
}

agree() {
	median=unknown
	measure "$1" || return
	within "$median" 0.97 1.03 && return
	diag "$1: again, in case other load on this machine made the difference"
	measure "$1" && within "$median" 0.97 1.03
}

sync
for mode in signal resume; do
	name="$mode: median of $pairs pair ratios within 3 %"
	if agree $mode; then pass "$name"; else fail "$name" "median $median"; fi
done
finish
