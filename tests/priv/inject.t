#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2034,SC2154
# A known delay, put into the program, must be found: where it was put, as long as it is, and
# nowhere else.
. "$(dirname "$0")/../lib.sh"
. tests/priv/priv.sh
. tests/priv/shift.sh

# Time stamps in order: due, call, ret (end of call_ns), run (of latency_ns and delivery_ns), done
# (of service_ns). The syscall trigger's program runs with interrupts on, but its task is back in
# user space, where callbacks run, only after the program's end. So for target self:
#   before-call   due .. call: latency alone, and not through delivery
#   after-call    ret .. run: delivery, and with it latency and service, but not the call
#   callback      run .. done: service alone
# Each place shows in a gap between two medians of the same invocation, which other load on the
# machine moves together:
#   before-call latency - delivery; after-call delivery - call; callback service - delivery
places=(before-call after-call callback)
delays=(200 1000 5000)

all="before-call after-call callback call_ns"
lowest=call_ns

mapfile -t cases < <(shift_cases)
need_live "run 1 ends well" "${cases[@]}"

quantities() {
	pick "$(echo "$T"/j.*)" inject_at inject_ns latency_ns_p50 delivery_ns_p50 call_ns_p50 \
		service_ns_p50 |
		awk '{ p = $1 == "-" ? "none 0" : $1 " " $2
			print p, "before-call", $3 - $4
			print p, "after-call", $4 - $5
			print p, "callback", $6 - $4
			print p, "call_ns", $5
			print p, "bin", $6 / 128 }'
}

measure_points() {
	run calm "$TWBENCH" run latency --triggers syscall --modes signal --rates 10000 \
		--arrival constant --cpus "$cpu" --set latency.inject_ns=0,200,1000,5000 \
		--set latency.inject_at=before-call,after-call,callback -n 8 -d 0.1 -q -o "$T/j.$1"
}

cpu=$(allowed_cpus | tail -n 1)
shift_test
finish
