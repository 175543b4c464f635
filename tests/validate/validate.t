#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# The short form of `make validate`: each row of its table is a test, and so is each planted fault.
. "$(dirname "$0")/../lib.sh"
validate=build/tests/validate/validate

# rows VERDICT: those of the last run, without what frames them
rows() { grep '^| ' "$T/out" | grep -v '^| check ' | grep -F "| $1 |"; }

for check in alarms gate found coverage power order; do
	run "$validate" --short "$check"
	expect "$check" 0
	while read -r row; do pass "$row"; done < <(rows holds)
	while read -r row; do fail "$row"; done < <(rows '**MISSED**')
done

for plant in family:gate interval:coverage windows:alarms few:found blocks:order; do
	run "$validate" --short --plant "${plant%:*}" "${plant#*:}"
	expect "the fault '${plant%:*}' is seen" 1
	check "by a row of the table" rows '**MISSED**'
done

run "$validate" --plant nonsense
expect "an unknown fault" 2 'FAULT: none family'
run "$validate" nonsense
expect "an unknown check" 2 'CHECK: alarms'
finish
