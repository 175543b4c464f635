#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# Where `run` writes, what it writes there, and what it must never overwrite.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

# ---- a plain run ----

tw "${NOP[@]}" -n 2 -o "$T/plain" --seed 7
expect "a plain run" 0 "journal: $T/plain"
holds "its journal" "$T/plain" "2 samples, 0 skips, 0 errors, complete"
has "the table is on stdout" "$T/out" '^recorder_ns'
has_no "and no journal line" "$T/out" '^\{'
has "the seed is recorded" "$T/plain" '"seed":7,'
has "the arguments are recorded" "$T/plain" '"args":\["run","nop","--set","nop.where=user",'
run "$CHECK_SCHEMA" "$SCHEMA" "$T/plain"
if [ "$code" = 77 ]; then
	skip "it obeys the schema" "no python3-jsonschema"
else
	expect "it obeys the schema" 0
fi

# Two invocations that the kernel ends, each after a second of CPU time.
run timeout 60 bash -c 'ulimit -t 1; exec "$@"' - "$TWBENCH" run nop --set nop.where=user -d 3 -n 2 -o "$T/errors"
expect "a run with errors" 6 "journal: $T/errors"
holds "its journal" "$T/errors" "0 samples, 0 skips, 2 errors, complete"
has "the report says so" "$T/out" '^errors +nop where=user'

tw "${NOP[@]}" -n 2 -o "$T/again" --seed 7 -q
expect "--quiet" 0
check "--quiet says nothing" test ! -s "$T/out" -a ! -s "$T/err"
# of header and samples: the seed, and what the plan makes of it
seeds() { grep -oE '"(seed|order|invocation)":[0-9]+' "$1"; }
check "the same seed, the same schedule" test "$(seeds "$T/plain")" = "$(seeds "$T/again")"

mkdir "$T/cwd"
run env -C "$T/cwd" "$TWBENCH" "${NOP[@]}" -n 1
expect "without -o" 0 '^journal: twbench-[0-9TZ]+\.jsonl$'
holds "the journal has a name of its own" "$T"/cwd/twbench-*.jsonl \
	"1 samples, 0 skips, 0 errors, complete"

# ---- what is there stays ----

for content in "$(cat "$T/plain")" "somebody's notes" ' '; do
	printf '%s\n' "$content" >"$T/there"
	sum=$(sum_of "$T/there")
	tw "${NOP[@]}" -n 1 -q -o "$T/there"
	refused "a file that is not empty" 2 "$T/there"
	untouched "it is untouched" "$T/there" "$sum"
	tw "${NOP[@]}" -n 1 -o "$T/there" --dry-run
	untouched "also by --dry-run" "$T/there" "$sum"
done
: >"$T/nothing"
tw "${NOP[@]}" -n 1 -q -o "$T/nothing"
expect "an empty file is used" 0
holds "and written" "$T/nothing" "1 samples, 0 skips, 0 errors, complete"

mkdir "$T/dir"
ln -s "$T/none/x" "$T/dangling"
for path in "$T/none/x" "$T/dir" "$T/dangling" /proc/x.jsonl /proc/version "$T/plain/x" ''; do
	tw "${NOP[@]}" -n 1 -o "$path"
	refused "-o '$path'" 2 "$path"
done
check "no directory was made" test ! -e "$T/none"

tw "${NOP[@]}" -n 1 -o /dev/full
refused "-o /dev/full" 2 '/dev/full.*No space left'
tw "${NOP[@]}" -n 1 -o /dev/null
expect "-o /dev/null" 0
has_no "-o /dev/null is no bad input" "$T/err" 'empty'

# ---- standard streams ----

tw "${NOP[@]}" -n 2 -o -
expect "-o -" 0
cp "$T/out" "$T/dash"
holds "-o -: stdout is a journal and nothing else" "$T/dash" \
	"2 samples, 0 skips, 0 errors, complete"
