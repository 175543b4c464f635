# SPDX-License-Identifier: GPL-2.0
# Two sides measured in turn on one machine: short runs of either, in pairs of random order. Sourced by
# ci-gate.
# shellcheck shell=bash disable=SC2034,SC2154

# build TREE TARGET LOG
build() {
	run_child env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make -C "$1" -j"$(nproc)" "$2" >"$3" 2>&1 ||
		{ tail -n 5 "$3" >&2; die 6 "$2 of $1 does not build (the log: $3)"; }
}

# The base of REF: a worktree of its own, with a build of its own. See cleanup() for the end of it.
build_base() {
	local commit

	commit=$(git -C "$root" rev-parse --verify --quiet "$base_ref^{commit}") ||
		die 2 "no commit '$base_ref' here (in CI: fetch it, actions/checkout with fetch-depth: 0)"
	tree=$tmp/base
	say "building $base_ref ($(git -C "$root" rev-parse --short=12 "$commit"))"
	run_child git -C "$root" worktree add --quiet --detach "$tree" "$commit" >&2 ||
		die 6 "no worktree of $base_ref"
	build "$tree" build/twbench "$out/build-base.log"
	side_a=("$tree/build/twbench" run -q -n 1)
	side_b=("$twbench" run -q -n 1)
}

# A boot is the replicate there, so each side boots for each of its journals.
use_kernels() {
	local static=$root/build/static/twbench

	build "$root" build/static/twbench "$out/build-static.log"
	side_a=("$root/scripts/vm" --timeout 900 --kernel "$base_kernel" -- "$static" run -q -n 1)
	side_b=("$root/scripts/vm" --timeout 900 --kernel "$head_kernel" -- "$static" run -q -n 1)
}

# turn SIDE JOURNAL
turn() {
	local -n command=side_$1
	local code=0

	run_child "${command[@]}" "${run_args[@]}" -o - >"$2" || code=$?
	printf '%s\t%s\n' "$2" "$code" >>order.tsv
	case $code in
	0) ;;
	1) say "$2 has a sample that cannot be trusted: twbench report $out/$2" ;;
	*) say "$2: this side's run ended with code $code" ;;
	esac
	return "$code"
}

# measure_turns ROUND: pairs of runs, AB or BA by lot, until there are enough or the time is over
measure_turns() {
	local i first second start=$SECONDS

	base='' head=''
	say "measuring $pairs pairs of runs${budget:+, for $budget s at most}${1:+, anew}"
	for ((i = 1; i <= pairs; i++)); do
		[ -z "$budget" ] || [ $i = 1 ] || [ $((SECONDS - start)) -lt "$budget" ] || break
		first=a second=b
		[ $((RANDOM % 2)) = 0 ] || { first=b second=a; }
		turn $first "$first$i$1.jsonl" || return
		turn $second "$second$i$1.jsonl" || return
		base+=${base:+,}a$i$1.jsonl
		head+=${head:+,}b$i$1.jsonl
	done
}
