# SPDX-License-Identifier: GPL-2.0
#: title   Change from base to head
#: rows    row change lo hi verdict
#: measure twbench compare BASE HEAD

# rows.tsv: tab-separated, the first line names the columns.
#     row      label: bench, parameters, metric
#     change   Hodges-Lehmann shift, as a ratio: 0.02 is 2 % more
#     lo hi    its interval, 99 % unless `interval` says otherwise
#     verdict  REGRESSION, IMPROVEMENT, CHANGED, EQUIVALENT, INCONCLUSIVE or UNREACHABLE
data = 'rows.tsv'
verdicts = 'REGRESSION IMPROVEMENT CHANGED EQUIVALENT INCONCLUSIVE UNREACHABLE'
present = ''
do for [v in verdicts] {
	stats data using (strcol('verdict') eq v) name 'V' nooutput
	if (V_sum > 0) { present = present.' '.v }
}
stats data using (column('lo') * 100) name 'L' nooutput
stats data using (column('hi') * 100) name 'H' nooutput
stats data using (strlen(strcol('row'))) name 'R' nooutput
n = H_records
from = smaller(0, L_min)
to = greater(0, H_max)

height = 220 + 24 * n
key_lines = 2
rows = 14 + words(present) + 2 * n
key_rows = 1 + words(present)
eval START
what = 'points: Hodges-Lehmann shift; bars: '.interval
eval FRAME
longest = is_txt ? 42 : 70
set lmargin smaller(R_max, longest) + 3
short(s) = strlen(s) > longest ? '..'.s[strlen(s) - longest + 3:*] : s
set xlabel 'change, %'
eval THIN_X
set yrange [-n + 0.4:0.6]
unset grid
set grid x
set ytics ()
set arrow 1 from 0, graph 0 to 0, graph 1 nohead ls 20
pick(v, x) = strcol('verdict') eq v ? x : NaN
# The palette's colours; the shape carries the meaning as well.
look(v) = v eq 'REGRESSION' ? 2 : v eq 'IMPROVEMENT' ? 3 : v eq 'CHANGED' ? 4 : \
	v eq 'EQUIVALENT' ? 1 : v eq 'INCONCLUSIVE' ? 8 : 5
percent(name) = column(name) * 100
# Characters have no room for the ends of bars.
bars = is_txt ? "using (pick(v, percent('lo'))):(-$0):(percent('hi') - percent('lo')):(0) \
	with vectors nohead ls look(v) dt 1 notitle" : "using (pick(v, percent('change'))):(-$0): \
	(percent('lo')):(percent('hi')) with xerrorbars ls look(v) dt 1 notitle"
eval 'plot for [v in present] data '.bars.", for [v in present] data \
	using (pick(v, percent('change'))):(-$0):ytic(short(strcol('row'))) with points ls look(v) title v"
