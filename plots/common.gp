# SPDX-License-Identifier: GPL-2.0
# The looks of all figures. Loaded behind what twbench says (bench/report/figure_write.c): format,
# figure, figure_title, machine, held, series, name[], look[], invocations, interval.

set encoding utf8
set datafile separator tab
set datafile columnheaders
# A name may begin with '#'.
set datafile commentschars ''

is_txt = format eq 'txt'

# ---- sizes: a figure may set these before it evaluates START ----
width = 900
height = 560
# Of text: all, and what the key takes. Of pictures: lines of the key.
rows = 26
key_rows = 1 + series
longest_name = 0
do for [i = 1:series] {
	if (strlen(name[i]) > longest_name) { longest_name = strlen(name[i]) }
}
# gnuplot's svg counts wider letters.
per_line = floor((format eq 'svg' ? 720.0 : 880.0) / (80 + 7.5 * longest_name))
key_lines = ceil(series / (per_line > 1 ? 1.0 * per_line : 1.0))

# Okabe and Ito's colours, told apart with any colour vision; without colour, dashes and points do it.
set style line 1 lc rgb '#0072b2' lw 2 dt 1 pt 7 ps 0.9
set style line 2 lc rgb '#d55e00' lw 2 dt (9,5) pt 5 ps 0.9
set style line 3 lc rgb '#009e73' lw 3 dt (2,2) pt 9 ps 1.1
set style line 4 lc rgb '#cc79a7' lw 2 dt (11,4,2,4) pt 13 ps 1.2
set style line 5 lc rgb '#000000' lw 2 dt (5,3) pt 6 ps 0.9
set style line 6 lc rgb '#e69f00' lw 2 dt (14,3) pt 4 ps 0.9
set style line 7 lc rgb '#56b4e9' lw 2 dt (4,2,1,2) pt 8 ps 1.1
set style line 8 lc rgb '#7f7f7f' lw 2 dt (1,2) pt 12 ps 1.2
# Frame, grid, and a curve that is not measured.
set style line 20 lc rgb '#404040' lw 1 dt 1
set style line 21 lc rgb '#dcdcdc' lw 1 dt 1
set style line 22 lc rgb '#808080' lw 1.5 dt 1
dumb_points = 'ABCDEFGH'

# Prefix of the identifiers in an SVG: several may lie in one page.
under(s) = (d = strstrt(s, '-'), d ? s[1:d - 1].'_'.under(s[d + 1:*]) : s)

START = "if (is_txt) { eval START_TXT } else { eval START_PICTURE }; set output 'picture'"
START_TXT = "set terminal dumb noenhanced mono size 75,rows; set border 31; unset grid"
START_PICTURE = \
"if (format eq 'svg') { \
	set terminal svg noenhanced size width,height font 'sans-serif,12' \
		background rgb 'white' name under(figure) \
} else { \
	set terminal pngcairo noenhanced size width,height font 'DejaVu Sans,10' fontscale 1 \
		background rgb 'white' linewidth 1.2 \
}; \
set border 3 ls 20; set grid back ls 21; set tics nomirror scale 0.5"

# ---- words around the picture: what says what the marks are, y_text what goes up ----

what = ''
y_text = ''
FRAME = "room = is_txt ? 72 : int(width / 6.9); \
	what = fold(what, room); held = fold(held, room); \
	lines_held = 1 + breaks(held); lines_what = 1 + breaks(what); \
	if (is_txt) { eval FRAME_TXT } else { eval FRAME_PICTURE }"
# Text has no room beside the axis: its name goes on top.
FRAME_TXT = "set label 100 figure_title at screen 0.0, screen 0.999 offset 1,-0.5; \
	set label 101 what at screen 0.0, character lines_held + lines_what - 1 offset 1,0; \
	set label 102 held at screen 0.0, character lines_held - 1 offset 1,0; \
	set label 104 y_text at graph 0, graph 1 offset -12,1; \
	set lmargin 14; set rmargin 5; set bmargin 4 + lines_held + lines_what; \
	set tmargin 3 + key_rows; \
	set key at character 2, character rows - 2 left top vertical Left reverse samplen 6"
