#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# `report --html`: one page that needs nothing else and says what `report`, `plot` and `compare` say.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python

CHECK=tests/cli/html_check
SIM=tests/cli/simulate
J=tests/fixtures/plot.jsonl
# What can be drawn is the business of plot.t.
FIGURES=0
command -v gnuplot >/dev/null && FIGURES=1

# html NAME JOURNAL...: writes $T/NAME/index.html, which has to be a page.
html() {
	local name=$1
	shift
	tw report --html "$T/$name" "$@"
	expect "$name" 0
	check "$name: its path is printed" diff <(echo "$T/$name/index.html") "$T/out"
	check "$name: nothing else is there" diff <(echo index.html) <(ls -A "$T/$name")
	check "$name: well formed, and needs nothing else" $CHECK page "$T/$name/index.html"
}

# as_text NAME JOURNAL...: the page says all that the plain text says.
as_text() {
	local name=$1
	shift
	run "$TWBENCH" report "$@"
	cp "$T/out" "$T/$name.txt"
	check "$name: all tables and items of the text" $CHECK text "$T/$name/index.html" "$T/$name.txt"
}

# drawn NAME TITLE...
drawn() {
	local name=$1
	shift
	if [ $FIGURES = 1 ]; then
		check "$name: its figures" $CHECK figures "$T/$name/index.html" "$@"
	else
		skip "$name: its figures" "no gnuplot (Debian package gnuplot-nox)"
	fi
}

# ---- a journal ----

html fixture $J
as_text fixture $J
titles=()
for bench in contention ctx latency stages; do
	for f in plots/*.gp; do
		grep -q "^#: bench *$bench$" "$f" && titles+=("$(sed -n 's/^#: title *//p' "$f")")
	done
done
check "there are titles" test "${#titles[@]}" = 8
drawn fixture "${titles[@]}"
check "readable for whom the umask lets" \
	test "$(stat -c %a "$T/fixture/index.html")" = "$(printf '%o' $((0666 & ~0$(umask))))"
cp "$T/fixture/index.html" "$T/first"
html fixture $J
check "again: replaced, and the same" cmp "$T/first" "$T/fixture/index.html"

tw report --all --html "$T/all" $J
expect "--all" 0
check "--all: has more" test "$(grep -c '<td' "$T/all/index.html")" -gt \
	"$(grep -c '<td' "$T/first")"
code=0
"$TWBENCH" report --html "$T/stdin" - <$J >"$T/out" 2>"$T/err" || code=$?
expect "standard input" 0
check "standard input: the same tables" $CHECK text "$T/stdin/index.html" "$T/fixture.txt"

# ---- two: verdicts ----

$SIM "$T/base.jsonl" n=20 points=3 seed=1 metric.busy_ns=700
$SIM "$T/worse.jsonl" n=20 points=3 seed=2 shift=0.05 start=1 metric.busy_ns=700
$SIM "$T/few.jsonl" n=3 points=3 seed=3 boot=b9
$SIM "$T/other.jsonl" n=20 points=3 seed=2 shift=-0.05 env.kernel_release=6.19.0 env.turbo=false

# verdicts NAME BASE HEAD [OPTION]...
verdicts() {
	run "$TWBENCH" compare "${@:2}" --format json
	cp "$T/out" "$T/$1.json"
	html "$1" "${@:2}"
	check "$1: the verdicts of compare" $CHECK verdicts "$T/$1/index.html" "$T/$1.json"
}
verdicts worse "$T/base.jsonl" "$T/worse.jsonl"
as_text worse "$T/base.jsonl" "$T/worse.jsonl"
has "worse: there is one" "$T/worse/index.html" 'verdict worse">REGRESSION'
drawn worse "Change from base to head" "Latency against offered rate"
verdicts few "$T/base.jsonl" "$T/few.jsonl"
has "few: nothing can be told" "$T/few/index.html" 'class="v open">.*UNREACHABLE'
verdicts better "$T/base.jsonl" "$T/other.jsonl" --treatment kernel_release,turbo
has "better: the treatment is named" "$T/better/index.html" 'kernel_release: 6.18.15, 6.19.0'
verdicts options "$T/base.jsonl" "$T/worse.jsonl" --floor 20 --level 0.95 --metrics delivery_ns_p50
has "options: the level" "$T/options/index.html" '>95 % interval<'
[ $FIGURES = 0 ] || has "options: also in the figure" "$T/options/index.html" 'its 95 % interval'
has "options: nothing is beyond this floor" "$T/options/index.html" 'class="verdict better">NO REGRESSION'
"$TWBENCH" compare --self "$T/base.jsonl" >"$T/out" 2>&1
check "noise floors were measured" test -s "$T/noise-floor.json"
verdicts floor "$T/base.jsonl" "$T/worse.jsonl"
has "floor: that of the machine" "$T/floor/index.html" '%\*</td>'
rm "$T/noise-floor.json"

