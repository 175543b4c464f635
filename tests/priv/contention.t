#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154
# Shared elements: EBUSY where it must be, none where it cannot be, and as much as theory says.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh

need_live "contention runs" "laws" "an element each: no EBUSY" "shared and closed loop: EBUSY" \
	"fairness and CPUs" "rejected calls are timed" "predicted and measured agree"

[ "$(allowed_cpus | wc -l)" -ge 2 ] || skip_all "a single CPU shares with nobody" "contention"

alone_with_ebusy() {
	pick "$T/j" elements counts_ebusy counts_accepted |
		awk '$1 == 1024 && ($2 || !$3) { print } $1 == 1024 { n++ }
			END { if (!n) print "no sample" }'
}

shared_without() {
	pick "$T/j" elements arrival counts_ebusy ebusy_ratio |
		awk '$1 == 1 && $2 == "max" { n++; if (!($3 > 1000)) print }
			END { if (!n) print "no sample" }'
}

# Shares are whole: the fastest CPU has at least an even share, the slowest at most.
shares_off() {
	pick "$T/j" cpus accepted_per_s accepted_cpu_min_per_s accepted_cpu_max_per_s \
		completed_per_s completed_cpu_min_per_s completed_cpu_max_per_s fairness_ratio |
		awk -v cpus="$(allowed_cpus | wc -l)" '
		!($3 <= $2 / cpus + 1 && $4 >= $2 / cpus - 1 && $4 <= $2) { print "accepted", $0 }
		!($6 <= $5 / cpus + 1 && $7 >= $5 / cpus - 1 && $7 <= $5) { print "completed", $0 }
		!($8 > 1 / cpus && $8 <= 1) { print "fairness", $0 }'
}

# As many values as rejected calls; and rejecting is cheaper than accepting.
rejects_off() {
	/usr/bin/python3 - "$T/j" <<-'EOP'
	import json, sys
	n = 0
	for line in map(json.loads, open(sys.argv[1])):
	    if line["kind"] != "sample" or not line["counts"]["ebusy"]:
	        continue
	    n += 1
	    h = line["hist"]["reject_ns"]
	    if h["count"] + h["negative"] != line["counts"]["ebusy"]:
	        print("reject_ns has", h["count"], "values of", line["counts"]["ebusy"])
	    m = line["metrics"]
	    if not m["reject_ns_mean"] < m["call_ns_mean"]:
	        print("a rejected call takes", m["reject_ns_mean"], "an accepted", m["call_ns_mean"])
	if not n:
	    print("no rejected call")
	EOP
}

# "measured predicted ebusys": pooled over the invocations. Few EBUSYs say nothing.
pooled() {
	pick "$(echo "$T"/p.*)" counts_attempts counts_ebusy ebusy_ratio_predicted |
		awk '{ a += $1; e += $2; p += $1 * $3 }
			END { if (a) printf "%.5f %.5f %d\n", e / a, p / a, e }'
}

# The standard error of e EBUSYs is sqrt(e); beyond 10 % and three of those they disagree.
disagree() {
	pooled | awk '{ off = $1 > $2 ? $1 - $2 : $2 - $1; se = $1 / sqrt($3 ? $3 : 1) }
		!($3 >= 400) { print "only", $3, "EBUSYs" }
		off > 0.1 * $2 + 3 * se { print "measured", $1, "predicted", $2, "of", $3, "EBUSYs" }
		END { if (!NR) print "no sample" }'
}

run_poisson() {
	run urgent "$TWBENCH" run contention --triggers syscall --modes signal --cpus all \
		--arrival poisson --rates 10000 --set contention.elements=1 \
		--set contention.layout=padded -n 8 -d 0.5 -q -o "$T/p.$1"
}

tw contention --triggers syscall --modes signal --cpus all --arrival max,poisson --rates 10000 \
	--set contention.elements=1,1024 --set contention.layout=padded,packed -n 1 -d 0.3
expect "contention runs" 0
silent "laws" broken_laws "$T/j"
silent "an element each: no EBUSY" alone_with_ebusy
silent "shared and closed loop: EBUSY" shared_without
silent "fairness and CPUs" shares_off
silent "rejected calls are timed, each, and cost less" rejects_off
run_poisson 1
if [ -n "$(disagree)" ]; then
	diag "again, in case other load made the difference: $(disagree)"
	run_poisson 2
fi
diag "EBUSY ratio measured, predicted, EBUSYs: $(pooled)"
silent "predicted and measured agree within 10 % and three standard errors" disagree
finish
