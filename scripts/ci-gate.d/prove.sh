# SPDX-License-Identifier: GPL-2.0
# The gate proves itself: it has to be red for a planted regression, green for none, and 5 for damage.
# Sourced by ci-gate, whose variables it uses: $base, $plant, $tmp, $out, judge_json(), say(), die().
# shellcheck shell=bash disable=SC2154

# A regression of so many percent cannot be seen, and why; empty: it can. Rows (JSON) in which a planted
# one was seen, and those in which it was not; null: not tried.
blind='' seen=null unseen=null

# planted NAME FACTOR COMPARE.json: copies of all of $base; their names between commas in $planted
planted() {
	local journal copy

	planted=
	while IFS= read -r journal; do
		copy=$tmp/$1-$(basename "$journal")
		jq -c -n --argjson factor "$2" --slurpfile by "$3" -f "$here/ci-gate.d/plant.jq" \
			"$journal" >"$copy" || die 6 "jq cannot copy $journal"
		planted+=${planted:+,}$copy
	done < <(journals_of_base)
}

# A baseline is one file, whatever its name; turns are several.
journals_of_base() {
	if [ -e "$base" ]; then printf '%s\n' "$base"; else tr ',' '\n' <<<"$base"; fi
}

# Whatever is wrong with the base is told by compare, in one line and with its own exit code. Halves
# that differ (1), and too little to halve (4), are no damage.
check_base() {
	local code=0

	[ "$mode" = baseline ] || return 0
	"$twbench" compare --self "$base" --floor-file none --format json >"$tmp/self" || code=$?
	case $code in
	0 | 4) ;;
	1) say "warning: even and odd invocations of $base differ: the machine was disturbed" ;;
	*) return "$code" ;;
	esac
}

# What cannot be trusted must not be green, on either side.
check_damage() {
	local whole=${planted%%,*} code file bad

	[ ! -e "$planted" ] || whole=$planted
	: >"$tmp/empty.jsonl"
	head -c -20 "$whole" >"$tmp/torn.jsonl" && sed '$d' "$whole" >"$tmp/unfinished.jsonl" ||
		die 6 "cannot damage a copy of $base"
	for file in empty torn unfinished; do
		bad=$tmp/$file.jsonl
		for code in "$(exit_of "$base" "$bad")" "$(exit_of "$bad" "$base")"; do
			[ "$code" = 5 ] ||
				die 6 "compare ends with $code, not 5, for the $file copy of a journal"
		done
	done
}

exit_of() {
	local code=0

	judge_json "$1" "$2" "$tmp/damaged.json" 2>/dev/null || code=$?
	echo "$code"
}

# Sets $blind. Smallest: what compare would find with a chance of 90 %, of the rows that can be planted.
judge_planted() {
	local code=$1 smallest

	seen=$(rows_of '.verdict == "regression"')
	unseen=$(rows_of '.verdict != "regression"')
	[ "$code" != 1 ] || return 0
	smallest=$(jq -r 'map(select(.detectable)) | if . == [] then "" else min_by(.detectable)
		| "\(.detectable * 1000 | ceil / 10) % (\(.bench) \(.metric))" end' <<<"$unseen")
	blind="this gate cannot see a regression of $plant %: "
	if [ -n "$smallest" ]; then
		blind+="the smallest that it can see is $smallest"
	else
		blind+="with so few invocations (or boots) it can see none"
	fi
}

# What was measured may be less than what the base has, by -n or --budget: then the planted one would not
# have been seen in any of the rows in which it was. Twice its size: that of 90 % is no sharp border.
see_measured() {
	local n

	[ -z "$blind" ] || return 0
	n=$(jq --argjson seen "$seen" --argjson most "$(awk -v p="$plant" 'BEGIN { print p / 50 }')" '
		def id: [.bench, .impl, .params, .metric];
		[.rows[] | select(.detectable and .detectable <= $most) | id] as $able
		| $seen | map(select(id | IN($able[]))) | length' compare.json) ||
		die 6 "jq cannot read the verdicts"
	[ "$n" != 0 ] || blind="this gate cannot see a regression of $plant %: what was measured has too"
	[ "$n" != 0 ] || blind+=" few invocations, or none, of the rows in which it could"
}

# rows_of CONDITION: of the rows that got a regression
rows_of() {
	jq -c "[.rows[] | select(.scale == \"log\" and .better != \"none\") | select($1)
		| {bench, impl, params, metric, detectable}]" "$out/planted.json"
}

# One line, and a warning on the pull request, as the other rows would let it pass.
tell_seen() {
	local names text

	text="a planted regression of $plant % is seen in $(jq length <<<"$seen") of"
	text+=" $(jq -n "\$a + \$b | length" --argjson a "$seen" --argjson b "$unseen") rows"
	names=$(jq -r 'group_by([.bench, .metric]) | map("\(.[0].bench) \(.[0].metric)") | join(", ")' \
		<<<"$unseen")
	text+=${names:+, not in: $names}
	say "$text"
	[ "$format" != github ] || [ -z "$names" ] || annotate warning "$text"
}

# prove: 0 (with $blind set, or not), or the exit code for a base that is none.
prove() {
	local code=0 factor

	check_base || return
	echo '{"rows":[]}' >"$tmp/none.json"
	planted same 1 "$tmp/none.json"
	judge_json "$base" "$planted" "$tmp/same.json" || code=$?
	[ "$code" -le 1 ] || return "$code"
	[ "$code" = 0 ] || die 6 "compare finds a regression in figures that are the same"
	check_damage
	factor=$(awk -v p="$plant" 'BEGIN { print 1 + p / 100 }')
	planted planted "$factor" "$tmp/same.json"
	judge_json "$base" "$planted" "$out/planted.json" || code=$?
	[ "$code" -le 1 ] || return "$code"
	judge_planted "$code"
	[ -n "$blind" ] || tell_seen
}
