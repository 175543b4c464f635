#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Commands under load, and loads: what hyperfine said is what the journal holds, what it did not say is
# no sample, and whatever ends an invocation leaves no process and no directory behind.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

export TMPDIR=$T/tmp
mkdir "$TMPDIR" "$T/fake"
fake=$T/fake/hyperfine

need_live "every point of one run" "the journal holds hyperfine's numbers" \
	"what is no export is no sample" "nothing is left of what was killed" "load"
if ! command -v hyperfine >/dev/null; then
	skip_all "hyperfine is not installed" "every point of one run"
fi

# ---- the real one ----

points_wrong() {
	pick "$T/j" workload load rate command_ns command_min_ns user_ns completed_per_s life_lost |
		awk -F '\t' -v cpus="$(allowed_cpus | wc -l)" '
		{ seen[$1 " " $2 " " $3]++ }
		!($4 >= $5 && $5 > 1e6 && $6 >= 0) { print "times: " $0 }
		$2 == "busy" && !($7 > 0.3 * $3 * cpus && $7 < 1.5 * $3 * cpus) { print "rate: " $0 }
		$2 != "busy" && $8 != "-" { print "counts: " $0 }
		END {
			for (i = split("pipe tar compile", w, " "); i; i--)
				for (j = split("none -,idle -,busy 1000", l, ","); j; j--)
					if (!seen[w[i] " " l[j]]) print "missing: " w[i] " " l[j]
		}'
}

everything() {
	tw overhead --set overhead.workload=pipe,tar,compile --set overhead.load=none,idle,busy \
		--rates 1000 --set overhead.runs=3 -n 1
	expect "every point of one run" 0
	silent "every point has plausible numbers" points_wrong
	silent "laws" broken_laws "$T/j"
	diag "$(pick "$T/j" workload load command_ns | awk '{ printf "%s %s %.1f ms; ", $1, $2, $3 / 1e6 }')"
	silent "no directory is left" ls -A "$TMPDIR"
}

# What is done under load takes no less: pipe shares its CPU with a worker that fires 10,000 times a
# second. Ten runs each, by their fastest: neighbours only ever add.
costs_time() {
	tw overhead --set overhead.load=none,busy --rates 10000 --set overhead.runs=10 -n 3
	pick "$T/j" load command_min_ns | sort -k1,1 -k2,2g | awk '
		!($1 in min) { min[$1] = $2 }
		END { printf "%.1f ms none, %.1f ms busy\n", min["none"] / 1e6, min["busy"] / 1e6 }
	' >"$T/costs"
	cost_seen
}

cost_seen() { awk '{ exit !($1 > 0 && $4 > 1.03 * $1) }' "$T/costs"; }

load_wrong() {
	pick "$T/j" trigger load_ns attach_ns control_ns command_ns verified_insns jited_bytes |
		awk -F '\t' '
		!($2 > 1e5 && $4 > 1e5 && $5 > $4) { print "times: " $0 }
		!($6 > 100 && $7 > 100) { print "sizes: " $0 }
		($1 == "syscall") != ($3 != "-") { print "attached: " $0 }
		END { if (NR != 2) print NR " samples instead of 2" }'
}

load() {
	tw load --triggers syscall,prog-run -n 1
	expect "load" 0
	silent "load has plausible numbers" load_wrong
	tw load --set load.object=nop --triggers prog-run -n 1
	expect "load of a program that is not there" 77
	check "... is a skip with the reason" \
		grep -q '"skip".*BPF object nop has no program for trigger prog-run' "$T/j"
}

# ---- a fake one ----

# fake BODY: hyperfine is a shell script now, that knows $out.
fake() {
	# shellcheck disable=SC2016 # for another shell
	printf '#!/bin/sh\nfor a; do [ "$b" != --export-json ] || out=$a; b=$a; done\n%s\n' "$1" >"$fake"
	chmod +x "$fake"
}

faked() {
	fake "$1"
	rm -f "$T/j"
	PATH=$T/fake:$PATH run timeout -k 5 60 "$TWBENCH" run overhead \
		--set overhead.load=none --set overhead.runs=2 -n 1 -q -o "$T/j"
}

result='{"command":"x","mean":0.25,"stddev":0.01,"median":0.125,"user":0.0625,"system":0.03125,"min":0.0078125,"max":1,"times":[0.125,0.375]}'
export_of() { printf "cat >\$out <<'JSON'\n%s\nJSON\n" "$1"; }

numbers_wrong() {
	pick "$T/j" command_ns command_mean_ns command_min_ns user_ns system_ns | awk '
		$1 != 125000000 || $2 != 250000000 || $3 != 7812500 || $4 != 62500000 || $5 != 31250000
		END { if (NR != 1) print NR " samples instead of 1" }'
}

