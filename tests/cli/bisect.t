#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# scripts/bisect-run: `git bisect run` names the commit that made a simulated metric worse; what is no
# verdict names none.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
for program in git jq; do
	command -v $program >/dev/null && continue
	skip bisect.t "no $program (Debian package $program)"
	finish
done
export SIM=$PWD/tests/cli/simulate T TWBENCH
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null GIT_{AUTHOR,COMMITTER}_{NAME,EMAIL}=me
cp scripts/bisect-run "$T/bisect-run"
BISECT=$T/bisect-run

# measure JOURNAL: of what the tree's file `state` says; each call another boot
cat >"$T/measure" <<'EOF'
#!/bin/bash
echo "$PWD $1" >>"$T/calls"
n=$(wc -l <"$T/calls")
[ "$(cat state)" != broken ] || exit 1
exec "$SIM" "$1" seed="$n" boot="b$n" start="$n" n=2 shift="$(cat state)" spread="${SPREAD:-0.01}"
EOF
# twbench: run as above, with the arguments noted; the rest by the real one
cat >"$T/twbench" <<'EOF'
#!/bin/bash
[ "$1" = run ] || exec "$TWBENCH" "$@"
echo "$*" >>"$T/calls"
exec "$SIM" "${@: -1}" n="${*: -3:1}" seed="$(wc -l <"$T/calls")" start=9 shift="$(cat state)" \
	spread="${SPREAD:-0.01}" env.twbench_commit=new
EOF
chmod +x "$T/measure" "$T/twbench"
good=''
for k in {1..10}; do
	"$SIM" "$T/good.$k" seed="10$k" boot="g$k" n=2 start="0.$k"
	good=$good${good:+,}$T/good.$k
done
"$SIM" "$T/good" seed=5 n=40 args='--cpus 0 --seed 3 -o x --metrics y -n8 --modes signal'

# commits SHIFT...: a repository in $T/toy of as many commits, c1, c2, ...
commits() {
	local n=0 shift
	rm -rf "$T/toy"
	git init -q "$T/toy"
	cd "$T/toy" || exit 1
	for shift in "$@"; do
		n=$((n + 1))
		echo "$shift" >state
		echo "$n" >n
		git add . && git commit -qm "c$n" && git tag "c$n"
	done
	: >"$T/calls"
}

# bisect BAD GOOD ARG...: leaves what git says in $T/out, and the culprit in $culprit
bisect() {
	git bisect start "$1" "$2" >/dev/null
	shift 2
	run git bisect run "$@"
	culprit=$(sed -n 's/^\([0-9a-f]*\) is the first bad commit$/\1/p' "$T/out")
	culprit=$(git describe --tags --exact-match "$culprit" 2>/dev/null)
}

one() { run "$BISECT" delivery_ns_p50 "$@"; }

# ---- kernels ----

commits 0 0 broken 0 0.05 0.05 0.05 0.05 0.05
bisect c9 c1 "$BISECT" delivery_ns_p50 --good "$good" --bench latency --measure "$T/measure" \
	--twbench "$TWBENCH" --floor 2
check "the fifth of nine commits: $culprit" test "$culprit" = c5
has "the one that cannot be measured is stepped over" "$T/err" 'cannot tell'
has "a bad commit is measured once more" "$T/err" 'once more'
commits 0 0 0 broken 0.05 0.05
bisect c6 c3 "$BISECT" delivery_ns_p50 --good "$good" --measure "$T/measure" --twbench "$TWBENCH" --floor 2
check "a commit that cannot be told is not blamed alone" test -z "$culprit"
has "git has two left" "$T/out" 'only .skip.* commits left'

# The script in the tree of each commit, each time another one.
commits 0
for n in {2..6}; do
	cp "$BISECT" bisect-run
	for ((k = 0; k < n * 100; k++)); do echo "# $k"; done | sed -i '2r /dev/stdin' bisect-run
	[ "$n" -lt 4 ] || echo 0.05 >state
	git add . && git commit -qm "c$n" && git tag "c$n"
done
bisect c6 c2 ./bisect-run delivery_ns_p50 --good "$good" --twbench "$TWBENCH" --floor 2 --measure "$T/measure"
check "the script lies in the tree: $culprit" test "$culprit" = c4

cat >"$T/overwrite" <<'EOF'
#!/bin/bash
for ((i = 0; i < 9000; i++)); do echo 'exit 1'; done >bisect-run
exec "$T/measure" "$@"
EOF
chmod +x "$T/overwrite"
git bisect reset >"$T/git" 2>&1 && git checkout -q c2
run ./bisect-run delivery_ns_p50 --good "$good" --twbench "$TWBENCH" --floor 2 --measure "$T/overwrite"
expect "the script is overwritten as it runs" 0 'good$'

