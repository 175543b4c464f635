// SPDX-License-Identifier: GPL-2.0
#define _GNU_SOURCE
#include "slurp.h"

#include <errno.h>
#include <stdlib.h>

static int copy(FILE *in, size_t max, FILE *out)
{
	char buf[65536];
	size_t n, all = 0;

	while ((n = fread(buf, 1, sizeof(buf), in)) > 0) {
		all += n;
		if (all > max)
			return -EFBIG;
		fwrite(buf, 1, n, out);
	}
	return ferror(in) ? -errno : 0;
}

int slurp(FILE *in, size_t max, char **text, size_t *size)
{
	FILE *out = open_memstream(text, size);
	int err;

	if (!out) {
		*text = NULL;
		return -errno;
	}
	err = copy(in, max, out);
	if (fclose(out) && !err)
		err = -ENOMEM;
	if (!err)
		return 0;
	free(*text);
	*text = NULL;
	return err;
}

int slurp_file(const char *path, size_t max, char **text, size_t *size)
{
	FILE *in = fopen(path, "re");
	int err;

	*text = NULL;
	if (!in)
		return -errno;
	err = slurp(in, max, text, size);
	fclose(in);
	return err;
}
