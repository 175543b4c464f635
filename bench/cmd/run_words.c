// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>
#include <string.h>

#include "run.h"

/* A file name may be any bytes, a journal is UTF-8. No argument may go missing, or --resume would
 * read the others wrongly; it takes the name of the journal from its own -o. */
json_t *run_word(const char *arg)
{
	json_t *s = json_string(arg);
	char *copy = s ? NULL : strdup(arg);

	for (char *c = copy; c && *c; c++)
		if ((unsigned char)*c > 127)
			*c = '?';
	if (copy)
		s = json_string(copy);
	free(copy);
	return s;
}

json_t *run_words(int argc, char **argv)
{
	json_t *args = json_array();

	json_array_append_new(args, json_string("run"));
	for (int i = 1; i < argc; i++)
		json_array_append_new(args, run_word(argv[i]));
	return args;
}

int run_parse_words(const json_t *args, struct run_args *a, char ***argv)
{
	size_t n = json_array_size(args);

	*argv = calloc(n + 1, sizeof(**argv));
	for (size_t i = 0; i < n && *argv; i++)
		(*argv)[i] = (char *)json_string_value(json_array_get(args, i));
	return run_args_parse(a, n, *argv);
}
