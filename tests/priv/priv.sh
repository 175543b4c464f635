# SPDX-License-Identifier: GPL-2.0
# What the tests on a live kernel share. Sourced after ../lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # T, TWBENCH, code: lib.sh
set -o pipefail

# Everything that was started in the background ends with the test.
end_jobs() {
	local pid

	for pid in $(jobs -p); do kill -TERM "$pid" 2>/dev/null; done
	wait
	rm -rf "$T"
}
trap end_jobs EXIT

diag() { printf '# %s\n' "$*"; }

# skip_all REASON CASE...: skips every case, and ends the test.
skip_all() {
	local reason=$1 name
	shift
	for name; do skip "$name" "$reason"; done
	finish
}

# need_live CASE...: goes on only where the kfuncs can be measured.
need_live() {
	[ "$(id -u)" = 0 ] || skip_all "not root" "$@"
	run "$TWBENCH" doctor
	[ "$code" != 77 ] ||
		skip_all "$(sed -n 's/^prevents  *//p' "$T/out" | head -1 | tr -s ' ')" "$@"
	[ "$code" = 0 ] || { fail "twbench doctor" "exit code $code: $(head -5 "$T/err")"; finish; }
	# Should the kernel crash after all, what others wrote until now is safe.
	sync
}

# tw ARG...: twbench, its journal always $T/j, from scratch.
tw() {
	rm -f "$T/j"
	run "$TWBENCH" run "$@" -q -o "$T/j"
}

# Keeps other load from coming between two time stamps: real-time priority, where it can be had.
# Round robin, so that on a single CPU a spinning worker does not keep its own runner out for ever.
calm() {
	if chrt -r 10 true 2>/dev/null; then chrt -r 10 "$@"; else "$@"; fi
}

# For workers on every CPU, which calm would have throttled: the other load gets what little is due
# to it. A session of its own, as niceness counts only inside the group that a session is.
urgent() {
	# shellcheck disable=SC2016 # for another shell
	setsid -w sh -c '{ echo -20 >/proc/self/autogroup; } 2>/dev/null
		exec nice -n -20 "$@"' sh "$@"
}

# The CPUs that this process may use, one per line.
allowed_cpus() {
	local part

	for part in $(sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status | tr , ' '); do
		seq "${part%-*}" "${part#*-}"
	done
}

# The invocation process of a runner; nothing if there is none.
child_of() {
	awk -v parent="$1" '
		{ pid = $1; sub(/^.*\) /, ""); if ($2 == parent) print pid }
	' /proc/[0-9]*/stat 2>/dev/null
}

# pick JOURNAL COLUMN...: columns of the samples, tab-separated; '-' where one is missing or empty.
# COLUMN* is the sum of all columns that begin so. Blanks separate several journals.
pick() {
	local journals=$1
	shift
	# shellcheck disable=SC2086 # several
	"$TWBENCH" export --format csv $journals | awk -v want="$*" '
		# Fields of one line into f[]; a quoted field may hold commas and doubled quotes.
		function split_csv(line, f,    n, v) {
			for (n = 1; ; n++) {
				if (substr(line, 1, 1) == "\"") {
					match(line, /^"([^"]|"")*"/)
					v = substr(line, 2, RLENGTH - 2)
					gsub(/""/, "\"", v)
				} else {
					match(line, /^[^,]*/)
					v = substr(line, 1, RLENGTH)
				}
				f[n] = v
				line = substr(line, RLENGTH + 1)
				if (line == "")
					return n
				line = substr(line, 2)
			}
		}
		function value(name,    i, sum, found, prefix) {
			if (name !~ /\*$/)
				return name in at ? f[at[name]] : ""
			prefix = substr(name, 1, length(name) - 1)
			for (i = 1; i <= columns; i++)
				if (index(head[i], prefix) == 1) {
					sum += f[i]
					found = 1
				}
			return found ? sum : ""
		}
		BEGIN { wanted = split(want, names, " ") }
		{ n = split_csv($0, f) }
		NR == 1 {
			columns = n
			for (i = 1; i <= n; i++) {
				head[i] = f[i]
				at[f[i]] = i
			}
			next
		}
		{
			for (i = 1; i <= wanted; i++) {
				v = value(names[i])
				printf "%s%s", v == "" ? "-" : v, i < wanted ? "\t" : "\n"
			}
		}'
}

# broken_laws JOURNAL: the conservation laws, from the exported counts alone. Prints what is broken;
# nothing if all hold.
broken_laws() {
	local cohort

	for cohort in counts life; do
		pick "$1" bench order ${cohort}_delivered ${cohort}_filtered ${cohort}_attempts \
			${cohort}_accepted ${cohort}_ebusy "${cohort}_failed_*" \
			${cohort}_completed ${cohort}_cancelled ${cohort}_lost \
			${cohort}_in_flight_at_end |
			awk -F '\t' -v cohort=$cohort '
			function broken(law) { print cohort ": " law ": " $0 }
			# Schedules nothing: nop, load, and overhead beside no load.
			$1 == "nop" || ($1 ~ /^(load|overhead)$/ && $3 == "-") { next }
			{ n++ }
			{
				for (i = 3; i <= NF; i++)
					if ($i !~ /^[0-9]+$/)
						broken("column " i " is no number")
			}
			$3 != $4 + $5 { broken("delivered = filtered + attempts") }
			$5 != $6 + $7 + $8 { broken("attempts = accepted + ebusy + failed") }
			$6 != $9 + $10 + $11 + $12 {
				broken("accepted = completed + cancelled + lost + in_flight_at_end")
			}
			END { if (!n) broken("no sample has counts") }' || return
	done
}

# silent NAME COMMAND...: passes if the command succeeds and has nothing to say, also on stderr.
silent() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ -z "$out" ] && [ $rc = 0 ]; then
		pass "$name"
	else
		fail "$name" "${out:-exit code $rc}"
	fi
}

# quantile P: of the numbers on stdin, one per line; between two, the line through both.
quantile() {
	sort -g | awk -v p="$1" '
		{ v[NR] = $1 }
		END {
			at = (NR - 1) * p + 1
			low = int(at)
			high = low < NR ? low + 1 : low
			if (NR) printf "%.6g\n", v[low] + (at - low) * (v[high] - v[low])
		}'
}

# within VALUE LOW HIGH
within() { awk -v v="$1" -v a="$2" -v b="$3" 'BEGIN { exit !(v != "" && v >= a && v <= b) }'; }
