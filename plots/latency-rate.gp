# SPDX-License-Identifier: GPL-2.0
#: title    Latency against offered rate
#: bench    latency
#: metrics  delivery_ns_p50
#: optional delivery_ns_p99 latency_ns_p50 latency_ns_p99
#: x        rate
#: vary     1
#: series   trigger mode
#: measure  twbench run latency --rates 1000,2000,5000,10000,20000

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
set xlabel 'rate (per CPU and second)'
x = "column('rate')"
eval RANGE_X
low = from / 1.15
high = to * 1.15
eval LOG_X
set xrange [low:high]
x = "column('rate') * 1.02 ** aside(i)"

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
