# SPDX-License-Identifier: GPL-2.0
# The looks of all figures. Loaded behind what twbench says (bench/report/figure_write.c): format,
# figure, figure_title, machine, held, series, name[], invocations, interval.

set encoding utf8
set datafile separator comma
set datafile columnheaders

is_txt = format eq 'txt'

# ---- sizes: a figure may set these before it calls START ----
width = 900
height = 560
rows = 26
key_rows = 1 + series

# Okabe and Ito's colours, told apart with any colour vision; without colour, dashes and points do it.
set style line 1 lc rgb '#0072b2' lw 2 dt 1 pt 7 ps 0.9
set style line 2 lc rgb '#d55e00' lw 2 dt (9,5) pt 5 ps 0.9
set style line 3 lc rgb '#009e73' lw 2 dt (2,3) pt 9 ps 1.1
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

START = "if (is_txt) { eval START_TXT } else { eval START_PICTURE }; set output 'picture'"
START_TXT = "set terminal dumb noenhanced mono size 75,rows; set border 31; unset grid"
START_PICTURE = \
"if (format eq 'svg') { \
	set terminal svg noenhanced size width,height font 'DejaVu Sans,Verdana,sans-serif' \
		fontsize 13 background rgb 'white' name 'twbench' \
} else { \
	set terminal pngcairo noenhanced size width,height font 'DejaVu Sans,10' fontscale 1 \
		background rgb 'white' linewidth 1.2 \
}; \
set border 3 ls 20; set grid back ls 21; set tics nomirror scale 0.5"

# ---- words around the picture ----

# A part of a plot command for each curve i of a list (with_METRIC); nothing if there is none. For eval.
each(list, part) = list eq '' ? '' : sprintf(", for [i in '%s'] %s", list, part)
file(kind, i) = sprintf('%s-%d.csv', kind, i)
head_y = 0.97

# what: what the marks are, on top of title and figures
FRAME = "if (is_txt) { eval FRAME_TXT } else { eval FRAME_PICTURE }"
FRAME_TXT = "set label 100 figure_title at screen 0.0, screen 0.999 offset 1,-0.5; \
	set label 101 what at screen 0.0, character 1 offset 1,0; \
	set label 102 held at screen 0.0, character 0 offset 1,0; \
	set lmargin 10; set bmargin 6; set tmargin 3 + key_rows; \
	set key at character 2, character rows - 3 left top vertical Left reverse samplen 6"
FRAME_PICTURE = "set label 100 figure_title at screen 0.015, screen 0.965 font ',14'; \
	set label 101 what at screen 0.015, character 2.7 textcolor rgb '#404040'; \
	set label 102 held at screen 0.015, character 1.6 textcolor rgb '#404040'; \
	set label 103 machine at screen 0.015, character 0.5 textcolor rgb '#404040'; \
	set bmargin 7; set tmargin 5; set lmargin 10; set rmargin 3; \
	set key at screen 0.015, screen 0.925 left top horizontal Left reverse \
		samplen 4 spacing 1.1 width 1"

# ---- numbers ----

# 12345 -> "12 345"
thin(v) = v < 1000 ? sprintf('%.0f', v) : sprintf('%s %03.0f', thin(floor(v / 1000.0)), \
	v - 1000 * floor(v / 1000.0))
# A tic as thin(), but fractions as they are.
tic(v) = v < 1 ? sprintf('%g', v) : thin(v)

# Logarithmic axis from..to: labels at the decades, at 2 and 5 as well if there are few of them.
LOG_X = "axis = 'x'; eval LOG_AXIS"
LOG_Y = "axis = 'y'; eval LOG_AXIS"
LOG_AXIS = "eval sprintf('set logscale %s; set %stics () ; unset m%stics', axis, axis, axis); \
	do for [decade = floor(log10(from) + 1e-9) : ceil(log10(to) - 1e-9)] { \
		do for [digit in (log10(to / from) > (axis eq 'x' ? 2.5 : 3.5) ? '1' : '1 2 5')] { \
			v = digit * 10.0 ** decade; \
			if (v > from * 0.999 && v < to * 1.001) { \
				eval sprintf('set %stics add (''%s'' %g)', axis, tic(v), v) } } }; \
	eval sprintf('set %srange [%g:%g]', axis, from, to)"

# Rounded outwards on a logarithmic axis, to 1, 2 or 5.
below(v) = (d = 10.0 ** floor(log10(v)), v >= 5 * d ? 5 * d : v >= 2 * d ? 2 * d : d)
above(v) = (d = 10.0 ** floor(log10(v)), v <= d * 1.0001 ? d : v <= 2 * d ? 2 * d : \
	v <= 5 * d ? 5 * d : 10 * d)
smaller(a, b) = a < b ? a : b
greater(a, b) = a > b ? a : b

# How many CPUs a list names: "0-3,7" -> 5
span(s) = (d = strstrt(s, '-'), d ? int(s[d + 1:*]) - int(s[1:d - 1]) + 1 : 1)
cpus(s) = (c = strstrt(s, ','), c ? span(s[1:c - 1]) + cpus(s[c + 1:*]) : span(s))