# Without a machine (a page says it once for all) or anything held: no room for them.
FRAME_PICTURE = "lines_held = held eq '' ? 0 : lines_held; foot = machine eq '' ? -0.2 : 0.9; \
	set label 100 figure_title at screen 0.015, screen 1 - 20.0 / height \
		font (format eq 'svg' ? ',16' : ',14'); \
	set label 101 what at screen 0.015, character 1.1 * (lines_held + lines_what) + foot \
		textcolor rgb '#404040'; \
	set label 102 held at screen 0.015, character 1.1 * lines_held + foot \
		textcolor rgb '#404040'; \
	set label 103 machine at screen 0.015, character foot textcolor rgb '#404040'; \
	y_x = 0.02; eval Y_TEXT; set lmargin 13; set rmargin 6; \
	set bmargin 4.4 + foot + 1.1 * (lines_held + lines_what); set tmargin 3.5 + 1.25 * key_lines; \
	set key at screen 0.015, screen 1 - 40.0 / height left top horizontal Left reverse \
		samplen 4 spacing 1.1 width 1"

# Long lines broken at blanks.
blank(s, n) = n < 2 || s[n:n] eq ' ' ? n : blank(s, n - 1)
fold(s, n) = strlen(s) <= n || blank(s, n) < 2 ? s : \
	s[1:blank(s, n) - 1]."\n".fold(s[blank(s, n) + 1:*], n)
breaks(s) = strstrt(s, "\n") ? 1 + breaks(s[strstrt(s, "\n") + 1:*]) : 0

# Two percentiles of each series: full and dashed, points filled and hollow.
KEY_MORE = ''
KEY_P50_P99 = is_txt ? '' : ", NaN with linespoints ls 5 lw 2 dt 1 pt 7 title 'p50', \
	NaN with linespoints ls 5 lw 2 dt (9,5) pt 6 title 'p99'"

# Two panels, side by side or, in text, one above the other. What is around them, the key included,
# is drawn once, by a plot of nothing that has the whole width.
PANELS = "if (is_txt) { rows = 2 * rows } else { width = 1000; x_room = 1.6 }; y_of_panel = y_text; y_text = ''; \
	eval START; set multiplot; eval FRAME; \
	unset border; unset tics; unset grid; set xrange [0:1]; set yrange [0:1]; \
	eval 'plot for [i = 1:series] NaN with linespoints ls look[i] lw 2 dt 1 title name[i]'.KEY_MORE; \
	unset label; unset key; set autoscale; set xtics nomirror scale 0.5; set ytics nomirror scale 0.5; \
	if (is_txt) { set border 31; set tmargin at screen 1 - (4.0 + key_rows) / rows; \
		set bmargin at screen 0.54 } \
	else { set border 3 ls 20; set grid back ls 21; set lmargin at screen 0.145; \
		set rmargin at screen 0.485 }; \
	y_text = y_of_panel; eval Y_TEXT"
PANEL_2 = "if (is_txt) { set tmargin at screen 0.46; \
		set bmargin at screen (4.0 + lines_held + lines_what) / rows } \
	else { set lmargin at screen 0.63; set rmargin at screen 0.97; y_x = 0.515 }; eval Y_TEXT"
Y_TEXT = "if (is_txt) { set label 104 y_text at graph 0, graph 1 offset -12,1 } \
	else { set label 104 y_text at screen y_x, graph 0.5 center rotate }"

# ---- medians and their intervals ----

# A part of a plot command for each curve i of a list (with_METRIC); nothing if there is none. For eval.
each(list, part) = list eq '' ? '' : sprintf(", for [i in '%s'] %s", list, part)
file(kind, i) = sprintf('%s-%d.tsv', kind, i)

# A metric over x (text of an expression in i), each curve with these dashes. Bars would hide each
# other: x moves them aside. Text has no room for them.
curve(metric, x, dashes) = (is_txt ? '' : \
	each(value('with_'.metric), sprintf("file('points', i + 0) using (%s):'%s':'%s_lo':'%s_hi' \
		with yerrorbars ls look[i + 0] dt 1 lw 1 pt 0 notitle", x, metric, metric, metric)). \
	each(value('with_'.metric), sprintf("file('points', i + 0) \
		using (%s):(column('%s_hi') > ceiling ? ceiling : NaN) \
		with points ls look[i + 0] pt 9 ps 0.8 notitle", x, metric))). \
	each(value('with_'.metric), sprintf("file('points', i + 0) using (%s):'%s' \
		with linespoints ls look[i + 0] lw 2 dt %s notitle", x, metric, dashes))
DASHED = '(9,5) pt hollow(look[i + 0])'
# Where bars are cut off, with a triangle.
ceiling = 1e300
hollow(k) = k == 1 ? 6 : k == 2 ? 4 : k == 3 ? 8 : k == 4 ? 12 : k == 5 ? 7 : k == 6 ? 5 : k == 7 ? 9 : 13
aside(i) = i - (series + 1) / 2.0

