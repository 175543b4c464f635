#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# SIGKILL at any instant, to the runner, the invocation, or both: nothing stays in the kernel, and
# the journal goes on from where it was. KILLS=N and SEED=N in the environment.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

kills=${KILLS:-27} seed=${SEED:-$RANDOM}
cases=(
	"no BPF object is left 5 s after any kill"
	"every journal is whole and can be resumed"
	"no sample is lost but the one in progress"
	"a runner whose invocation was killed goes on, and stops when asked to"
	"the kernel log is quiet"
)
# Two triggers, and ctx, whose maps come and go under the runner's hold: one of its points closes them.
subjects=(syscall perf-sw ctx)
finals=()
for subject in "${subjects[@]}"; do finals+=("$subject: --resume completes the journals"); done
need_live "${cases[@]}" "${finals[@]}"
command -v bpftool >/dev/null || skip_all "bpftool is not installed" "${cases[@]}" "${finals[@]}"
RANDOM=$seed
export LC_ALL=C
for n in 0 1 2 3; do : >"$T/wrong$n"; done

now_ms() { echo $((${EPOCHREALTIME/./} / 1000)); }

# Every BPF object of this kernel: "map 17".
objects() {
	local kind

	for kind in prog map link; do
		bpftool -j $kind show | grep -o '"id":[0-9]*' | sed "s/.*:/$kind /"
	done | sort
}

# held PID-PATTERN: the objects that processes have descriptors of.
held() {
	# shellcheck disable=SC2086 # a pattern
	sed -n 's/^\(prog\|map\|link\)_id:[\t ]*/\1 /p' /proc/$1/fdinfo/* 2>/dev/null | sort -u
}

# New objects that no process holds: other users of BPF may come and go meanwhile.
orphans() { objects | comm -23 - "$T/before" | comm -23 - <(held '[0-9]*'); }

gone() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# all_gone MS FILE: whether the objects in FILE vanish until then; FILE keeps those that did not.
all_gone() {
	while [ -s "$2" ]; do
		[ "$(now_ms)" -lt "$1" ] || return
		objects | comm -12 - "$2" >"$2.new"
		mv "$2.new" "$2"
		[ ! -s "$2" ] || sleep 0.05
	done
}

# kernel_complaints: how many there are in the log.
kernel_complaints() { dmesg | grep -cE 'WARNING: |BUG: |Oops|detected stall|blocked for more'; }

samples() { grep -cs '"kind":"sample"' "$1" || true; }

# launch: the runner, in the background, on the newest journal of $subject; leaves $runner.
declare -A generation
launch() {
	local what=(latency --triggers "$subject" --modes "signal,resume" --rates 10000 --cpus all)

	[ "$subject" != ctx ] || what=(ctx --set "ctx.release=prealloc-close,hash-delete")
	journal=$T/$subject.${generation[$subject]:=0}.jsonl
	if [ -s "$journal" ] && grep -q '"kind":"footer"' "$journal"; then
		generation[$subject]=$((generation[$subject] + 1))
		journal=$T/$subject.${generation[$subject]}.jsonl
	fi
	if [ -s "$journal" ]; then
		"$TWBENCH" run --resume -q -o "$journal" >"$T/out" 2>"$T/err" </dev/null &
	else
		"$TWBENCH" run "${what[@]}" -n 4 -d 0.5 -q -o "$journal" >"$T/out" 2>"$T/err" \
			</dev/null &
	fi
	runner=$!
}

# await_child: leaves $child; fails if the runner ends first.
await_child() {
	child=
	while [ -z "$child" ]; do
		gone "$runner" && return 1
		child=$(child_of "$runner")
	done
}

# judge_objects WHAT: of the child that was killed at $start. What is wrong goes to a file per case.
judge_objects() {
	local deadline=$((start + 5000))

	while ! gone "$child" && [ "$(now_ms)" -lt $deadline ]; do sleep 0.02; done
	gone "$child" || echo "$1: process $child is still there" >>"$T/wrong0"
	all_gone $deadline "$T/theirs" || sed "s/^/$1: still there: /" "$T/theirs" >>"$T/wrong0"
}

judge_orphans() {
	orphans >"$T/orphans"
	all_gone $(($(now_ms) + 5000)) "$T/orphans" ||
		sed "s/^/$1: left: /" "$T/orphans" >>"$T/wrong0"
}

judge_journal() {
	local n

	# Killed before the first line: there is nothing to resume, the next run starts anew.
	[ -s "$journal" ] || return
	run "$TWBENCH" run --resume --dry-run -o "$journal"
	[ "$code" = 0 ] || echo "$1: exit code $code: $(head -3 "$T/err")" >>"$T/wrong1"
	n=$(samples "$journal")
	[ "$n" -ge "$had" ] || echo "$1: $n samples, there were $had" >>"$T/wrong2"
}

stop_runner() {
	kill -TERM "$runner" 2>/dev/null
	wait "$runner" 2>/dev/null
	code=$?
	# 130, or it was through with everything by then: 6, as an invocation had failed.
	[[ $code =~ ^(130|6)$ ]] || echo "$1: exit code $code: $(head -3 "$T/err")" >>"$T/wrong3"
}

# one NUMBER VICTIM: fails if the run was over before the kill.
one() {
	local victim=$2 what had start delay

	delay=$(printf '0.%03d' $((RANDOM % 900)))
	what="kill $1, $subject, $victim after $delay s"
	launch
	had=$(samples "$journal")
	had=${had:-0}
	if ! { await_child && sleep "$delay" && await_child; }; then
		wait "$runner"
		return 1
	fi
	held "$child" >"$T/theirs"
	start=$(now_ms)
	case $victim in
	runner) kill -KILL "$runner" ;;
	child) kill -KILL "$child" ;;
	both) kill -KILL "$child" "$runner" ;;
	esac 2>/dev/null
	[ "$victim" = child ] || wait "$runner" 2>/dev/null
	judge_objects "$what"
	echo $(($(now_ms) - start)) >>"$T/ms"
	[ "$victim" != child ] || stop_runner "$what"
	judge_orphans "$what"
	judge_journal "$what"
}

complete() {
	local journal

	for journal in "$T/$1".*.jsonl; do
		[ -e "$journal" ] || continue
		run "$TWBENCH" run --resume -q -o "$journal"
		[ "$code" = 0 ] || echo "exit code $code: $(head -3 "$T/err")"
		tail -n 1 "$journal" | grep -q '"kind":"footer"' || echo "no footer"
		# Every invocation of both points, once.
		pick "$journal" mode release invocation | sort | uniq -c | awk '
			$1 != 1
			END { if (NR != 8) print NR " different samples instead of 8" }'
	done
}

objects >"$T/before"
complaints=$(kernel_complaints)
victims=(runner child both)
for ((i = 0; i < kills; )); do
	subject=${subjects[i / 3 % 3]}
	one $i "${victims[i % 3]}" && i=$((i + 1))
done
diag "$kills kills, SEED=$seed; objects gone after" \
	"$(quantile 0.5 <"$T/ms") ms (median), $(quantile 1 <"$T/ms") ms (maximum)"
for n in 0 1 2 3; do silent "${cases[n]}" cat "$T/wrong$n"; done
check "${cases[4]}" [ "$(kernel_complaints)" = "$complaints" ]
for n in 0 1 2; do silent "${finals[n]}" complete "${subjects[n]}"; done
finish
