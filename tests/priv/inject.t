#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# A known delay, put into the program, must be found: where it was put, as long as it is, and
# nowhere else.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

# Time stamps in order: due, call, ret (end of call_ns), run (of latency_ns and delivery_ns), done
# (of service_ns). The syscall trigger's program runs with interrupts on, but its task is back in
# user space, where callbacks run, only after the program's end. So for target self:
#   before-call   due .. call: latency alone, and not through delivery
#   after-call    ret .. run: delivery, and with it latency and service, but not the call
#   callback      run .. done: service alone
# Each place shows in a gap between two medians of the same invocation, which other load on the
# machine moves together:
#   before-call latency - delivery; after-call delivery - call; callback service - delivery
places=(before-call after-call callback)
delays=(200 1000 5000)

cases=()
for place in "${places[@]}"; do
	for delay in "${delays[@]}"; do
		cases+=("$delay ns $place are found there")
		cases+=("$delay ns $place are found nowhere else")
	done
done
need_live "run 1 ends well" "${cases[@]}"

# "place delay gap|call_ns value spread" of each point: the median over its invocations, and the
# spread of such a median (1.2533 sd / sqrt(n), sd from the quartiles). call_ns has no partner: busy
# neighbours give it two values that lie far apart. Its lowest is compared, which is the machine's
# own; its spread is that between the lowest and the lower quartile.
summarize() {
	pick "$(echo "$T"/j.*)" inject_at inject_ns latency_ns_p50 delivery_ns_p50 call_ns_p50 \
		service_ns_p50 |
		awk '{ p = $1 == "-" ? "none 0" : $1 " " $2
			print p, "before-call", $3 - $4
			print p, "after-call", $4 - $5
			print p, "callback", $6 - $4
			print p, "call_ns", $5
			print p, "bin", $6 / 128 }' | sort -k1,1 -k2,2n -k3,3 -k4,4g |
		awk '
		function quantile(p,    at, low) {
			at = (n - 1) * p + 1
			low = int(at)
			return v[low] + (at - low) * (v[low < n ? low + 1 : low] - v[low])
		}
		function flush() {
			if (key ~ /call_ns$/)
				printf "%s %.1f %.1f\n", key, v[1], (quantile(0.25) - v[1]) / 3
			else if (n)
				printf "%s %.1f %.1f\n", key, quantile(0.5),
					1.2533 * (quantile(0.75) - quantile(0.25)) / 1.349 / sqrt(n)
			n = 0
		}
		$1 " " $2 " " $3 != key { flush(); key = $1 " " $2 " " $3 }
		{ v[++n] = $4 }
		END { flush() }' >"$T/medians"
}

# judge PLACE DELAY: "found|elsewhere QUANTITY SHIFT TOLERANCE ok|off" per quantity.
# The tolerance is the largest of 10 % of the delay; three times the spread of the difference, as
# the invocations with and without the delay show it each among themselves (A/A); and the
# histogram's steps: a median is the middle of a bin 1/128 of it wide, and four make the difference
# of two gaps. A delay that is not larger than its tolerance cannot be told from none.
judge() {
	awk -v place="$1" -v delay="$2" '
		function max(a, b) { return a > b ? a : b }
		$1 == "none" { base[$3] = $4; spread[$3] = $5 }
		$1 == place && $2 == delay { now[$3] = $4; own[$3] = $5 }
		END {
			n = split("before-call after-call callback call_ns", all)
			for (i = 1; i <= n; i++) {
				q = all[i]
				want = q == place ? delay : 0
				shift = now[q] - base[q]
				off = shift < want ? want - shift : shift - want
				tolerance = 3 * sqrt(spread[q] ^ 2 + own[q] ^ 2)
				tolerance = max(max(0.1 * delay, tolerance), 2 * now["bin"])
				ok = q in base && q in now && off <= tolerance
				ok = ok && (!want || tolerance < delay)
				printf "%s %s %.0f %.0f %s\n", want ? "found" : "elsewhere", q,
					shift, tolerance, ok ? "ok" : "off"
			}
		}' "$T/medians"
}

# measure RUN: judged is what all runs until now show together.
measure() {
	local place delay

	run calm "$TWBENCH" run latency --triggers syscall --modes signal --rates 10000 \
		--arrival constant --cpus "$cpu" --set latency.inject_ns=0,200,1000,5000 \
		--set latency.inject_at=before-call,after-call,callback -n 8 -d 0.1 -q -o "$T/j.$1"
	expect "run $1 ends well" 0
	summarize
	for place in "${places[@]}"; do
		for delay in "${delays[@]}"; do
			judge "$place" "$delay" | sed "s/^/$place $delay /"
		done
	done >"$T/judged"
}

elsewhere() {
	grep "^$1 $2 elsewhere " "$T/judged" | awk '
		!/ ok$/
		END { if (NR != 3) print NR, "quantities instead of 3" }'
}

cpu=$(allowed_cpus | tail -n 1)
measure 1
if grep -q 'off$' "$T/judged"; then
	diag "as much again, other load may have made the difference:" \
		"$(grep 'off$' "$T/judged" | tr '\n' ';')"
	measure 2
fi
diag "without a delay: value (spread): $(awk '$1 == "none" {
	printf "%s %s (%s); ", $3, $4, $5 }' "$T/medians")"
for place in "${places[@]}"; do
	for delay in "${delays[@]}"; do
		diag "$delay ns $place: shift (tolerance) of $(awk -v p="$place" -v d="$delay" '
			$1 == p && $2 == d { printf "%s %s (%s); ", $4, $5, $6 }' "$T/judged")"
		check "$delay ns $place are found there" \
			grep "^$place $delay found .* ok$" "$T/judged"
		silent "$delay ns $place are found nowhere else" elsewhere "$place" "$delay"
	done
done
finish
