// SPDX-License-Identifier: GPL-2.0
#include "loss.h"

#include <math.h>

double loss_finite(const struct loss_source *s, size_t n)
{
	double all = 0, rate = 0, lost = 0;

	for (size_t k = 0; k < n; k++) {
		double a = s[k].rate * s[k].service_s;

		if (!(a < 1))
			return NAN;
		all += a / (1 - a);
		rate += s[k].rate;
	}
	for (size_t j = 0; j < n; j++) {
		double a = s[j].rate * s[j].service_s;

		lost += s[j].rate * (all - a / (1 - a)) / (1 + all);
	}
	return rate > 0 ? lost / rate : NAN;
}

double jain_index(const double *x, size_t n)
{
	double sum = 0, squares = 0;

	for (size_t i = 0; i < n; i++) {
		sum += x[i];
		squares += x[i] * x[i];
	}
	return squares > 0 ? sum * sum / (n * squares) : NAN;
}
