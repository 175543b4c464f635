# SPDX-License-Identifier: GPL-2.0
#: title    Latency against CPUs
#: bench    latency
#: metrics  delivery_ns_p50
#: optional delivery_ns_p99 latency_ns_p50 latency_ns_p99
#: x        cpus
#: vary     1
#: series   trigger mode
#: measure  twbench run latency --cpus 0 --cpus all

# One scale for both, or the eye compares what cannot be compared.
metrics = 'delivery_ns_p50 delivery_ns_p99 latency_ns_p50 latency_ns_p99'
eval RANGE_CUT
bottom = from
top = to
what = sprintf('%smedian over %s, %s%s', is_txt ? 'lower p50, upper p99: ' : '', invocations, interval, \
	ceiling < 1e300 ? '; triangle at the edge: the bar goes on' : '')
KEY_MORE = KEY_P50_P99
key_lines = ceil((series + 2.0) / (per_line > 1 ? per_line : 1))
y_text = 'delivery_ns (from the call)'
eval PANELS
set xlabel 'CPUs that schedule'
x = "cpus(strcol('cpus'))"
eval RANGE_X
set xrange [from - 0.5 : to + 0.5]
x = "cpus(strcol('cpus')) + 0.04 * aside(i)"
set xtics above((to - from) / 10.0) > 1 ? above((to - from) / 10.0) : 1

from = bottom
to = top
eval LOG_Y
eval 'plot '.curve('delivery_ns_p50', x, '1')[2:*]. \
	curve('delivery_ns_p99', x, DASHED)

y_text = 'latency_ns (from the due instant)'
eval PANEL_2
# Triggers that do not know their due instants have none.
if (with_latency_ns_p50 eq '') {
	set label 105 'no trigger here knows its due instants' at graph 0.5, graph 0.5 center
	plot NaN notitle
} else {
	eval 'plot '.curve('latency_ns_p50', x, '1')[2:*]. \
		curve('latency_ns_p99', x, DASHED)
}
unset multiplot
