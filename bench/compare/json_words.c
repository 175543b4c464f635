// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <math.h>

#include "print.h"

json_t *compare_json_real(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *compare_json_name(const char *name)
{
	char text[32];
	size_t i;

	for (i = 0; name[i] && i + 1 < sizeof(text); i++)
		text[i] = name[i] == ' ' ? '_' : tolower((unsigned char)name[i]);
	text[i] = '\0';
	return json_string(text);
}
