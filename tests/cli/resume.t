#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# Interrupted runs: what a signal leaves, and that --resume makes a whole journal of it.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

whole="4 samples, 0 skips, 0 errors, complete"

# start JOURNAL: a run of four samples with a session of its own; $pid
start() {
	setsid "$TWBENCH" "${NOP[@]}" -n 4 -d 0.2 -o "$1" >"$T/out" 2>"$T/err" </dev/null &
	pid=$!
}

# end: waits for it; $code
end() {
	code=0
	wait "$pid" 2>/dev/null || code=$?
}

# resumed NAME JOURNAL: --resume completes it
resumed() {
	tw run --resume -q -o "$2"
	expect "$1: --resume" 0
	holds "$1: each sample once" "$2" "$whole"
}

# ---- signals ----

# a journal with at least one sample, then the signal, to the process or (-) to all of its session
interrupt() {
	local journal=$T/$1$2
	start "$journal"
	wait_lines "$journal" 2 || fail "$1: the run starts" "$(cat "$T/err")"
	kill "-$1" -- "$2$pid"
	end
}
for sig in INT TERM HUP; do
	interrupt $sig ''
	expect "SIG$sig" 130 'interrupted.*--resume'
	check "SIG$sig: it is incomplete, of whole lines" \
		sh -c "'$FACTS' '$T/$sig' | grep -q ' 0 errors, incomplete'"
	has "SIG$sig: what was measured is shown" "$T/out" '^recorder_ns'
	resumed "SIG$sig" "$T/$sig"
done
interrupt INT -
expect "Ctrl-C, to all processes of the terminal" 130 'interrupted'
resumed "Ctrl-C" "$T/INT-"

interrupt KILL ''
[ "$code" = 137 ] || fail "SIGKILL" "exit code $code"
resumed "SIGKILL" "$T/KILL"

# Twice interrupted, once before its first sample.
start "$T/early"
wait_lines "$T/early" 1
kill -INT $pid
end
expect "SIGINT before the first sample" 130
"$TWBENCH" run --resume -q -o "$T/early" 2>/dev/null &
pid=$!
wait_lines "$T/early" 3
kill -INT $pid
end
[ $code = 130 ] || fail "SIGINT of a resumed run" "exit code $code"
resumed "interrupted twice" "$T/early"

# A window that is not waited for.
setsid "$TWBENCH" "${NOP[@]}" -n 1 -d 60 -q -o "$T/long" 2>"$T/err" &
pid=$!
wait_lines "$T/long" 1
sleep 0.5
began=$SECONDS
kill -INT $pid
end
expect "SIGINT in a long window" 130
check "it ends at once" test $((SECONDS - began)) -le 3
setsid "$TWBENCH" "${NOP[@]}" -n 1 -d 60 -q -o "$T/killed" 2>"$T/err" &
pid=$!
wait_lines "$T/killed" 1
sleep 0.5
kill -KILL $pid
end
sleep 0.5
# A zombie is only waiting for init.
check "SIGKILL leaves no process behind" sh -c "! ps -s $pid -o stat= | grep -v '^Z'"

# nohup(1): what was ignored at the start stays ignored.
(
	trap '' HUP
	exec "$TWBENCH" "${NOP[@]}" -n 4 -q -o "$T/nohup" 2>"$T/err"
) &
pid=$!
wait_lines "$T/nohup" 2
kill -HUP $pid
end
expect "nohup survives SIGHUP" 0
holds "nohup: complete" "$T/nohup" "$whole"

# ---- what --resume refuses ----

good=$T/INT
sum=$(sum_of "$good")
tw run --resume -o "$good"
expect "a complete journal" 0 "$good.*complete"
check "a complete journal: nothing on stdout" test ! -s "$T/out"
tw run --resume
refused "without -o" 2 '-o'
tw run --resume -o -
refused "-o -" 2 '-o'
for more in nop '-n 3' '-d 1' '-p smoke' '--seed 1' '--cpus 0' '--rates 1000' '--budget 9' \
	'--set nop.where=user' '--modes signal' '--impl stock'; do
	# shellcheck disable=SC2086
	tw run --resume -o "$good" $more
	refused "with $more" 2 '--resume.*options'
done
untouched "none of them touched it" "$good" "$sum"

grep -v '"footer"' "$good" >"$T/unfinished"
sed 's/"cpu_model":"/&Another /' "$T/unfinished" >"$T/elsewhere"
sum=$(sum_of "$T/elsewhere")
tw run --resume -o "$T/elsewhere"
refused "a journal of another machine" 4 "$T/elsewhere.*cpu_model"
untouched "it is untouched" "$T/elsewhere" "$sum"
for name in 'missing 5' 'dir 5' 'empty 5'; do
	mkdir -p "$T/dir"
	: >"$T/empty"
	tw run --resume -o "$T/${name% *}"
	refused "${name% *}" "${name#* }" "$T/${name% *}"
done
check "nothing was made" test ! -e "$T/missing"

# ---- torn and unfinished ----

# At every kind of place: in the first sample, in the last, in the footer, before a newline.
bytes=$(wc -c <"$good")
header=$(head -n 1 "$good" | wc -c)
sample=$(head -n 2 "$good" | wc -c)
footer=$(tail -n 1 "$good" | wc -c)
for cut in $((header + 1)) $((sample - 1)) $((sample + 30)) $((bytes - footer - 1)) \
	$((bytes - footer)) $((bytes - 3)) $((bytes - 1)); do
	head -c $cut "$good" >"$T/torn"
	sum=$(sum_of "$T/torn")
	tw run --resume --dry-run -o "$T/torn"
	untouched "cut at byte $cut of $bytes: --dry-run" "$T/torn" "$sum"
	resumed "cut at byte $cut of $bytes" "$T/torn"
done

# Skips and errors of the first part; the point of the error is measured again.
"$PYTHON" - "$T/unfinished" "$T/skips" "$T/errors" <<'PY'
import json
import sys

with open(sys.argv[1]) as f:
    header, *samples = f.read().splitlines()[:3]
params = {"where": "bpf"}
for path, kind in (sys.argv[2], "skip"), (sys.argv[3], "error"):
    line = json.dumps({"kind": kind, "bench": "nop", "params": params, "reason": "for the test"})
    with open(path, "w") as f:
        f.write("\n".join([header, line, *samples]) + "\n")
PY
tw run --resume -q -o "$T/skips"
expect "a part with a skip" 0
holds "the footer counts it" "$T/skips" "4 samples, 1 skips, 0 errors, complete"
tw run --resume -q -o "$T/errors"
holds "the footer counts an error of the first part" "$T/errors" \
	"4 samples, 0 skips, 1 errors, complete"

# Two at once: one of them goes on.
sed '3,$d; 1s/"0\.2"/"0.7"/' "$T/unfinished" >"$T/race"
tw run --resume -q -o "$T/race" &
pid=$!
wait_lines "$T/race" 3
timeout 60 "$TWBENCH" run --resume -q -o "$T/race" 2>"$T/second"
code=$?
wait $pid
cp "$T/second" "$T/err"
: >"$T/out"
refused "a second --resume" 2 "$T/race.*another run"
holds "the first completes it" "$T/race" "$whole"

finish
