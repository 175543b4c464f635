# SPDX-License-Identifier: GPL-2.0
#: title   Delivery latency of accepted calls: cumulative distribution
#: bench   latency
#: hist    delivery_ns
#: metrics delivery_ns_p50
#: series  trigger mode
#: measure twbench run latency --triggers syscall,perf-sw --modes signal,resume

# The axis ends where 99 % of the slowest curve lies; the rest is delivery-tail's.
from = 1e18
to = 0
array total[series]
do for [i = 1:series] {
	stats file('hist', i) using (column('count')) name 'C' nooutput
	total[i] = C_sum
	sum = 0
	stats file('hist', i) using (sum = sum + column('count'), \
		sum - column('count') < 0.99 * C_sum ? column('low_ns') + 1 : NaN) name 'L' nooutput
	from = smaller(from, below(L_min))
	to = greater(to, above(L_max))
}

eval START
what = sprintf('%s merged; the axis ends beyond p99 of the slowest', invocations)
y_text = 'share of accepted calls'
eval FRAME
set xlabel 'delivery_ns'
eval LOG_X
set yrange [0:1]
set ytics 0.25
middle(i) = column('low_ns') + column('width_ns') / 2.0
plot for [i = 1:series] sum = 0, file('hist', i) using (middle(i)): \
	(sum = sum + column('count'), sum / total[i]) with lines ls look[i] title name[i]
