#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Other tasks than the worker: what they complete, hold, lose and notice; and that none outlives a
# killed runner.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

cases=(
	"every kind runs" "laws" "zombie: all is lost, nothing runs"
	"remote, self: all that was accepted ran"
	"resume and a sleeper: one is pending, of unknown latency"
	"signal: one EINTR per work in epoll_wait, none in read; a switch in both"
	"exiting: some is lost, some is filtered, most runs"
	"no CPU is left: skipped" "a perf event: skipped"
)
kills=("zombie signal runner" "zombie signal child" "remote-wait resume runner"
	"remote-read resume child" "exiting signal runner" "exiting resume child"
	"remote signal runner")
need_live "${cases[@]}" "${kills[@]}"
cpus=$(allowed_cpus | wc -l)
[ "$cpus" -ge 2 ] || skip_all "a target needs a second CPU" "${cases[@]}" "${kills[@]}"

run_all() {
	rm -f "$T/j"
	run urgent "$TWBENCH" run targets --modes signal,resume --rates 10000 -n 1 -d 0.5 \
		--targets self,remote,remote-wait,remote-read,zombie,exiting -q -o "$T/j"
}

# Each prints what is wrong; `want` samples are looked at.
zombie_wrong() {
	pick "$T/j" target counts_accepted counts_lost counts_completed life_accepted life_lost \
		life_completed in_flight delivery_ns_p50 | awk -F '\t' '
		$1 != "zombie" { next }
		{ n++ }
		!($2 > 1000) || $2 != $3 || $4 != 0 || $5 != $6 || $7 != 0 || $8 != 0 || $9 != "-"
		END { if (n != 2) print n + 0, "samples instead of 2" }'
}

awake_wrong() {
	pick "$T/j" target life_accepted life_completed in_flight lost_ratio delivery_ns_p50 |
		awk -F '\t' '
		$1 != "remote" && $1 != "self" { next }
		{ n++ }
		!($2 > 1000) || $2 != $3 || $4 != 0 || $5 != 0 || !($6 > 100)
		END { if (n != 4) print n + 0, "samples instead of 4" }'
}

# Accepted before the window, so that its age is more; it runs when the sleeper is woken at the end.
sleeper_wrong() {
	pick "$T/j" target mode in_flight oldest_pending_ns life_accepted life_completed \
		counts_ebusy counts_attempts delivery_ns_p50 | awk -F '\t' '
		$1 !~ /^remote-/ || $2 != "resume" { next }
		{ n++ }
		$3 != 1 || !($4 > 5e8 && $4 < 2e9) || $5 != 1 || $6 != 1 || !($7 > 1000) || $7 != $8 ||
			$9 != "-"
		END { if (n != 2) print n + 0, "samples instead of 2" }'
}

# A work that finds the sleeper on its way back to sleep interrupts nothing: hence less than one.
noticed_wrong() {
	pick "$T/j" target mode eintr_per_accepted switches_per_accepted life_accepted |
		awk -F '\t' '
		$1 !~ /^remote-/ { next }
		{ n++ }
		$2 == "resume" && $3 != 0
		$2 != "signal" { next }
		!($5 > 1000) || !($4 > 0.8 && $4 < 1.3)
		$1 == "remote-wait" && !($3 > 0.8 && $3 <= 1)
		$1 == "remote-read" && $3 != 0
		END { if (n != 4) print n + 0, "samples instead of 4" }'
}

# The window between the last task work of a thread and the end of its id is some ten us of 1 ms.
exiting_wrong() {
	pick "$T/j" target life_accepted life_lost life_completed life_filtered targets_per_s |
		awk -F '\t' '
		$1 != "exiting" { next }
		{ n++; lost += $3 }
		!($4 > 0.5 * $2) || !($5 > 0) || !($6 > 100)
		END {
			if (n != 2) print n + 0, "samples instead of 2"
			if (!lost) print "nothing was lost"
		}'
}

# Shares of a machine that others use differ: once more, before it counts.
wrong_at_all() { noticed_wrong; exiting_wrong; sleeper_wrong; awake_wrong; }

run_all
if [ "$code" = 0 ] && [ -n "$(wrong_at_all)" ]; then
	diag "again, in case other load made the difference: $(wrong_at_all | head -n 1)"
	run_all
fi
expect "${cases[0]}" 0
silent "${cases[1]}" broken_laws "$T/j"
silent "${cases[2]}" zombie_wrong
silent "${cases[3]}" awake_wrong
silent "${cases[4]}" sleeper_wrong
silent "${cases[5]}" noticed_wrong
silent "${cases[6]}" exiting_wrong
pick "$T/j" target mode accepted_per_s delivery_ns_p50 lost_ratio in_flight oldest_pending_ns \
	eintr_per_accepted switches_per_accepted | sed 's/^/# /'

# skipped REASON: nothing but a skip for it.
skipped() {
	[ "$code" = 77 ] || echo "exit code $code: $(head -3 "$T/err")"
	grep -q "\"kind\":\"skip\".*$1" "$T/j" || echo "no skip for: $1"
}
tw targets --targets remote --cpus all -n 1 -d 0.1
silent "${cases[7]}" skipped "no CPU is left"
tw targets --targets remote --triggers perf-sw --rates 1000 -n 1 -d 0.1
silent "${cases[8]}" skipped "by its worker only"

# ---- killed ----

# The maps that a process has descriptors of. Its main thread may have none: it is a zombie.
maps_of() { sed -n 's/^map_id:[\t ]*//p' /proc/"$1"/task/*/fdinfo/* 2>/dev/null | sort -un; }

# left FILE: the maps in it that still exist.
left() {
	bpftool -j map show | grep -o '"id":[0-9]*' | cut -d: -f2 | sort >"$T/maps"
	sort "$1" | comm -12 - "$T/maps"
}

gone() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' /proc/"$1"/task/*/status; }

# await_maps: the invocation's process is under way; leaves $child and its maps.
await_maps() {
	local tries

	for tries in {1..500}; do
		child=$(child_of "$runner")
		[ -z "$child" ] || maps_of "$child" >"$T/theirs"
		[ -z "$child" ] || [ ! -s "$T/theirs" ] || return 0
		sleep 0.01
	done
	echo "no maps after $tries tries"
	return 1
}

kill_one() {
	local runner child i

	rm -f "$T/k"
	"$TWBENCH" run targets --targets "$1" --modes "$2" --rates 10000 -n 2 -d 2 -q -o "$T/k" \
		>"$T/out" 2>"$T/err" </dev/null &
	runner=$!
	await_maps || return
	sleep 0.$((RANDOM % 9 + 1))
	if [ "$3" = child ]; then
		kill -KILL "$child"
		sleep 0.5
		kill -TERM "$runner"
	else
		kill -KILL "$runner"
	fi
	wait "$runner" 2>/dev/null
	for i in {1..50}; do
		{ [ -n "$(left "$T/theirs")" ] || ! gone "$child"; } || return 0
		sleep 0.1
	done
	gone "$child" || echo "process $child is still there"
	left "$T/theirs" | sed 's/^/still there: map /'
}

if command -v bpftool >/dev/null; then
	for kind in "${kills[@]}"; do
		# shellcheck disable=SC2086 # words
		silent "killed: $kind: no map and no thread is left 5 s later" kill_one $kind
	done
else
	for kind in "${kills[@]}"; do skip "killed: $kind" "bpftool is not installed"; done
fi
finish
