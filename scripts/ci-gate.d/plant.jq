# SPDX-License-Identifier: GPL-2.0
# A journal's lines with a regression in the samples: all metrics that `twbench compare` judges by the
# factor worse. jq -c -n -f plant.jq --argjson factor 1.05 --slurpfile by COMPARE.json JOURNAL
# Another seed: compare refuses samples that are copies.

def gets_worse: .scale == "log" and .better != "none";

($by[0].rows | map(select(gets_worse) | {key: "\(.bench) \(.metric)", value: .better}) | from_entries)
	as $better
| inputs
| if .kind == "sample" then
	.bench as $bench
	| .seed = (((.seed // 0) + 1) % 2147483648)
	| .metrics |= with_entries(
		$better["\($bench) \(.key)"] as $which
		| if $which == "lower" then .value *= $factor
		  elif $which == "higher" then .value /= $factor
		  else . end)
  else . end
