#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# The stages between call and callback: they add up, and a known delay is found in its stage, as long
# as it is, and in no other.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh
. tests/priv/shift.sh

# For the syscall trigger, target self, the interrupt is taken inside the kfunc:
#   before-call   due .. call: latency alone
#   after-call    behind the handler's end, before the callback: stage_run alone
#   callback      stage_done, and service_ns with it
# before-call and callback show in gaps of one invocation; the stages have no partner but are apart
# from the busy self-interrupt, except irq itself.
places=(before-call after-call callback)
delays=(1000 5000 20000)
all="before-call after-call callback irq exit"
lowest=irq

mapfile -t cases < <(shift_cases)
need_live "run 1 ends well" "${cases[@]}" "stages run" "laws" "every stage has a value or a reason" \
	"the means add up to the whole" "stages hold every work but the unmatched" \
	"without probes there are no stages in between"

quantities() {
	pick "$(echo "$T"/j.*)" inject_at inject_ns latency_ns_p50 delivery_ns_p50 service_ns_p50 \
		stage_irq_ns_p50 stage_exit_ns_p50 stage_run_ns_p50 |
		awk '{ p = $1 == "-" ? "none 0" : $1 " " $2
			print p, "before-call", $3 - $4
			print p, "after-call", $8
			print p, "callback", $5 - $4
			print p, "irq", $6
			print p, "exit", $7
			print p, "bin", $5 / 128 }'
}

measure_points() {
	run calm "$TWBENCH" run stages --triggers syscall --modes signal --rates 2000 \
		--arrival constant --cpus "$cpu" --set stages.probes=on \
		--set stages.inject_ns=0,1000,5000,20000 \
		--set stages.inject_at=before-call,after-call,callback -n 8 -d 0.1 -q -o "$T/j.$1"
}

# Of every sample with probes: stage by stage, a histogram or a source that says why not.
unexplained() {
	/usr/bin/python3 - "$T/j" <<-'EOP'
	import json, sys
	for line in map(json.loads, open(sys.argv[1])):
	    if line["kind"] != "sample" or line["params"]["probes"] == "off":
	        continue
	    for stage in "irq", "add", "exit", "standby":
	        source = line["sources"][stage]
	        if source.startswith("-") == ("stage_%s_ns" % stage in line["hist"]):
	            print(stage, "is not what its source says:", source)
	    for stage in "run", "done":
	        if not line["hist"]["stage_%s_ns" % stage]["count"]:
	            print(stage, "has no values")
	EOP
}

# From exact sums; the whole way is recorded by itself.
sums_off() {
	/usr/bin/python3 - "$T/j" <<-'EOP'
	import json, sys
	def mean(h): return h["sum"] / h["count"]
	for line in map(json.loads, open(sys.argv[1])):
	    if line["kind"] != "sample":
	        continue
	    h = line["hist"]
	    parts = ("irq", "add", "exit", "run", "done")
	    stages = [mean(h[k]) for k in ("stage_%s_ns" % part for part in parts) if k in h]
	    whole = mean(h["service_ns"])
	    if abs(sum(stages) - whole) > 0.02 * whole:
	        print(line["params"], "stages", sum(stages), "service", whole)
	EOP
}

counts_off() {
	/usr/bin/python3 - "$T/j" <<-'EOP'
	import json, sys
	for line in map(json.loads, open(sys.argv[1])):
	    if line["kind"] != "sample":
	        continue
	    done = line["counts"]["completed"]
	    unmatched = line["metrics"]["unmatched_ratio"] * done
	    for k, h in line["hist"].items():
	        if k == "stage_call_ns" and line["params"]["trigger"] == "perf-sw":
	            if h["count"]:
	                print("due is unknown, but", h["count"], "values of", k)
	            continue
	        if k.startswith("stage_") and abs(h["count"] + h["negative"] + unmatched - done) > 0.5:
	            print(k, h["count"], "values of", done, "works,", unmatched, "unmatched")
	    if unmatched > 0.01 * done:
	        print(unmatched, "of", done, "unmatched")
	EOP
}

between() {
	pick "$T/j" probes stage_irq_ns_p50 stage_add_ns_p50 stage_exit_ns_p50 |
		awk '$1 == "off" && $2 $3 $4 != "---" { print } $1 == "off" { n++ }
			END { if (!n) print "no sample without probes" }'
}

cpu=$(allowed_cpus | tail -n 1)
tw stages --triggers syscall,perf-sw,prog-run --modes signal,resume --set stages.probes=off,on -n 1 -d 0.3
expect "stages run" 0
silent "laws" broken_laws "$T/j"
silent "every stage has a value or a reason" unexplained
silent "the means add up to the whole, within 2 %" sums_off
silent "stages hold every work but the unmatched, under 1 %" counts_off
silent "without probes there are no stages in between" between
diag "sources: $(grep -o '"sources":{[^}]*}' "$T/j" | sort -u | head -3 | tr '\n' ' ')"
shift_test
finish
