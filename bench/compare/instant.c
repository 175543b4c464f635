// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "instant.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

double instant_of(const char *text)
{
	unsigned int hours = 0, minutes = 0;
	struct tm tm = { 0 };
	double fraction = 0;
	const char *zone;
	char sign;

	zone = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) : NULL;
	if (!zone)
		return NAN;
	/* Not strtod(): its decimal point is the locale's. */
	if (*zone == '.')
		for (double unit = 0.1; *++zone >= '0' && *zone <= '9'; unit /= 10)
			fraction += unit * (*zone - '0');
	if (sscanf(zone, "%c%2u:%2u", &sign, &hours, &minutes) < 3)
		sscanf(zone, "%c%2u%2u", &sign, &hours, &minutes);
	if (*zone == '-')
		fraction += hours * 3600.0 + minutes * 60;
	else if (*zone == '+')
		fraction -= hours * 3600.0 + minutes * 60;
	return timegm(&tm) + fraction;
}