# ---- one commit ----

commits 0.05
one --good "$good" --measure "$T/measure" --twbench "$TWBENCH"
expect "worse: 1" 1 'bad$'
check "by two times five boots" test "$(wc -l <"$T/calls")" = 10
commits 0
one --good "$good" --measure "$T/measure" --twbench "$TWBENCH" --floor 2
expect "the same: 0" 0 'good$'
commits -0.05
one --good "$good" --measure "$T/measure" --twbench "$TWBENCH"
expect "better: 0" 0
SPREAD=0.3 one --good "$good" --measure "$T/measure" --twbench "$TWBENCH" --max-n 10
expect "noise: 125" 125 'no verdict with 10'
commits 0
one --good "$good" --measure false --twbench "$TWBENCH"
expect "the measurement fails: 125" 125 'measurement failed'
one --good "$good" --measure true --twbench "$TWBENCH"
expect "the measurement writes nothing: 125" 125 'no journal'
one --good "$good" --measure "echo >" --twbench "$TWBENCH"
expect "the measurement writes rubbish: 125" 125 'cannot tell'
one --good "$good" --measure "$T/measure" --twbench "$TWBENCH" --treatment twbench --floor 2
expect "by invocations" 0
one --good "$good" --measure 'exit 130; ' --twbench "$TWBENCH"
expect "interrupted: 130" 130
one --good "$good" --measure 'kill -KILL $$; ' --twbench "$TWBENCH"
expect "a killed measurement ends the bisection" 137

# A regression that is not there the second time is none.
commits 0
cat >"$T/once" <<'EOF'
#!/bin/bash
echo 0 >state
[ "$(wc -l <"$T/calls")" -ge 5 ] || echo 0.05 >state
exec "$T/measure" "$@"
EOF
chmod +x "$T/once"
one --good "$good" --measure "$T/once" --twbench "$TWBENCH" --floor 2
expect "a regression that is not confirmed" 0 'not confirmed'

# ---- commits of twbench ----

commits 0.05
one --good "$T/good" --build true --twbench "$T/twbench" -n 20
expect "built and measured: 1" 1
check "the good journal's arguments, but for its -n, -o and --seed" test \
	"$(head -1 "$T/calls" | sed 's/ -o .*//')" = "run latency --cpus 0 --modes signal -q -n 20"
commits 0.015
one --good "$T/good" --build true --twbench "$T/twbench" -n 5 --max-n 15 -- latency -d 2
expect "doubled up to --max-n: 125" 125 'no verdict with 15'
check "5, 10, 15" test "$(sed -n 's/^run latency -d 2 -q -n \([0-9]*\) .*/\1/p' "$T/calls" | xargs)" = "5 10 15"
one --good "$T/good" --build 'echo no rule; exit 2' --twbench "$T/twbench"
expect "it does not build: 125" 125 'does not build'
has "the end of the build's output" "$T/err" 'no rule'
one --good "$T/good" --build true --twbench "$T/twbench" --treatment kernel_release
expect "the environments differ: 125" 125 'not comparable'
one --good "$T/good" --build true --twbench "$T/nonesuch" --compare-with "$TWBENCH"
expect "no twbench came of it: 125" 125 'measurement failed'
one --good "$T/good" --build true --twbench "$T/twbench" --compare-with "$T/nonesuch"
expect "nothing to compare with: 125" 125

# ---- usage: never a verdict ----

one --good "$T/good" --nonesuch
expect "an unknown option: 129" 129 "nonesuch"
run "$BISECT" --good "$T/good"
expect "no metric: 129" 129 'METRIC'
run "$BISECT" a b --good "$T/good"
expect "two metrics: 129" 129 'METRIC'
one
expect "nothing to compare with: 129" 129 '--good'
one --good
expect "--good without a journal: 129" 129 '--good'
one --good "$T/nonesuch"
expect "no such journal: 129" 129 'cannot read'
head -n 3 "$T/good" >"$T/cut"
one --good "$T/cut"
expect "an incomplete journal: 129" 129 'no complete journal'
one --good "$T/good" -n 0
expect "-n 0: 129" 129 "'0'"
run "$BISECT" nonesuch --good "$T/good" --build true --twbench "$T/twbench"
expect "a metric that there is not: 129" 129 "nonesuch"
cd "$T" || exit 1
one --good "$T/good"
expect "no repository: 129" 129 'git'
run "$BISECT" --help
expect "--help" 0
has "--help: the codes" "$T/out" '125'

finish