# from, to: of all intervals of the metrics (text shows none); most: the greatest median.
RANGE = "from = 1e300; to = -1e300; most = -1e300; do for [m in metrics] { \
	if (value('with_'.m) ne '') { do for [i in value('with_'.m)] { \
		stats file('points', i + 0) using m.(is_txt ? '' : '_lo') name 'R' nooutput; \
		from = smaller(from, R_min); \
		stats file('points', i + 0) using m.(is_txt ? '' : '_hi') name 'R' nooutput; \
		to = greater(to, R_max); \
		stats file('points', i + 0) using m name 'R' nooutput; most = greater(most, R_max) } } }"
# As RANGE, but bars may leave a logarithmic axis: a bad minute must not press all others flat.
RANGE_CUT = "eval RANGE; if (to <= 0) { print 'no value above 0'; exit status 2 }; \
	if (from <= 0) { from = 1e-6 * to }; from = below(from); to = above(to); \
	if (to > above(3 * most)) { to = above(3 * most); ceiling = to }"
# The same of x.
RANGE_X = "from = 1e300; to = -1e300; do for [i = 1:series] { \
	stats file('points', i) using (@x) name 'R' nooutput; \
	from = smaller(from, R_min); to = greater(to, R_max) }"

# ---- numbers ----

# 12345 -> "12 345"
thin(v) = v < 1000 ? sprintf('%.0f', v) : v >= 1e12 ? sprintf('%g', v) : sprintf('%s %03.0f', thin(floor(v / 1000.0)), \
	v - 1000 * floor(v / 1000.0))
# A tic as thin(), but fractions as they are.
tic(v) = v < 0 ? '-'.tic(-v) : v < 1000 ? sprintf('%g', v) : thin(v)

# Logarithmic axis from..to: labels at the decades, at 2 and 5 as well if there are few of them: no more
# decades of x than this.
x_room = 2.5
LOG_X = "axis = 'x'; eval LOG_AXIS"
LOG_Y = "axis = 'y'; eval LOG_AXIS"
LOG_AXIS = "if (to <= from) { from = from / 2; to = 2 * to }; \
	many = log10(to / from) > (axis eq 'x' ? x_room : 3.5); \
	if (many) { from = 10.0 ** floor(log10(from)); to = 10.0 ** ceil(log10(to) - 1e-9) }; \
	eval sprintf('set logscale %s; set %stics () ; unset m%stics', axis, axis, axis); \
	do for [decade = floor(log10(from) + 1e-9) : ceil(log10(to) - 1e-9)] { \
		do for [digit in (many ? '1' : '1 2 5')] { \
			v = digit * 10.0 ** decade; \
			if (v > from * 0.999 && v < to * 1.001) { \
				eval sprintf('set %stics add (''%s'' %g)', axis, tic(v), v) } } }; \
	eval sprintf('set %srange [%g:%g]', axis, from, to)"

# Linear axis of numbers with thin().
THIN_X = "axis = 'x'; eval THIN_AXIS"
THIN_Y = "axis = 'y'; eval THIN_AXIS"
THIN_AXIS = "if (to <= from) { to = from + 1 }; step = above((to - from) / 6.0); eval sprintf('set %stics ()', axis); \
	do for [k = floor(from / step) : ceil(to / step)] { \
		eval sprintf('set %stics add (''%s'' %g)', axis, tic(k * step), k * step) }; \
	eval sprintf('set %srange [%g:%g]', axis, floor(from / step) * step, ceil(to / step) * step)"

# Rounded outwards on a logarithmic axis, to 1, 2 or 5.
below(v) = (d = 10.0 ** floor(log10(v)), v >= 5 * d ? 5 * d : v >= 2 * d ? 2 * d : d)
above(v) = v <= 0 ? 0 : (d = 10.0 ** floor(log10(v)), v <= d * 1.0001 ? d : v <= 2 * d ? 2 * d : \
	v <= 5 * d ? 5 * d : 10 * d)
smaller(a, b) = a < b ? a : b
greater(a, b) = a > b ? a : b

# How many CPUs a list names: "0-3,7" -> 5. Halved: calls nest no deeper than 250.
span(s) = (d = strstrt(s, '-'), d ? int(s[d + 1:*]) - int(s[1:d - 1]) + 1 : 1)
cut(s, c) = c ? cpus(s[1:c - 1]) + cpus(s[c + 1:*]) : span(s)
later(s, from, c) = c ? from + c - 1 : strstrt(s, ',')
middle_of(s, from) = later(s, from, strstrt(s[from:*], ','))
cpus(s) = cut(s, middle_of(s, strlen(s) / 2 + 1))

# A name as the text of a tic, where a '%' would begin a format.
plain(s) = (d = strstrt(s, '%'), d ? s[1:d].'%'.plain(s[d + 1:*]) : s)
