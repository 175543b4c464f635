#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# 500 ns on the real path, put where they belong by the verdicts of `twbench compare`: short form of
# what results/validation/injections.md shows.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

places=(before-call after-call callback)
cases=("measured")
for place in "${places[@]}"; do cases+=("500 ns $place: a regression in its row" "as long as it is"); done
need_live "${cases[@]}"

# column PLACE N: of the table
column() { awk -F' *[|] *' -v place="$1" -v n="$2" '$3 == place { print $n }' "$T/table"; }
is_regression() { [ "$(column "$1" 7)" = regression ]; }
# The size by the point estimate: it is a median of differences, and bins are a hundredth of it wide.
is_500() { awk -v size="$(column "$1" 5)" 'BEGIN { exit !(size > 400 && size < 600) }'; }

cpu=$(allowed_cpus | tail -n 1)
run calm scripts/injections -n 16 -d 0.1 -c "$cpu" -i 500 --measure "$T/j"
expect "measured" 0
scripts/injections --judge "$T/j" >"$T/table" 2>"$T/err"
diag "$(cat "$T/table")"
for place in "${places[@]}"; do
	check "500 ns $place: a regression in its row" is_regression "$place"
	check "500 ns $place: as long as it is" is_500 "$place"
done
finish
