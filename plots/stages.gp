# SPDX-License-Identifier: GPL-2.0
#: title    Where the time goes from the call to the end of the callback
#: bench    stages
#: where    probes=on
#: metrics  service_ns_mean stage_run_ns_mean stage_done_ns_mean
#: optional stage_irq_ns_mean stage_add_ns_mean stage_exit_ns_mean stage_standby_ns_mean
#: each     invocation
#: series   trigger mode
#: measure  twbench run stages --triggers syscall,perf-sw --modes signal,resume

# Means: they add up, percentiles do not. Standby comes after service_ns.
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

# The stages of one invocation add up; medians of each stage over several do not.
array sums[series]
to = 0
set print $boxes
print "curve\tstage\tbegin\tend"
do for [i = 1:series] {
	stats file('points', i) using 'service_ns_mean' name 'S' nooutput
	k = 0
	chosen = 1
	near = 1e300
	stats file('points', i) using (k = k + 1, d = abs(column('service_ns_mean') - S_median), \
		d < near ? (near = d, chosen = k, 1) : 0) name 'K' nooutput
	begin = 0
	sums[i] = ''
	do for [k in seen] {
		if (lists(i, value('with_'.metric(k + 0)))) {
			r = 0
			got = NaN
			stats file('points', i) using (r = r + 1, \
				r == chosen ? (got = column(metric(k + 0)), 1) : 0) name 'G' nooutput
			print sprintf("%d\t%d\t%.9g\t%.9g", i, k + 0, begin, begin + got)
			begin = begin + got
			# Text has no room for all of it.
			part = sprintf('%s %s', word(stages, k + 0), thin(got))
			sums[i] = sums[i].(k + 0 == 6 ? (is_txt ? '' : '; then '.part) : \
				(sums[i] eq '' ? '' : ' + ').part)
			if (k + 0 == 5) {
				sums[i] = sums[i].' = service '.thin(begin). \
					(is_txt ? '' : sprintf(' [%s .. %s]', thin(S_min), thin(S_max)))
			}
		}
	}
	to = greater(to, begin)
}
set print

from = 0
height = 230 + 62 * series
key_rows = words(seen) + 1
key_lines = 1
what = 'means of one invocation, that of the median service'. \
	(is_txt ? ', of ' : '; [least .. greatest] of ').invocations. \
	(unseen eq '' ? '' : sprintf('; not observed, part of the next:%s', unseen))
# Of text: the title, the key, three lines to a bar, the axis, what stands below.
rows = 9 + key_rows + 3 * series + breaks(fold(what, 72)) + breaks(fold(held, 72))
eval START
eval FRAME
set lmargin (longest_name > 14 ? longest_name + 4 : 18)
set xlabel 'ns since the call (mean)'
eval THIN_X
set xrange [0:to * 1.05]
if (is_txt) {
	set tmargin 3 + key_rows
	set bmargin rows - key_rows - 4 - 3 * series
	set yrange [-series - 2 / 3.0:-2 / 3.0]
	set border 1
} else {
	set yrange [-series - 0.75:-0.5]
}
set ytics () nomirror scale 0
do for [i = 1:series] {
	eval sprintf('set ytics add (plain(name[%d]) %d)', i, -i)
	if (is_txt) {
		set label 200 + i sums[i] at character 5, first -i - 1 / 3.0 front
	} else {
		set label 200 + i sums[i] at 0, -i - 0.45 offset 0.5,0 front
	}
}
unset grid
if (!is_txt) { set grid x }
set style fill solid 0.55 border lc rgb '#404040'

of(k, v) = column('stage') == k ? v : NaN
y(i) = -column('curve')
plot for [k in seen] $boxes using (of(k + 0, column('begin'))):(y(0)):(column('begin')): \
		(column('end')):(y(0) - 0.25):(y(0) + 0.25) with boxxyerror ls (k + 0) dt 1 lw 1 \
		title word(stages, k + 0)
