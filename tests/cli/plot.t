#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2012,SC2016,SC2034,SC2154
# `plot`: every figure in every format from a real journal, and what cannot be
# drawn is said, not drawn.
. "$(dirname "$0")/../lib.sh"
. tests/cli/common.sh
need_python
need_gnuplot

J=tests/fixtures/plot.jsonl
FIGURES=()
for f in plots/*.gp; do
	case $f in */common.gp | */forest.gp) ;; *) FIGURES+=("$(basename "$f" .gp)") ;; esac
done
check "there are figures" test "${#FIGURES[@]}" -ge 8
check "the fixture is small" test "$(stat -c %s $J)" -lt 200000

# ---- all figures ----

# What tells its curves apart.
texts_of() {
	case $1 in
	delivery-* | latency-*) echo "perf-sw syscall" ;;
	ebusy) echo "ebusy_ratio_predicted syscall" ;;
	fairness) echo "fairness_ratio accepted_per_s" ;;
	stages) echo "irq run done syscall" ;;
	ctx-cost) echo "hash-delete lru-evict alloc_ns free_ns" ;;
	esac
}

for form in svg png txt; do
	tw plot -d "$T/$form" --format $form $J
	expect "all as $form" 0
	check "all as $form: they are listed" diff <(printf "$T/$form/%s.$form\n" "${FIGURES[@]}") "$T/out"
	check "all as $form: and nothing else is there" \
		diff <(printf "%s.$form\n" "${FIGURES[@]}" | sort) <(ls -A "$T/$form" | sort)
	has_no "all as $form: gnuplot has nothing to say" "$T/err" 'gnuplot'
	for f in "${FIGURES[@]}"; do
		read -ra texts < <(texts_of "$f")
		check "$f as $form" test "${#texts[@]}" -gt 0
		check "$f as $form is a picture" \
			tests/cli/picture $form "$T/$form/$f.$form" "${texts[@]}"
	done
done
tw plot -d "$T/again" $J
check "svg is the default, and the same each time" diff -r "$T/svg" "$T/again"
check "pictures are readable for whom the umask lets" \
	test "$(stat -c %a "$T/svg/ebusy.svg")" = "$(printf '%o' $((0666 & ~0$(umask))))"
has "it says n, and what the bars are" "$T/txt/latency-rate.txt" \
	'3 invocations, minimum and maximum'
has "it says what is held" "$T/txt/delivery-cdf.txt" 'rate=10000 cpus=0-1'

has "it says what else there is" "$T/txt/delivery-cdf.txt" '; also( measured|$)'
has_no "it does not where that is all" "$T/txt/ctx-cost.txt" 'also measured'
check "stages: the parts that are named are the sum" "$PYTHON" - "$T/svg/stages.svg" <<'PY'
import re
import sys

with open(sys.argv[1]) as f:
    text = f.read()
sums = re.findall(r"(irq [^<=]*) = service ([0-9 ]+) \[([0-9 ]+) \.\. ([0-9 ]+)\]", text)
assert sums, "no sums"
for parts, *of in sums:
    whole, least, most = (int(v.replace(" ", "")) for v in of)
    numbers = [int(re.sub("[^0-9]", "", part)) for part in parts.split("+")]
    assert abs(sum(numbers) - whole) <= len(numbers) / 2 + 1, (parts, whole)
    assert least <= whole + 5 and whole <= most + 5, (whole, least, most)
PY

tw plot -d "$T/where" --format txt --where rate=2000 --where cpus=0 $J delivery-cdf
expect "--where" 0
has "--where: is what is drawn" "$T/where/delivery-cdf.txt" 'rate=2000 cpus=0$|rate=2000 cpus=0 '
"$TWBENCH" plot -d "$T/stdin" - ebusy <$J >"$T/out" 2>"$T/err"
check "standard input" cmp "$T/stdin/ebusy.svg" "$T/svg/ebusy.svg"