html apart "$T/base.jsonl" "$T/other.jsonl"
has "not comparable: it says so" "$T/apart/index.html" 'NOT COMPARABLE'
has "not comparable: the fields" "$T/apart/index.html" 'they differ in kernel_release, turbo'
has "not comparable: what they are" "$T/apart/index.html" 'kernel_release: 6.18.15, 6.19.0'
has_no "not comparable: no verdict" "$T/apart/index.html" 'class="v '
as_text_of_one() { # the tables of one journal have to be those of its own report
	run "$TWBENCH" report "$T/base.jsonl" && cp "$T/out" "$T/1.txt"
	run "$TWBENCH" report "$T/other.jsonl" && cp "$T/out" "$T/2.txt"
	"$PYTHON" - "$T/apart/index.html" "$T/1.txt" "$T/2.txt" <<'PY'
import sys

sys.path.insert(0, "tests/cli")
import importlib.machinery
import importlib.util
loader = importlib.machinery.SourceFileLoader("html_check", "tests/cli/html_check")
sys.dont_write_bytecode = True
c = importlib.util.module_from_spec(importlib.util.spec_from_loader("html_check", loader))
loader.exec_module(c)
page = list(c.page_tables(c.ET.fromstring(c.read(sys.argv[1]))))
text = [t for path in sys.argv[2:] for t in c.text_tables(c.read(path).split("\n"))[0]]
c.need(len(page) == len(text) > 1, f"{len(page)} tables, not {len(text)}")
for pair in zip(text, page):
    c.same_table(*pair)
PY
}
check "not comparable: one after the other" as_text_of_one
sed -n 1,30p "$T/base.jsonl" >"$T/torn.jsonl"
html torn "$T/torn.jsonl" "$T/worse.jsonl"
has "incomplete: warned of" "$T/err" 'torn.jsonl is incomplete'
has "incomplete: also on the page" "$T/torn/index.html" '>INCOMPLETE<'
has "incomplete: no verdict, and why" "$T/torn/index.html" 'NO COMPARISON'
code=0
"$TWBENCH" report --html "$T/half" - "$T/worse.jsonl" <"$T/base.jsonl" >"$T/out" 2>"$T/err" || code=$?
expect "standard input and another" 0
has "standard input and another: no verdict, and why" "$T/half/index.html" 'read twice'
$SIM "$T/skips.jsonl" n=3
sed -i '$d' "$T/skips.jsonl"
{
	echo '{"kind":"skip","bench":"latency","params":{"trigger":"perf-hw"},"reason":"no PMU"}'
	echo '{"kind":"error","bench":"latency","params":{"rate":7},"reason":"a law is broken"}'
	echo '{"kind":"footer","samples":3,"skipped":1,"errors":1,"elapsed_s":1.0}'
} >>"$T/skips.jsonl"
html skips "$T/skips.jsonl"
as_text skips "$T/skips.jsonl"
has "skips: told" "$T/skips/index.html" '>latency trigger=perf-hw: no PMU<'
has "errors: told" "$T/skips/index.html" '>latency rate=7: a law is broken<'

# ---- foreign words ----

"$PYTHON" - $J "$T/hostile.jsonl" <<'PY'
import json
import sys

EVIL = "<script>alert(1)</script><img src=x onerror='a()'>\"'&amp;]]>\u0001\uffff\u202e--><svg/onload=x>"
with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        if line["kind"] == "header":
            line["env"]["cpu_model"] = line["env"]["kernel_release"] = EVIL
            line["args"].append(EVIL)
        if line["kind"] == "sample":
            line["warnings"] = [EVIL]
            # Together longer than a curve's name can be: cut in the middle of a character.
            for name in "mode", "trigger":
                line["params"][name] = line["params"].get(name, "") + "\u00fc" * 200 + EVIL
            line["params"]["target"] = EVIL
            line["params"]['"><b>'] = EVIL
            line["metrics"]["<i>_ns"] = 1
            if line["bench"] == "ctx":
                line["bench"] = "<ctx>" + EVIL
        if line["kind"] == "footer":
            out.write(json.dumps({"kind": "skip", "bench": EVIL, "params": {EVIL: EVIL}, "reason": EVIL})
                      + "\n")
            line["skipped"] += 1
        out.write(json.dumps(line) + "\n")
PY
cp "$T/hostile.jsonl" "$T/<b>hos\"tile'&.jsonl"
html hostile "$T/<b>hos\"tile'&.jsonl"
has "hostile: what it says is there, as text" "$T/hostile/index.html" '&lt;script&gt;alert\(1\)'
has_no "hostile: no tag of it" "$T/hostile/index.html" '<(script|img|b>=|i>_|svg/)'
$SIM "$T/evil.base.jsonl" n=9 "warn=<script>alert(1)</script>" 'metric.<i>"x_ns=1'
$SIM "$T/evil.head.jsonl" n=9 seed=2 shift=0.1 "warn=<script>alert(2)</script>" 'metric.<i>"x_ns=1'
html evil "$T/evil.base.jsonl" "$T/evil.head.jsonl"
has "evil: the warnings" "$T/evil/index.html" '&lt;script&gt;alert\(2\)'

# ---- what cannot be done ----

