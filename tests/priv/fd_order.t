#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# A dying process puts its files from the highest descriptor down. While the invocation runs, its
# maps lie below whatever fires its programs, and the runner holds every map as well.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

# fds PID: its descriptors, number and target, in one pass over the directory.
fds() { find "/proc/$1/fd" -type l -printf '%f %l\n' 2>/dev/null; }

# map_ids PID
map_ids() { sed -n 's/^map_id:[\t ]*//p' "/proc/$1"/fdinfo/* 2>/dev/null | sort -u; }

attached() { grep -qE 'bpf[-_]link|\[perf_event\]' <<<"$1"; }

# misplaced: of a listing on stdin, what fires and lies below a map.
misplaced() {
	awk '
		/bpf-map/ { maps++; if ($1 > top) top = $1 }
		/bpf[-_]link|\[perf_event\]/ { fires[$1] = $2 }
		END {
			if (!maps) print "no map"
			for (fd in fires)
				if (fd + 0 < top)
					print fires[fd] " " fd " lies below map " top
		}'
}

# The judge itself: it must see what it is there for.
judge() {
	local map=anon_inode:bpf-map link=anon_inode:bpf_link event='anon_inode:[perf_event]'

	silent "links above maps are in order" misplaced < <(printf '%s %s\n' 3 'socket:[1]' \
		5 $map 9 $map 10 "$event" 11 $link)
	check "a link below a map is seen" grep -q 'bpf_link 8 lies below map 10' \
		<(printf '%s %s\n' 5 $map 8 $link 10 $map | misplaced)
	check "a perf event below a map is seen" grep -q 'perf_event. 9 lies below map 10' \
		<(printf '%s %s\n' 10 $map 9 "$event" | misplaced)
}

# snapshot RUNNER: judges one moment; says what is wrong, and counts into $T/seen what it saw.
snapshot() {
	local child listing theirs ours

	child=$(child_of "$1")
	[ -n "$child" ] || return 0
	listing=$(fds "$child")
	attached "$listing" || return 0
	# The child's maps first: the runner lets go only after it has reaped the child.
	theirs=$(map_ids "$child")
	ours=$(map_ids "$1")
	[ "$(child_of "$1")" = "$child" ] || return 0
	misplaced <<<"$listing"
	comm -23 <(echo "$theirs") <(echo "$ours") | sed '/^$/d; s/^/the runner does not hold map /'
	grep -c bpf-map <<<"$listing" >>"$T/seen"
}

watch() {
	local runner name="$1 $2"

	: >"$T/seen"
	: >"$T/wrong"
	rm -f "$T/j"
	"$TWBENCH" run latency --triggers "$1" --modes "$2" --rates 10000 --cpus all -n 1 -d 1 -q \
		-o "$T/j" >"$T/out" 2>"$T/err" </dev/null &
	runner=$!
	while kill -0 $runner 2>/dev/null; do
		snapshot $runner >>"$T/wrong" 2>&1
		sleep 0.05
	done
	wait $runner
	code=$?
	expect "$name: the run ends well" 0
	silent "$name: maps below what fires, and held by the runner" sort -u "$T/wrong"
	diag "$name: seen $(wc -l <"$T/seen") times;" \
		"map descriptors: $(sort -u "$T/seen" | tr '\n' ' ')"
	check "$name: seen at least 3 times" [ "$(wc -l <"$T/seen")" -ge 3 ]
}

need_live "judge" "syscall signal" "syscall resume" "perf-sw signal" "perf-sw resume"
judge
for trigger in syscall perf-sw; do
	for mode in signal resume; do watch $trigger $mode; done
done
finish