# All values in one bin: a curve of one point, no failure.
"$PYTHON" - $J "$T/one" <<'PY'
import json
import sys

with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        for h in line.get("hist", {}).values():
            h.update(count=10, under=0, over=0, negative=0, sum=1000, min=100, max=100,
                     bins=[[100, 10]])
        out.write(json.dumps(line) + "\n")
PY
tw plot -d "$T/one.d" "$T/one" delivery-cdf delivery-tail
expect "a histogram of one bin" 0

# What gnuplot is given.
mkdir "$T/spy"
printf '#!/bin/sh\ncp run.gp "%s/spy"; echo >picture\n' "$T" >"$T/spy/gnuplot"
chmod +x "$T/spy/gnuplot"
# One series, one look, whatever is drawn beside it.
for only in "--where=trigger=syscall --where=mode=signal delivery-cdf" ebusy fairness latency-rate; do
	# shellcheck disable=SC2086
	PATH=$T/spy:$PATH timeout 60 "$TWBENCH" plot -d "$T/looks" $J $only >"$T/out" 2>"$T/err"
	check "the look of syscall signal, ${only##* }" awk -F "[][' =]+" '
		/^name\[/ { name[$2] = $0 }
		/^held = / { held = $0 }
		/^look\[/ { look[$2] = $3; if (seen[$3]++) exit 1 }
		END {
			for (i in name) {
				words = name[i] " " held
				if (words ~ /syscall/ && words ~ /signal/ && words !~ /resume/) n += look[i] == 3
			}
			exit n != 1
		}' "$T/spy/run.gp"
done

# One executable to copy: nothing is looked up beside it.
mkdir "$T/elsewhere"
cp "$TWBENCH" "$T/elsewhere/twbench"
code=0
(cd "$T/elsewhere" && ./twbench plot -d . "$OLDPWD/$J" ebusy >/dev/null 2>"$T/err") || code=$?
expect "from anywhere" 0
check "from anywhere: the same" cmp "$T/elsewhere/ebusy.svg" "$T/svg/ebusy.svg"

# A list of CPUs is counted: three along the axis.
sed 's/"cpus":"0-1"/"cpus":"0,4-5"/' $J >"$T/three"
tw plot -d "$T/three.d" --format txt "$T/three" latency-cpus
expect "a list of CPUs" 0
has "a list of CPUs: counted" "$T/three.d/latency-cpus.txt" '^ +1 +2 +3 *$'

# ---- the theory ----

tw export $J
"$PYTHON" - "$T/out" >"$T/contention.tsv" <<'PY'
import csv
import sys

rows = csv.DictReader(open(sys.argv[1], newline=""))
out = csv.DictWriter(sys.stdout, rows.fieldnames, lineterminator="\n",
                     delimiter="\t")
out.writeheader()
out.writerows(r for r in rows if r["bench"] == "contention" and r["ebusy_ratio_predicted"])
PY
sed '/^lo = /,$d' plots/ebusy.gp >"$T/functions.gp"
{
	echo "format = 'txt'; figure = 'ebusy'; series = 1; array name[1];" \
		"name[1] = 'a'; load 'plots/common.gp'"
	echo "load '$T/functions.gp'"
	while read -r n a ratio; do echo "print sprintf('%.15g', loss($a)), ' $ratio'"; done \
		<tests/fixtures/loss.tsv
	echo "set table '$T/predicted'; plot '$T/contention.tsv' using" \
		"(others(0)):(loss(others(0)) / column('ebusy_ratio_predicted')) with points"
} >"$T/theory.gp"
gnuplot -d "$T/theory.gp" 2>"$T/theory" || cat "$T/theory"
check "the curve is that of bench/stats/loss.c (loss_test reads the same table)" \
	awk 'NF == 2 { d = $1 - $2; if (d < 0) d = -d; if (d > 1e-12) exit 1; n++ }
	END { exit n < 10 }' "$T/theory"
check "and what loss.c predicted of each point lies on it" \
	awk '/^ *[0-9]/ { d = $2 - 1; if (d < 0) d = -d; if (d > 0.03) exit 1; n++ }
	END { exit n < 4 }' <(grep -v NaN "$T/predicted")

# ---- what cannot be drawn ----

tw plot -d "$T/none" $J frob
refused "an unknown figure lists the right ones" 2 "'frob'.*delivery-cdf.*ebusy.*stages"
tw plot -d "$T/none" --format pdf $J
refused "an unknown format lists the right ones" 2 "'pdf'.*svg, png or txt"
tw plot $J
refused "no -d" 2 '-d DIR'
tw plot -d "$T/none"
refused "no journal" 2 'which JOURNAL'
tw plot -d "$T/none" --where rate $J
refused "--where without a value" 2 'PARAM=VALUE'
tw plot -d "$T/none" --where rate=7 $J ebusy
refused "--where that nothing meets" 2 'ebusy.*contention.*rate=7'
tw plot -d "$T/none" --where cpus=0 $J ebusy
refused "no CPUs that share an element" 2 \
	'ebusy cannot be drawn: no CPUs share.*twbench run contention'
tw plot -d "$T/none" $J forest
refused "forest of one journal" 2 'forest.*BASE HEAD.*--rows.*twbench run'
check "nothing was drawn so far, not even in part" test -z "$(ls -A "$T/none" 2>/dev/null)"
rm -rf "$T/none"

tw "${NOP[@]}" -n 1 -q -o "$T/nop"
tw plot -d "$T/none" "$T/nop" stages
refused "no such bench in the journal: what is missing, and how to get it" 2 \
	'stages.*no sample of bench stages.*twbench run stages'
tw plot -d "$T/none" "$T/nop"
expect "none can be drawn" 2 'ebusy cannot be drawn: no sample of bench contention'
check "none can be drawn: each is named" test "$(wc -l <"$T/err")" = "${#FIGURES[@]}"

"$PYTHON" - $J "$T/part" <<'PY'
import json
import sys

with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        if line["kind"] == "sample":
            line["metrics"] = {k: v for k, v in line["metrics"].items() if k != "busy_ns_mean"}
        out.write(json.dumps(line) + "\n")
PY
tw plot -d "$T/none" "$T/part" ebusy delivery-cdf
refused "a missing metric is named, and nothing is drawn" 2 \
	'ebusy.*has busy_ns_mean.*twbench run cont'
check "nothing was drawn, not even in part" test ! -e "$T/none"
tw plot -d "$T/rest" "$T/part"
expect "all that can be drawn, the other one is named" 0 'ebusy cannot be drawn'
check "all others are there" test "$(wc -l <"$T/out")" = $((${#FIGURES[@]} - 1))

: >"$T/empty"
head -c 50000 $J >"$T/torn"
sed 's/"accepted_per_s":[0-9.]*/"accepted_per_s":NaN/' $J >"$T/nan"
sed '5s/.\{40\}$//' $J >"$T/damaged"
for bad in empty nan damaged; do
	tw plot -d "$T/none" "$T/$bad"
	refused "a journal that is $bad" 5 "$bad"
done
tw plot -d "$T/torn.d" "$T/torn" delivery-cdf
expect "torn at its end: drawn as far as it goes, with a warning" 0 'torn is incomplete'
sed '1s/"kernel_release":"[^"]*"/"kernel_release":"other"/; 2,$s/"boot_id":"[^"]*"/"boot_id":"b"/' \
	$J >"$T/foreign"
tw plot -d "$T/none" $J "$T/foreign"
refused "journals of two kernels" 4 'kernel_release'

: >"$T/file"
for dir in "$T/file" "$T/no/such" /proc; do
	tw plot -d "$dir" $J ebusy
	refused "unwritable directory ${dir#"$T"/}" 2 'cannot write into'
done
code=0
timeout 60 env PATH=/nonexistent "$TWBENCH" plot -d "$T/gone" $J >"$T/out" 2>"$T/err" || code=$?
refused "no gnuplot" 77 'gnuplot is not installed'
check "no gnuplot: no picture" test -z "$(ls -A "$T/gone")"

# gnuplot that dies in the middle.
mkdir "$T/bin"
printf '#!/bin/sh\necho half >picture\necho "no fonts" >&2\nexit 3\n' >"$T/bin/gnuplot"
chmod +x "$T/bin/gnuplot"
code=0
PATH=$T/bin:$PATH timeout 60 "$TWBENCH" plot -d "$T/half" $J ebusy >"$T/out" 2>"$T/err" || code=$?
refused "gnuplot fails" 6 'ended with 3: no fonts'
check "gnuplot fails: nothing half written" test -z "$(ls -A "$T/half")"

# A parameter is a foreign text: gnuplot must not run it.
"$PYTHON" - $J "$T/hostile" "$T/pwned" <<'PY'
import json
import sys

evil = "`touch %s`'.system('touch %s').'\"\\\n" % (sys.argv[3], sys.argv[3])
with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        if line["kind"] == "header":
            line["env"]["cpu_model"] = evil
        if line["kind"] == "sample":
            line["params"]["mode"] = evil
            if line["params"].get("trigger") == "syscall":
                line["params"]["trigger"] += evil
        out.write(json.dumps(line) + "\n")
PY
tw plot -d "$T/hostile.d" "$T/hostile"
expect "hostile names" 0
check "hostile names: nothing ran" test ! -e "$T/pwned"
for f in "$T"/hostile.d/*.svg; do
	check "hostile names: $(basename "$f") is well formed" tests/cli/picture svg "$f"
done

# odd NAME STATEMENT: $T/NAME, the journal with a statement done to each sample
odd() {
	"$PYTHON" - $J "$T/$1" "$2" <<'PY'
import json
import sys

with open(sys.argv[1]) as f, open(sys.argv[2], "w") as out:
    for line in map(json.loads, f):
        if line["kind"] == "sample":
            exec(sys.argv[3], {"p": line["params"], "m": line["metrics"]})
        out.write(json.dumps(line) + "\n")
PY
	tw plot -d "$T/$1.d" "$T/$1" "${@:3}"
}
odd names 'p.update({k: "%s]]>#" + p[k] for k in ("trigger", "release") if k in p}); p["a\nb\x1b"] = 1'
expect "formats, comments and ends of CDATA in names" 0
for f in "$T"/names.d/*.svg; do
	check "$(basename "$f") of such names is well formed" tests/cli/picture svg "$f"
done
check "what is held of such names is a line" test -z "$(tr -d '\n' <"$T/err" | tr -d '[:print:]')"
check "stages: such a name is whole" tests/cli/picture svg "$T/names.d/stages.svg" '%s]]>#syscall'
check "ctx-cost: such a name is whole" tests/cli/picture svg "$T/names.d/ctx-cost.svg" '%s]]>#lru-evict'
odd cut 'p["trigger"] = "x" * 115; p["mode"] = "ü" * 300'
expect "a name that is cut between the bytes of a character" 0
check "it ends with the last whole one" tests/cli/picture svg "$T/cut.d/delivery-cdf.svg"
odd cpus 'p["cpus"] = ",".join(str(2 * i) for i in range(2 if p.get("cpus") == "0" else 260))' fairness
expect "a list of 260 CPUs" 0
check "a list of 260 CPUs: on the axis" tests/cli/picture svg "$T/cpus.d/fairness.svg" 250
odd zero 'm.update({k: 0 for k in m if k.startswith(("delivery", "latency"))})' latency-rate
refused "nothing above 0 on a logarithmic axis" 2 'cannot be drawn: no value above 0'
odd nothing 'm.update({k: 0 for k in m})' ctx-cost
expect "all zero on another axis" 0
odd long 'm.update({"ü" * n: 1 for n in range(55, 70)})'
expect "long names of metrics" 0

finish
