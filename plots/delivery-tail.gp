# SPDX-License-Identifier: GPL-2.0
#: title   Delivery latency of accepted calls by percentile
#: bench   latency
#: hist    delivery_ns
#: metrics delivery_ns_p50
#: optional delivery_ns_p90 delivery_ns_p99 delivery_ns_p99_9 delivery_ns_p99_99
#: series  trigger mode
#: measure twbench run latency --triggers syscall,perf-sw --modes signal,resume

# A percentile p is shown as far as n values support a 95 % interval for it: (1 - p) n >= -ln 0.025.
support = -log(0.025)
from = 1e18
to = 0
array total[series]
tail = 10
rank = 0
do for [i = 1:series] {
	stats file('hist', i) using (column('count')) name 'C' nooutput
	total[i] = C_sum
	tail = greater(tail, C_sum / support)
	rank = 0
	stats file('hist', i) using (rank = rank + column('count'), \
		rank - column('count') <= C_sum - support ? column('low_ns') + 1 : NaN) name 'L' nooutput
	from = smaller(from, below(L_min))
	to = greater(to, above(L_max))
}

eval START
what = sprintf('curve: %s merged', invocations).(is_txt ? ', as far as they support it' : \
	sprintf(', as far as they support it; points: median over them, %s', interval))
y_text = 'delivery_ns'
eval FRAME
set xlabel 'percentile'
eval LOG_Y
set logscale x
set xrange [1:above(tail)]
set xtics ('0' 1, 'p50' 2, 'p90' 10, 'p99' 100, 'p99.9' 1e3, 'p99.99' 1e4, 'p99.999' 1e5, \
	'p99.9999' 1e6)

middle(i) = column('low_ns') + column('width_ns') / 2.0
# rank of N: 1 / (1 - p)
# The last bin that is shown holds the last percentile that is supported.
odds(i) = rank - column('count') <= total[i] - support ? \
	total[i] / (total[i] - smaller(rank, total[i] - support)) : NaN
# Side by side, or the bars of like curves hide each other.
beside(x, i) = x * 1.035 ** (i - (series + 1) / 2.0)
median(key) = sprintf("using (beside(%d, i)):'delivery_ns_%s':'delivery_ns_%s_lo':'delivery_ns_%s_hi'", \
	key eq 'p50' ? 2 : key eq 'p90' ? 10 : key eq 'p99' ? 100 : key eq 'p99_9' ? 1000 : 10000, \
	key, key, key)
# Text has no room for them.
medians(list, key) = is_txt ? '' : each(list, "file('points', i + 0) ".median(key).\
	" with yerrorbars ls look[i + 0] dt 1 notitle")
eval "plot for [i = 1:series] rank = 0, file('hist', i) using \
	(rank = rank + column('count'), odds(i)):(middle(i)) with lines ls look[i] title name[i]". \
	medians(with_delivery_ns_p50, 'p50').medians(with_delivery_ns_p90, 'p90'). \
	medians(with_delivery_ns_p99, 'p99').medians(with_delivery_ns_p99_9, 'p99_9'). \
	medians(with_delivery_ns_p99_99, 'p99_99')
