# SPDX-License-Identifier: GPL-2.0
#: title   Accepted rate and fairness against CPUs
#: bench   contention
#: metrics accepted_per_s fairness_ratio
#: optional offered_per_s
#: x       cpus
#: vary    1
#: series  elements trigger mode
#: measure twbench run contention --cpus 0 --cpus all

what = sprintf('median over %s, %s', invocations, interval)
y_text = 'accepted_per_s (all CPUs)'
eval PANELS
set xlabel 'CPUs that schedule'
x = "cpus(strcol('cpus'))"
eval RANGE_X
few = from
many = to
set xrange [few - 0.5 : many + 0.5]
set xtics above((to - from) / 10.0) > 1 ? above((to - from) / 10.0) : 1

x = "cpus(strcol('cpus')) + 0.04 * aside(i)"
metrics = 'accepted_per_s offered_per_s'
eval RANGE
from = 0
eval THIN_Y
if (with_offered_per_s ne '') {
	stats file('points', word(with_offered_per_s, 1) + 0) using 'offered_per_s' name 'O' nooutput
	if (O_records > 0) { set label 105 'offered' at many, O_max right offset -1,(is_txt ? 1 : 0.8) }
}
eval 'plot '.(curve('accepted_per_s', x, '1').each(with_offered_per_s, "file('points', i + 0) \
	using (cpus(strcol('cpus'))):'offered_per_s' with lines ls 22 notitle"))[2:*]
unset label 105

# The first sample is taken for a line of column headers.
y_text = 'fairness_ratio (Jain)'
eval PANEL_2
set yrange [0:1.05]
set ytics 0.25
set label 106 'one has all: 1/n' at 1.0 * many, 1.0 / many right offset 0,(is_txt ? -1.5 : -0.9)
eval "plot sample [n = few - 0.02:many:0.02] '+' using (n):(1 / n) with lines ls 22 notitle".curve('fairness_ratio', x, '1')
unset multiplot
