# SPDX-License-Identifier: GPL-2.0
#: title    Change from base to head
#: rows     row change lo hi verdict
#: optional floor control
#: measure  twbench run -o BASE, and again -o HEAD

# rows.tsv: tab-separated, the first line names the columns.
#     row      label: bench, parameters; its last word is the metric
#     change   Hodges-Lehmann shift, as a ratio: 0.02 is 2 % more
#     lo hi    its interval
#     verdict  REGRESSION, IMPROVEMENT, CHANGED, EQUIVALENT, INCONCLUSIVE or UNREACHABLE
#     floor    optional: a change within +- this does not matter
#     control  optional: 1 of a row that nothing under test is in; these come last
data = 'rows.tsv'
verdicts = 'REGRESSION IMPROVEMENT CHANGED EQUIVALENT INCONCLUSIVE UNREACHABLE'
stats data using (column('change') + column('lo') + column('hi')) name 'N' nooutput
if (N_invalid > 0) {
	print sprintf('%d rows without change, lo or hi', N_invalid)
	exit status 2
}
n = N_records
array row[n]
array change[n]
array lo[n]
array hi[n]
array verdict[n]
array near[n]
array is_control[n]
# A floor is the same both ways: as bench/stats/decide.h.
fall_of(percent) = percent / (1 + percent / 100)
k = 0
stats data using (k = k + 1, row[k] = strcol('row'), change[k] = 100 * column('change'), \
	lo[k] = 100 * column('lo'), hi[k] = 100 * column('hi'), verdict[k] = strcol('verdict'), \
	near[k] = with_floor ? 100 * column('floor') : 0, \
	is_control[k] = with_control ? int(column('control')) : 0, 1) nooutput

# Rows of one point stand together under its name; the control apart from the rest.
# Not word(), which takes quotes for more than characters.
metric(s) = strstrt(s, ' ') ? metric(s[strstrt(s, ' ') + 1:*]) : s
place(s) = strstrt(s, ' ') == 0 ? '' : s[1:strlen(s) - strlen(metric(s)) - 1]
is_first(k) = k == 1 ? 1 : place(row[k]) ne place(row[k - 1]) || is_control[k] != is_control[k - 1]
array y[n]
at = 0
controls = 0
longest_place = 0
longest_metric = 0
far = 0
shim = 0
do for [k = 1:n] {
	if (is_control[k] == 1 && controls == 0) { controls = k; at = at - (k > 1 && !is_txt) }
	# Text has no room beside the metric: the name has a line of its own.
	at = at - 1 - (!is_first(k) ? 0 : is_txt ? 1 : k > 1 ? 0.35 : 0)
	y[k] = at
	shim = shim || row[k][1:5] eq 'user-'
	longest_place = greater(longest_place, strlen(place(row[k])) + (is_control[k] ? 10 : 0))
	longest_metric = greater(longest_metric, strlen(metric(row[k])))
	far = greater(far, greater(abs(change[k]), near[k]))
}
# One wild interval must not press all others flat: what leaves the picture gets an arrow head.
# As bench/compare/cover_plot.c.
stats data using (50 * (abs(column('lo')) + abs(column('hi')))) name 'B' nooutput
limit = greater(greater(smaller(1.3 * far, 15 * B_median), 3 * B_median), 1e-3)
from = 0
to = 0
do for [k = 1:n] {
	from = smaller(from, greater(smaller(lo[k], -1.2 * fall_of(near[k])), -limit))
	to = greater(to, smaller(greater(hi[k], 1.2 * near[k]), limit))
}

present = ''
do for [v in verdicts] {
	stats data using (strcol('verdict') eq v) name 'V' nooutput
	if (V_sum > 0) { present = present.' '.v }
}
width = 1000
height = (format eq 'svg' ? 215 : 185) + 22 * (0.5 - at)
key_lines = 1
key_rows = words(present)
what = 'point: Hodges-Lehmann shift, bar: its '.interval. \
	(invocations eq '' ? '' : sprintf(', %s', invocations)). \
	(with_floor && !is_txt ? '; shaded: a change that does not matter (floor)' : ''). \
	(note eq '' ? '' : '; '.note). \
	(shim ? '; user-*: of the shim in user space, never kernel times' : '')
