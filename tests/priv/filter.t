#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Other processes that hit the trigger on the same CPUs are counted as filtered and never
# scheduled on.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

cases=("signal" "resume")
case $(uname -m) in
x86_64) number=146 ;;
aarch64 | riscv64) number=125 ;;
*) skip_all "the number of sched_get_priority_max on $(uname -m) is not known here" "${cases[@]}" ;;
esac
need_live "${cases[@]}"
command -v perl >/dev/null || skip_all "perl is not installed" "${cases[@]}"

# intrude CPU FILE: bursts of the system call until it is told to stop; then how many there were.
intrude() {
	# shellcheck disable=SC2016 # perl
	exec taskset -c "$1" perl -e '
		my ($number, $n, $stop) = ($ARGV[0], 0, 0);
		$SIG{TERM} = sub { $stop = 1 };
		while (!$stop) {
			syscall($number, 0) for 1 .. 50;
			$n += 50;
			select(undef, undef, undef, 0.001);
		}
		print "$n\n"' "$number" >"$2"
}

wrong() {
	pick "$T/j" counts_intended counts_attempts counts_filtered life_filtered |
		awk -F '\t' -v others="$1" '
		$2 > 1.01 * $1 { print $2, "attempts of", $1, "intended" }
		!($3 > 1000) { print "only", $3, "filtered in the window" }
		!($4 <= others) { print $4, "filtered, but the others called", others, "times" }'
}

disturb() {
	local cpu intruders=() others

	for cpu in $(allowed_cpus); do
		intrude "$cpu" "$T/calls.$cpu" &
		intruders+=($!)
	done
	tw latency --triggers syscall --modes "$1" --rates 10000 --arrival constant --cpus all \
		-n 1 -d 1
	kill -TERM "${intruders[@]}"
	wait "${intruders[@]}"
	others=$(cat "$T"/calls.* | awk '{ n += $1 } END { print n }')
	diag "$1: $others calls by others;" \
		"$(pick "$T/j" counts_attempts counts_intended counts_filtered life_filtered |
			awk '{
				printf "%s attempts of %s intended; %s filtered, %s in all",
					$1, $2, $3, $4
			}')"
	expect "$1: the run ends well" 0
	silent "$1: others are filtered, not attempted" wrong "$others"
	silent "$1: laws" broken_laws "$T/j"
}

disturb signal
disturb resume
finish
