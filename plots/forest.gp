# SPDX-License-Identifier: GPL-2.0
#: title   Change from base to head
#: rows    row change lo hi verdict
#: measure twbench compare BASE HEAD

# rows.tsv: tab-separated, the first line names the columns.
#     row      label: bench, parameters, metric
#     change   Hodges-Lehmann shift, as a ratio: 0.02 is 2 % more
#     lo hi    its 99 % interval
#     verdict  REGRESSION, IMPROVEMENT, EQUIVALENT or INCONCLUSIVE
set datafile separator tab
data = 'rows.tsv'
verdicts = 'REGRESSION IMPROVEMENT EQUIVALENT INCONCLUSIVE'
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
rows = 10 + 2 * n
key_rows = 1 + words(present)
eval START
what = 'points: Hodges-Lehmann shift; bars: 99 % interval'
eval FRAME
set lmargin smaller(R_max + 3, is_txt ? 36 : 60)
set xlabel 'change, %'
eval THIN_X
set yrange [-n + 0.4:0.6]
unset grid
set grid x
set ytics ()
set arrow 1 from 0, graph 0 to 0, graph 1 nohead ls 20
pick(v) = strcol('verdict') eq v ? column('change') * 100 : NaN
# The palette's colours, whose meaning the shape carries as well.
look(v) = v eq 'REGRESSION' ? 2 : v eq 'IMPROVEMENT' ? 3 : v eq 'EQUIVALENT' ? 1 : 8
plot for [v in present] data using (pick(v)):(-$0):(column('lo') * 100):(column('hi') * 100): \
	ytic(strcol('row')) with xerrorbars ls look(v) dt 1 title v
