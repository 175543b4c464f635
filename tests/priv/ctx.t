#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# What a context costs: first use is dearer than reuse, release dearer than that of an element
# without one, memory is what the allocator's objects say, nothing stays, cancelled works are counted.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

need_live "standby points run" "laws" "first use costs more than reuse" \
	"release costs more than idle release" "bytes per armed element" "nothing is left over" \
	"a window shorter than a pass: points run" "a window shorter than a pass: every figure" \
	"pending points run" "pending: laws" "pending: cancelled, and nothing else" \
	"pending: the other CPU is skipped"

# dearer METRIC: points whose median over the invocations is not above its own spread.
dearer() {
	pick "$T/j" release "$1" | awk -F '\t' -v metric="$1" '
		$2 != "-" { v[$1, ++n[$1]] = $2 }
		END {
			for (p in n) {
				sum = 0
				low = high = v[p, 1]
				for (i = 1; i <= n[p]; i++) {
					sum += v[p, i]
					if (v[p, i] < low) low = v[p, i]
					if (v[p, i] > high) high = v[p, i]
				}
				# The mean less its standard error, taken from the range of three.
				if (!(sum / n[p] - (high - low) / 3 > 0))
					print p, metric, low " .. " high
				points++
			}
			if (points != want) print points + 0, "points instead of", want
		}' want=4
}

bytes_wrong() {
	pick "$T/j" release armed_bytes object_bytes | awk -F '\t' '
		$2 == "-" { next }
		{ n[$1]++ }
		!($2 >= 0.9 * $3 && $2 <= 1.5 * $3 && $3 >= 64 && $3 <= 1024) { print }
		END { for (p in n) known++; if (known != 4) print known + 0, "points with memory" }'
}

# Of three invocations the least: other load on the machine takes objects, and gives none back.
left_over() {
	pick "$T/j" release left_over left_noise | awk -F '\t' '
		$2 == "-" { next }
		!($1 in low) || $2 - $3 < low[$1] { low[$1] = $2 - $3 }
		END {
			for (p in low) {
				known++
				if (low[p] > 128) print p, low[p], "objects beyond the noise"
			}
			if (known != 4) print known + 0, "points with memory"
		}'
}

standby() {
	tw ctx --set ctx.release=array-update,hash-delete,prealloc-close,lru-evict \
		--set ctx.state=standby -n 3 -d 0.6
}

judge_standby() {
	[ "$code" = 0 ] && [ -z "$(dearer alloc_ns; dearer free_ns; bytes_wrong; left_over)" ]
}

standby
judge_standby || { diag "again, in case other load made the difference"; standby; }
expect "standby points run" 0
silent "laws" broken_laws "$T/j"
silent "first use costs more than reuse" dearer alloc_ns
silent "release costs more than idle release" dearer free_ns
silent "bytes per armed element are about one object" bytes_wrong
silent "nothing is left over" left_over
diag "$(pick "$T/j" release alloc_ns free_ns armed_bytes left_over | tr '\t\n' ' ;')"

# What a window has no time for is measured after it.
figures_missing() {
	pick "$T/j" release first_use_ns_p50 reuse_ns_p50 release_ns_p50 release_idle_ns_p50 \
		alloc_ns free_ns | awk -F '\t' '
		{ for (i = 2; i <= NF; i++) if ($i == "-") { print; break } }
		END { if (NR != 6) print NR, "samples instead of 6" }'
}

tw ctx --set ctx.release=hash-delete,prealloc-close,lru-evict --set ctx.memory=off -n 2 -d 0.02
expect "a window shorter than a pass: points run" 0
silent "a window shorter than a pass: every figure" figures_missing

# Every accepted work is cancelled: none completed, none lost.
cancelled_wrong() {
	pick "$T/j" release life_accepted life_cancelled life_completed life_lost |
		awk -F '\t' '
		!($2 > 1000) || $2 != $3 || $4 || $5 { print }
		END { if (NR != 4) print NR, "samples instead of 4" }'
}

tw ctx --set ctx.release=array-update,hash-delete,prealloc-update,lru-delete \
	--set ctx.state=pending --set ctx.releaser=scheduler,other -n 1 -d 0.3
expect "pending points run" 0
silent "pending: laws" broken_laws "$T/j"
silent "pending: cancelled, and nothing else" cancelled_wrong
if grep -qw 'twbench.guest=1' /proc/cmdline; then
	skip "pending: the other CPU is skipped" "a guest, where it may run"
else
	check "pending: the other CPU is skipped with a reason" grep -qE \
		'"kind":"skip".*"releaser":"other".*"reason":"[^"]+"' "$T/j"
fi
finish
