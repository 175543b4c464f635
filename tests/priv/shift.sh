# SPDX-License-Identifier: GPL-2.0
# A known delay, put into the program at a place, is looked for in quantities of the same invocation.
# shellcheck shell=bash
# shellcheck disable=SC2154 # T, code: lib.sh; places, delays: the test
#
# Sourced after priv.sh by a test that sets
#   places, delays          arrays; a quantity with the name of a place is where its delay belongs
#   all                     the quantities that are judged, blank-separated
#   lowest                  of these: those of which the lowest value is compared (see summarize)
# and defines
#   measure_points RUN      journals $T/j.RUN with the points "none" and every place x delay
#   quantities              "PLACE DELAY QUANTITY VALUE" of every invocation, and the quantity `bin`,
#                           the width of a histogram bin there
# and then calls shift_cases for the names of its cases, and shift_test.

shift_cases() {
	local place delay

	for place in "${places[@]}"; do
		for delay in "${delays[@]}"; do
			echo "$delay ns $place are found there"
			echo "$delay ns $place are found nowhere else"
		done
	done
}

# "place delay quantity value spread" of each point: the median over its invocations, and the spread
# of such a median (1.2533 sd / sqrt(n), sd from the quartiles). A quantity that is no gap between two
# medians of one invocation has no partner that moves with it: busy neighbours give it two values
# that lie far apart. Its lowest is compared, which is the machine's own; its spread is that between
# the lowest and the lower quartile.
summarize() {
	quantities | sort -k1,1 -k2,2n -k3,3 -k4,4g | awk -v lowest=" $lowest " '
		function quantile(p,    at, low) {
			at = (n - 1) * p + 1
			low = int(at)
			return v[low] + (at - low) * (v[low < n ? low + 1 : low] - v[low])
		}
		function flush() {
			if (n && index(lowest, " " quantity " "))
				printf "%s %.1f %.1f\n", key, v[1], (quantile(0.25) - v[1]) / 3
			else if (n)
				printf "%s %.1f %.1f\n", key, quantile(0.5),
					1.2533 * (quantile(0.75) - quantile(0.25)) / 1.349 / sqrt(n)
			n = 0
		}
		$1 " " $2 " " $3 != key { flush(); key = $1 " " $2 " " $3; quantity = $3 }
		{ v[++n] = $4 }
		END { flush() }' >"$T/medians"
}

# judge PLACE DELAY: "found|elsewhere QUANTITY SHIFT TOLERANCE ok|off" per quantity.
# The tolerance is the largest of 10 % of the delay; three times the spread of the difference, as
# the invocations with and without the delay show it each among themselves (A/A); and the
# histogram's steps: a median is the middle of a bin 1/128 of it wide, and four make the difference
# of two gaps. A delay that is not larger than its tolerance cannot be told from none.
judge() {
	awk -v place="$1" -v delay="$2" -v quantities="$all" '
		function max(a, b) { return a > b ? a : b }
		$1 == "none" { base[$3] = $4; spread[$3] = $5 }
		$1 == place && $2 == delay { now[$3] = $4; own[$3] = $5 }
		END {
			n = split(quantities, q_of)
			for (i = 1; i <= n; i++) {
				q = q_of[i]
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

	measure_points "$1"
	expect "run $1 ends well" 0
	summarize
	for place in "${places[@]}"; do
		for delay in "${delays[@]}"; do
			judge "$place" "$delay" | sed "s/^/$place $delay /"
		done
	done >"$T/judged"
}

elsewhere() {
	grep "^$1 $2 elsewhere " "$T/judged" | awk -v n="$(wc -w <<<"$all")" '
		!/ ok$/
		END { if (NR != n - 1) print NR, "quantities instead of", n - 1 }'
}

shift_test() {
	local place delay

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
}
