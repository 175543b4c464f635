#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# The ordering arguments that do not rest on one atomic operation, against the Linux kernel memory model.
# Each has a twin that is wrong, and must be seen to be. HERD7 is the program, LKMM the directory
# tools/memory-model of a kernel source; what both say is in kernel/README.md.
. "$(dirname "$0")/../../tests/lib.sh"

herd7=${HERD7:-herd7}
model=${LKMM:-}
for dir in "/lib/modules/$(uname -r)/source" /usr/src/linux-source-* /usr/src/linux; do
	[ -n "$model" ] || [ ! -f "$dir/tools/memory-model/linux-kernel.cfg" ] ||
		model=$dir/tools/memory-model
done

reason=
command -v "$herd7" >/dev/null || reason="no herd7 (package herdtools7; HERD7 names it)"
[ -n "$reason" ] || [ -f "$model/linux-kernel.cfg" ] ||
	reason="no tools/memory-model of a kernel source (LKMM names it)"

for file in "$PWD"/kernel/tests/litmus/*.litmus; do
	name=$(basename "$file" .litmus)
	result=$(sed -n 's/^ \* Result: //p' "$file")
	if [ -n "$reason" ]; then
		skip "$name: $result" "$reason"
		continue
	fi
	# The model's files are looked for in the working directory.
	run sh -c 'cd "$1" && exec "$2" -conf linux-kernel.cfg "$3"' sh "$model" "$herd7" "$file"
	check "$name: $result" grep -q "^Observation $name $result " "$T/out"
done
finish