: >"$T/file"
for dir in "$T/file" "$T/no/such" /proc; do
	tw report --html "$dir" $J
	refused "unwritable directory ${dir#"$T"/}" 2 'cannot write into'
done
tw report --html "$T/none"
refused "no journal" 2 'which JOURNAL'
tw report --html "$T/none" --treatment frob "$T/base.jsonl" "$T/other.jsonl"
refused "an unknown treatment" 2 'frob'
tw report --html "$T/none" --treatment kernel "$T/base.jsonl"
refused "a treatment of one journal" 2 'two journals'
tw report --floor 3 "$T/base.jsonl" "$T/worse.jsonl"
refused "a floor without a page" 2 'go with --html'
rm -rf "$T/none"
sed '5s/.\{40\}$//' $J >"$T/damaged.jsonl"
tw report --html "$T/none" "$T/damaged.jsonl"
refused "a damaged journal" 5 'damaged'
check "a damaged journal: no directory" test ! -e "$T/none"
echo old >"$T/fixture/index.html"
code=0
(trap '' XFSZ && ulimit -f 8 && PATH=/nonexistent exec "$TWBENCH" report --html "$T/fixture" $J) \
	>"$T/out" 2>"$T/err" || code=$?
expect "a file that cannot grow" 6 'index.html: File too large'
check "a file that cannot grow: no path is printed" test ! -s "$T/out"
check "a file that cannot grow: nothing half written" diff <(echo index.html) <(ls -A "$T/fixture")
check "a file that cannot grow: the old page stays" diff <(echo old) "$T/fixture/index.html"

code=0
timeout 60 env PATH=/nonexistent "$TWBENCH" report --html "$T/plain" $J >"$T/out" 2>"$T/err" || code=$?
expect "no gnuplot" 0 '^twbench report: no figures: gnuplot is not installed .*gnuplot-nox'
check "no gnuplot: one line" test "$(wc -l <"$T/err")" = 1
check "no gnuplot: a page" $CHECK page "$T/plain/index.html"
check "no gnuplot: all of the text" $CHECK text "$T/plain/index.html" "$T/fixture.txt"
check "no gnuplot: no figure" $CHECK figures "$T/plain/index.html"
has "no gnuplot: the page says so" "$T/plain/index.html" 'No figures: .*gnuplot is not installed'
mkdir "$T/bin"
cat >"$T/bin/gnuplot" <<'SH'
#!/bin/sh
echo '<svg viewBox="0 0 9 9"><g id="gnuplot_canvas"><script>a()</script></g></svg>' >picture
SH
chmod +x "$T/bin/gnuplot"
code=0
PATH=$T/bin:$PATH timeout 60 "$TWBENCH" report --html "$T/odd" $J >"$T/out" 2>"$T/err" || code=$?
expect "gnuplot draws something else" 6 'ebusy: gnuplot drew something else'
check "gnuplot draws something else: the rest is a page" $CHECK page "$T/odd/index.html"

# ---- a browser ----

browser=
for b in chromium chromium-browser google-chrome; do
	[ "$browser" ] || browser=$(command -v $b || true)
done
if [ ! "$browser" ] || [ $FIGURES = 0 ]; then
	skip "in a browser" "no chromium (Debian package chromium), or no gnuplot"
	finish
fi

# browse PAGE OPTION...: leaves what it says in $T/log, the tree in $T/dom
browse() {
	timeout -k 5 60 "$browser" --headless --no-sandbox --disable-gpu --hide-scrollbars \
		--disable-dev-shm-usage --user-data-dir="$T/browser" --enable-logging=stderr --no-first-run \
		"${@:2}" "file://$1" >"$T/dom" 2>"$T/log"
}
echo '<!DOCTYPE html><title>x</title><script>console.error("heard")</script>' >"$T/noisy.html"
# One in a sandbox of its own (a snap) sees no temporary files; and only if we hear this, silence means something.
if ! browse "$T/noisy.html" --dump-dom || ! grep -q 'CONSOLE.*heard' "$T/log"; then
	skip "in a browser" "$browser cannot show a page here: $(tail -n 1 "$T/log")"
	finish
fi
cp "$T/first" "$T/fixture/index.html"
check "a picture of a page" browse "$T/fixture/index.html" --screenshot="$T/shot.png" \
	--window-size=700,900
check "it is not blank" $CHECK picture "$T/shot.png"
for name in worse fixture; do
	check "$name: dumped" browse "$T/$name/index.html" --dump-dom
	has_no "$name: nothing to complain about" "$T/log" 'CONSOLE'
	check "$name: its tables are there" $CHECK dump "$T/dom"
	# A copy that may run a script says how wide it is.
	sed 's/<meta http-equiv[^>]*>//; s,</body>,<script>document.title = "over " + \
		(document.documentElement.scrollWidth - window.innerWidth)</script>&,' \
		"$T/$name/index.html" >"$T/wide.html"
	for width in 1200 500; do
		browse "$T/wide.html" --window-size=$width,900 --dump-dom
		has "$name: nothing sticks out at $width" "$T/dom" '<title>over (0|-[0-9]+)</title>'
	done
done
finish
