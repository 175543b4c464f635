# SPDX-License-Identifier: GPL-2.0
# What the gate's exit code means, in words, and what to do. Sourced by ci-gate.
# shellcheck shell=bash disable=SC2154

# Not where a part of the base is missing, which would be missing from then on.
accept() {
	[ "$mode:$blind" = baseline: ] && [ "$(jq '.left_out | length' compare.json)" = 0 ] || return 0
	printf '; to accept the new level: cp %q %q' "$out/head.jsonl" "$baseline_typed"
}

# What is green, and what it does not say.
green() {
	local open left_out

	open=$(jq '.counts.inconclusive + .counts.unreachable' compare.json) &&
		left_out=$(jq '.left_out | length' compare.json) || return 6
	printf 'no regression'
	[ -z "$confirmed" ] || printf ': what looked worse did not on fresh data'
	[ -z "$blind" ] || printf ', BUT %s' "$blind"
	[ "$left_out" = 0 ] || printf ', BUT NOT COMPARED: %s (above), not measured on both sides' "$left_out"
	[ "$open" = 0 ] || printf '; no verdict on %s of %s' "$open" "$(jq '.rows | length' compare.json)"
	accept
}

# answer CODE
answer() {
	local rows="$confirmed row"

	[ "$confirmed" = 1 ] || rows+=s
	case $1 in
	0) green ;;
	1)
		if [ -n "$unconfirmed" ]; then
			printf 'REGRESSION, at first look: it could not be measured again (above)'
		elif [ "${confirmed:-0}" = 0 ]; then
			printf 'a sample cannot be trusted (above): that is an error, not a slow run'
		else
			printf 'REGRESSION, confirmed on fresh data in %s%s' "$rows" "$(accept)"
		fi
		;;
	2) printf 'twbench does not take these RUN ARGS or options (above)' ;;
	3)
		if [ -n "$blind" ] && [ -z "$allow_blind" ]; then
			printf '%s: more invocations, fewer rows (--metrics), a quieter machine, or %s' \
				"$blind" --allow-blind
		else
			printf 'no verdict on some rows: more invocations or pairs, or without --strict'
		fi
		;;
	4)
		printf 'not comparable (above): measure the baseline anew on this machine, or name %s' \
			'what is meant to differ with --treatment'
		;;
	5) printf 'a journal is damaged, incomplete or none (above): restore it, or measure anew' ;;
	77) printf 'nothing could be measured here (above): no verdict' ;;
	130) printf 'interrupted: no verdict' ;;
	*) printf 'failed (above): no verdict' ;;
	esac
}

# finish CODE: the last words, for people, for programs and for the pull request; the end
finish() {
	local code=$1 words command=error

	case $code in [0-6] | 77 | 130) ;; *) code=6 ;; esac
	words=$(answer "$code") || code=6 words='failed (above): no verdict'
	[ "$code" != 0 ] || command=notice
	[[ $words != *BUT* ]] || command=warning
	jq -n --arg mode "$mode" --arg answer "$words" --argjson code "$code" --arg number "$seed" \
		--arg plant "$plant" --argjson seen "$seen" --argjson unseen "$unseen" --arg blind "$blind" '
		{schema: "twbench-gate/1", mode: $mode, exit_code: $code, answer: $answer,
		 seed: ($number | tonumber), planted: {percent: ($plant | tonumber), seen: $seen,
		 unseen: $unseen, blind: ($blind != "")}}' >gate.json || code=6
	if [ "$format" = github ]; then
		annotate "$command" "$words"
		[ -z "${GITHUB_STEP_SUMMARY-}" ] ||
			printf '\n**ci-gate:** %s\n' "$words" >>"$GITHUB_STEP_SUMMARY"
	fi
	echo "ci-gate: $words"
	exit "$code"
}