has_no "-o -: no table on stderr" "$T/err" 'recorder_ns'
code=0
"$TWBENCH" "${NOP[@]}" -n 1 -q -o - 2>"$T/err" | "$TWBENCH" report - >"$T/out" || code=$?
expect "run -o - | report -" 0
has "it is the table" "$T/out" '^recorder_ns'

# Descriptors 0 to 2 must not become the journal or a socket: what is said would be written into it.
twbench() { timeout 60 "$TWBENCH" "${NOP[@]}" -n 1 "$@"; }
whole="1 samples, 0 skips, 0 errors, complete"
twbench -o "$T/closed0" <&- >"$T/out" 2>"$T/err"
holds "stdin closed" "$T/closed0" "$whole"
twbench -o "$T/closed1" >&- 2>"$T/err" </dev/null
holds "stdout closed" "$T/closed1" "$whole"
twbench -o "$T/closed2" 2>&- >"$T/out" </dev/null
holds "stderr closed" "$T/closed2" "$whole"
twbench -o "$T/closed012" 2>&- >&- <&-
holds "all three closed" "$T/closed012" "$whole"
code=0
twbench -q -o "$T/quiet1" >&- 2>"$T/err" </dev/null || code=$?
expect "--quiet needs no stdout" 0
code=0
: >"$T/out"
twbench -q -o - >&- 2>"$T/err" </dev/null || code=$?
case $code in 2 | 6) refused "-o -, stdout closed" $code '(journal|output|write).*Bad file' ;;
*) fail "-o -, stdout closed" "exit code $code" ;; esac

code=0
twbench -q -o - 2>"$T/err" </dev/null | head -c 10 >"$T/head" || :
code=${PIPESTATUS[0]}
refused "-o - into a pipe that ends" 6 'Broken pipe'
code=0
twbench -o "$T/pipe" 2>"$T/err" </dev/null | : || :
holds "a table into a pipe that ends: the journal is whole" "$T/pipe" "$whole"

# ---- the plan ----

tw run --dry-run -o "$T/dry"
if [ "$code" = 0 ] && [ -s "$T/out" ] && [ ! -e "$T/dry" ]; then
	pass "--dry-run prints the plan and writes nothing"
else
	fail "--dry-run prints the plan and writes nothing" "code $code: $(ls -l "$T/dry")"
fi
has "the plan has its points" "$T/out" '^ +nop user'
run env -C "$T/dir" "$TWBENCH" run -p smoke --dry-run
check "--dry-run without -o writes nothing" test -z "$(ls -A "$T/dir")"
tw run nop --set nop.where=user,user -n 1 -d 0.05 -q -o "$T/twice"
holds "a value twice is one point" "$T/twice" "$whole"

tw "${NOP[@]}" -n 50 --budget 1 -q -o "$T/budget"
expect "--budget" 0
planned=$(grep -oE '"invocations":[0-9]+' "$T/budget" | cut -d: -f2)
if [ "$planned" -ge 1 ] && [ "$planned" -le 6 ]; then
	pass "--budget reduces the invocations"
else
	fail "--budget reduces the invocations" "to $planned"
fi
tw "${NOP[@]}" -n 1 --budget 100 -q -o "$T/rich"
holds "--budget adds none" "$T/rich" "$whole"
tw "${NOP[@]}" -n 1 --budget 0.1 -o "$T/poor"
refused "--budget too small" 2 'budget.* 0\.1 s'
check "nothing was written" test ! -e "$T/poor"

# ---- two at once ----

timeout 60 "$TWBENCH" "${NOP[@]}" -n 2 -d 0.8 -q -o "$T/shared" 2>"$T/first" &
first=$!
wait_lines "$T/shared" 1
tw "${NOP[@]}" -n 1 -o "$T/shared"
refused "a second run on the same journal" 2 "$T/shared.*another run"
tw run --resume -o "$T/shared"
refused "a --resume of a running one" 2 "$T/shared.*another run"
code=0
wait $first || code=$?
cp "$T/first" "$T/err"
expect "the first goes on" 0
holds "and has it all" "$T/shared" "2 samples, 0 skips, 0 errors, complete"

finish