no_sample() { ! grep '"kind":"sample"' "$T/j"; }

# refuses NAME BODY REGEX: an error line that says why, and no sample.
refuses() {
	faked "$2"
	expect "$1: exit code" 6
	check "$1: an error that says why" grep -qE "^\{\"kind\":\"error\".*$3" "$T/j"
	check "$1: no sample" no_sample
}

fakes() {
	faked "$(export_of "{\"results\":[$result]}")"
	expect "a known export" 0
	silent "the journal holds exactly its numbers" numbers_wrong
	refuses "garbage" "$(export_of 'no {json')" "export cannot be read"
	refuses "an empty export" ": >\$out" "export cannot be read"
	refuses "no export" "exit 0" "export cannot be read"
	refuses "no results" "$(export_of '{"results":[]}')" "results of 0 commands instead of 1"
	refuses "too many results" "$(export_of "{\"results\":[$result,$result]}")" "2 commands instead of 1"
	refuses "too few runs" "$(export_of "{\"results\":[${result/,0.375/}]}")" "as many times as runs"
	refuses "a time that is text" "$(export_of "{\"results\":[${result/:0.125,/:\"0.125\",}]}")" \
		"a time is missing"
	refuses "a negative time" "$(export_of "{\"results\":[${result/:0.0625/:-1}]}")" "a time is missing"
	refuses "an export, but a failure" "$(export_of "{\"results\":[$result]}")
echo 'no luck' >&2
exit 3" \
		"ended with 3: no luck"
	refuses "killed by a signal" "kill -9 \$\$" "ended with 137"
	silent "no directory is left of these" ls -A "$TMPDIR"
}

# ---- ended in the middle ----

# A hyperfine that has a child, like the real one, both for much longer than this test, and that leaves
# their numbers in $T/pids. The child has a name of its own.
endless="sleep 600 & echo \$! \$\$ >$T/pids.new; mv $T/pids.new $T/pids; wait"

gone() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# left_of PID...: what is still there of these, and of the private directories.
left_of() {
	local p

	for p; do gone "$p" || echo "process $p: $(tr '\0' ' ' <"/proc/$p/cmdline")"; done
	ls -A "$TMPDIR"
}

# bpf_fds PID...: their descriptors of BPF objects and perf events.
bpf_fds() {
	local p

	for p; do
		[ -d "/proc/$p/fd" ] || echo "no process $p"
		find "/proc/$p/fd" -type l -printf '%p %l\n' | grep -E 'bpf|perf_event'
	done
	return 0
}

# cut SIGNAL WHOM LOAD: starts, waits until the command runs, sends the signal; within 5 s nothing is
# left.
cut() {
	local name="$1 to $2, $3" pid child victims start ms left

	rm -f "$T/j" "$T/pids"
	PATH=$T/fake:$PATH "$TWBENCH" run overhead --set overhead.load="$3" --set overhead.runs=2 \
		-n 1 -q -o "$T/j" >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
	for _ in $(seq 200); do [ ! -e "$T/pids" ] || break; sleep 0.05; done
	check "$name: the command runs" [ -e "$T/pids" ]
	child=$(child_of "$pid")
	case $2 in
	runner) victims=("$pid") ;;
	invocation) victims=("$child") ;;
	both) victims=("$child" "$pid") ;;
	esac
	# A copy of a descriptor would keep programs attached beyond the invocation's death.
	# shellcheck disable=SC2013,SC2046 # words
	silent "$name: nothing of BPF is open in the command's processes" bpf_fds \
		"$(child_of "$child")" $(cat "$T/pids")
	start=${EPOCHREALTIME/./}
	kill "-$1" "${victims[@]}"
	wait "$pid" 2>/dev/null
	code=$?
	for _ in $(seq 100); do
		# shellcheck disable=SC2046 # words
		left=$(left_of $(cat "$T/pids") "$child")
		[ -n "$left" ] || break
		sleep 0.05
	done
	ms=$(((${EPOCHREALTIME/./} - start) / 1000))
	diag "$name: exit code $code; all gone after $ms ms"
	silent "$name: nothing is left" echo -n "$left"
	check "$name: within 5 s" [ "$ms" -lt 5000 ]
}

cuts() {
	fake "$endless"
	cut KILL runner none
	cut KILL runner busy
	cut KILL invocation busy
	check "... an error line" grep -q '"kind":"error"' "$T/j"
	cut KILL both busy
	cut INT runner busy
	check "... exit code 130" [ "$code" = 130 ]
	check "... no sample" no_sample
}

everything
costs_time || { diag "again: $(cat "$T/costs")"; costs_time; }
check "a worker that fires 10,000 times a second costs its CPU time: $(cat "$T/costs")" cost_seen
load
fakes
cuts
finish
