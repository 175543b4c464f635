# SPDX-License-Identifier: GPL-2.0
#: title    Where the time goes from the call to the end of the callback
#: bench    stages
#: where    probes=on
#: metrics  service_ns_mean stage_run_ns_mean stage_done_ns_mean
#: optional stage_irq_ns_mean stage_add_ns_mean stage_exit_ns_mean stage_standby_ns_mean
#: series   trigger mode
#: measure  twbench run stages --triggers syscall,perf-sw --modes signal,resume

# Means: they add up, medians do not. Standby comes after service_ns.
stages = 'irq add exit run done standby'
metric(k) = 'stage_'.word(stages, k).'_ns_mean'
lists(i, list) = strstrt(' '.list.' ', sprintf(' %d ', i)) > 0
unseen = ''
seen = ''
do for [k = 1:6] {
	if (value('with_'.metric(k)) eq '') {
		unseen = unseen.(unseen eq '' ? ' ' : ', ').word(stages, k)
	} else {
		seen = seen.sprintf(' %d', k)
	}
}

array service[series]
array last[series]
to = 0
set print $boxes
print "curve\tstage\tbegin\tend"
do for [i = 1:series] {
	begin = 0
	do for [k in seen] {
		if (lists(i, value('with_'.metric(k + 0)))) {
			stats file('points', i) using metric(k + 0) name 'S' nooutput
			print sprintf("%d\t%d\t%.9g\t%.9g", i, k + 0, begin, begin + S_min)
			begin = begin + S_min
		}
	}
	last[i] = begin
	to = greater(to, begin)
	stats file('points', i) using 'service_ns_mean' name 'S' nooutput
	service[i] = S_min
}
set print

from = 0
height = 230 + 45 * series
rows = 12 + 3 * series
key_rows = words(seen) + 1
key_lines = 1
eval START
what = sprintf('median of the means of %s, ns', invocations). \
	(unseen eq '' ? '' : sprintf('; not observed, part of the next:%s', unseen))
eval FRAME
set lmargin (longest_name > 14 ? longest_name + 4 : 18)
set xlabel 'ns since the call (mean)'
eval THIN_X
set xrange [0:to * (is_txt ? 1.45 : 1.22)]
set yrange [-series - 0.5:-0.5]
set ytics ()
do for [i = 1:series] {
	eval sprintf('set ytics add (name[%d] %d)', i, -i)
	set label 200 + i 'service '.thin(service[i]) at last[i], -i offset 1,0
}
unset grid
set grid x
set style fill solid 0.55 border lc rgb '#404040'

width_of(i) = column('end') - column('begin')
# A number needs room.
label(i) = width_of(0) > 0.085 * to ? thin(width_of(0)) : ''
of(k, v) = column('stage') == k ? v : NaN
y(i) = -column('curve')
plot for [k in seen] $boxes using (of(k + 0, column('begin'))):(y(0)):(column('begin')): \
		(column('end')):(y(0) - 0.3):(y(0) + 0.3) with boxxyerror ls (k + 0) dt 1 lw 1 \
		title word(stages, k + 0), \
	$boxes using ((column('begin') + column('end')) / 2):(y(0)):(label(0)) with labels notitle
