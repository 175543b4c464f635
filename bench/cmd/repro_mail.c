// SPDX-License-Identifier: GPL-2.0
#include "repro_mail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"

#define WHO "twbench repro"
#define MAX_MAIL (16 << 20)

/* The whole file, new; NULL: errno. */
static char *slurp(const char *path, size_t *n)
{
	FILE *f = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *text = f ? malloc(MAX_MAIL + 1) : NULL;

	*n = 0;
	if (text)
		*n = fread(text, 1, MAX_MAIL + 1, f);
	if (text && (ferror(f) || *n > MAX_MAIL)) {
		errno = ferror(f) ? errno : EFBIG;
		free(text);
		text = NULL;
	}
	if (f && f != stdin)
		fclose(f);
	return text;
}

int repro_read_mail(const char *path, struct recipe *r)
{
	char why[300], *text;
	size_t n;
	int err;

	text = slurp(path, &n);
	if (!text) {
		fprintf(stderr, WHO ": cannot read %s: %s\n", path, strerror(errno));
		return EXIT_BAD_INPUT;
	}
	err = recipe_read(r, text, n, why, sizeof(why));
	free(text);
	if (!err)
		return 0;
	fprintf(stderr, WHO ": %s: %s\n", path, why);
	return err == -ENOMEM ? EXIT_INTERNAL : EXIT_BAD_INPUT;
}
