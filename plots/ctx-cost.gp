# SPDX-License-Identifier: GPL-2.0
#: title   What a context costs to allocate and to free
#: bench   ctx
#: metrics alloc_ns free_ns
#: x       release
#: measure twbench run ctx

stats file('points', 1) using 'alloc_ns_lo' name 'A' nooutput
stats file('points', 1) using 'free_ns_lo' name 'F' nooutput
from = smaller(0, smaller(A_min, F_min))
stats file('points', 1) using 'alloc_ns_hi' name 'A' nooutput
stats file('points', 1) using 'free_ns_hi' name 'F' nooutput
to = greater(A_max, F_max)

height = 230 + 48 * A_records
rows = 13 + 4 * A_records
key_rows = 3
eval START
what = sprintf('median over %s, %s', invocations, interval)
eval FRAME
set lmargin 18
set xlabel 'ns per context'
eval THIN_X
if (is_txt) { set xrange [from:to * 1.7] }
set yrange [-A_records + 0.4:0.6]
unset grid
set grid x
set ytics ()
bar(metric, up, style, fill) = sprintf("file('points', 1) using '%s':(-$0 + %g):(0):'%s': \
	(-$0 + %g - 0.17):(-$0 + %g + 0.17) with boxxyerror ls %d dt 1 lw 1 fs solid %g border \
	lc rgb '#404040' title '%s'", metric, up, metric, up, up, style, fill, metric)
bound(metric, up) = sprintf("file('points', 1) using '%s':(-$0 + %g):'%s_lo':'%s_hi' \
	with xerrorbars lc rgb '#000000' lw 1.5 pt 0 notitle", metric, up, metric, metric)
# Text: bars of characters leave no room for others on top.
interval_text(metric) = sprintf('%s [%s, %s]', tic(rint(column(metric))), \
	tic(rint(column(metric.'_lo'))), tic(rint(column(metric.'_hi'))))
rint(v) = floor(v + 0.5)
number(metric, up) = sprintf("file('points', 1) using (column('%s')):(-$0 + %g): \
	(interval_text('%s')) with labels left offset 2,0 notitle", metric, up, metric)
more(metric, up) = is_txt ? number(metric, up) : bound(metric, up)
eval 'plot '.bar('alloc_ns', 0.19, 1, 0.85).', '.bar('free_ns', -0.19, 6, 0.4).', '. \
	more('alloc_ns', 0.19).', '.more('free_ns', -0.19).", \
	file('points', 1) using (0):(-$0):ytic(plain(strcol('release'))) with points pt -1 notitle"