# Of text: the title, the key, a line to a row, the axis, what stands below.
rows = 10 + key_rows + int(-at) + breaks(fold(what, 72)) + breaks(fold(held, 72))
eval START
eval FRAME
set xlabel 'change, %'
eval THIN_X
left = floor(from / step) * step
right = ceil(to / step) * step
unset grid
set ytics ()
set ytics nomirror scale 0
if (is_txt) {
	set lmargin longest_metric + 4
	set tmargin 3 + key_rows
	set border 1
	# A line to a row.
	set bmargin rows - key_rows - 5 - int(-at)
	set yrange [at - 1:-0.01]
} else {
	set lmargin 4 + 0.95 * (longest_place + longest_metric)
	set rmargin 28
	set border 1
	set grid x
	set yrange [at - 0.8:-0.2]
}
signed(v) = abs(v) < 0.005 ? '0' : sprintf(abs(v) >= 100 ? '%+.0f' : abs(v) < 0.095 ? '%+.2f' : '%+.1f', v)
do for [k = 1:n] {
	words_of = plain(metric(row[k]))
	eval sprintf('set ytics add (words_of %g)', y[k])
	words_of = place(row[k]).(is_control[k] ? ' (control)' : '')
	if (is_first(k)) { set label 1000 + k words_of at character 2, first y[k] + is_txt }
	if (!is_txt) {
		set label 2000 + k sprintf('%s  [%s, %s]', signed(change[k]), signed(lo[k]), \
			signed(hi[k])) at graph 1, first y[k] offset 2,0
	}
}
if (controls > 1 && !is_txt) {
	set arrow 2 from screen 0.015, first y[controls] + 1.1 to screen 0.985, first y[controls] + 1.1 \
		nohead ls 21 back
}
set arrow 1 from 0, graph 0 to 0, graph 1 nohead ls 20 back

# The palette's colours where something is told; the shape carries the meaning as well.
set style line 31 lc rgb '#7f7f7f' lw 2 pt 6 ps 0.9
set style line 32 lc rgb '#7f7f7f' lw 2 pt 12 ps 1.2
look(v) = v eq 'REGRESSION' ? 2 : v eq 'IMPROVEMENT' ? 3 : v eq 'CHANGED' ? 4 : \
	v eq 'EQUIVALENT' ? 1 : v eq 'INCONCLUSIVE' ? 31 : 32
# A key across the picture: gnuplot's own is no wider than the plot.
if (!is_txt) {
	unset key
	do for [j = 1:words(present)] {
		set label 500 + j word(present, j) at screen 0.025 + 0.145 * (j - 1), screen 1 - 48.0 / height \
			point ls look(word(present, j)) offset 1.2,0
	}
}

# Columns: y, low, high, change (NaN beyond the picture), verdict.
inside(v) = v < left ? left : v > right ? right : v
HEAD = "head filled size screen 0.008,25 lw 1.5 lc rgb '#404040'"
set print $drawn
print "y\tlow\thigh\tchange\tverdict"
do for [k = 1:n] {
	print sprintf("%g\t%g\t%g\t%s\t%s", y[k], inside(lo[k]), inside(hi[k]), \
		change[k] == inside(change[k]) ? sprintf('%g', change[k]) : 'NaN', verdict[k])
	# Behind the line of zero; characters have no room for shades.
	if (near[k] > 0 && !is_txt) {
		set object k rectangle from inside(-fall_of(near[k])), y[k] - 0.5 to inside(near[k]), y[k] + 0.5 \
			behind fc rgb '#e4e4e4' fs solid noborder
	}
	if (lo[k] < left && is_txt) { set label 3000 + k '<' at left, y[k] front }
	if (hi[k] > right && is_txt) { set label 4000 + k '>' at right, y[k] right front }
	if (lo[k] < left && !is_txt) {
		eval sprintf('set arrow %d from %g, %g rto graph -0.02, 0 ', 3000 + k, left, y[k]).HEAD
	}
	if (hi[k] > right && !is_txt) {
		eval sprintf('set arrow %d from %g, %g rto graph 0.02, 0 ', 4000 + k, right, y[k]).HEAD
	}
}
set print
pick(v, x) = strcol('verdict') eq v ? x : NaN
bars = "for [v in present] $drawn using (pick(v, column('low'))):'y': \
	(column('high') - column('low')):(0) with vectors nohead ls look(v) dt 1 notitle"
eval 'plot '.bars.", for [v in present] $drawn \
	using (pick(v, column('change'))):'y' with points ls look(v) title v"
