// SPDX-License-Identifier: GPL-2.0
#include "repro_mail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exit_code.h"
#include "slurp.h"

#define WHO "twbench repro"
#define MAX_MAIL (16 << 20)

int repro_read_mail(const char *path, struct recipe *r)
{
	char why[300], *text;
	size_t n;
	int err = strcmp(path, "-") ? slurp_file(path, MAX_MAIL, &text, &n)
				    : slurp(stdin, MAX_MAIL, &text, &n);

	if (err) {
		fprintf(stderr, WHO ": cannot read %s: %s\n", path, strerror(-err));
		return EXIT_BAD_INPUT;
	}
	err = recipe_read(r, text, n, why, sizeof(why));
	free(text);
	if (!err)
		return 0;
	fprintf(stderr, WHO ": %s: %s\n", path, why);
	return err == -ENOMEM ? EXIT_INTERNAL : EXIT_BAD_INPUT;
}
