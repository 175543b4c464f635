# SPDX-License-Identifier: GPL-2.0
#: title    EBUSY ratio against the load of the other CPUs on an element
#: bench    contention
#: where    arrival=poisson
#: metrics  ebusy_ratio accepted_per_s busy_ns_mean
#: optional ebusy_ratio_predicted
#: x        rate cpus elements
#: each     invocation
#: series   trigger mode layout
#: measure  twbench run contention --rates 1000,5000,10000,20000,50000 --set contention.elements=1

# An element that n like CPUs share is busy with calls of the n - 1 others: they bring the load
# a = (n - 1) x attempts of a CPU per second x mean busy time, and the loss formula for like sources
# (bench/stats/loss.h) becomes a / (1 + a), whatever n is.
loss(a) = a / (1.0 + a)
attempts(i) = column('accepted_per_s') / (1.0 - column('ebusy_ratio'))
shared(i) = cpus(strcol('cpus')) / (column('elements') + 0.0)
# CPUs that do not share bring no load; unequal shares are no point on this curve.
others(i) = shared(i) > 1 && shared(i) == floor(shared(i)) ? \
	(shared(i) - 1) * attempts(i) / cpus(strcol('cpus')) * column('busy_ns_mean') * 1e-9 : NaN
positive(v) = v > 0 ? v : NaN

lo = 1e300
hi = 0
low = 1e300
top = 0
zero = 0
do for [i = 1:series] {
	stats file('points', i) using (others(i) > 0 ? 1 : 0) name 'N' nooutput
	if (N_sum > 0) {
		stats file('points', i) using (others(i)) name 'A' nooutput
		lo = smaller(lo, A_min)
		hi = greater(hi, A_max)
		stats file('points', i) using (others(i) > 0 && column('ebusy_ratio') == 0) \
			name 'Z' nooutput
		zero = zero + Z_sum
		if (Z_sum < N_sum) {
			stats file('points', i) using (others(i) > 0 ? positive(column('ebusy_ratio')) : NaN) \
				name 'E' nooutput
			low = smaller(low, E_min)
			top = greater(top, E_max)
		}
	}
}

if (lo > hi) {
	print 'no CPUs share an element'
	exit status 2
}

eval START
what = sprintf('point: an invocation, %s of each load', invocations). \
	(zero > 0 ? sprintf('; %d at 0 off this axis', zero) : '')
y_text = 'ebusy_ratio'
key_rows = 3 + series
key_lines = 2 + series
eval FRAME
set key maxcols 1
set xlabel 'load of the others: their calls per second x mean busy time'
from = below(lo)
to = above(greater(hi, 0.1))
eval LOG_X
a = from
b = to
from = below(smaller(loss(a), low))
to = smaller(1, above(greater(loss(b), top)))
eval LOG_Y
set yrange [from:1.15 * to]
set samples 200
theory = "[a:b] loss(x) with lines ls 22 title 'a / (1 + a), the loss formula of like sources'"
# Of the point's own rates, which may be unlike, and busy times.
predicted = each(with_ebusy_ratio_predicted, "file('points', i + 0) using (others(0)): \
	(positive(column('ebusy_ratio_predicted'))) with points lc rgb '#808080' pt 1 ps 1.2 lw 1.5 \
	title (i == 1 ? 'ebusy_ratio_predicted' : '')")
measured = each(with_ebusy_ratio, "file('points', i + 0) using (others(0)): \
	(positive(column('ebusy_ratio'))) with points ls look[i + 0] title name[i + 0]")
eval 'plot '.theory.predicted.measured
