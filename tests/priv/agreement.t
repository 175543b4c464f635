#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# twbench and an independent program measure the same thing, in turn: their mean delivery agrees.

# twbench mounts tracefs for itself where nobody has; the other program gets it from here.
if [ "$(id -u)" = 0 ] && [ ! -d /sys/kernel/tracing/events ] && [ -z "${WITH_TRACEFS-}" ]; then
	export WITH_TRACEFS=1
	# shellcheck disable=SC2016 # for another shell
	exec unshare -m --propagation unchanged sh -c 'mount --make-rprivate /sys &&
		mount -t tracefs tracefs /sys/kernel/tracing; exec "$0"' "$0"
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

# measure MODE: adds $pairs pairs; leaves the median ratio in $median and the order-statistic interval
# of it (95 %, conservative ranks) in $low and $high.
measure() {
	local i n

	for ((i = 0; i < pairs; i++)); do pair "$1" || return; done
	median=$(quantile 0.5 <"$T/ratios")
	n=$(wc -l <"$T/ratios")
	read -r low high < <(sort -g "$T/ratios" | awk -v n="$n" '{ r[NR] = $1 } END {
		k = int(n / 2 - 0.98 * sqrt(n)); if (k < 1) k = 1
		print r[k], r[n + 1 - k] }')
	diag "$1: independent / twbench, $n pairs: median $median, 95 % interval $low to $high;" \
		"twbench's median mean $(quantile 0.5 <"$T/ours") ns"
}

# More pairs until the median is within 3 %, at most three times as many. 0: it is; 1: it is not, and
# noise does not explain it; 2: the noise on this machine is too large to tell.
agree() {
	: >"$T/ratios"
	: >"$T/ours"
	for _ in 1 2 3; do
		measure "$1" || return 1
		within "$median" 0.97 1.03 && return 0
	done
	awk -v l="$low" -v h="$high" 'BEGIN { exit !(h < 0.97 || l > 1.03) }' && return 1
	return 2
}

sync
for mode in signal resume; do
	name="$mode: median of $pairs pair ratios within 3 %"
	verdict=0
	median=unknown low=unknown high=unknown
	agree $mode || verdict=$?
	case $verdict in
	0) pass "$name" ;;
	1) fail "$name" "median $median, 95 % interval $low to $high" ;;
	2) skip "$name" "too much noise here to tell: median $median, 95 % interval $low to $high" ;;
	esac
done
finish
