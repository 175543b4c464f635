/* SPDX-License-Identifier: GPL-2.0 */
#include "metric.h"

const struct quantile quantiles[] = {
	{ 0.5, "p50", "p50" },
	{ 0.9, "p90", "p90" },
	{ 0.99, "p99", "p99" },
	{ 0.999, "p99_9", "p99.9" },
	{ 0.9999, "p99_99", "p99.99" },
	{ 0.99999, "p99_999", "p99.999" },
	{ 0, NULL, NULL },
};
