#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# What README shows is what the committed journals say: `make readme` would change nothing.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh

is_png() { head -c 4 "$1" | tail -c 3 | grep -qx PNG; }

run scripts/readme README.md
expect "README is made again" 0
check "its tables are those of results/" diff README.md "$T/out"
check "it has every sample" test "$(grep -c '^<!-- made: ' README.md)" = 4

sed 's/^\(    machine .*\)CPUs/\1dogs/' README.md >"$T/edited"
run scripts/readme "$T/edited"
check "an edited sample would be seen" test "$(diff "$T/edited" "$T/out" | grep -c '^<.*dogs')" = 1

sed 's/^<!-- made: user/<!-- made: nonsense/' README.md >"$T/edited"
run scripts/readme "$T/edited"
expect "a sample that nobody makes" 2 "nothing is made of the name 'nonsense'"

sed '/^<!-- made: user/,$ { /^<!-- end/,$d }' README.md >"$T/edited"
run scripts/readme "$T/edited"
expect "a sample without an end" 1 "'user' has no end"
cp -r scripts "$T/scripts"
mkdir -p "$T/build" "$T/results/reference"
ln -s "$PWD/build/twbench" "$T/build/twbench"
cp -r results/validation "$T/results/"
cp README.md "$T/README.md"
run "$T/scripts/readme" README.md
expect "the journals are missing" 5 'quick.jsonl'

run scripts/readme --letters "$T"
expect "cover letters are made again" 0
for letter in results/reference/cover-*.txt; do
	check "$(basename "$letter") is what the journals say" diff "$letter" "$T/$(basename "$letter")"
done
while read -r picture; do
	check "README's picture $picture is there" is_png "$picture"
done < <(sed -n 's/^!\[.*\](\(.*\))$/\1/p' README.md)
finish
